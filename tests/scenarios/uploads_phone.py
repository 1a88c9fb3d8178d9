#!/usr/bin/env python3
"""What a virtual Polycom phone sends, and where it ends up: with our server, vsftpd, nginx and tftpd-hpa on the other
side, and FTP servers that write down every command or know active transfers alone.

OFFHOOK names the program, OFFHOOK_PACKS the folder of the family packs. vsftpd and tftpd-hpa are started as root.
"""
import json
import os
import shutil
import subprocess
import time

import house
from boot_nginx import Nginx, free_port
from ftp_recorder import FtpRecorder

MAC = "0004f2aabbcc"
MASTER = ('<APPLICATION CONFIG_FILES="sip.cfg" LOG_FILE_DIRECTORY="logs" OVERRIDES_DIRECTORY="over" '
          'CONTACTS_DIRECTORY="people"/>')
SETTINGS = ('<a reg.1.address="101" reg.1.auth.password="s3cret" reg.1.server.1.address="pbx" up.headsetMode="0" %s/>')
CHANGES = ["--change", "up.headsetMode=1", "--contact", "Muster,Eva,1003,3", "--time-speed", "50"]


class ActiveOnly(FtpRecorder):
    """An FTP server of the old kind: the client shall listen, not it."""

    def _answer(self, command, argument, session, say):
        if command in ("PASV", "EPSV"):
            say("502 active transfers alone")
            return True
        if command in ("PORT", "EPRT"):
            say("200 so be it")
            return True
        return super()._answer(command, argument, session, say)


class UploadsOfAPhone(house.HouseTest):
    def tree(self, settings=""):
        self.root = self.dir + "/www"
        for folder in ("logs", "over", "people"):
            os.makedirs(self.root + "/" + folder)
        self.write("www/000000000000.cfg", MASTER)
        self.write("www/sip.cfg", SETTINGS % settings)
        for folder, _, _ in os.walk(self.dir):
            os.chmod(folder, 0o777)

    def boot(self, *words, url, expect="ready", version=None):
        flash = ["--flash", "device.prov.redunAttemptLimit=1", "--state", self.dir + "/phone"]
        done = house.run("boot", "--family", "polycom", "--model", "SPIP650", "--mac", MAC, "--json", "--url", url, *flash,
                         *words)
        report = json.loads(done.out.splitlines()[-1]) if done.out else None
        self.assertIsNotNone(report, done.err)
        self.assertEqual(report["state"], expect, done.err)
        return report

    def read(self, path):
        with open(self.root + "/" + path, encoding="utf-8") as file:
            return file.read()

    def puts(self, report):
        return {file["name"]: file["outcome"] for file in report["files"] if file["direction"] == "put"}

    def test_ftp_says_nothing_but_passive(self):
        self.tree()
        ftp = FtpRecorder(self.root, "PlcmSpIp", "PlcmSpIp")
        self.addCleanup(ftp.close)
        self.write("www/logs/%s-app.log" % MAC, "x" * 524288)
        self.boot(*CHANGES, url="127.0.0.1:%d" % ftp.port)
        words = [command.split(" ")[0] for command in ftp.commands]
        self.assertLessEqual(set(words), {"USER", "PASS", "PWD", "CWD", "TYPE", "PASV", "SIZE", "RETR", "STOR", "APPE", "QUIT"})
        self.assertIn("APPE %s-boot.log" % MAC, ftp.commands)
        self.assertIn("STOR %s-app.log" % MAC, ftp.commands, "as long as its limit: started over")
        self.assertNotIn("APPE %s-app.log" % MAC, ftp.commands)
        self.assertIn(b'up.headsetMode="1"', ftp.stored["/over/%s-phone.cfg" % MAC])
        self.assertIn(b"<ct>1003</ct>", ftp.stored["/people/%s-directory.xml" % MAC])

    def test_a_server_that_is_only_active_gets_no_phone(self):
        self.tree()
        ftp = ActiveOnly(self.root, "PlcmSpIp", "PlcmSpIp")
        self.addCleanup(ftp.close)
        report = self.boot(url="127.0.0.1:%d" % ftp.port, expect="unconfigured")
        self.assertTrue(any("no passive transfer" in problem for problem in report["problems"]), report["problems"])
        words = {command.split(" ")[0] for command in ftp.commands}
        self.assertLessEqual(words, {"USER", "PASS", "PWD", "CWD", "TYPE", "PASV", "QUIT"})

    def test_vsftpd(self):
        self.tree()
        port = free_port()
        os.mkdir(self.dir + "/empty", 0o755)
        os.chmod(self.root, 0o755)  # vsftpd takes no writable roots
        conf = self.write("vsftpd.conf", "\n".join([
            "listen=YES", "listen_address=127.0.0.1", "listen_port=%d" % port, "background=NO", "anonymous_enable=YES",
            "anon_root=" + self.root, "allow_writeable_chroot=YES", "write_enable=YES", "anon_upload_enable=YES",
            "anon_other_write_enable=YES", "anon_umask=022", "seccomp_sandbox=NO", "secure_chroot_dir=" + self.dir + "/empty",
            "ftp_username=daemon",  # its home exists, and vsftpd wants one
            "cmds_allowed=USER,PASS,TYPE,PWD,CWD,PASV,SIZE,RETR,STOR,APPE,QUIT", ""]))
        os.chmod(conf, 0o600)
        server = subprocess.Popen([shutil.which("vsftpd") or "/usr/sbin/vsftpd", conf], stdin=subprocess.DEVNULL)
        self.addCleanup(server.wait, 10)
        self.addCleanup(server.kill)
        time.sleep(0.5)
        url = "ftp://anonymous:phone@127.0.0.1:%d" % port
        first = self.puts(self.boot(*CHANGES, url=url))
        self.assertEqual(set(first.values()), {"stored"}, first)
        log = self.read("logs/%s-app.log" % MAC)
        boot_log = self.read("logs/%s-boot.log" % MAC)
        self.boot(url=url)
        self.assertTrue(self.read("logs/%s-app.log" % MAC).startswith(log))
        self.assertGreater(len(self.read("logs/%s-app.log" % MAC)), len(log))
        self.assertTrue(self.read("logs/%s-boot.log" % MAC).startswith(boot_log))
        for line in self.read("logs/%s-app.log" % MAC).splitlines():
            self.assertRegex(line, r"^\d{10}\|[a-z ]{5}\|[0-6]\|00\|")
        self.assertIn('up.headsetMode="1"', self.read("over/%s-phone.cfg" % MAC))
        self.assertIn("<ln>Muster</ln>", self.read("people/%s-directory.xml" % MAC))
        again = self.boot("--change", "up.headsetMode=", url=url)
        self.assertEqual(self.puts(again)["over/%s-phone.cfg" % MAC], "stored")
        self.assertIn("<OVERRIDES/>", self.read("over/%s-phone.cfg" % MAC))

    def test_nginx_dav(self):
        self.tree()
        os.chmod(self.dir, 0o777)
        nginx = Nginx(self.dir, "location / { dav_methods PUT; client_max_body_size 1m; }")
        self.addCleanup(nginx.stop)
        report = self.boot(*CHANGES, url=nginx.url())
        self.assertEqual(set(self.puts(report).values()), {"stored"}, report["files"])
        self.assertIn('up.headsetMode="1"', self.read("over/%s-phone.cfg" % MAC))
        self.write("www/over/%s-phone.cfg" % MAC, '<PHONE_CONFIG><OVERRIDES reg.1.address="909"/></PHONE_CONFIG>')
        report = self.boot(url=nginx.url())
        self.assertEqual(report["lines"][0]["user"], "909", "the server's overrides win over the phone's")

    def test_nginx_without_dav_is_tolerated(self):
        self.tree()
        nginx = Nginx(self.dir)
        self.addCleanup(nginx.stop)
        report = self.boot(*CHANGES, url=nginx.url())
        self.assertEqual(set(self.puts(report).values()), {"refused"}, "405")
        self.assertEqual(report["problems"], [])

    def test_tftpd(self):
        self.tree()
        port = free_port()
        tftpd = shutil.which("in.tftpd") or "/usr/sbin/in.tftpd"
        server = subprocess.Popen([tftpd, "--listen", "--foreground", "--create", "--permissive", "--user", "nobody",
                                   "--address", "127.0.0.1:%d" % port, "--secure", self.root], stdin=subprocess.DEVNULL)
        self.addCleanup(server.wait, 10)
        self.addCleanup(server.kill)
        time.sleep(0.5)
        for folder, name in (("logs", "boot.log"), ("logs", "app.log"), ("over", "phone.cfg"), ("people", "directory.xml")):
            path = "%s/%s-%s" % (folder, MAC, name)
            if "people" not in path and "over" not in path:
                self.write("www/" + path, "old\n" * 5000)
        for folder, _, names in os.walk(self.root):
            for name in names:
                os.chmod(os.path.join(folder, name), 0o666)
        report = self.boot(*CHANGES, url="tftp://127.0.0.1:%d" % port)
        self.assertEqual(set(self.puts(report).values()), {"stored"}, report["files"])
        self.assertNotIn("old", self.read("logs/%s-app.log" % MAC), "TFTP overwrites")
        self.assertIn("<ct>1003</ct>", self.read("people/%s-directory.xml" % MAC))

    def test_our_own_server_keeps_it_and_gives_it_back(self):
        self.serve()
        self.add_phone(MAC)
        url = self.server.url()
        report = self.boot(*CHANGES, url=url)
        self.assertEqual(set(self.puts(report).values()), {"stored"}, report["files"])
        kinds = {row["name"] for row in self.rows("upload", "list", MAC)}
        self.assertEqual(kinds, {"boot log", "application log", "overrides", "directory"})
        shutil.rmtree(self.dir + "/phone")  # another phone of this address: what it gets is the server's
        report = self.boot(url=url)
        fetched = {os.path.basename(file["name"]): file["outcome"] for file in report["files"] if file["direction"] == "get"}
        self.assertEqual(fetched[MAC + "-phone.cfg"], "fetched")
        self.assertEqual(fetched[MAC + "-directory.xml"], "fetched")
        with open(self.dir + "/phone/flash.json", encoding="utf-8") as file:
            flash = json.load(file)
        self.assertEqual(flash["changes"], {"up.headsetMode": "1"})
        self.assertIn("<ct>1003</ct>", flash["directory"])

    def test_a_phone_that_stays_polls_by_its_own_clock(self):
        self.tree('prov.polling.enabled="1" prov.polling.mode="rel" prov.polling.period="3700"')
        nginx = Nginx(self.dir)
        self.addCleanup(nginx.stop)
        done = house.run("boot", "--family", "polycom", "--model", "SPIP650", "--mac", MAC, "--json", "--url", nginx.url(),
                         "--stay", "5", "--sip-port", "0", "--sip-address", "127.0.0.1", "--time-speed", "3700")
        self.assertEqual(done.code, 0, done.err)
        boots = [json.loads(line) for line in done.out.splitlines()]
        self.assertGreaterEqual(len(boots), 3, done.err)
        self.assertLessEqual(len(boots), 6, done.err)
        self.assertIn("by the phone's own clock: prov.polling.mode rel, period 3700 s", done.err)
        self.assertEqual({boot["reboots"] for boot in boots}, {0})

    def test_wrong_words(self):
        for words in (["--change", "novalue"], ["--change", "=1"], ["--contact", "Muster,Eva"], ["--contact", "a,b,c,d"],
                      ["--contact", "a,b,"], ["--contact", "a,b,1,2,3"]):
            done = house.run("boot", "--family", "polycom", "--model", "SPIP650", "--mac", MAC, "--url", "http://127.0.0.1:9/",
                             *words)
            self.assertEqual((done.code, done.out), (2, ""), words)
            self.assertIn(words[0], done.err)


if __name__ == "__main__":
    for name in ("nginx", "vsftpd", "in.tftpd"):
        if not (shutil.which(name) or os.path.exists("/usr/sbin/" + name)):
            raise SystemExit("uploads_phone: %s is missing" % name)
    house.main()
