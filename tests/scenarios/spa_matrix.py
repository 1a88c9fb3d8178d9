#!/usr/bin/env python3
"""Linksys SPA phones as they should fare: every model of the family, and one of each kind of relative, from nothing to ready over
each transport and then at rest; firmware over the two that the phone takes it by; profiles plain, gzipped, sealed and both."""
import concurrent.futures

import house
from spa_house import FACTORY_VERSION, MAC, PASSWORD, REGISTRAR, SCHEMES, SpaTest, profile

# Each with what a factory phone asks for, which it is told by option 66 or by hand; then $PSN.
MODELS = {"SPA921": "921", "SPA922": "922", "SPA941": "941", "SPA942": "942", "SPA962": "962", "SPA901": "901", "SPA2102": "2102",
          "SPA8000": "8000", "PAP2T": "2T", "SPA504G": "504G"}
BOOTS_AT_ONCE = 4
NEW = "6.1.5(a)"
KEY = "SecretPhrase1234"


class SpaMatrix(SpaTest):
    def power_on_everywhere(self, phone):
        """A phone's boots come one after another, or its story would be of all at once. What was wrong, by scheme."""
        model, mac, user = phone
        default = "init.cfg" if model == "PAP2T" else "spa%s.cfg" % MODELS[model]
        wrong = {}
        for scheme in SCHEMES:
            first = self.power_on(mac=mac, model=model, scheme=scheme, state=scheme)
            second = self.power_on(mac=mac, model=model, scheme=scheme, state=scheme)
            bootstrap, rest = [default, mac + ".xml"], ["spa%s.xml" % MODELS[model], mac + ".xml"]
            seen = [(self.asked(report), report["reboots"], report["problems"], self.line(report)) for report in (first, second)]
            line = [(user, PASSWORD, REGISTRAR)]
            if seen != [(bootstrap + rest, 2, [], line), (rest, 0, [], line)]:
                wrong[scheme] = (seen, first["steps"], second["steps"])
            if {file["url"].partition(":")[0] for file in first["files"] + second["files"]} != {scheme}:
                wrong[scheme] = first["files"]
        return wrong

    def test_each_model_over_each_transport(self):
        self.start()
        phones = [(model, "000e080000%02x" % number, str(100 + number)) for number, model in enumerate(MODELS, 1)]
        for model, mac, user in phones:
            self.furnish(mac=mac, model=model, user=user)
        with concurrent.futures.ThreadPoolExecutor(BOOTS_AT_ONCE) as pool:
            for phone, wrong in zip(phones, pool.map(self.power_on_everywhere, phones)):
                with self.subTest(model=phone[0]):
                    self.assertEqual(wrong, {})
                    self.told(phone[1], "got every configuration file that it needs",
                              "Line 1 is to register as %s at %s" % (phone[2], REGISTRAR))

    def test_firmware_once_up_and_down_by_whatever_the_profiles_come(self):
        """A phone of firmware 5.1 takes it by TFTP and HTTP alone, so one that resyncs by HTTPS is told another address."""
        self.start()
        self.furnish()
        for scheme in SCHEMES:
            self.power_on(scheme=scheme, state=scheme)
        for version, name in ((NEW, "spa942-6-1-5a.bin"), ("5.1.5", "spa942-5-1-5.bin")):
            self.ok("firmware", "add", self.write(name, version.encode() * 5000), "--family", "linksys-spa", "--name", name, "--version",
                    version, "--model", "SPA942")
            self.ok("layer", "set", "fleet", "firmware.version=" + version, "firmware.path=" + name)
            for scheme in SCHEMES:
                with self.subTest(version=version, scheme=scheme):
                    before = FACTORY_VERSION if version == NEW else NEW
                    report = self.power_on(scheme=scheme, state=scheme)
                    self.assertEqual((report["firmware"], report["problems"]), (version, []))
                    (image,) = [file for file in report["files"] if file["name"].endswith(".bin")]
                    self.assertIn(image["url"].partition(":")[0], ("tftp", "http") if scheme == "https" else (scheme,))
                    self.assertIn("the phone takes %s instead of %s" % (version, before), report["steps"])
                    again = self.power_on(scheme=scheme, state=scheme)
                    self.assertEqual((again["firmware"], again["reboots"], again["problems"]), (version, 0, []))
                    self.assertEqual([name for name in self.asked(again) if name.endswith(".bin")], [])
        self.told(MAC, "got every configuration file that it needs", silent=("not stored",))

    def test_profiles_in_each_form_over_each_transport(self):
        self.start()
        self.furnish()
        source = self.write("source.xml", profile(("User_ID_1_", "7001"), ("Password_1_", PASSWORD), ("Proxy_1_", REGISTRAR)))
        forms = {"plain": (), "gzipped": ("--gzip",), "sealed": ("--key", KEY), "both": ("--gzip", "--key", KEY)}
        for form, words in forms.items():
            made = self.dir + "/" + form
            self.ok("compile", source, *words, "-o", made)
            self.ok("asset", "add", made, "--name", "init/%s.spc" % MAC, "--family", "linksys-spa")
            for scheme in SCHEMES:
                with self.subTest(form=form, scheme=scheme):
                    rule = self.server.url("/init/$MA.spc", scheme)
                    if "--key" in words:
                        rule = "[--key %s] %s" % (KEY, rule)
                    report = self.power_on("--flash", "Profile_Rule=" + rule, scheme=scheme, state=form + scheme, url="")
                    self.assertEqual(self.line(report), [("7001", PASSWORD, REGISTRAR)])
                    self.assertEqual((self.asked(report), report["problems"]), ([MAC + ".spc"], []))
                    self.assertEqual("inflated" in report["steps"], "--gzip" in words)
                    self.assertEqual("decrypted" in report["steps"], "--key" in words)

    def test_the_servers_own_sealed_profiles_over_each_transport(self):
        """The key comes over HTTPS by the phone's certificate (spa_keys.py), whatever it resyncs by."""
        config = self.write("offhook.toml", '[client_ca.linksys-spa]\nbundle = "%s/tls/authority.pem"\n' % self.data)
        self.start("--config", config)
        self.ok("layer", "set", "fleet", "provisioning.sealed=yes",
                "provisioning.key_server=" + self.server.url("", "https").rstrip("/"))
        self.furnish("--set", "provisioning.file_key=" + KEY)
        (pair,) = self.rows("certificate", "issue", "--client", MAC, "--family", "linksys-spa", "--model", "SPA942", "--serial",
                            "88019FA42805", "--out", self.dir)
        for scheme in SCHEMES:
            with self.subTest(scheme):
                self.power_on("--client-certificate", pair["certificate"], "--client-key", pair["key"], scheme=scheme, state=scheme)
                report = self.power_on(scheme=scheme, state=scheme)
                self.assertEqual((self.asked(report), report["problems"]), (["spa942.xml", MAC + ".enc"], []))
                self.assertEqual({file["url"].partition(":")[0] for file in report["files"]}, {scheme})
                self.assertEqual(self.line(report), [("101", PASSWORD, REGISTRAR)])
                self.assertEqual(report["reboots"], 0)
        self.told(MAC, "got every configuration file that it needs", silent=(KEY,))


if __name__ == "__main__":
    house.main()
