#!/usr/bin/env python3
"""Linksys SPA phones and files that are none of theirs: broken, sealed with another key, for another phone; and certificates that
they do not take. Each ends as the guides say, and `offhook explain` says what was seen, what was expected and where to change it,
where the server can know. Rules that go wrong: spa_rules.py."""
import json
import os

import house
from boot_nginx import Nginx
from certificates import EXPIRED, Authority
from spa_house import LISTEN, MAC, PASSWORD, REGISTRAR, SpaTest, gzip, openssl, profile

KEY, WRONG = "SecretPhrase1234", "AnotherPhrase123"
QUICK = ("--flash", "phone.RETRY_PAUSE=0", "--flash", "phone.TRIES=2")
LINE = [("101", PASSWORD, REGISTRAR)]


class Files(SpaTest):
    def nginx(self, files):
        """A server of somebody else's that has these files."""
        directory = self.dir + "/nginx"
        os.makedirs(directory + "/www", exist_ok=True)
        for folder in (self.dir, directory, directory + "/www"):
            os.chmod(folder, 0o755)
        for name, content in files.items():
            os.chmod(self.write("nginx/www/" + name, content), 0o644)
        nginx = Nginx(directory)
        self.addCleanup(nginx.stop)
        return nginx

    def test_what_is_no_profile_of_this_phones(self):
        """From a plain web server, where nobody explains: the phone says which file and why, and keeps what it has."""
        own = profile(("User_ID_1_", "101"), ("Password_1_", PASSWORD), ("Proxy_1_", REGISTRAR))
        self.start()
        other = self.dir + "/other.cfg"
        self.ok("compile", self.write("source.xml", own), "--binary", "--target", "000e08aabbcd", "-o", other)
        with open(other, "rb") as file:
            for_another = file.read()
        sealed, packed = openssl(own, KEY), gzip(own * 40)
        nginx = self.nginx({"good": openssl(gzip(own), KEY), "wrong": openssl(gzip(own), WRONG), "short": sealed[:-16], "plain": own,
                            "sealed": sealed, "truncated": packed[:len(packed) // 2], "inside": openssl(packed[:len(packed) // 2], KEY),
                            "tail": gzip(own)[:-4], "another": for_another, "empty": b"", "page": b"<!DOCTYPE html><html></html>",
                            "text": b'GPP_A "x" ;\n', "cut": own[:len(own) // 2]})
        keyed = "[--key %s] " % KEY
        for name, key, says in (("wrong", keyed, ("does not decrypt", "the key is another")), ("short", keyed, ("does not decrypt",)),
                                ("sealed", "", ("encrypted, and the rule has no --key",)), ("truncated", "", ("inflate",)),
                                ("inside", keyed, ("inflate",)), ("tail", "", ("inflate",)),
                                ("another", "", ("another phone",)), ("empty", "", ("empty",)), ("page", "", ("HTML page",)),
                                ("text", "", ("no XML",)), ("cut", "", ("",))):
            with self.subTest(name):
                phone = "--flash", "Profile_Rule=" + keyed + nginx.url("/good")
                self.assertEqual(self.line(self.power_on(*phone, state=name, url="")), LINE)
                report = self.power_on("--flash", "Profile_Rule=" + key + nginx.url("/" + name), state=name, expect="stale")
                self.assertEqual([file["outcome"] for file in report["files"]], ["not_usable"])
                self.assertTrue(any(word in problem for word in says for problem in report["problems"]), report["problems"])
                self.assertIn("Resync failed: corrupt file", report["steps"])
                self.assertEqual((self.line(report), report["reboots"]), (LINE, 0))
                self.assertNotIn(WRONG, report["steps"] + json.dumps(report["problems"]))
        report = self.power_on("--flash", "Profile_Rule=" + keyed + nginx.url("/plain"), state="wrong")
        self.assertIn("the file is not encrypted: it is read as it is", report["steps"])

    def test_a_key_that_is_not_the_servers(self):
        """A sealed profile of the server's own, and a phone with another key: its syslog tells the server."""
        self.start(listen=LISTEN + ("syslog=127.0.0.1:0",))
        self.ok("layer", "set", "site/default", "provisioning.sealed=yes")
        self.furnish("--set", "provisioning.file_key=" + KEY)
        rule = "[--key %s] %s" % (WRONG, self.server.url("/%s.enc" % MAC, "http"))
        report = self.power_on("--flash", "Profile_Rule=" + rule, "--flash", "Syslog_Server=127.0.0.1:%d" % self.server.ports["syslog"],
                               url="", expect="unconfigured")
        self.assertEqual([file["outcome"] for file in report["files"]], ["not_usable"])
        self.told(MAC, "Resync failed: corrupt file", "It is sealed: Expected is a file that the phone's key opens",
                  "offhook device set %s provisioning.file_key=KEY" % MAC, silent=(KEY, WRONG))


class Certificates(SpaTest):
    def test_a_servers_certificate_that_the_phone_does_not_take(self):
        """It always verifies (what its clock says before a profile has named an NTP server is in no guide: here the host's counts)."""
        theirs = Authority(self.dir, "theirs")
        pairs = {"good": theirs.issue("good", "/CN=good"), "expired": theirs.issue("expired", "/CN=x", days=EXPIRED),
                 "misnamed": theirs.issue("misnamed", "/CN=x", names="DNS:other.example.net")}
        config = self.write("offhook.toml", "".join('[listen."https/%s"]\naddress = "127.0.0.1:0"\ncertificate = "%s"\nkey = "%s"\n'
                                                    % (name, *pair) for name, pair in pairs.items()))
        self.serve("--config", config, listen=(), configured=["https/" + name for name in pairs])
        self.ca = theirs.certificate
        self.furnish()
        for name in ("expired", "misnamed"):
            with self.subTest(name):
                report = self.power_on(*QUICK, scheme="https/" + name, state=name, expect="unconfigured")
                self.assertEqual([file["outcome"] for file in report["files"]], ["unreachable"])
                self.assertIn("Resync failed: https_get failed", report["steps"])
                if name == "expired":
                    self.told("127.0.0.1", "TLS failed", "the phone's clock is wrong: `offhook certificate show`")
        self.assertEqual(self.line(self.power_on(scheme="https/good", state="good")), LINE)


if __name__ == "__main__":
    house.main()
