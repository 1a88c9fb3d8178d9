#!/usr/bin/env python3
"""Phones of both families and what happens to them after their first boot: a change, new firmware, a lost server, a file that
arrives broken, a password that is wrong, a redirect, an expired certificate. Each ends as its guides say, and `offhook
explain` says which file, what was seen, what was expected and where to change it."""
import hashlib
import json
import os

import house
from boot_nginx import Nginx, free_port
from certificates import EXPIRED, Authority

SCHEMES = ("ftp", "tftp", "http", "https")
PASSWORD = "s3cret, &c."


class Phone:
    """One of a family, as the tests call it."""

    def __init__(self, family, model, mac, image_name, image_kind, other_version, settings, path="/"):
        self.family, self.model, self.mac, self.path = family, model, mac, path
        self.image_name, self.part, self.other_version = image_name, image_kind, other_version
        self.settings = settings  # the name of its own file

    def image(self, version, digest=None):
        """A stub that the virtual phone takes for software; a wrong digest makes it a broken one."""
        body = b"code " * 5000 + version.encode()
        head = "offhook-image 1\nkind: application\nversion: %s\nparts: %s\ndigest: %s\n\n"
        return (head % (version, self.part, digest or hashlib.sha256(body).hexdigest())).encode() + body


POLYCOM = Phone("polycom", "SPIP430", "0004f2000001", "sip.ld", "2345-11402-001", "3.1.8.0070",
                "0004f2000001-settings.cfg")
PANASONIC = Phone("panasonic", "KX-HDV130", "0080f0000001", "KX-HDV130-01.133.fw", "KX-HDV130", "01.133",
                  "Config0080F0000001.cfg", "/{MODEL}.cfg")
PHONES = (POLYCOM, PANASONIC)


class Troubles(house.HouseTest):
    def start(self, *words, listen=None):
        self.serve(*words, listen=listen or [scheme + "=127.0.0.1:0" for scheme in SCHEMES])

    def furnish(self, phone, *words):
        self.add_phone(phone.mac, *words, family=phone.family, model=phone.model, password=PASSWORD)

    def authority(self):
        return self.write("ca.pem", self.ok("certificate", "export").out)

    def power_on(self, phone, *words, url=None, scheme="http", expect="ready", state="phone",
                 seconds=5):
        """A boot of a phone that remembers its flash by the name `state`; its report."""
        more = ["--plain-port", str(self.server.ports["http"])] if scheme == "https" and phone is POLYCOM else []
        if phone is POLYCOM:
            more += ["--flash", "device.prov.redunInterAttemptDelay=0"]
        done = self.cli("boot", "--family", phone.family, "--model", phone.model, "--mac", phone.mac, "--json", "--show-secrets",
                        "--timeout", str(seconds), "--state", "%s/%s-%s" % (self.dir, state, phone.mac), *more, *words, "--url",
                        url or self.server.url(phone.path, scheme))
        report = json.loads(done.out)
        self.assertEqual(report["state"], expect, done.err)
        return report

    def told(self, whom, *fragments, silent=()):
        text = self.ok("explain", whom).out
        for fragment in fragments:
            self.assertIn(fragment, text)
        for fragment in (*silent, PASSWORD):
            self.assertNotIn(fragment, text)
        return text

    def has_problem(self, report, *fragments):
        self.assertTrue(any(all(fragment in problem for fragment in fragments) for problem in report["problems"]),
                        (fragments, report["problems"]))

    def outcome_of(self, report, name):
        return [file["outcome"] for file in report["files"] if file["name"] == name]


class Changes(Troubles):
    def test_a_changed_setting_reaches_the_phone(self):
        """SIP 2.2 takes no change without a restart; a Panasonic phone registers its lines again."""
        self.start()
        ca = self.authority()
        for phone in PHONES:
            self.furnish(phone)
            for number, scheme in enumerate(SCHEMES):
                with self.subTest(family=phone.family, scheme=scheme):
                    self.ok("device", "set", phone.mac, "line.1.user=%d" % (200 + number))
                    self.power_on(phone, "--ca-file", ca, scheme=scheme, state=scheme)
                    again = self.power_on(phone, "--ca-file", ca, scheme=scheme, state=scheme)
                    self.assertEqual(again["reboots"], 0, "nothing was changed")
                    self.ok("device", "set", phone.mac, "line.1.user=%d" % (300 + number))
                    report = self.power_on(phone, "--ca-file", ca, scheme=scheme, state=scheme)
                    self.assertEqual(report["lines"][0]["user"], str(300 + number))
                    self.assertEqual(report["reboots"], 1 if phone is POLYCOM else 0)
            self.told(phone.mac, "Line 1 is to register as 303 at pbx.example.net")

    def check_new_firmware(self, phone):
        self.start()
        ca = self.authority()
        self.furnish(phone, "--set", "firmware.path=" + phone.image_name)
        for scheme in SCHEMES:  # the phones boot with what they have
            self.power_on(phone, "--ca-file", ca, scheme=scheme, state=scheme)
        if phone is POLYCOM:
            self.told(phone.mac, "firmware that is not stored (sip.ld", "offhook firmware add FILE --family polycom --name sip.ld")
        image = self.write(phone.image_name, phone.image(phone.other_version))
        self.ok("firmware", "add", image, "--family", phone.family, "--name", phone.image_name, "--version",
                phone.other_version, "--model", phone.model)
        self.ok("device", "set", phone.mac, "firmware.version=" + phone.other_version)
        for scheme in SCHEMES:
            with self.subTest(scheme=scheme):
                report = self.power_on(phone, "--ca-file", ca, scheme=scheme, state=scheme)
                self.assertEqual((report["firmware"], report["problems"]), (phone.other_version, []))
                self.assertEqual(report["lines"][0]["user"], "101")
                again = self.power_on(phone, "--ca-file", ca, scheme=scheme, state=scheme)
                self.assertEqual((again["firmware"], again["reboots"]), (phone.other_version, 0))
        self.told(phone.mac, "got every configuration file that it needs", silent=("--name " + phone.image_name,))

    def test_new_firmware_is_taken_once_by_polycom(self):
        self.check_new_firmware(POLYCOM)

    def test_new_firmware_is_taken_once_by_panasonic(self):
        """On its own: of two phones at one address that send no User-Agent, nobody knows which model asks."""
        self.check_new_firmware(PANASONIC)

    def test_firmware_that_is_broken_is_not_taken(self):
        self.start()
        for phone in PHONES:
            with self.subTest(family=phone.family):
                image = self.write("broken", phone.image(phone.other_version, digest="0" * 64))
                self.ok("firmware", "add", image, "--family", phone.family, "--name", phone.image_name, "--version", "x")
                self.furnish(phone, "--set", "firmware.path=" + phone.image_name, "--set",
                             "firmware.version=" + phone.other_version)
                report = self.power_on(phone)
                self.assertNotEqual(report["firmware"], phone.other_version)
                self.has_problem(report, phone.image_name, "checksum")
                if phone is POLYCOM:  # a Panasonic phone sends no log
                    self.says_of_itself(phone, "boot log", "bad_checksum",
                                        "Bad image checksum, expected=0x00000000 got=0x",
                                        phone.image_name + " is stored here as number",
                                        "version x, %d bytes" % len(phone.image(phone.other_version)),
                                        "offhook firmware add FILE --family polycom --name " + phone.image_name)
        good = self.write("good", POLYCOM.image(POLYCOM.other_version))
        self.ok("firmware", "add", good, "--family", "polycom", "--name", POLYCOM.image_name, "--version", "y")
        self.assertEqual(self.power_on(POLYCOM)["firmware"], POLYCOM.other_version)
        self.told(POLYCOM.mac, "got every configuration file that it needs", silent=("checksum",))

    def test_software_of_another_model_is_not_taken(self):
        self.start()
        image = self.write("other", POLYCOM.image(POLYCOM.other_version).replace(POLYCOM.part.encode(), b"2345-00000-001"))
        self.ok("firmware", "add", image, "--family", "polycom", "--name", POLYCOM.image_name, "--version", "x")
        self.furnish(POLYCOM)
        self.power_on(POLYCOM)
        self.says_of_itself(POLYCOM, "boot log", "wrong_model", "Expected is software for SPIP430 (part number " + POLYCOM.part,
                            "for any model")

    def test_a_file_that_the_phone_cannot_decrypt(self):
        """It boots over and over, as the guide says, until the server has its key again."""
        theirs, others = "00112233445566778899aabbccddeeff", "ffeeddccbbaa99887766554433221100"
        self.start()
        self.furnish(POLYCOM, "--set", "provisioning.file_key=" + theirs)
        self.power_on(POLYCOM)  # in plain, with its key in it
        self.ok("device", "set", POLYCOM.mac, "provisioning.sealed=yes", "provisioning.file_key=" + others)
        report = self.power_on(POLYCOM, expect="unconfigured")
        self.has_problem(report, POLYCOM.settings, "cannot be decrypted")
        self.says_of_itself(POLYCOM, "application log", "cannot_decrypt", "of " + POLYCOM.settings,
                            "seals it with provisioning.file_key (device layer)",
                            "offhook device set %s provisioning.file_key=KEY" % POLYCOM.mac)
        self.told(POLYCOM.mac, silent=(theirs, others))
        self.ok("device", "set", POLYCOM.mac, "provisioning.file_key=" + theirs)
        self.power_on(POLYCOM)
        self.told(POLYCOM.mac, "got every configuration file that it needs", silent=("decrypt",))

    def says_of_itself(self, phone, upload, meaning, *fragments):
        """What only the phone saw, told from the log that it sent."""
        self.told(phone.mac, "In its %s (%s-" % (upload, phone.mac), *fragments)
        told = json.loads(self.ok("explain", phone.mac, "--json").out)["logs"]
        self.assertIn((upload, meaning), [(log["upload"], log["meaning"]) for log in told], told)


class Losses(Troubles):
    def test_a_lost_server_leaves_the_phone_what_it_had(self):
        self.start()
        ca = self.authority()
        for phone in PHONES:
            self.furnish(phone)
            for scheme in SCHEMES:
                self.power_on(phone, "--ca-file", ca, scheme=scheme, state=scheme)
        ports = dict(self.server.ports)
        self.server.stop()
        lost = [self.power_on(phone, "--ca-file", ca, scheme=scheme, state=scheme, expect="stale", seconds=1)
                for phone in PHONES for scheme in SCHEMES]
        for report in lost:
            self.assertEqual((report["lines"][0]["user"], report["lines"][0]["password"]), ("101", PASSWORD))
            self.has_problem(report, "could not contact")
        self.start(listen=["%s=127.0.0.1:%d" % pair for pair in ports.items()])
        for phone in PHONES:
            for scheme in SCHEMES:
                with self.subTest(family=phone.family, scheme=scheme):
                    report = self.power_on(phone, "--ca-file", ca, scheme=scheme, state=scheme)
                    self.assertEqual((report["problems"], report["reboots"]), ([], 0))
            self.told(phone.mac, "got every configuration file that it needs")


class InBetween(Troubles):
    """nginx stands between phone and server, and does something to the phone's own file."""

    def stand_between(self, phone, what):
        directory = "%s/nginx-%s" % (self.dir, phone.mac)
        os.makedirs(directory + "/www")
        os.chmod(self.dir, 0o755)
        os.chmod(directory, 0o755)
        server = "http://127.0.0.1:%d" % self.server.ports["http"]
        # Nothing is done to it until there is a file "on".
        nginx = Nginx(directory, "location = /%s { if (-f DIR/on) { %s } proxy_pass %s; } "
                      "location / { proxy_pass %s; client_max_body_size 9m; }" %
                      (phone.settings, what.replace("SERVER", server), server, server))
        self.addCleanup(nginx.stop)
        # What a file says of other files leads past nginx otherwise.
        self.ok("layer", "set", "fleet", "provisioning.server=" + nginx.url(""))
        return nginx

    def begin(self, nginx):
        with open(nginx.dir + "/on", "w"):
            pass

    def step_aside(self, nginx):
        nginx.stop()
        self.ok("layer", "set", "fleet", "--unset", "provisioning.server")

    def test_a_file_that_arrives_broken(self):
        self.start()
        for phone in PHONES:
            with self.subTest(family=phone.family):
                self.furnish(phone)
                nginx = self.stand_between(phone, "return 200 'reg.1.address=\"999';")
                self.power_on(phone, url=nginx.url(phone.path))
                self.begin(nginx)
                report = self.power_on(phone, url=nginx.url(phone.path), expect="stale")
                self.assertEqual(self.outcome_of(report, phone.settings)[-1], "not_usable")
                self.assertEqual(report["lines"][0]["user"], "101", "what it had")
                self.has_problem(report, phone.settings)
                self.told(phone.mac, "never asked for", "settings" if phone is POLYCOM else "standard",
                          "offhook render " + phone.mac)
                self.step_aside(nginx)

    def test_a_redirect(self):
        """Unconfirmed for both families: SIP 2.2 follows none unless told, KX-HDV does unless told not to."""
        self.start()
        for phone in PHONES:
            with self.subTest(family=phone.family):
                self.furnish(phone)
                nginx = self.stand_between(phone, "return 302 SERVER/%s;" % phone.settings)
                self.begin(nginx)
                off, on = (("--flash", "phone.redirects=refused"), ("--flash", "phone.redirects=followed")) if (
                    phone is POLYCOM) else (("--flash", "phone.REDIRECTS=N"), ())
                report = self.power_on(phone, *off, url=nginx.url(phone.path), expect="unconfigured", state="refuses")
                self.assertEqual(set(self.outcome_of(report, phone.settings)), {"redirected"})
                self.has_problem(report, phone.settings)
                self.told(phone.mac, "never asked for")
                report = self.power_on(phone, *on, url=nginx.url(phone.path), state="follows")
                self.assertEqual(set(self.outcome_of(report, phone.settings)), {"fetched"})
                self.told(phone.mac, "got every configuration file that it needs")
                self.step_aside(nginx)


class Proofs(Troubles):
    def test_wrong_credentials(self):
        self.start()
        self.ok("site", "add", "vault", "--policy", "loopback.clear=credentials loopback.tls=credentials")
        ca = self.authority()
        for phone in PHONES:
            self.furnish(phone, "--site", "vault")
            (row,) = self.rows("credentials", "set", phone.mac, "--user", "u" + phone.mac, "--random")
            for scheme in ("http", "https", "ftp"):
                if phone is PANASONIC and scheme == "ftp":
                    continue  # the addresses in its files hold no account, and it has no other for FTP
                with self.subTest(family=phone.family, scheme=scheme):
                    words = ("--ca-file", ca)
                    self.enter(phone, scheme, row["user"], "wrong", words, "unconfigured")
                    self.enter(phone, scheme, row["user"], row["password"], words, "ready")

    def enter(self, phone, scheme, user, password, words, expect):
        if phone is POLYCOM:
            account = ("--server-user", user, "--server-password", password)
        else:
            account = ("--flash", "HTTP_AUTH_ID=" + user, "--flash", "HTTP_AUTH_PASS=" + password)
        report = self.power_on(phone, *words, *account, scheme=scheme, expect=expect, state=scheme + expect)
        if expect == "ready":
            self.told(phone.mac, "got every configuration file that it needs")
            return
        self.assertIn("denied", [file["outcome"] for file in report["files"]])
        self.has_problem(report, "account" if phone is PANASONIC else "Server User")
        if scheme != "ftp":
            self.told(phone.mac, "did not give the right ones", "offhook credentials show " + phone.mac)
        else:
            self.told("127.0.0.1", "FTP login", "password was wrong", "offhook credentials show MAC")

    def test_an_expired_certificate(self):
        pair = Authority(self.dir, "theirs").issue("server", "/CN=server", days=EXPIRED)
        ca = os.path.join(self.dir, "theirs", "ca.pem")
        config = self.write("offhook.toml", '[listen."https"]\naddress = "127.0.0.1:0"\ncertificate = "%s"\nkey = "%s"\n' % pair)
        self.start("--config", config)
        for phone in PHONES:
            with self.subTest(family=phone.family):
                self.furnish(phone)
                report = self.power_on(phone, "--ca-file", ca, scheme="https", expect="unconfigured")
                self.has_problem(report, "expired")
                self.told("127.0.0.1", "TLS failed", "expired", "offhook certificate show")
                if phone is POLYCOM:
                    self.told(phone.mac, "TLS failed", "never asked for")


if __name__ == "__main__":
    house.main()
