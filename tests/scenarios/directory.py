"""A Polycom phone's contact directory, from the phonebook, its keys and what it sent; and every other file of its name:
images by part number and model, dictionary, sounds."""
import ftplib
import os
import subprocess
import xml.etree.ElementTree as ET

import clients
from house import HouseTest, main

MAC, OTHER = "0004f2000001", "0004f2000002"
NAME, SEED = MAC + "-directory.xml", "000000000000-directory.xml"
SENT = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<directory><item_list>
 <item><ln>Mother</ln><fn>My</fn><ct>555</ct><sd>9</sd><rt>3</rt></item>
 <item><ln>Wrong</ln><ct>1003</ct></item>
</item_list></directory>
"""
LISTEN = ("http=127.0.0.1:0", "tftp=127.0.0.1:0", "ftp=127.0.0.1:0")


def contacts(text):
    return [{child.tag: child.text or "" for child in item} for item in ET.fromstring(text).iter("item")]


def numbers(text):
    return [contact["ct"] for contact in contacts(text)]


class Directory(HouseTest):
    def start(self):
        self.serve(listen=LISTEN)
        self.add_phone(MAC)
        self.add_phone(OTHER)

    def at(self, scheme):
        return clients.Address(scheme, self.server.ports[scheme], user="PlcmSpIp", password="PlcmSpIp")

    def fetch(self, name, scheme):
        into = os.path.join(self.dir, "fetched")
        clients.remove(into)
        done = clients.curl_get(self.at(scheme), name, into)
        return clients.read(into) if done.returncode == 0 else None

    def everywhere(self, name):
        """The file by each transport; they must not differ."""
        found = {scheme: self.fetch(name, scheme) for scheme in ("http", "tftp", "ftp")}
        self.assertEqual(len(set(found.values())), 1, found)
        return found["http"]

    def lint(self, name):
        text = self.everywhere(name)
        self.assertIsNotNone(text, name)
        path = self.write("linted.xml", text)
        done = subprocess.run(["xmllint", "--noout", path], capture_output=True, text=True, timeout=30, check=False)
        self.assertEqual(done.returncode, 0, (name, done.stderr))
        return text

    def add_entry(self, last, number, *words):
        return self.ok("phonebook", "add", "--last-name", last, "--number", number, *words)

    def test_a_phonebook_is_in_the_phones_directories(self):
        self.start()
        for name in (NAME, SEED):
            self.assertIsNone(self.everywhere(name), "a phone out of its box expects that there is none")
        self.ok("site", "add", "lab")
        self.ok("device", "set", OTHER, "--site", "lab")
        self.add_entry("Muster", "+49 (30) 1003", "--first-name", "Eva & Söhne")
        self.add_entry("Lab", "77", "--site", "lab")
        eva = [{"ln": "Muster", "fn": "Eva & Söhne", "ct": "+49301003"}]
        self.assertEqual(contacts(self.lint(NAME)), eva)
        self.assertEqual(contacts(self.lint(SEED)), eva)
        self.assertEqual(numbers(self.lint(OTHER + "-directory.xml")), ["77", "+49301003"])
        shown = self.ok("render", MAC, NAME)
        self.assertEqual(shown.out.encode(), self.everywhere(NAME))
        self.assertIn("fleet", self.ok("render", MAC, NAME, "--provenance").out)
        self.assertIn(NAME, self.ok("render", MAC).out)

    def test_a_phonebook_is_not_for_strangers(self):
        self.start()
        self.add_entry("Muster", "1003")
        self.assertIsNone(self.everywhere(SEED), "nobody has asked from here")
        self.assertIsNone(self.everywhere("0004f20000ff.cfg"))
        self.assertIsNone(self.everywhere(SEED), "nor has a phone that is ours")
        self.ok("site", "add", "lab")
        self.ok("device", "set", MAC, "--site", "lab")
        self.everywhere(MAC + ".cfg")
        self.assertIsNone(self.everywhere(SEED), "it is another site's")

    def test_a_large_directory_is_cut_and_its_length_is_what_is_sent(self):
        self.start()
        self.add_entry("Muster", "1003")
        many = "".join("<item><ln>Somebody %d</ln><ct>%d</ct></item>" % (n, 100000 + n) for n in range(3000))
        source = self.write("sent.xml", "<directory><item_list>%s</item_list></directory>" % many)
        self.assertEqual(clients.curl_put(self.at("http"), NAME, source).returncode, 0)
        with ftplib.FTP() as ftp:
            ftp.connect("127.0.0.1", self.server.ports["ftp"], timeout=20)
            ftp.login("PlcmSpIp", "PlcmSpIp")
            ftp.voidcmd("TYPE I")
            size = ftp.size(NAME)
        text = self.lint(NAME)
        self.assertEqual(size, len(text))
        self.assertLessEqual(len(text), 102400)
        self.assertNotIn("1003", numbers(text), "the phone's own are the last to go")
        self.assertEqual(numbers(text)[0], "100000")
        self.assertIn("contacts are left out of " + NAME, self.ok("explain", MAC).out)

    def test_what_the_phone_sends_stands_behind_ours(self):
        self.start()
        self.add_entry("Muster", "1003")
        for number, scheme in enumerate(("http", "tftp", "ftp")):
            source = self.write("sent.xml", SENT.replace("555", "55%d" % number))
            self.assertEqual(clients.curl_put(self.at(scheme), NAME, source).returncode, 0, scheme)
            merged = contacts(self.lint(NAME))
            self.assertEqual([each["ct"] for each in merged], ["1003", "55%d" % number])
            self.assertEqual(merged[0]["ln"], "Muster")
            self.assertEqual((merged[1]["sd"], merged[1]["rt"]), ("9", "3"))
        self.assertEqual(self.ok("render", MAC, NAME).out.encode(), self.everywhere(NAME))
        head = self.server.request("/" + NAME, method="HEAD")
        self.assertEqual(int(head.headers["content-length"]), len(self.everywhere(NAME)))
        self.assertEqual(numbers(self.everywhere(OTHER + "-directory.xml")), ["1003"])
        self.ok("device", "set", MAC, "--set", "directory.source=server")
        self.assertEqual(numbers(self.lint(NAME)), ["1003"])
        self.ok("device", "set", MAC, "--set", "directory.source=phone")
        self.assertEqual(self.everywhere(NAME).decode(), SENT.replace("555", "552"))
        self.server.stop()
        self.serve(listen=LISTEN)
        self.ok("device", "set", MAC, "--unset", "directory.source")
        self.assertEqual(numbers(self.lint(NAME)), ["1003", "552"], "after a restart")

    def test_keys_are_where_the_release_has_them(self):
        self.start()
        self.ok("device", "set", MAC, "--set", "key.1.type=blf", "--set", "key.1.value=1004", "--set", "key.1.label=Eva",
                "--set", "key.2.type=speed_dial", "--set", "key.2.value=1005")
        watched = {"lb": "Eva", "fn": "Eva", "ct": "1004", "sd": "1", "bw": "1"}
        dialled = {"ct": "1005", "sd": "2"}
        for release, there, attendant in ((None, [watched, dialled], True), ("2.2.0", [watched, dialled], False),
                                          ("3.2", [dialled], True), ("SIP 3.2.1", [dialled], True)):
            if release:
                self.ok("device", "set", MAC, "--set", "firmware.version=" + release)
            self.assertEqual(contacts(self.lint(NAME)), there, release)
            self.assertEqual(b"attendant.resourceList.1.address=" in self.lint(MAC + "-settings.cfg"), attendant, release)
        self.assertIsNone(self.everywhere(SEED))

    def test_an_operators_seed_goes_first(self):
        self.start()
        self.add_entry("Muster", "1003")
        self.ok("asset", "add", self.write("seed.xml", SENT), "--family", "polycom", "--name", SEED)
        self.assertEqual(self.everywhere(SEED).decode(), SENT)

    def test_images_dictionaries_and_sounds_by_their_names(self):
        self.start()
        self.ok("firmware", "add", self.write("a", b"for the 650"), "--family", "polycom", "--name", "sip.ld", "--version",
                "2.2.0", "--model", "SPIP650")
        self.ok("firmware", "add", self.write("b", b"for the 430"), "--family", "polycom", "--name", "sip.ld", "--version",
                "2.2.0", "--model", "SPIP430")
        self.ok("firmware", "add", self.write("c", b"the last of the 300"), "--family", "polycom", "--name", "sip_212.ld",
                "--version", "2.1.2")
        self.ok("firmware", "add", self.write("d", b"newer"), "--family", "polycom", "--name", "318.sip.ld", "--version",
                "3.1.8")
        names = {"2345-12600-001.sip.ld": b"for the 650", "2345-11402-001.sip.ld": b"for the 430",
                 "sip_212.ld": b"the last of the 300", "2345-11300-001.sip_212.ld": b"the last of the 300",
                 "2345-11500-040.318.sip.ld": b"newer", "318.sip.ld": b"newer"}
        dictionary = "SoundPointIPLocalization/German_Germany/SoundPointIP-dictionary.xml"
        for name, content in ((dictionary, b"<dictionary/>"), ("SoundPointIPWelcome.wav", b"RIFF")):
            self.ok("asset", "add", self.write("asset", content), "--family", "polycom", "--name", name)
            names[name] = content
        for name, content in names.items():
            self.assertEqual(self.everywhere(name), content, name)
        self.ok("device", "set", MAC, "--set", "firmware.path=318.sip.ld")
        self.assertIn(b'APP_FILE_PATH="318.sip.ld"', self.lint(MAC + ".cfg"))
        self.assertIn(b'APP_FILE_PATH="sip.ld"', self.lint(OTHER + ".cfg"))
        self.assertIn(b'APP_FILE_PATH_SPIP300="sip_212.ld"', self.lint("000000000000.cfg"))
        for name in (MAC + "-settings.cfg", MAC + "-site.cfg", "site.cfg"):
            self.lint(name)

    def test_a_phone_boots_with_it(self):
        self.start()
        self.add_entry("Muster", "1003")
        seen = self.outcomes(self.boot(MAC))
        self.assertEqual({name: what for name, what in seen.items() if "directory" in name}, {NAME: "fetched"})
        self.assertIn("got every configuration file", self.ok("explain", MAC).out)


if __name__ == "__main__":
    main()
