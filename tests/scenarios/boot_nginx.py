#!/usr/bin/env python3
"""A virtual Polycom phone boots against nginx and a tree of plain files: nothing of our own is on the other side.

OFFHOOK names the program; it is called as `$OFFHOOK boot --family polycom ...`.
"""
import base64
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from ftp_recorder import FtpRecorder

OFFHOOK = os.environ.get("OFFHOOK", "offhook")
MAC = "0004f2aabbcc"
PART = "2345-12600-001"  # SPIP650
LINE = '<phone reg.1.address="101" reg.1.auth.userId="auth101" reg.1.auth.password="s3cret&amp;&lt;x&gt;"/>'
SERVER = '<sip voIpProt.server.1.address="pbx.example.net" voIpProt.server.1.port="5080"/>'

NGINX = """
daemon off;
pid {dir}/nginx.pid;
error_log {dir}/error.log;
events {{}}
http {{
  log_format raw '$connection|$status|$request|$http_user_agent|$http_authorization|$http_pragma|$http_accept';
  access_log {dir}/access.log raw;
  client_body_temp_path {dir}/t1; proxy_temp_path {dir}/t2; fastcgi_temp_path {dir}/t3;
  uwsgi_temp_path {dir}/t4; scgi_temp_path {dir}/t5;
  server {{
    listen 127.0.0.1:{port};
    root {dir}/www;
    {extra}
  }}
}}
"""


def free_port():
    import socket
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def read(path):
    with open(path) as file:
        return file.read()


class Nginx:
    def __init__(self, directory, extra=""):
        self.dir, self.port = directory, free_port()
        with open(directory + "/nginx.conf", "w") as conf:
            conf.write(NGINX.format(dir=directory, port=self.port, extra=extra.replace("DIR", directory)))
        nginx = shutil.which("nginx") or "/usr/sbin/nginx"
        self.process = subprocess.Popen([nginx, "-c", directory + "/nginx.conf", "-p", directory],
                                        stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while not os.path.exists(directory + "/nginx.pid"):
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise RuntimeError("nginx does not start: " + read(directory + "/error.log"))
            time.sleep(0.02)

    def url(self, path="/", scheme="http"):
        return "%s://127.0.0.1:%d%s" % (scheme, self.port, path)

    def requests(self):
        """Rows of (connection, status, request line, user agent, authorization, pragma, accept)."""
        with open(self.dir + "/access.log") as log:
            return [line.rstrip("\n").split("|") for line in log]

    def stop(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(10)


class BootAgainstNginx(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix="boot-nginx-")
        self.addCleanup(shutil.rmtree, self.dir)
        os.chmod(self.dir, 0o755)
        os.mkdir(self.dir + "/www")
        self.nginx = None

    def start(self, extra=""):
        self.nginx = Nginx(self.dir, extra)
        self.addCleanup(self.nginx.stop)

    def write(self, name, content):
        path = os.path.join(self.dir, "www", name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())

    def plain_tree(self, master_attributes=""):
        self.write("000000000000.cfg", '<APPLICATION CONFIG_FILES="line.cfg, sip.cfg" %s/>' % master_attributes)
        self.write("line.cfg", LINE)
        self.write("sip.cfg", SERVER)

    def command(self, *more, url=None):
        return [OFFHOOK, "boot", "--family", "polycom", "--model", "SPIP650", "--mac", MAC, "--json", "--show-secrets",
                "--url", url or self.nginx.url(), *more]

    def boot(self, *more, url=None, expect):
        environment = dict(os.environ, http_proxy="http://127.0.0.1:9/", HTTP_PROXY="http://127.0.0.1:9/")
        done = subprocess.run(self.command(*more, url=url), capture_output=True, text=True, timeout=60, env=environment)
        self.assertEqual(len(done.stdout.splitlines()), 1, done.stderr)
        report = json.loads(done.stdout)
        self.assertEqual(report["state"], expect, done.stderr)
        self.assertEqual(report["ready"], expect == "ready")
        self.assertEqual(done.returncode, 0 if expect == "ready" else 1)
        return report

    def outcomes(self, report):
        return {file["name"]: file["outcome"] for file in report["files"]}

    def test_a_grown_tree(self):
        """A byte-order mark, nesting, 1,000 parameters, twins, per-model attributes, folders, a big image."""
        os.makedirs(self.dir + "/www/logs")
        os.chmod(self.dir + "/www/logs", 0o777)
        image = os.urandom(16 << 20)
        self.write("fw/sip.ld", image)
        self.write("000000000000.cfg", b"\xef\xbb\xbf" + b"""<?xml version="1.0" standalone="yes"?>
<!-- every site has one of these -->
<APPLICATION APP_FILE_PATH="fw/sip.ld" CONFIG_FILES="generic.cfg" MISC_FILES="hook.txt"
             LOG_FILE_DIRECTORY="/logs" OVERRIDES_DIRECTORY="over/" CONTACTS_DIRECTORY="">
  <APPLICATION_SPIP300 APP_FILE_PATH_SPIP300="sip_212.ld" CONFIG_FILES_SPIP300="never.cfg"/>
  <APPLICATION_SPIP650 CONFIG_FILES_SPIP650="[PHONE_MAC_ADDRESS]/line.cfg , first.cfg,sip.cfg"/>
</APPLICATION>""")
        self.write(MAC + "/line.cfg", b"\xef\xbb\xbf" + LINE.encode())
        self.write("first.cfg", '<a><b><c voIpProt.server.1.port="5062"><d reg.1.label="&#252;ber"/></c></b></a>')
        many = "\n".join('    <p bulk.%d.value="%d" bulk.%d.other=""/>' % (i, i, i) for i in range(800))
        self.write("sip.cfg", "<sip>\n  <x>\n%s\n  </x>\n  %s\n</sip>" % (many, SERVER))
        self.write("over/%s-phone.cfg" % MAC, '<PHONE_CONFIG><OVERRIDES up.headsetMode="1"/></PHONE_CONFIG>')
        self.write("000000000000-directory.xml", "<directory><item_list/></directory>")
        self.write("hook.txt", "hello")
        self.start("location /logs/ { dav_methods PUT; }")
        report = self.boot(expect="ready")
        self.assertEqual(report["lines"], [{"index": 1, "user": "101", "auth_user": "auth101",
                                            "password": "s3cret&<x>", "registrar": "pbx.example.net:5062"}])
        self.assertEqual(report["problems"], [])
        self.assertEqual(report["reboots"], 0)
        files = {file["name"]: file for file in report["files"]}
        self.assertEqual(files["fw/sip.ld"]["bytes"], len(image))
        self.assertEqual(files["over/%s-phone.cfg" % MAC]["outcome"], "fetched")
        self.assertEqual(files["hook.txt"]["bytes"], 5)
        self.assertNotIn("never.cfg", files)
        self.assertNotIn("generic.cfg", files)
        stored = os.path.join(self.dir, "www/logs", MAC + "-app.log")
        if os.path.exists(stored):  # where this nginx was built with WebDAV
            self.assertIn("Download of 'sip.cfg' succeeded", read(stored))
            self.assertNotIn("s3cret", read(stored))
        self.check_manners()

    def check_manners(self):
        rows = self.nginx.requests()
        booting = [row for row in rows if row[3] == "FileTransport PolycomSoundPointIP-SPIP_650-UA/3.2.2.0019"]
        running = [row for row in rows if row[3] == "FileTransport PolycomSoundPointIP-SPIP_650-UA/2.2.0.0047"]
        self.assertEqual(len(booting) + len(running), len(rows))
        self.assertEqual(booting[0][2], "GET /%s.bootrom.ld HTTP/1.1" % PART)
        self.assertIn("GET /fw/%s.sip.ld HTTP/1.1" % PART, [row[2] for row in booting])
        self.assertFalse({row[0] for row in booting} & {row[0] for row in running}, "a stage has its own connections")
        for row in rows:
            self.assertEqual(row[4:7], ["-", "no-cache", "*/*"], row)

    def test_remembers_its_flash(self):
        self.plain_tree('APP_FILE_PATH="sip.ld"')
        self.write("sip.ld", os.urandom(100_000))
        self.start()
        state = self.dir + "/state"
        self.boot("--state", state, expect="ready")
        report = self.boot("--state", state, expect="ready")
        self.assertEqual(report["reboots"], 0)
        self.write("line.cfg", LINE.replace('"101"', '"102"'))
        report = self.boot("--state", state, expect="ready")
        self.assertEqual((report["reboots"], report["lines"][0]["user"]), (1, "102"))
        self.nginx.stop()
        report = self.boot("--state", state, "--flash", "device.prov.redunInterAttemptDelay=0", expect="stale")
        self.assertEqual(report["lines"][0]["user"], "102")
        self.assertTrue(any("could not contact" in problem for problem in report["problems"]))

    def test_a_folder_behind_a_password(self):
        self.plain_tree()
        with open(self.dir + "/accounts", "w") as accounts:
            accounts.write("PlcmSpIp:{PLAIN}PlcmSpIp\n")
        self.start("auth_basic boot; auth_basic_user_file DIR/accounts;")
        self.boot(expect="ready")
        factory = "Basic " + base64.b64encode(b"PlcmSpIp:PlcmSpIp").decode()
        rows = self.nginx.requests()
        self.assertEqual(rows[0][1], "401")
        self.assertEqual(rows[0][4], "-", "nothing before the server asks")
        self.assertEqual({row[4] for row in rows}, {"-", factory})
        report = self.boot("--server-password", "wrong", expect="unconfigured")
        self.assertIn("denied", self.outcomes(report).values())
        self.assertTrue(any("Server User" in problem for problem in report["problems"]))
        self.boot("--server-password", "wrong", url=self.nginx.url().replace("//", "//PlcmSpIp:PlcmSpIp@"), expect="ready")

    def test_a_server_that_dies_midway(self):
        self.plain_tree('APP_FILE_PATH="sip.ld"')
        self.write("sip.ld", os.urandom(16 << 20))
        self.start("location = /sip.ld { limit_rate 1m; }")

        def kill_during_image():
            while "bootrom.ld" not in read(self.dir + "/access.log"):
                time.sleep(0.02)
            time.sleep(0.5)
            self.nginx.process.send_signal(signal.SIGSTOP)  # else it would start a new worker
            children = subprocess.run(["pgrep", "-P", str(self.nginx.process.pid)], capture_output=True, text=True)
            for child in children.stdout.split():
                os.kill(int(child), signal.SIGKILL)
            self.nginx.process.kill()
            self.nginx.process.wait()

        killer = threading.Thread(target=kill_during_image)
        killer.start()
        report = self.boot("--flash", "device.prov.redunInterAttemptDelay=0", expect="unconfigured")
        killer.join()
        self.assertIn(self.outcomes(report)["sip.ld"], ("cut_off", "unreachable"))
        self.assertTrue(any("could not contact" in problem for problem in report["problems"]))

    def test_missing_files(self):
        self.start()
        report = self.boot(expect="unconfigured")
        self.assertTrue(any("no master configuration file" in problem for problem in report["problems"]))
        self.write("000000000000.cfg", '<APPLICATION CONFIG_FILES="line.cfg, gone.cfg"/>')
        self.write("line.cfg", LINE)
        report = self.boot(expect="unconfigured")
        self.assertTrue(any("gone.cfg" in problem for problem in report["problems"]))
        self.assertIn("line 1 lacks a registrar", report["problems"])

    def test_web_pages_for_unknown_files(self):
        self.write("index.html", "<!DOCTYPE html>\n<html><body>Oops</body></html>")
        self.start("location / { try_files $uri /index.html; }")
        report = self.boot(expect="unconfigured")
        self.assertEqual(self.outcomes(report)["000000000000.cfg"], "not_usable")
        self.assertTrue(any("HTML page" in problem for problem in report["problems"]))
        self.assertEqual(report["reboots"], 0)

    def test_redirects(self):
        self.plain_tree()
        self.write("elsewhere/line.cfg", LINE)
        os.remove(self.dir + "/www/line.cfg")
        self.start("location = /line.cfg { return 302 /elsewhere/line.cfg; }"
                   "location = /bootrom.ld { return 302 /elsewhere/; }")
        report = self.boot("--flash", "phone.redirects=followed", expect="ready")
        self.assertEqual(self.outcomes(report)["bootrom.ld"], "redirected", "a bootROM follows none")
        report = self.boot(expect="unconfigured")
        self.assertEqual(self.outcomes(report)["line.cfg"], "redirected", "nor does SIP 2.2 unless told")
        self.assertTrue(any("line.cfg: the server sends the phone elsewhere" in problem and "expected" in problem
                            for problem in report["problems"]))

    def test_paths_go_out_as_written(self):
        name = "{x}/..//%41%zz/%2e/a.cfg"
        self.plain_tree()
        self.write("000000000000.cfg", '<APPLICATION CONFIG_FILES="line.cfg, sip.cfg, %s"/>' % name)
        self.start()
        report = self.boot(url=self.nginx.url("//"), expect="ready")
        self.assertNotIn("GET //%s HTTP/1.1" % name, [row[2] for row in self.nginx.requests()])
        self.assertTrue(any("escape character" in problem for problem in report["problems"]), "the guide forbids it")
        self.boot("--flash", "phone.paths=as_written", url=self.nginx.url("//"), expect="ready")
        self.assertIn("GET //%s HTTP/1.1" % name, [row[2] for row in self.nginx.requests()])

    def test_a_redundant_server_has_several_addresses(self):
        """The first address is dead, the second is nginx: the phone gets through, and the server hears its name."""
        self.plain_tree()
        self.start()
        port = self.nginx.url("/").split(":")[2].strip("/")
        report = self.boot("--resolve", "boot.example.net=127.0.0.99,127.0.0.1", "--flash",
                           "device.prov.redunInterAttemptDelay=0", url="http://boot.example.net:%s/" % port, expect="ready")
        self.assertTrue(all("address 2 of 2, 127.0.0.1" in file["detail"] for file in report["files"]
                            if not file["name"].endswith(".log")))
        self.assertEqual(report["problems"], [])

    def test_https_is_spoken_by_the_application_alone(self):
        self.plain_tree()
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=boot",
                        "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", self.dir + "/key.pem", "-out",
                        self.dir + "/cert.pem"], check=True, capture_output=True)
        tls_port = free_port()
        self.start("listen 127.0.0.1:%d ssl; ssl_certificate DIR/cert.pem; ssl_certificate_key DIR/key.pem;" % tls_port)
        url = "https://127.0.0.1:%d/" % tls_port
        report = self.boot("--ca-file", self.dir + "/cert.pem", url=url, expect="ready")
        self.assertTrue(report["files"][0]["url"].startswith("http://"))
        self.assertTrue(report["files"][-1]["url"].startswith("https://"))
        for stage, scheme in (("application", "https"), ("bootrom", "http")):
            report = self.boot("--ca-file", self.dir + "/cert.pem", "--flash", "phone.directory.stage=" + stage, "--plain-port",
                               str(self.nginx.port), url=url, expect="ready")
            asked = [file["url"].partition(":")[0] for file in report["files"] if file["name"].endswith("-directory.xml")]
            self.assertEqual(set(asked), {scheme}, report["files"])
        report = self.boot("--flash", "device.prov.redunInterAttemptDelay=0", url=url, expect="unconfigured")
        self.assertTrue(any("certificate" in problem for problem in report["problems"]), report["problems"])

    def test_ftp_out_of_the_box(self):
        """No nginx: a factory phone speaks FTP to a bare address."""
        self.plain_tree('LOG_FILE_DIRECTORY="logs"')
        self.write("100%41 percent.cfg", "<a/>")
        self.write("000000000000.cfg",
                   '<APPLICATION CONFIG_FILES="line.cfg, sip.cfg, 100%41 percent.cfg" LOG_FILE_DIRECTORY="logs"/>')
        os.makedirs(self.dir + "/www/logs")
        ftp = FtpRecorder(self.dir + "/www", "PlcmSpIp", "PlcmSpIp")
        self.addCleanup(ftp.close)
        report = self.boot("--flash", "phone.paths=as_written", url="127.0.0.1:%d" % ftp.port, expect="ready")
        self.assertEqual(report["problems"], [])
        self.assertIn("RETR 100%41 percent.cfg", ftp.commands)
        words = {command.split(" ")[0] for command in ftp.commands}
        self.assertLessEqual(words, {"USER", "PASS", "PWD", "CWD", "TYPE", "PASV", "SIZE", "RETR", "APPE", "QUIT"})
        self.assertIn("/logs/%s-app.log" % MAC, ftp.stored)

    def test_wrong_use(self):
        for change in (["--family", "linksys-spa"], ["--model", "SPIP9"], ["--mac", "0004"], ["--url", "gopher://x"],
                       ["--server-type", "carrier-pigeon"], ["--flash", "nonsense"]):
            words = self.command(url="http://127.0.0.1:9/")
            if change[0] in words:
                words[words.index(change[0]) + 1] = change[1]
            else:
                words += change
            done = subprocess.run(words, capture_output=True, text=True, timeout=20)
            self.assertEqual((done.returncode, done.stdout), (2, ""), change)
            self.assertNotEqual(done.stderr, "")


if __name__ == "__main__":
    if not (shutil.which("nginx") or os.path.exists("/usr/sbin/nginx")):
        sys.exit("boot_nginx: nginx is missing (Debian package nginx-light)")
    unittest.main(verbosity=2)
