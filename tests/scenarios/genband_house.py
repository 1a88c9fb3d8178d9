"""What the scenarios of GENBAND IP88xx phones have in common: a phone that boots, a vendor's bundle, trees of files."""
import json
import os

import house

SCHEMES = ("tftp", "http", "https")
LISTEN = tuple(scheme + "=127.0.0.1:0" for scheme in ("http", "https", "tftp"))
REGISTRAR, PASSWORD = "pbx.example.net", "s3cret &c."
FACTORY_VERSION = "IP88-2.0.17"
MAC, MODEL = "b40edc000001", "IP8830"
GLOBAL, VERSION_FILE = "sysconf_8830_sip.cfg", "IP_8830_VER_SIP2"


def byte_sum(content):
    return "%08x" % (sum(content) % (1 << 32))


def bundle(version, wrong_sum=False):
    """As a vendor may supply it: the names are its own, and no pattern of ours has them."""
    code, words = b"code of " + version.encode() * 900, b"<words of='%s'/>" % version.encode()
    sum_of_code = "00000001" if wrong_sum else byte_sum(code)
    text = "# a vendor's load\r\nversion %s\r\napp_img kernel-%s.img %s\r\nxml_img words.xml %s\r\n" % (
        version, version, sum_of_code, byte_sum(words))
    return {VERSION_FILE: text.encode(), "kernel-%s.img" % version: code, "words.xml": words}


class GenbandTest(house.HouseTest):
    def start(self, *words, **more):
        self.serve(*words, **{"listen": LISTEN, **more})
        self.ca = self.write("ca.pem", self.ok("certificate", "export").out)

    def furnish(self, *words, mac=MAC, model=MODEL, user="101"):
        self.add_phone(mac, *words, family="genband-ip88", model=model, user=user, password=PASSWORD, registrar=REGISTRAR)

    def power_on(self, *words, mac=MAC, model=MODEL, scheme="http", url=None, expect="ready", state="phone", inside=()):
        """A boot of a phone that remembers its flash by the name `state`; its report, with its steps as "steps"."""
        done = self.cli("boot", "--family", "genband-ip88", "--model", model, "--mac", mac, "--json", "--show-secrets", "--timeout",
                        "3", "--flash", "phone.RETRY_PAUSE=0", "--state", "%s/%s-%s" % (self.dir, state, mac), "--url",
                        url or self.server.url("", scheme), "--ca-file", self.ca, *words, inside=inside)
        self.assertEqual(len(done.out.splitlines()), 1, done)
        report = json.loads(done.out)
        self.assertEqual(report["state"], expect, done.err + done.out)
        report["steps"] = done.err
        return report

    def outcomes(self, report):
        return [(file["name"], file["outcome"]) for file in report["files"]]

    def has_problem(self, report, *fragments):
        self.assertTrue(any(all(fragment in problem for fragment in fragments) for problem in report["problems"]),
                        (fragments, report["problems"], report["steps"]))

    def told(self, whom, *fragments, silent=()):
        text = self.ok("explain", whom).out
        for fragment in fragments:
            self.assertIn(fragment, text)
        for fragment in (*silent, PASSWORD):
            self.assertNotIn(fragment, text)
        return text

    def plant(self, folder, files):
        """Files of the folder; the folder."""
        path = os.path.join(self.dir, folder)
        os.makedirs(path, exist_ok=True)
        os.chmod(self.dir, 0o755)
        for name, content in files.items():
            os.chmod(self.write(os.path.join(folder, name), content), 0o644)
        return path

    def add_bundle(self, version, **more):
        self.ok("firmware", "add", "--family", "genband-ip88", "--bundle", self.plant("bundle-" + version, bundle(version, **more)))
