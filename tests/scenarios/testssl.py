"""testssl.sh, which we did not write, has nothing to say of the modern listener but what is listed here, with why."""
import json
import os
import shutil
import subprocess

from house import HouseTest, main

SCAN_SECONDS_MAX = 150
CHECKS = ("--protocols", "--standard", "--fs", "--server-preference", "--server-defaults", "--headers", "--vulnerable")
HARMLESS = ("OK", "INFO", "DEBUG")
EXPECTED = {
    "engine_problem": "its own openssl has no GOST: of the scanner, not of the server",
    "cert_revocation": "the own authority publishes no revocation: phones ask nobody, and renewing is one command",
    "HSTS": "for browsers, which are not served here; plain HTTP stands beside it for boot ROMs on purpose",
    "security_headers": "for browsers: no page is served here",
}


class Testssl(HouseTest):
    def scan(self, listener, *checks):
        """What it found, by id. A check that is repeated for each certificate counts once, with its worst."""
        program = shutil.which("testssl")
        self.assertIsNotNone(program, "testssl.sh is not installed")
        ca = self.write("ca.pem", self.ok("certificate", "export").out)
        out = os.path.join(self.dir, "findings-%s.json" % listener)
        done = subprocess.run([program, "--quiet", "--color", "0", "--warnings", "off", "--nodns", "none", "--ip", "127.0.0.1",
                               "--add-ca", ca, "--jsonfile", out, *checks,
                               "https://localhost:%d/" % self.server.ports[listener]],
                              capture_output=True, text=True, timeout=SCAN_SECONDS_MAX, stdin=subprocess.DEVNULL, cwd=self.dir)
        self.assertTrue(os.path.exists(out), done)
        with open(out, encoding="utf-8") as file:
            found = [(row["id"].partition(" ")[0], row["severity"], row["finding"]) for row in json.load(file)]
        # On a busy machine the scanner gives up on a connection after seconds of its own; that says nothing of the server.
        return [row for row in found if not (row[1] == "WARN" and "connect problem" in row[2])]

    def test_the_modern_listener_is_as_good_as_a_phone_listener_can_be(self):
        self.serve(listen="https=127.0.0.1:0")
        found = self.scan("https", *CHECKS)
        # It has looked: a scan that ends early finds nothing wrong either.
        good = {name for name, severity, _ in found if severity == "OK"}
        for name in ("TLS1_2", "TLS1_3", "cert_chain_of_trust", "heartbleed", "ROBOT", "RC4", "PFS"):
            self.assertIn(name, good | {name for name, severity, _ in found if severity == "INFO"}, found)
        self.assertGreater(len(good), 30, found)
        worse = [row for row in found if row[1] not in HARMLESS]
        self.assertEqual([row for row in worse if row[0] not in EXPECTED], [], "worse than informational")
        # An exception that nothing needs any more is to be taken off the list.
        self.assertEqual(set(EXPECTED) - {row[0] for row in worse}, set(), "exceptions for nothing")

    def test_it_would_see_the_legacy_listener(self):
        self.serve(listen="https_legacy=127.0.0.1:0")
        found = self.scan("https_legacy", "--protocols")
        worse = {name for name, severity, _ in found if severity not in HARMLESS and name not in EXPECTED}
        self.assertLessEqual({"TLS1", "TLS1_1"}, worse, found)


if __name__ == "__main__":
    main()
