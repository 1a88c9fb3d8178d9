#!/usr/bin/env python3
"""Linksys SPA phones and rules that go wrong: ones that cannot be read, typed in or told by the server; a server that is gone at the
third of four; firmware that is not there, is named wrong, or is told in a way that the phone does not take. Each ends as the guides
say, and `offhook explain` says what was seen, what was expected and where to change it, where the server can know."""
import http.server
import json
import subprocess
import threading

import house
from boot_nginx import free_port
from spa_house import LISTEN, MAC, PASSWORD, REGISTRAR, SCHEMES, SpaTest, profile

QUICK = ("--flash", "phone.RETRY_PAUSE=0", "--flash", "phone.TRIES=2")
LINE = [("101", PASSWORD, REGISTRAR)]


class Begun(SpaTest):
    def begin(self, *words, phone=()):
        """A server that hears syslog, and a phone that has been here."""
        self.start(*words, listen=LISTEN + ("syslog=127.0.0.1:0",))
        self.ok("layer", "set", "site/default", "syslog.server=127.0.0.1", "syslog.port=%d" % self.server.ports["syslog"])
        self.furnish(*phone)
        self.power_on()


class Rules(Begun):
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


class Upgrades(Begun):
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


if __name__ == "__main__":
    house.main()
