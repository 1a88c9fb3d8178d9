#!/usr/bin/env python3
"""Phones whose own file is encrypted: from a plain first boot to a sealed file, a new key, a wrong one; and OpenSSL's own
container against OpenSSL's own tool. The containers of both families are project-defined: only virtual phones read them."""
import json
import socket
import subprocess

import house

PASSWORD = "s3cret &c."
POLYCOM, PANASONIC = "0004f2000001", "0080f0000001"
OLD, NEW, WRONG = ("%032x" % (0x1234 * number) for number in (1, 2, 3))
PLAIN = "# Panasonic SIP Phone Standard Format File # DO NOT CHANGE THIS LINE!\r\nSIP_PASS_1=\"gr\u00fcn\"\r\n\r\n"


class Sealed(house.HouseTest):
    def setUp(self):
        super().setUp()
        self.serve()

    def power_on(self, mac, *words, expect="ready", via="http"):
        family, model, path = (("polycom", "SPIP650", "/") if mac == POLYCOM else ("panasonic", "KX-HDV130", "/{MODEL}.cfg"))
        done = self.cli("boot", "--family", family, "--model", model, "--mac", mac, "--json", "--show-secrets", "--state",
                        self.dir + "/" + mac, "--url", self.server.url(path, via), *words)
        report = json.loads(done.out)
        self.assertEqual(report["state"], expect, done.err)
        if report["lines"]:
            self.assertEqual(report["lines"][0]["password"], PASSWORD)
        return report

    def furnish(self, mac):
        family, model = ("polycom", "SPIP650") if mac == POLYCOM else ("panasonic", "KX-HDV130")
        self.add_phone(mac, "--set", "provisioning.file_key=" + OLD, family=family, model=model, password=PASSWORD)

    def opens(self, family, name, key, wrong):
        """What is served under the name is closed to all but the key."""
        body = self.server.request("/" + name).body
        self.assertNotIn(PASSWORD.encode(), body)
        self.assertNotIn(PASSWORD.replace("&", "&amp;").encode(), body)
        sealed = self.write("sealed", body)
        for given, code in ((key, 0), (wrong, 1)):
            with open(sealed, "rb") as file:
                done = subprocess.run([house.OFFHOOK, "unseal", "--family", family, "--key", given], stdin=file,
                                      capture_output=True, timeout=30)
            self.assertEqual(done.returncode, code, done)
            self.assertEqual(b"s3cret" in done.stdout, code == 0)

    def fetched(self, report):
        return [file["name"] for file in report["files"] if file["outcome"] == "fetched"]

    def test_a_polycom_phone_goes_from_plain_to_sealed_to_a_new_key(self):
        self.furnish(POLYCOM)
        name = POLYCOM + "-settings.cfg"
        self.power_on(POLYCOM)  # learns its key, in clear
        self.ok("device", "set", POLYCOM, "provisioning.sealed=yes")
        self.opens("polycom", name, OLD, NEW)
        self.assertEqual(self.power_on(POLYCOM)["problems"], [])
        self.ok("device", "rotate-key", POLYCOM)
        old, new = self.keys(POLYCOM)
        self.assertEqual(old, OLD)
        # The new key comes sealed with the old one and restarts the phone, which then has the new one alone; from there on the file
        # is sealed with that.
        report = self.power_on(POLYCOM)
        self.assertEqual(report["problems"], [])
        self.assertGreaterEqual(report["reboots"], 1)
        self.assertLessEqual(report["reboots"], 2)
        self.assertEqual(self.keys(POLYCOM), (None, new))
        self.opens("polycom", name, new, OLD)
        self.assertEqual(self.power_on(POLYCOM)["reboots"], 0)

    def keys(self, mac):
        """The key before and the key of a device."""
        settings = json.loads(self.ok("--json", "device", "show", mac, "--show-secrets").out)["settings"]
        return settings.get("provisioning.previous_file_key"), settings["provisioning.file_key"]

    def test_a_rotation_waits_for_the_phone_and_outlives_the_server(self):
        self.furnish(POLYCOM)
        name = POLYCOM + "-settings.cfg"
        self.power_on(POLYCOM)
        self.ok("device", "set", POLYCOM, "provisioning.sealed=yes")
        self.power_on(POLYCOM)
        rotated = self.ok("device", "rotate-key", "--site", "default")
        self.assertIn("1 phones get a new file key", rotated.err)
        self.assertIn("under way", self.cli("device", "rotate-key", POLYCOM).err)
        _, new = self.keys(POLYCOM)
        # Whoever looks at other files, at a part of it or only at its size ends nothing, nor does a server that restarts.
        self.server.request("/" + POLYCOM + ".cfg")
        self.server.request("/" + name, method="HEAD")
        self.server.request("/" + name, headers={"Range": "bytes=0-9"})
        self.server.stop()
        self.serve()
        self.assertEqual(self.keys(POLYCOM), (OLD, new))
        report = self.power_on(POLYCOM)
        self.assertEqual((report["problems"], self.keys(POLYCOM)[0]), ([], None))
        for text in (self.server.log(), self.ok("timeline", POLYCOM).out, self.ok("explain", POLYCOM).out):
            self.assertNotIn(OLD, text)
            self.assertNotIn(new, text)

    def test_a_rotation_ends_over_each_transport(self):
        self.server.stop()
        self.serve(listen=("http=127.0.0.1:0", "tftp=127.0.0.1:0", "ftp=127.0.0.1:0"))
        self.furnish(POLYCOM)
        self.power_on(POLYCOM)
        self.ok("device", "set", POLYCOM, "provisioning.sealed=yes")
        self.power_on(POLYCOM)
        for via in ("tftp", "ftp", "http"):
            with self.subTest(via):
                self.ok("device", "rotate-key", POLYCOM)
                self.assertEqual(self.power_on(POLYCOM, via=via)["problems"], [])
                self.assertIsNone(self.keys(POLYCOM)[0])
        # A transfer that breaks off ends nothing: the first blocks alone.
        self.ok("device", "rotate-key", POLYCOM)
        host, port = self.server.url("", "tftp").split("//")[1].rstrip("/").split(":")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(5)
            request = b"\x00\x01" + (POLYCOM + "-settings.cfg").encode() + b"\x00octet\x00"
            client.sendto(request, (host, int(port)))
            data, peer = client.recvfrom(600)
            self.assertEqual(data[:4], b"\x00\x03\x00\x01")
            client.sendto(b"\x00\x05\x00\x00gone\x00", peer)
        self.assertIsNotNone(self.keys(POLYCOM)[0])
        self.assertEqual(self.power_on(POLYCOM)["problems"], [])

    def test_a_polycom_phone_with_the_wrong_key_restarts_for_ever(self):
        self.furnish(POLYCOM)
        self.ok("device", "set", POLYCOM, "provisioning.sealed=yes")
        report = self.power_on(POLYCOM, "--flash", "device.sec.configEncryption.key=Crypt=1;KeyDesc=x;Key=%s;" % WRONG,
                               expect="unconfigured")
        self.assertGreaterEqual(report["reboots"], 1)
        self.assertTrue(any(POLYCOM + "-settings.cfg" in problem for problem in report["problems"]), report["problems"])
        told = self.ok("explain", POLYCOM).out
        self.assertIn("again and again", told)
        self.assertNotIn(OLD, told)
        self.power_on(POLYCOM, "--flash", "device.sec.configEncryption.key=" + OLD)

    def test_a_panasonic_phone_goes_from_plain_to_sealed_to_a_new_key(self):
        self.furnish(PANASONIC)
        plain, sealed = ("Config%s.%s" % (PANASONIC.upper(), end) for end in ("cfg", "e2c"))
        self.assertIn(plain, self.fetched(self.power_on(PANASONIC)))
        self.ok("layer", "set", "fleet", "provisioning.sealed=yes")
        self.opens("panasonic", sealed, OLD, NEW)
        # What its own file said of its place counts before all other files: it asks for the plain one once more, and that one now
        # says where the sealed one is, and nothing else.
        left = self.server.request("/" + plain).body.decode()
        self.assertEqual([line.partition("=")[0] for line in left.split("\r\n")[1:] if line], ["CFG_STANDARD_FILE_PATH"])
        self.assertNotIn(sealed, self.fetched(self.power_on(PANASONIC, expect="stale")))
        report = self.power_on(PANASONIC)
        self.assertIn(sealed, self.fetched(report))
        self.assertEqual((report["problems"], report["reboots"]), ([], 0))
        self.ok("device", "rotate-key", PANASONIC)
        self.power_on(PANASONIC)
        old, new = self.keys(PANASONIC)
        self.assertIsNone(old)
        self.opens("panasonic", sealed, new, OLD)
        self.assertEqual(self.power_on(PANASONIC)["problems"], [])
        self.assertIn("got every configuration file that it needs", self.ok("explain", PANASONIC).out)

    def test_a_panasonic_phone_with_the_wrong_key_keeps_what_it_had(self):
        self.furnish(PANASONIC)
        self.ok("layer", "set", "fleet", "provisioning.sealed=yes")
        sealed = "Config%s.e2c" % PANASONIC.upper()
        report = self.power_on(PANASONIC, "--flash", "CFG_FILE_KEY2=" + WRONG, expect="unconfigured")
        self.assertEqual([file["outcome"] for file in report["files"] if file["name"] == sealed], ["not_usable"])
        self.assertTrue(any(sealed in problem and "CFG_FILE_KEY2" in problem for problem in report["problems"]),
                        report["problems"])
        self.power_on(PANASONIC, "--flash", "CFG_FILE_KEY2=" + OLD)
        report = self.power_on(PANASONIC, "--flash", "CFG_FILE_KEY2=" + WRONG, expect="stale")
        self.assertEqual(report["reboots"], 0)

    def test_openssl_opens_what_we_seal_and_we_open_what_openssl_seals(self):
        for name, bits in (("openssl-enc", "128"), ("openssl-enc-192", "192"), ("openssl-enc-256", "256")):
            with self.subTest(seal=name):
                cipher = ["openssl", "enc", "-aes-%s-cbc" % bits, "-a", "-salt", "-md", "md5", "-pass", "pass:" + OLD]
                ours = subprocess.run([house.OFFHOOK, "seal", "--seal", name, "--key", OLD], input=PLAIN.encode(),
                                      capture_output=True, check=True, timeout=30).stdout
                opened = subprocess.run([*cipher, "-d"], input=ours, capture_output=True, timeout=30)
                self.assertEqual((opened.returncode, opened.stdout), (0, PLAIN.encode()), opened.stderr)
                theirs = subprocess.run(cipher, input=PLAIN.encode(), capture_output=True, check=True, timeout=30).stdout
                for key, code in ((OLD, 0), (WRONG, 1)):
                    done = subprocess.run([house.OFFHOOK, "unseal", "--seal", name, "--key", key], input=theirs,
                                          capture_output=True, timeout=30)
                    self.assertEqual((done.returncode, done.stdout), (code, b"" if code else PLAIN.encode()), done.stderr)


if __name__ == "__main__":
    house.main()
