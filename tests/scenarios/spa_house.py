"""What the scenarios of Linksys SPA phones have in common: a phone that boots, and what OpenSSL and gzip make of a file."""
import json
import os
import subprocess

import house

SCHEMES = ("tftp", "http", "https")
LISTEN = tuple(scheme + "=127.0.0.1:0" for scheme in SCHEMES)
MAC, MODEL = "000e08aabbcc", "SPA942"
REGISTRAR, PASSWORD = "pbx.example.net", "s3cret &c."
FACTORY_VERSION = "5.1.8"


def profile(*parameters):
    """An XML profile; a parameter is (name, value)."""
    body = "".join("<%s>%s</%s>\n" % (name, value.replace("&", "&amp;").replace("<", "&lt;"), name)
                   for name, value in parameters)
    return ("<flat-profile>\n%s</flat-profile>\n" % body).encode()


def openssl(content, key):
    """As the guides have it: what `openssl enc` itself makes."""
    return subprocess.run(["openssl", "enc", "-e", "-aes-256-cbc", "-md", "md5", "-k", key], input=content, capture_output=True,
                          check=True, timeout=30).stdout


def gzip(content):
    return subprocess.run(["gzip", "-c"], input=content, capture_output=True, check=True, timeout=30).stdout


class SpaTest(house.HouseTest):
    def start(self, *words, listen=LISTEN, **more):
        self.serve(*words, listen=listen, **more)
        self.ca = self.write("ca.pem", self.ok("certificate", "export").out)

    def furnish(self, *words, mac=MAC, model=MODEL, user="101"):
        self.add_phone(mac, *words, family="linksys-spa", model=model, user=user, password=PASSWORD, registrar=REGISTRAR)

    def power_on(self, *words, mac=MAC, model=MODEL, scheme="http", url=None, expect="ready", state="phone"):
        """A boot of a phone that remembers its flash by the name `state`; its report, with its steps as "steps". The
        address is typed in where it is given, or where the phone is new: typing it makes it the first rule."""
        flash = "%s/%s-%s" % (self.dir, state, mac)
        if url is None and not os.path.exists(flash):
            url = self.server.url("/", scheme)
        done = self.cli("boot", "--family", "linksys-spa", "--model", model, "--mac", mac, "--json", "--show-secrets", "--timeout",
                        "3", "--state", flash, *(("--url", url) if url else ()), *(("--ca-file", self.ca) if hasattr(self, "ca")
                                                                                  else ()), *words)
        self.assertEqual(len(done.out.splitlines()), 1, done)
        report = json.loads(done.out)
        self.assertEqual(report["state"], expect, done.err + done.out)
        report["steps"] = done.err
        return report

    def flash(self, mac=MAC, state="phone"):
        """What it goes by."""
        with open("%s/%s-%s/flash.json" % (self.dir, state, mac), encoding="utf-8") as file:
            return json.load(file)["parameters"]

    def asked(self, report):
        return [file["name"].rpartition("/")[2] for file in report["files"]]

    def line(self, report):
        return [(line["user"], line["password"], line["registrar"]) for line in report["lines"]]

    def has_problem(self, report, *fragments):
        self.assertTrue(any(all(fragment in problem for fragment in fragments) for problem in report["problems"]),
                        (fragments, report["problems"], report["steps"]))

    def told(self, whom, *fragments, silent=()):
        """What `offhook explain` says; events may be under way still, syslog's above all."""
        text = [""]

        def is_told():
            text[0] = self.ok("explain", whom).out
            return all(fragment in text[0] for fragment in fragments)

        try:
            self.wait_for(is_told, 10)
        except AssertionError:
            self.fail("%s: not told: %s" % (text[0], [fragment for fragment in fragments if fragment not in text[0]]))
        for fragment in (*silent, PASSWORD):
            self.assertNotIn(fragment, text[0])
        return text[0]
