#!/usr/bin/env python3
"""GENBAND IP88xx phones and what goes wrong: a lost server, a file that arrives broken, a redirect, a wrong password, and each of the
three checks of a server's certificate, by a clock that SNTP set or did not. Each ends as the guides say, and `offhook explain` says
which file, what was seen, what was expected and where to change it."""
import os
import time

import house
import network
from boot_nginx import Nginx
from certificates import EXPIRED, Authority
from genband_house import MAC, PASSWORD, SCHEMES, VERSION_FILE, GenbandTest

CHRONY = """local stratum 1
allow 127.0.0.0/8
bindaddress 127.0.0.1
cmdport 0
pidfile %s/chrony.pid
"""
HTTPS = '[listen."https%s"]\naddress = "127.0.0.1:0"\ncertificate = "%s"\nkey = "%s"\n'


class Losses(GenbandTest):
    def test_a_lost_server_leaves_the_phone_what_it_had(self):
        self.start()
        self.furnish()
        for scheme in SCHEMES:
            self.power_on(scheme=scheme, state=scheme)
        ports = dict(self.server.ports)
        self.server.stop()
        for scheme in SCHEMES:
            with self.subTest(scheme):
                report = self.power_on("--flash", "phone.TRIES=1", scheme=scheme, state=scheme, expect="stale")
                self.assertEqual((report["lines"][0]["user"], report["lines"][0]["password"]), ("101", PASSWORD))
                self.assertEqual(report["reboots"], 0)
                self.assertEqual([outcome for _, outcome in self.outcomes(report)][:1], ["unreachable"])
        self.serve(listen=["%s=127.0.0.1:%d" % pair for pair in ports.items()])
        for scheme in SCHEMES:
            report = self.power_on(scheme=scheme, state=scheme)
            self.assertEqual((report["problems"], report["reboots"]), ([], 0))
        self.told(MAC, "got every configuration file that it needs")


class InBetween(GenbandTest):
    """nginx stands between phone and server, and does something to one file."""

    def stand_between(self, name, what):
        directory = self.dir + "/nginx"
        os.makedirs(directory + "/www")
        os.chmod(self.dir, 0o755)
        os.chmod(directory, 0o755)
        server = self.server.url("", "http")
        nginx = Nginx(directory, "location = /%s { if (-f DIR/on) { %s } proxy_pass %s; } "
                      "location / { proxy_pass %s; }" % (name, what.replace("SERVER", server), server, server))
        self.addCleanup(nginx.stop)
        return nginx

    def begin(self, nginx):
        with open(nginx.dir + "/on", "w"):
            pass

    def test_an_own_file_that_arrives_broken(self):
        self.start()
        self.furnish()
        nginx = self.stand_between(MAC, "return 200 '\x01\x02 no settings';")
        self.power_on(url=nginx.url(""))
        self.begin(nginx)
        report = self.power_on(url=nginx.url(""), expect="stale")
        self.assertIn((MAC, "not_usable"), self.outcomes(report))
        self.assertEqual(report["lines"][0]["user"], "101", "what it had")
        self.has_problem(report, MAC)
        self.told(MAC, "never asked for: phone")

    def test_a_web_page_in_the_place_of_a_file(self):
        self.start()
        self.furnish()
        nginx = self.stand_between(VERSION_FILE, "return 200 '<!DOCTYPE html><html><p>sign in</p></html>';")
        self.begin(nginx)
        report = self.power_on(url=nginx.url(""))
        self.assertIn((VERSION_FILE, "not_usable"), self.outcomes(report))
        self.assertEqual(report["reboots"], 0)

    def test_a_redirect(self):
        """Nothing public says what they do: they follow three unless told otherwise."""
        self.start()
        self.furnish()
        nginx = self.stand_between(MAC, "return 302 SERVER/%s;" % MAC)
        self.begin(nginx)
        report = self.power_on("--flash", "phone.REDIRECTS=0", url=nginx.url(""), expect="unconfigured", state="refuses")
        self.assertIn((MAC, "redirected"), self.outcomes(report))
        self.has_problem(report, MAC)
        self.told(MAC, "never asked for: phone")
        time.sleep(1.1)  # what comes within a second of the like is told as one
        report = self.power_on(url=nginx.url(""), state="follows")
        self.assertIn((MAC, "fetched"), self.outcomes(report))
        self.told(MAC, "got every configuration file that it needs")


class Proofs(GenbandTest):
    def test_wrong_credentials(self):
        self.start()
        self.ok("site", "add", "vault", "--policy", "loopback.clear=credentials loopback.tls=credentials")
        self.furnish("--site", "vault")
        (row,) = self.rows("credentials", "set", MAC, "--user", "u1", "--random")
        for scheme in ("http", "https"):
            with self.subTest(scheme):
                report = self.power_on("--server-user", row["user"], "--server-password", "wrong", scheme=scheme,
                                       expect="unconfigured", state=scheme)
                self.assertIn((MAC, "denied"), self.outcomes(report))
                self.told(MAC, "did not give the right ones", "offhook credentials show " + MAC)
                report = self.power_on("--server-user", row["user"], "--server-password", row["password"], scheme=scheme,
                                       state=scheme)
                self.assertEqual(report["problems"], [])
                self.told(MAC, "got every configuration file that it needs")

    def start_with_certificates(self, inside=()):
        """Four listeners of TLS: one is in order, the others miss one check each."""
        theirs, others = Authority(self.dir, "theirs"), Authority(self.dir, "others")
        pairs = {"": theirs.issue("good", "/CN=good"), "/expired": theirs.issue("expired", "/CN=x", days=EXPIRED),
                 "/misnamed": theirs.issue("misnamed", "/CN=x", names="DNS:other.example.net"),
                 "/foreign": others.issue("foreign", "/CN=x")}
        config = self.write("offhook.toml", "".join(HTTPS % (name, *pair) for name, pair in pairs.items()))
        self.serve("--config", config, listen=(), configured=["https" + name for name in pairs], inside=inside)
        self.ca = theirs.certificate
        with open(others.certificate, encoding="utf-8") as file:
            self.others = file.read()

    def sees(self, which, checks, trusts, *words, inside=()):
        """Whether a phone with these checks trusts that listener's certificate."""
        report = self.power_on("--flash", "PROVISION.verifying_cert=%d" % checks, *words, scheme="https/" + which if which else "https",
                               state="%s%d%d" % (which, checks, len(words)), expect="ready" if trusts else "unconfigured", inside=inside)
        if not trusts:
            self.assertEqual({outcome for _, outcome in self.outcomes(report)} & {"fetched", "not_found"}, set())
        return report

    def test_each_check_of_a_certificate_on_and_off_without_a_clock(self):
        self.start_with_certificates()
        self.furnish()
        for which, bit, why in (("foreign", 1, "issuer"), ("misnamed", 2, "name")):
            for checks, trusts in ((7, False), (bit, False), (7 - bit, True), (0, True)):
                with self.subTest(which=which, checks=checks):
                    report = self.sees(which, checks, trusts)
                    if not trusts:
                        self.assertIn("certificate", " ".join(report["problems"]) + report["steps"], why)
        self.told("127.0.0.1", "TLS failed", "does not know our authority", "Compare the certificate")
        # An authority that was copied to the phone through its web page.
        self.assertEqual(self.sees("foreign", 7, True, "--flash", "phone.CA=" + self.others)["problems"], [])
        report = self.sees("expired", 7, True)
        self.assertIn("clock is not set", report["steps"])
        self.assertEqual(self.sees("", 7, True)["problems"], [])

    def test_the_expiry_by_a_clock_that_sntp_set(self):
        lan = network.Link(self)
        host = lan.host("phone")
        self.start_with_certificates(inside=host.inside)
        self.furnish()
        clock = ("--flash", "NETTIME.sntp_server_address=clock.example.net", "--resolve", "clock.example.net=127.0.0.1")
        report = self.sees("expired", 7, True, *clock, inside=host.inside)  # nobody answers there yet
        self.assertIn("clock is not set", report["steps"])
        conf = self.write("chrony.conf", CHRONY % self.dir)
        chrony = host.start("/usr/sbin/chronyd", "-x", "-d", "-u", "root", "-f", conf)
        network.soon(lambda: "Could not" in chrony.said() or "0100007F:007B" in host.run("cat", "/proc/net/udp").out, "chronyd")
        time.sleep(0.2)
        for checks, trusts in ((7, False), (4, False), (3, True)):
            with self.subTest(checks=checks):
                report = self.sees("expired", checks, trusts, *clock, "--flash", "phone.TRIES=1", inside=host.inside)
                self.assertIn("SNTP server clock.example.net: it is ", report["steps"], chrony.said())
                if not trusts:
                    self.assertIn("expired", " ".join(report["problems"]) + report["steps"])
        self.sees("", 7, True, *clock, "--flash", "phone.TRIES=1", inside=host.inside)
        self.told("127.0.0.1", "TLS failed", "expired", "offhook certificate show")


if __name__ == "__main__":
    house.main()
