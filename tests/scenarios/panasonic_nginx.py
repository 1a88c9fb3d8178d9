#!/usr/bin/env python3
"""A virtual Panasonic phone boots against nginx and files written by hand: nothing of our own is on the other side."""
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

from boot_nginx import OFFHOOK, Nginx, free_port

MAC, MODEL = "0080f0aabbcc", "KX-HDV130"
MAGIC = "# Panasonic SIP Phone Standard Format File # DO NOT CHANGE THIS LINE!\r\n"
OWN = 'PHONE_NUMBER_1="201"\nSIP_URI_1="201"\nSIP_AUTHID_1="201"\nSIP_PASS_1="s3cret"\n'
SHARED = 'SIP_RGSTR_ADDR_1="pbx.example.net"\nSIP_RGSTR_PORT_1="5060"\n'
STANDARD = "Config%s.cfg" % MAC.upper()


def image(version):
    body = b"x" * 200_000 + version.encode()
    head = "offhook-image 1\nkind: application\nversion: %s\nparts: %s\ndigest: %s\n\n"
    return (head % (version, MODEL, hashlib.sha256(body).hexdigest())).encode() + body


class PanasonicAgainstNginx(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix="panasonic-nginx-")
        self.addCleanup(shutil.rmtree, self.dir)
        os.chmod(self.dir, 0o755)
        os.mkdir(self.dir + "/www")

    def start(self, extra=""):
        self.nginx = Nginx(self.dir, extra)
        self.addCleanup(self.nginx.stop)

    def write(self, name, content):
        path = os.path.join(self.dir, "www", name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else (MAGIC + content.replace("\n", "\r\n") + "\r\n").encode())

    def tree(self, base, first="", shared=""):
        """Written once nginx's port is known."""
        self.write(MODEL + ".cfg", 'CFG_STANDARD_FILE_PATH="%s/Config{MAC}.cfg"\n'
                                   'CFG_PRODUCT_FILE_PATH="%s/Config{MODEL}.cfg"\n'
                                   'CFG_MASTER_FILE_PATH="%s/"\n%s' % (base, base, base, first))
        self.write(STANDARD, OWN)
        self.write("Config%s.cfg" % MODEL, 'SIP_PASS_1="of all"\n')
        self.write("ConfigCommon.cfg", SHARED + shared)

    def boot(self, *more, expect, state=True, model=MODEL):
        words = [OFFHOOK, "boot", "--family", "panasonic", "--model", model, "--mac", MAC, "--json", "--show-secrets",
                 "--url", self.nginx.url(), "--timeout", "5", *more]
        if state:
            words += ["--state", self.dir + "/state"]
        done = subprocess.run(words, capture_output=True, text=True, timeout=90)
        self.assertEqual(len(done.stdout.splitlines()), 1, done.stderr)
        report = json.loads(done.stdout)
        self.assertEqual(report["state"], expect, done.stderr)
        self.steps = done.stderr
        return report

    def asked(self):
        return [row[2].split(" ")[1] for row in self.nginx.requests()]

    def certificate(self, name, days):
        """Its own authority; days may be in the past."""
        key, request, names = self.dir + "/key.pem", self.dir + "/request.pem", self.dir + "/names"
        with open(names, "w") as extensions:
            extensions.write("subjectAltName=DNS:%s\n" % name)
        subprocess.run(["openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=boot", "-keyout", key,
                        "-out", request], check=True, capture_output=True)
        subprocess.run(["openssl", "x509", "-req", "-in", request, "-signkey", key, "-days", str(days), "-extfile",
                        names, "-out", self.dir + "/cert.pem"], check=True, capture_output=True)
        shutil.copy(self.dir + "/cert.pem", self.dir + "/www/ca.pem")

    def test_two_stages_and_new_software(self):
        self.start("location = /fw { return 302 /KX-HDV130-01.133.fw; }")
        base = self.nginx.url("")
        self.tree(base, shared='FIRM_VERSION="01.133"\nFIRM_FILE_PATH="%s/fw"\n' % base)
        self.write("KX-HDV130-01.133.fw", image("01.133"))
        report = self.boot(expect="ready")
        self.assertEqual(report["lines"], [{"index": 1, "user": "201", "auth_user": "201", "password": "s3cret",
                                            "registrar": "pbx.example.net:5060"}])
        self.assertEqual((report["firmware"], report["reboots"], report["problems"]), ("01.133", 1, []))
        files = ["/%s.cfg" % MODEL, "/" + STANDARD, "/Config%s.cfg" % MODEL, "/ConfigCommon.cfg"]
        self.assertEqual(self.asked(), files + ["/fw", "/KX-HDV130-01.133.fw"] + files)
        agents = {row[3] for row in self.nginx.requests()}
        self.assertEqual(agents, {"Panasonic_%s/%s (%s)" % (MODEL, version, MAC) for version in ("01.103", "01.133")})
        self.assertIn("redirect", [file["detail"] for file in report["files"] if file["name"] == "fw"][0])
        self.assertEqual(self.boot(expect="ready")["reboots"], 0)

    def test_a_corrupt_file_and_a_lost_server_change_nothing(self):
        self.start()
        self.tree(self.nginx.url(""))
        self.boot(expect="ready")
        self.write(STANDARD, b'PHONE_NUMBER_1="999"\r\n')
        report = self.boot(expect="stale")
        self.assertEqual(report["lines"][0]["user"], "201")
        self.assertTrue(any("drops the whole of it" in problem for problem in report["problems"]))
        self.nginx.stop()
        report = self.boot(expect="stale")
        self.assertEqual(report["lines"][0]["password"], "s3cret")
        self.assertTrue(any("could not contact" in problem for problem in report["problems"]))

    def test_the_account_of_its_parameters_and_old_http(self):
        with open(self.dir + "/accounts", "w") as accounts:
            accounts.write("pana:{PLAIN}sonic\n")
        self.start("location /own/ { auth_basic boot; auth_basic_user_file DIR/accounts; }")
        self.tree(self.nginx.url(""), 'HTTP_AUTH_ID="pana"\nHTTP_AUTH_PASS="sonic"\nHTTP_VER="0"\n')
        self.write("Config%s.cfg" % MODEL, 'CFG_MASTER_FILE_PATH="%s"\n' % self.nginx.url("/own/ConfigCommon.cfg"))
        self.write("own/ConfigCommon.cfg", SHARED)
        self.boot(expect="ready")
        rows = self.nginx.requests()
        self.assertEqual(rows[0][2].split(" ")[2], "HTTP/1.1")
        self.assertEqual({row[2].split(" ")[2] for row in rows[1:]}, {"HTTP/1.0"})
        self.assertEqual([row[1] for row in rows if "/own/" in row[2]], ["401", "200"])
        self.write(MODEL + ".cfg", 'HTTP_AUTH_PASS="wrong"\n')
        report = self.boot(expect="stale")  # its registrar is from the flash
        self.assertTrue(any("does not take the phone's account" in problem for problem in report["problems"]))

    def test_a_region_has_its_own_name(self):
        self.start()
        self.tree(self.nginx.url(""))
        for name in (MODEL + ".cfg", "Config%s.cfg" % MODEL):
            os.rename(self.dir + "/www/" + name, self.dir + "/www/" + name.replace(MODEL, MODEL + "N"))
        self.boot(model=MODEL.lower() + "n", expect="ready", state=False)
        self.assertEqual(self.asked()[0], "/%sN.cfg" % MODEL)
        self.assertIn("/Config%sN.cfg" % MODEL, self.asked())
        self.assertEqual({row[3] for row in self.nginx.requests()}, {"Panasonic_%sN/01.103 (%s)" % (MODEL, MAC)})

    def test_a_user_changes_the_network(self):
        self.start()
        self.tree(self.nginx.url(""))
        report = self.boot("--change", "VLAN_ID_IP_PHONE=20", expect="ready")
        self.assertEqual(report["reboots"], 1, self.steps)
        self.assertEqual(self.asked().count("/" + STANDARD), 2)
        self.assertEqual(self.boot(expect="ready")["reboots"], 0)

    def over_tls(self, verify):
        tls = free_port()
        self.start("listen 127.0.0.1:%d ssl; ssl_certificate DIR/cert.pem; ssl_certificate_key DIR/key.pem;" % tls)
        self.tree("https://localhost:%d" % tls, 'HTTP_SSL_VERIFY="%s"\nCFG_ROOT_CERTIFICATE_PATH="%s"\n'
                  % (verify, self.nginx.url("/ca.pem")))

    def test_trusts_whom_its_root_certificate_names(self):
        self.certificate("localhost", 2)
        self.over_tls(2)
        self.boot(expect="ready", state=False)
        self.assertEqual(self.asked()[:3], ["/%s.cfg" % MODEL, "/ca.pem", "/" + STANDARD])
        self.assertIn("this host's clock", self.steps)
        os.remove(self.dir + "/www/ca.pem")
        report = self.boot(expect="unconfigured", state=False)
        self.assertTrue(any("certificate" in problem for problem in report["problems"]), report["problems"])
        self.assertEqual(self.asked().count("/" + STANDARD), 1, "the host's own authorities do not stand in for it")

    def test_the_name_in_a_certificate_counts_for_2_alone(self):
        self.certificate("elsewhere", 2)
        self.over_tls(1)
        self.boot(expect="ready", state=False)
        self.nginx.stop()
        self.over_tls(2)
        report = self.boot(expect="unconfigured", state=False)
        self.assertTrue(any("https://localhost" in problem for problem in report["problems"]), report["problems"])

    def test_an_expired_certificate(self):
        self.certificate("localhost", -1)
        self.over_tls(2)
        report = self.boot(expect="unconfigured", state=False)
        self.assertTrue(any("expired" in problem for problem in report["problems"]), report["problems"])
        self.nginx.stop()
        self.over_tls(0)
        self.boot(expect="ready", state=False)


if __name__ == "__main__":
    if not (shutil.which("nginx") or os.path.exists("/usr/sbin/nginx")):
        sys.exit("panasonic_nginx: nginx is missing (Debian package nginx-light)")
    unittest.main(verbosity=2)
