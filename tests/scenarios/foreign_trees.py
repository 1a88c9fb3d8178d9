#!/usr/bin/env python3
"""Virtual phones boot from trees and servers that are not ours: every tree of tests/trees, from nginx, vsftpd and tftpd-hpa.

What each phone must register as is read from the tree's expected.txt. vsftpd and tftpd-hpa are started as root.
"""
import concurrent.futures
import json
import os
import re
import shutil
import subprocess
import time

import house
from boot_nginx import Nginx, free_port

TREES = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "trees")
BOOTS_AT_ONCE = 3
VSFTPD = """listen=YES
listen_address=127.0.0.1
listen_port=%d
background=NO
anonymous_enable=YES
anon_root=%s
allow_writeable_chroot=YES
write_enable=YES
anon_upload_enable=YES
anon_other_write_enable=YES
anon_umask=022
seccomp_sandbox=NO
secure_chroot_dir=%s
ftp_username=daemon
cmds_allowed=USER,PASS,TYPE,PWD,CWD,PASV,EPSV,SIZE,RETR,STOR,APPE,QUIT
"""


class Tree:
    """What expected.txt says: each phone's family, model, and lines as (user, auth user, registrar)."""

    def __init__(self, name):
        self.files = os.path.join(TREES, name, "files")
        self.phones = {}
        shared, models, settings = {}, {}, {}
        with open(os.path.join(TREES, name, "expected.txt"), encoding="utf-8") as file:
            for line in file:
                if device := re.match(r"  ([0-9a-f]{12}) (\S+) (\S+) \(model: ", line):
                    settings = {}
                    self.phones[device[1]] = (device[2], device[3], settings)
                elif layer := re.match(r"The layer of model (\S+):", line):
                    settings = models.setdefault(layer[1], {})
                elif line.startswith("The site's layer"):
                    settings = shared
                elif row := re.match(r" +(\S+) = (.*)", line):
                    settings[row[1]] = row[2]
        self.phones = {mac: (family, model, self.lines({**shared, **models.get(model, {}), **own}))
                       for mac, (family, model, own) in self.phones.items()}

    @staticmethod
    def lines(settings):
        out = []
        for number in range(1, 35):
            if user := settings.get("line.%d.user" % number):
                host, port = (settings.get("line.%d.registrar.%s" % (number, part), settings.get("line.1.registrar." + part))
                              for part in ("host", "port"))
                out.append((number, user, settings["line.%d.auth_user" % number], host + (":" + port if port else "")))
        return out


class ForeignTrees(house.HouseTest):
    def plant(self, name, url):
        """The tree as a server has it, its addresses those of that server."""
        self.tree, self.root = Tree(name), self.dir + "/www"
        shutil.copytree(self.tree.files, self.root)
        kind = str(("ftp", "tftp", "http").index(url.partition(":")[0]))
        for folder, _, names in os.walk(self.root):
            for file_name in names:
                path = os.path.join(folder, file_name)
                with open(path, "rb") as file:
                    content = file.read()
                content = content.replace(b"http://192.0.2.10", url.encode())
                content = content.replace(b'device.prov.serverName="192.0.2.10"', b'device.prov.serverName="%s"' % url.encode())
                content = content.replace(b'device.prov.serverType="2"', b'device.prov.serverType="%s"' % kind.encode())
                with open(path, "wb") as file:
                    file.write(content)
                os.chmod(path, 0o666)
            os.chmod(folder, 0o777)
        os.chmod(self.dir, 0o777)

    def start(self, program, *words):
        server = subprocess.Popen([shutil.which(program) or "/usr/sbin/" + program, *words], stdin=subprocess.DEVNULL)
        self.addCleanup(server.wait, 10)
        self.addCleanup(server.kill)
        time.sleep(0.4)
        self.assertIsNone(server.poll(), program)

    def by_nginx(self, name):
        # The tree is planted when the port is known, which nginx does not mind.
        nginx = Nginx(self.dir, "location / { dav_methods PUT; }")
        self.addCleanup(nginx.stop)
        self.plant(name, nginx.url(""))
        return nginx.url("")

    def by_vsftpd(self, name):
        port = free_port()
        url = "ftp://127.0.0.1:%d" % port
        self.plant(name, url)
        os.mkdir(self.dir + "/empty", 0o755)
        conf = self.write("vsftpd.conf", VSFTPD % (port, self.root, self.dir + "/empty"))
        os.chmod(conf, 0o600)
        os.chmod(self.root, 0o755)  # it takes no writable roots
        self.start("vsftpd", conf)
        return url.replace("//", "//anonymous:phone@") if name.startswith("polycom") else url

    def by_tftpd(self, name):
        port = free_port()
        self.plant(name, "tftp://127.0.0.1:%d" % port)
        self.start("in.tftpd", "--listen", "--foreground", "--create", "--permissive", "--user", "nobody", "--address",
                   "127.0.0.1:%d" % port, "--secure", self.root)
        return "tftp://127.0.0.1:%d" % port

    def power_on(self, mac, url):
        family, model, _ = self.tree.phones[mac]
        path = "/" if family == "polycom" else "/{MODEL}.cfg"
        flash = ["--flash", "device.prov.redunAttemptLimit=1"] if family == "polycom" else []
        if url.startswith("ftp://anonymous"):  # the flash's account is the one for addresses that hold none
            flash += ["--server-user", "anonymous", "--server-password", "phone"]
        done = house.run("boot", "--family", family, "--model", model, "--mac", mac, "--json", "--show-secrets", "--timeout",
                         "5", *flash, "--url", url + path)
        return json.loads(done.out), done.err

    def check_lines(self, report, mac, steps):
        self.assertEqual(report["state"], "ready", steps)
        got = [(line["index"], line["user"], line["auth_user"], line["registrar"]) for line in report["lines"]]
        self.assertEqual(got, self.tree.phones[mac][2], steps)
        texts = "\n".join(self.read(path) for path in self.planted())
        for line in report["lines"]:
            self.assertTrue(line["password"])
            self.assertIn(line["password"].replace("&", "&amp;"), texts)

    def planted(self):
        return [os.path.join(folder, name) for folder, _, names in os.walk(self.root) for name in names]

    @staticmethod
    def read(path):
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def check_uploads(self, report, mac, server):
        """Logs are where the master file wants them, if that server lets anybody write there."""
        sent = {file["name"]: file["outcome"] for file in report["files"] if file["direction"] == "put"}
        self.assertEqual({name.rpartition("/")[2] for name in sent}, {mac + "-boot.log", mac + "-app.log"})
        for name, outcome in sent.items():
            if server == "vsftpd" and "/" not in name and not os.path.exists(os.path.join(self.tree.files, name)):
                self.assertEqual(outcome, "refused", name)
                continue
            self.assertEqual(outcome, "stored", name)
            content, before = self.read(os.path.join(self.root, name)), os.path.join(self.tree.files, name)
            self.assertRegex(content.splitlines()[-1], r"^\d{10}\|[a-z ]{5}\|[0-6]\|00\|")
            if server == "vsftpd" and os.path.exists(before):
                self.assertTrue(content.startswith(self.read(before)), "FTP appends")
            self.assertEqual([problem for problem in report["problems"] if ".log" in problem], [])

    def serve_tree(self, name, server):
        url = getattr(self, "by_" + server)(name)
        with concurrent.futures.ThreadPoolExecutor(BOOTS_AT_ONCE) as pool:
            reports = dict(zip(self.tree.phones, pool.map(lambda mac: self.power_on(mac, url), self.tree.phones)))
        self.assertGreaterEqual(len(reports), 2)
        for mac, (report, steps) in reports.items():
            with self.subTest(tree=name, server=server, mac=mac):
                self.check_lines(report, mac, steps)
                if name.startswith("polycom"):
                    self.check_uploads(report, mac, server)


def add_tests():
    """One for each tree and server, so that each has a folder of its own."""
    for name in sorted(os.listdir(TREES)):
        for server in ("nginx", "vsftpd", "tftpd"):
            # The others' trees are booted from in genband.py, spa_trees.py and import_trees.py; those phones know no FTP.
            if not os.path.isdir(os.path.join(TREES, name)) or not name.startswith(("polycom-", "panasonic-")):
                continue
            setattr(ForeignTrees, "test_%s_by_%s" % (name.replace("-", "_"), server),
                    lambda self, name=name, server=server: self.serve_tree(name, server))


add_tests()

if __name__ == "__main__":
    house.main()
