#!/usr/bin/env python3
"""A Linksys SPA phone gets its file key over HTTPS by its certificate, and opens sealed profiles over anything from then on;
or by a compiled profile that is for it alone. What goes over the wire is opened by OpenSSL's own program."""
import gzip
import json
import os
import socket
import subprocess

import house

ANNA, BERT = "000e08aabbcc", "000e08aabbcd"
SERIAL, KEY, WRONG = "88019FA42805", "SecretPhrase1234", "AnotherPhrase123"
PASSWORD = "s3cret &c."
PASSWORD_IN_XML = b"s3cret &amp;c."


class SpaKeys(house.HouseTest):
    def setUp(self):
        super().setUp()
        config = self.write("offhook.toml", '[client_ca.linksys-spa]\nbundle = "%s/tls/authority.pem"\n' % self.data)
        self.serve("--config", config, listen=("http=127.0.0.1:0", "https=127.0.0.1:0", "tftp=127.0.0.1:0"))
        self.ca = self.write("ca.pem", self.ok("certificate", "export").out)
        self.ok("layer", "set", "fleet", "provisioning.sealed=yes",
                "provisioning.key_server=" + self.server.url("", "https").rstrip("/"))

    def furnish(self, mac, *words):
        self.add_phone(mac, *words, family="linksys-spa", model="SPA942", password=PASSWORD)

    def certificate(self, mac, serial=SERIAL):
        pair = self.rows("certificate", "issue", "--client", mac, "--family", "linksys-spa", "--model", "SPA942", "--serial",
                         serial, "--out", self.dir)[0]
        return "--client-certificate", pair["certificate"], "--client-key", pair["key"]

    def power_on(self, mac, *words, expect="ready", via="tftp", path="/"):
        done = self.cli("boot", "--family", "linksys-spa", "--model", "SPA942", "--mac", mac, "--json", "--show-secrets", "--state",
                        self.dir + "/" + mac, "--ca-file", self.ca, "--url", self.server.url(path, via), *words)
        self.assertTrue(done.out, done.err)
        report = json.loads(done.out)
        self.assertEqual(report["state"], expect, done.err)
        if expect == "ready":
            self.assertEqual(report["lines"][0]["password"], PASSWORD)
        return report

    def names(self, report, outcome="fetched"):
        return [os.path.basename(file["name"]) for file in report["files"] if file["outcome"] == outcome]

    def over_tftp(self, name):
        """The first block is the whole of a small file; a longer one is read to its end."""
        host, port = self.server.url("", "tftp").split("//")[1].rstrip("/").split(":")
        out = b""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(5)
            client.sendto(b"\x00\x01/" + name.encode() + b"\x00octet\x00", (host, int(port)))
            while True:
                data, peer = client.recvfrom(600)
                self.assertEqual(data[:2], b"\x00\x03", data)
                client.sendto(b"\x00\x04" + data[2:4], peer)
                out += data[4:]
                if len(data) < 516:
                    return out

    def opens(self, sealed, key, wrong):
        self.assertTrue(sealed.startswith(b"Salted__"), sealed[:40])
        self.assertNotIn(b"s3cret", sealed)
        for given in (key, wrong):
            done = subprocess.run(["openssl", "enc", "-d", "-aes-256-cbc", "-md", "md5", "-k", given], input=sealed,
                                  capture_output=True, timeout=30)
            self.assertEqual(PASSWORD_IN_XML in done.stdout, given == key, done)

    def keys(self, mac):
        settings = json.loads(self.ok("--json", "device", "show", mac, "--show-secrets").out)["settings"]
        return settings.get("provisioning.previous_file_key"), settings.get("provisioning.file_key")

    def is_nowhere(self, *secrets):
        told = self.server.log() + self.ok("timeline", ANNA).out + self.ok("explain", ANNA).out
        for secret in secrets:
            self.assertNotIn(secret, told)

    def test_the_key_comes_over_https_and_then_all_is_sealed(self):
        self.furnish(ANNA, "--set", "provisioning.file_key=" + KEY)
        shown = self.certificate(ANNA)
        first = self.power_on(ANNA, *shown)
        self.assertIn(ANNA + ".xml", self.names(first))
        # A phone with its key goes on over TFTP or HTTP, with no certificate at all.
        for via in ("tftp", "http"):
            report = self.power_on(ANNA, via=via)
            # A typed address is its first rule: it begins with the default file again.
            self.assertEqual(self.names(report), ["spa942.cfg", ANNA + ".enc", "spa942.xml", ANNA + ".enc"])
            self.assertEqual(report["problems"], [])
        self.opens(self.server.request("/" + ANNA + ".enc").body, KEY, WRONG)
        self.opens(self.over_tftp(ANNA + ".enc"), KEY, WRONG)
        self.is_nowhere(KEY, PASSWORD)

    def test_a_phone_without_its_certificate_is_told_nothing(self):
        self.furnish(ANNA, "--set", "provisioning.file_key=" + KEY)
        self.furnish(BERT, "--set", "provisioning.file_key=" + WRONG)
        for words in ((), self.certificate(BERT)):
            report = self.power_on(ANNA, *words, expect="unconfigured")
            self.assertNotIn(ANNA + ".enc", [os.path.basename(file["name"]) for file in report["files"]], "it cannot open it")
        self.assertEqual(self.server.request("/" + ANNA + ".xml").status, 404)
        self.power_on(ANNA, *self.certificate(ANNA))
        # The virtual phone verifies the server: another authority's is no server.
        stranger = self.write("stranger.pem", subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=x", "-days",
             "2", "-keyout", self.dir + "/stranger.key"], capture_output=True, check=True, timeout=60).stdout)
        done = self.cli("boot", "--family", "linksys-spa", "--model", "SPA942", "--mac", BERT, "--json", "--ca-file", stranger,
                        *self.certificate(BERT), "--url", self.server.url("/", "tftp"))
        self.assertEqual(json.loads(done.out)["state"], "unconfigured", done.err)

    def test_a_rotation_reaches_the_phone_and_ends(self):
        self.furnish(ANNA)
        self.ok("device", "make-key", ANNA)
        self.fails(1, "device", "make-key", ANNA, says="rotate-key")
        old = self.keys(ANNA)[1]
        self.power_on(ANNA, *self.certificate(ANNA))
        self.power_on(ANNA)
        self.ok("device", "rotate-key", ANNA)
        new = self.keys(ANNA)[1]
        self.assertEqual(self.keys(ANNA)[0], old)
        self.opens(self.server.request("/" + ANNA + ".enc", headers={"Range": "bytes=0-"}).body, old, new)
        # The virtual phone does not wait between its two resyncs, so the second may come before the server has put the
        # rotation's end down: then it keeps what it has, as a phone does, and the next resync is good.
        for problem in self.power_on(ANNA)["problems"]:
            self.assertIn("does not decrypt", problem)
        self.wait_for(lambda: self.keys(ANNA) == (None, new))
        self.opens(self.server.request("/" + ANNA + ".enc").body, new, old)
        self.assertEqual(self.power_on(ANNA, via="http")["problems"], [])
        # One that was reset in the middle of a rotation is given the new key, and that ends it too.
        self.ok("device", "rotate-key", ANNA)
        subprocess.run(["rm", "-r", self.dir + "/" + ANNA], check=True)
        self.power_on(ANNA, *self.certificate(ANNA))
        self.assertIsNone(self.keys(ANNA)[0])
        self.assertEqual(self.power_on(ANNA)["problems"], [])
        self.is_nowhere(old, new)

    def test_a_wrong_key_keeps_what_the_phone_had(self):
        self.furnish(ANNA, "--set", "provisioning.file_key=" + KEY)
        self.power_on(ANNA, *self.certificate(ANNA))
        report = self.power_on(ANNA, "--flash", "GPP_SA=" + WRONG, expect="stale")
        self.assertTrue(any("does not decrypt" in problem or "key is another" in problem for problem in report["problems"]), report)
        self.assertNotIn(WRONG, json.dumps(report["problems"]))
        # Without the mark it goes back for its key.
        self.power_on(ANNA, *self.certificate(ANNA), "--flash", "GPP_P=")
        self.assertEqual(self.power_on(ANNA)["problems"], [])

    def test_a_compiled_profile_brings_the_key_to_its_phone_alone(self):
        self.furnish(ANNA, "--set", "provisioning.file_key=" + KEY)
        self.furnish(BERT, "--set", "provisioning.file_key=" + WRONG)
        source = self.write("anna.txt", 'GPP_SA "%s" ;\nGPP_P "keyed" ;\nProfile_Rule "%s" ;\n'
                            % (KEY, self.server.url("/spa$PSN.cfg", "tftp")))
        compiled = self.dir + "/anna.cfg"
        self.ok("compile", source, "--binary", "--target", ANNA, "-o", compiled)
        with open(compiled, "rb") as file:
            self.assertNotIn(KEY.encode(), file.read())
        for mac in (ANNA, BERT):
            self.ok("asset", "add", compiled, "--name", "init/%s.spc" % mac, "--family", "linksys-spa")
        # It brings the key, so it is as closed as the plain file that does.
        self.assertEqual(self.server.request("/init/%s.spc" % ANNA).status, 404)
        report = self.power_on(ANNA, *self.certificate(ANNA), via="https", path="/init/%s.spc" % ANNA)
        self.assertIn(ANNA + ".enc", self.names(report))
        self.assertNotIn(ANNA + ".xml", self.names(report))
        shown = self.certificate(BERT)
        refused = self.power_on(BERT, *shown, via="https", path="/init/%s.spc" % BERT, expect="unconfigured")
        self.assertEqual(self.names(refused), [])
        self.assertTrue(any("another phone" in problem for problem in refused["problems"]), refused)
        # A truncated gzip is no profile either.
        whole = gzip.compress(b"<flat-profile><GPP_A>1</GPP_A></flat-profile>" * 40)
        cut = self.write("cut.cfg", whole[:len(whole) // 2])
        self.ok("asset", "add", cut, "--name", "init/%s.spc" % BERT, "--family", "linksys-spa")
        report = self.power_on(BERT, *shown, via="https", path="/init/%s.spc" % BERT, expect="unconfigured")
        self.assertTrue(any("inflate" in problem for problem in report["problems"]), report)


if __name__ == "__main__":
    house.main()
