#!/usr/bin/env python3
"""Linksys SPA phones and what goes wrong: rules that cannot be read, typed in or told by the server; a server that is gone at the
third of four rules; firmware that is not there, is named wrong, or is told in a way that the phone does not take; files that are
broken, sealed with another key, or for another phone; certificates. Each ends as the guides say, and `offhook explain`
says what was seen, what was expected and where to change it, where the server can know."""
import json
import os
import subprocess

import house
from boot_nginx import Nginx, free_port
from certificates import EXPIRED, Authority
from spa_house import LISTEN, MAC, PASSWORD, REGISTRAR, SCHEMES, SpaTest, gzip, openssl, profile

KEY, WRONG = "SecretPhrase1234", "AnotherPhrase123"
QUICK = ("--flash", "phone.RETRY_PAUSE=0", "--flash", "phone.TRIES=2")
LINE = [("101", PASSWORD, REGISTRAR)]


class Troubles(SpaTest):
    def begin(self, *words, phone=()):
        """A server that hears syslog, and a phone that has been here."""
        self.start(*words, listen=LISTEN + ("syslog=127.0.0.1:0",))
        self.ok("layer", "set", "site/default", "syslog.server=127.0.0.1", "syslog.port=%d" % self.server.ports["syslog"])
        self.furnish(*phone)
        self.power_on()

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


class Rules(Troubles):
    def test_a_rule_that_was_typed_wrong(self):
        """As the first rule it makes a phone mute; as a later one it lets the earlier ones be."""
        self.begin()
        report = self.power_on("--flash", "Profile_Rule=( $SWVER lt", expect="unconfigured", state="new", url="")
        self.has_problem(report, "Profile_Rule: column 1: a '(' has no end; expected its ')'")
        self.assertEqual(report["files"], [])
        for rule, says in (("( $SWVER lt", "a '(' has no end"), ("[--key] /x", "the option's word is empty"),
                           ("http://127.0.0.1 |", "the URL has no path")):
            with self.subTest(rule):
                report = self.power_on("--flash", "Profile_Rule_C=" + rule)
                self.assertEqual(self.asked(report), ["spa942.xml", MAC + ".xml"], "the rules before it are followed")
                self.has_problem(report, "Profile_Rule_C", says)
                self.told(MAC, "Resync failed: invalid rule", "Expected is a rule that the phone can follow",
                          silent=("is a rule that the phone will hardly follow",))
        self.assertEqual(self.power_on("--flash", "Profile_Rule_C=")["problems"], [])
        self.told(MAC, "got every configuration file that it needs")

    def test_a_wrong_rule_that_the_server_gives(self):
        self.begin()
        for layer, command in (("fleet", "layer set fleet"), ("model/linksys-spa/SPA942", "layer set model/linksys-spa/SPA942")):
            with self.subTest(layer):
                self.ok("layer", "set", layer, "raw:Profile_Rule_C=( $SWVER lt")
                report = self.power_on()
                self.has_problem(report, "Profile_Rule_C: column 1: a '(' has no end")
                self.assertEqual(self.line(report), LINE)
                self.told(MAC, "Profile_Rule_C in ", "is a rule that the phone will hardly follow: column 1: a '(' has no end",
                          "It is made of raw:Profile_Rule_C", "change it with `offhook %s raw:Profile_Rule_C=...`" % command,
                          "Resync failed: invalid rule")
                self.ok("layer", "set", layer, "raw:Profile_Rule_C=")  # taken out, it would stay in the phone
                # A phone looks at each rule as it is by then: the file that empties it comes before it.
                self.assertEqual(self.power_on()["problems"], [])
                self.told(MAC, "got every configuration file that it needs", silent=("hardly follow",))
                self.ok("layer", "set", layer, "--unset", "raw:Profile_Rule_C")
        self.assertNotIn("hardly follow", self.ok("render", MAC).err)
        self.ok("device", "set", MAC, "raw:Resync_Trigger_1=$PRVTMR ge")
        self.assertIn("is a rule that the phone will hardly follow", self.ok("render", MAC).err)

    def test_the_server_is_gone_at_rule_three_of_four(self):
        """The first failure ends the sequence, and the retry begins from the first rule."""
        port = free_port()
        self.begin(phone=("--set", "raw:Profile_Rule_C=http://127.0.0.1:%d/third.xml" % port, "--set",
                          "raw:Resync_Error_Retry_Delay=30"))
        fourth = self.write("fourth.xml", profile(("Station_Name", "of the fourth")))
        self.ok("asset", "add", fourth, "--name", "init/%s.spc" % MAC, "--family", "linksys-spa")
        self.ok("device", "set", MAC, "raw:Profile_Rule_D=" + self.server.url("/init/$MA.spc", "http"))
        first_two = ["spa942.xml", MAC + ".xml"]
        report = self.power_on(*QUICK)
        self.assertEqual(self.asked(report)[:3], first_two + ["third.xml"])
        self.assertNotIn(MAC + ".spc", self.asked(report))
        self.has_problem(report, "could not contact http://127.0.0.1:%d" % port)
        self.assertEqual(self.line(report), LINE)
        self.told(MAC, "http://127.0.0.1:%d/third.xml" % port, "Resync failed: http_get failed", "This server was not asked for it")
        with open(self.dir + "/stay.out", "w+") as out, open(self.dir + "/stay.err", "w+") as err:
            phone = subprocess.Popen([house.OFFHOOK, "boot", "--family", "linksys-spa", "--model", "SPA942", "--mac", MAC, "--json",
                                      "--state", "%s/phone-%s" % (self.dir, MAC), "--stay", "60", "--time-speed", "30",
                                      "--sip-address", "127.0.0.1", "--sip-port", "0"], stdin=subprocess.DEVNULL, stdout=out,
                                     stderr=err)
            self.addCleanup(phone.wait, 10)
            self.addCleanup(phone.kill)

            def passes():
                with open(out.name, encoding="utf-8") as file:
                    return [self.asked(json.loads(line)) for line in file if line.endswith("\n")]

            self.wait_for(lambda: len(passes()) >= 2)
            for each in passes():
                self.assertEqual(each, first_two + ["third.xml"], "each retry is from the first rule")
            self.third(port)
            self.wait_for(lambda: passes()[-1][:4] == first_two + ["third.xml", MAC + ".spc"])
        self.assertEqual(self.flash()["Station_Name"], "of the fourth")
        self.assertEqual(self.power_on()["problems"], [])
        self.told(MAC, "got every configuration file that it needs", silent=("http_get failed",))

    def third(self, port):
        """The server of the third rule comes up."""
        import http.server
        import threading

        class Third(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = profile(("GPP_C", "of the third"))
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Third)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        threading.Thread(target=server.serve_forever, daemon=True).start()


class Upgrades(Troubles):
    def test_an_upgrade_rule_that_cannot_be_read(self):
        """By the server's own settings, by the operator's own rule, and typed in: the profiles do not suffer."""
        self.begin(phone=("--set", "firmware.path=spa942-6-1-5a.bin"))
        for words, setting in ((("firmware.version=the latest",), "firmware.version"),
                               (("raw:Upgrade_Rule=( $SWVER ne 6.1.5(a) ? http://127.0.0.1/x.bin",), "raw:Upgrade_Rule"),
                               (("raw:Upgrade_Rule=https://127.0.0.1/x.bin",), "raw:Upgrade_Rule")):
            with self.subTest(words):
                self.ok("device", "set", MAC, *words)
                report = self.power_on()
                self.has_problem(report, "Upgrade_Rule: ")
                self.assertEqual((report["firmware"], self.line(report)), ("5.1.8", LINE))
                self.told(MAC, "Upgrade_Rule in %s.xml is a rule that the phone will hardly follow" % MAC,
                          "It is made of %s, set by device; change it with `offhook device set %s %s=...`" % (setting, MAC, setting))
        self.ok("device", "set", MAC, "raw:Upgrade_Rule=")
        self.power_on()
        self.told(MAC, "got every configuration file that it needs", silent=("hardly follow",))

    def test_an_image_that_is_not_there_and_one_that_comes(self):
        for scheme in SCHEMES[:2]:
            with self.subTest(scheme):
                self.setUp()
                self.begin(phone=("--set", "firmware.version=6.1.5(a)", "--set", "firmware.path=spa942-6-1-5a.bin"))
                report = self.power_on(scheme=scheme, state=scheme)
                self.has_problem(report, "Upgrade_Rule names /spa942-6-1-5a.bin, which the server does not have")
                self.assertEqual((report["firmware"], self.line(report)), ("5.1.8", LINE))
                self.told(MAC, "It asked for firmware that is not stored (spa942-6-1-5a.bin) and goes on with its own",
                          "offhook firmware add FILE --family linksys-spa --name spa942-6-1-5a.bin")
                self.ok("firmware", "add", self.write("image", b"software" * 9000), "--family", "linksys-spa", "--name",
                        "spa942-6-1-5a.bin", "--version", "6.1.5(a)", "--model", "SPA942")
                report = self.power_on(scheme=scheme, state=scheme)
                self.assertEqual((report["firmware"], report["problems"]), ("6.1.5(a)", []))
                self.told(MAC, "got every configuration file", silent=("not stored",))

    def test_a_server_without_a_listener_for_firmware(self):
        """Firmware 5.1 takes none by HTTPS: where nothing else listens it is told no rule, and the operator is told why."""
        self.start(listen="https=127.0.0.1:0")
        self.furnish("--set", "firmware.version=6.1.5(a)", "--set", "firmware.path=spa942-6-1-5a.bin")
        report = self.power_on(scheme="https")
        self.assertEqual((report["problems"], report["firmware"]), ([], "5.1.8"))
        self.assertNotIn("Upgrade_Rule", self.flash())
        self.assertEqual(self.line(report), LINE)
        self.ok("device", "set", MAC, "firmware.path=http://127.0.0.1:1/spa942-6-1-5a.bin")
        self.has_problem(self.power_on(*QUICK), "could not contact http://127.0.0.1:1")


class Files(Troubles):
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
        self.furnish("--set", "provisioning.file_key=" + KEY, "--set", "provisioning.sealed=yes")
        rule = "[--key %s] %s" % (WRONG, self.server.url("/%s.enc" % MAC, "http"))
        report = self.power_on("--flash", "Profile_Rule=" + rule, "--flash", "Syslog_Server=127.0.0.1:%d" % self.server.ports["syslog"],
                               url="", expect="unconfigured")
        self.assertEqual([file["outcome"] for file in report["files"]], ["not_usable"])
        self.told(MAC, "Resync failed: corrupt file", "It is sealed: Expected is a file that the phone's key opens",
                  "offhook device set %s provisioning.file_key=KEY" % MAC, silent=(KEY, WRONG))


class Certificates(Troubles):
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
