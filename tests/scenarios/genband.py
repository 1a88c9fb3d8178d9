#!/usr/bin/env python3
"""GENBAND IP88xx phones as they should fare: from nothing to ready over each transport, changes with and without a restart, the
switches of their downloads, timers, software of a vendor's bundle, encrypted files; and trees of others' files by others' servers."""
import concurrent.futures
import json
import os
import shutil
import subprocess
import time

import house
from boot_nginx import Nginx, free_port
from genband_house import (FACTORY_VERSION, GLOBAL, MAC, MODEL, PASSWORD, REGISTRAR, SCHEMES, VERSION_FILE, GenbandTest, bundle,
                           byte_sum)

MODELS = {"IP8820": "8820", "IP8830": "8830", "IP8840": "8840", "LIP-8002": "8002", "LIP-6812": "6812"}


class Boots(GenbandTest):
    def power_on_everywhere(self, phone):
        model, mac, user = phone
        wrong = {}
        for scheme in SCHEMES:
            report = self.power_on(mac=mac, model=model, scheme=scheme, state=scheme)
            digits, own = MODELS[model], mac.upper() if model.startswith("LIP-68") else mac
            names = ["sysconf_%s_sip.cfg" % digits, own, own + "-phonebook.csv"]
            version = ["%s/IP_%s_VER_SIP2" % (own, digits)] if model == "LIP-8002" else []
            version.append("IP_%s_VER_SIP2" % digits)
            got = [file["name"] for file in report["files"] if not file["name"].endswith("phonebook.csv")]
            line = [{"index": 1, "user": user, "auth_user": user, "password": PASSWORD, "registrar": REGISTRAR}]
            if got != names[:2] + version or report["reboots"] != 0 or report["problems"] != [] or [
                    {**row, "auth_user": row["auth_user"] or row["user"]} for row in report["lines"]] != line:
                wrong[scheme] = (got, report["steps"])
            if {file["url"].partition(":")[0] for file in report["files"]} != {scheme}:
                wrong[scheme] = report["files"]
        return wrong

    def test_each_model_over_each_transport(self):
        self.start()
        phones = [(model, "b40edc0000%02x" % i, str(100 + i)) for i, model in enumerate(sorted(MODELS), 1)]
        for model, mac, user in phones:
            self.furnish(mac=mac, model=model, user=user)
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            for phone, wrong in zip(phones, pool.map(self.power_on_everywhere, phones)):
                with self.subTest(model=phone[0]):
                    self.assertEqual(wrong, {})
                    self.told(phone[1], "got every configuration file that it needs",
                              "Line 1 is to register as %s at %s" % (phone[2], REGISTRAR))

    def test_one_restart_for_a_field_that_needs_it_and_none_for_others(self):
        self.start()
        self.furnish()
        self.assertEqual(self.power_on()["reboots"], 0)
        for change, reboots in (("line.1.display_name=Zoe", 0), ("sip.local_port=5090", 1), ("rtp.port_first=20000", 1),
                                ("line.1.user=102", 0)):
            with self.subTest(change):
                self.ok("device", "set", MAC, change)
                self.assertEqual(self.power_on()["reboots"], reboots)
                self.assertEqual(self.power_on()["reboots"], 0, "nothing was changed")
        self.ok("layer", "set", "fleet", "sip.local_port=5070", "network.vlan.phone=7")  # what the device states still counts
        self.assertEqual(self.power_on()["reboots"], 1)
        served = [self.server.request("/" + name) for name in (GLOBAL, MAC)]
        self.assertNotIn(b"local_udp_port", served[0].body, "in one file of the two, or it is set twice in each cycle")
        self.assertIn(b"local_udp_port 5090", served[1].body)
        self.assertEqual(self.power_on()["reboots"], 0)

    def test_the_switches_of_the_downloads_and_what_overrides_them(self):
        self.start()
        self.furnish("--set", "raw:PROVISION.cfg_download=disable", "--set", "raw:PROVISION.sw_download=disable")
        self.assertEqual(self.outcomes(self.power_on())[:2], [(GLOBAL, "fetched"), (MAC, "fetched")])
        self.add_bundle("IP8830-2.0.18")
        self.ok("device", "set", MAC, "line.1.user=102")
        report = self.power_on(expect="stale")
        self.assertEqual((report["files"], report["firmware"]), ([], FACTORY_VERSION))
        self.assertIn("cfg_download is disabled", report["steps"])
        self.assertIn("sw_download is disabled", report["steps"])
        self.told(MAC, "Line 1 is to register as 102")
        with open(self.dir + "/stay.err", "w+") as err, open(self.dir + "/stay.out", "w+") as out:
            phone = subprocess.Popen([house.OFFHOOK, "boot", "--family", "genband-ip88", "--model", MODEL, "--mac", MAC, "--json",
                                      "--url", self.server.url("", "http"), "--state", "%s/phone-%s" % (self.dir, MAC), "--stay", "60",
                                      "--sip-address", "127.0.0.1"], stdin=subprocess.DEVNULL, stdout=out, stderr=err)
            self.addCleanup(phone.wait, 10)
            self.addCleanup(phone.kill)
            port = self.said(err.name, "listening sip ").partition(":")[2].split()[0]
            self.ok("resync", MAC, "--address", "127.0.0.1:" + port)
            self.said(err.name, "the phone takes IP8830-2.0.18")
            self.said(out.name, '"user":"102"')
        told = self.power_on(expect="stale")
        self.assertEqual((told["firmware"], told["lines"][0]["user"], told["reboots"]), ("IP8830-2.0.18", "102", 0))

    def said(self, path, what, seconds=20):
        """The rest of the line behind what a program says."""
        deadline = time.monotonic() + seconds
        while True:
            with open(path, encoding="utf-8") as file:
                text = file.read()
            if what in text and "\n" in text.partition(what)[2]:
                return text.partition(what)[2]
            self.assertLess(time.monotonic(), deadline, (what, text))
            time.sleep(0.05)

    def test_the_smart_update_timer(self):
        self.start()
        self.furnish("--set", "provisioning.interval=3600")
        with open(self.dir + "/stay.out", "w+") as out, open(self.dir + "/stay.err", "w+") as err:
            phone = subprocess.Popen([house.OFFHOOK, "boot", "--family", "genband-ip88", "--model", MODEL, "--mac", MAC, "--json",
                                      "--url", self.server.url("", "http"), "--stay", "60", "--time-speed", "3600", "--sip-address",
                                      "127.0.0.1"], stdin=subprocess.DEVNULL, stdout=out, stderr=err)
            self.addCleanup(phone.wait, 10)
            self.addCleanup(phone.kill)
            self.said(err.name, "listening sip ")
            self.add_bundle("IP8830-2.0.18")
            self.ok("device", "set", MAC, "line.1.user=102")
            self.said(err.name, "the phone takes IP8830-2.0.18")
            self.said(out.name, '"user":"102"')

    def test_the_module_s_mac_and_both_letter_cases(self):
        self.start()
        module = "b40edc0000ff"
        self.furnish("--wifi-mac", module)
        for words, name in (((), MAC), (("--flash", "phone.MAC_CASE=upper"), MAC.upper()),
                            (("--flash", "phone.WIFI_MAC=" + module), module),
                            (("--flash", "phone.WIFI_MAC=" + module, "--flash", "phone.MAC_CASE=upper"), module.upper())):
            for scheme in SCHEMES:
                with self.subTest(name=name, scheme=scheme):
                    report = self.power_on(*words, scheme=scheme, state=name + scheme)
                    self.assertIn((name, "fetched"), self.outcomes(report))
        self.told(MAC, "got every configuration file that it needs")


class Software(GenbandTest):
    def test_a_vendors_bundle_is_served_as_it_is_and_taken_once_up_and_down(self):
        self.start()
        self.furnish()
        self.assertEqual(self.power_on()["firmware"], FACTORY_VERSION)
        for scheme in SCHEMES:
            self.power_on(scheme=scheme, state=scheme)
        for version in ("IP8830-2.0.18", "IP8830-1.0.5"):
            self.add_bundle(version)
            for name, content in bundle(version).items():
                self.assertEqual(self.server.request("/" + name).body, content, name)
            for scheme in SCHEMES:
                with self.subTest(version=version, scheme=scheme):
                    report = self.power_on("--flash", "phone.VERSION_CHECKSUM=bytesum32", scheme=scheme, state=scheme)
                    self.assertEqual((report["firmware"], report["reboots"], report["problems"]), (version, 1, []))
                    again = self.power_on(scheme=scheme, state=scheme)
                    self.assertEqual((again["firmware"], again["reboots"]), (version, 0))
        self.told(MAC, "got every configuration file that it needs", silent=("not stored",))

    def test_a_bundle_that_lacks_an_image_is_refused(self):
        self.start()
        files = bundle("IP8830-2.0.18")
        del files["words.xml"]
        folder = self.plant("short", files)
        self.fails(1, "firmware", "add", "--family", "genband-ip88", "--bundle", folder, says="words.xml")
        self.fails(2, "firmware", "add", folder + "/" + VERSION_FILE, "--family", "genband-ip88", "--name", VERSION_FILE, "--version",
                   "2", says="words.xml, of which nothing is stored")
        self.fails(2, "firmware", "add", folder + "/" + VERSION_FILE, "--family", "genband-ip88", "--name", "some.img", "--version",
                   "2", says="no phone asks for firmware of the name 'some.img'")
        self.fails(2, "firmware", "add", "--family", "polycom", "--bundle", folder, says="have no version file")
        self.assertEqual(self.rows("firmware", "list"), [])

    def test_an_image_that_is_gone_leaves_the_phone_what_it_runs(self):
        self.start()
        self.furnish()
        self.add_bundle("IP8830-2.0.18")
        (row,) = [row for row in self.rows("firmware", "list") if row["name"] == "words.xml"]
        self.ok("firmware", "remove", str(row["id"]))
        for scheme in SCHEMES:
            with self.subTest(scheme):
                report = self.power_on(scheme=scheme, state=scheme)
                self.assertEqual((report["firmware"], report["reboots"]), (FACTORY_VERSION, 0))
                self.has_problem(report, "words.xml", "keeps")
                self.told(MAC, "It got " + VERSION_FILE, "asked for words.xml then", "that is not stored",
                          "offhook firmware add FILE --family genband-ip88 --name words.xml")
        again = self.write("again", bundle("IP8830-2.0.18")["words.xml"])
        self.ok("firmware", "add", again, "--family", "genband-ip88", "--name", "words.xml", "--version", "IP8830-2.0.18")
        self.assertEqual(self.power_on()["firmware"], "IP8830-2.0.18")
        self.told(MAC, "got every configuration file", silent=("asked for words.xml",))

    def test_an_image_whose_sum_is_wrong(self):
        """That the digits are a sum of the bytes is a reading of ours, so a phone checks it only where it is told to."""
        self.start()
        self.furnish()
        self.add_bundle("IP8830-2.0.18", wrong_sum=True)
        report = self.power_on("--flash", "phone.VERSION_CHECKSUM=bytesum32")
        self.assertEqual((report["firmware"], report["reboots"]), (FACTORY_VERSION, 0))
        self.has_problem(report, "kernel-IP8830-2.0.18.img", "keeps")
        self.assertIn("not 00000001", report["steps"] + str(report["files"]))
        self.assertEqual(self.power_on(state="careless")["firmware"], "IP8830-2.0.18")

    def test_a_version_file_of_our_own_is_made_only_where_it_is_asked_for(self):
        self.start()
        self.furnish()
        code = b"\xff" * 70000 + b"code"
        self.ok("firmware", "add", self.write("code", code), "--family", "genband-ip88", "--name", "ip8830_3.bin", "--version", "3")
        self.ok("layer", "set", "fleet", "firmware.version=3")
        self.assertEqual(self.power_on()["firmware"], FACTORY_VERSION)
        self.ok("layer", "set", "fleet", "firmware.compose_version_file=yes")
        text = self.server.request("/" + VERSION_FILE).body.decode()
        self.assertEqual(text, "# composed by Offhook for virtual phones\nversion 3\napp_img ip8830_3.bin %s\n" % byte_sum(code))
        for scheme in SCHEMES:
            report = self.power_on("--flash", "phone.VERSION_CHECKSUM=bytesum32", scheme=scheme, state=scheme)
            self.assertEqual((report["firmware"], report["reboots"], report["problems"]), ("3", 1, []))
        self.assertEqual(self.power_on()["firmware"], "3")
        self.assertEqual(self.power_on()["reboots"], 0)
        self.told(MAC, VERSION_FILE + " is composed by this server", "for virtual phones")
        self.add_bundle("IP8830-2.0.18")  # the vendor's goes before ours
        self.assertEqual(self.power_on()["firmware"], "IP8830-2.0.18")
        self.told(MAC, silent=("is composed by",))


class Encrypted(GenbandTest):
    OLD, NEW = "0123456789abcdeffedcba9876543210", "00112233445566778899aabbccddeeff"

    def test_from_plain_to_sealed_to_a_new_key(self):
        self.start()
        self.furnish("--set", "provisioning.file_key=" + self.OLD)
        self.power_on()  # in plain, with its key in it
        self.ok("device", "set", MAC, "provisioning.sealed=yes")
        for scheme in SCHEMES:
            report = self.power_on(scheme=scheme)
            self.assertEqual(report["problems"], [])
            self.assertIn("%s is opened with decrypt_key (project-defined" % MAC, report["steps"])
        self.ok("device", "rotate-key", MAC)
        self.assertIn("provisioning.previous_file_key", self.settings())
        self.assertEqual(self.power_on()["problems"], [])  # the old key opens what tells the new one
        settings = self.settings()
        self.assertNotIn("provisioning.previous_file_key", settings)
        self.assertNotEqual(settings["provisioning.file_key"], self.OLD)
        self.assertEqual(self.power_on()["problems"], [])
        self.told(MAC, "got every configuration file", silent=(self.OLD, settings["provisioning.file_key"]))

    def settings(self):
        return json.loads(self.ok("--json", "device", "show", MAC, "--show-secrets").out)["settings"]

    def test_a_wrong_key_and_none(self):
        self.start()
        self.furnish("--set", "provisioning.file_key=" + self.OLD, "--set", "provisioning.sealed=yes")
        for key, says in (("", "no decrypt_key"), (self.NEW, "with decrypt_key neither"), ("12", "with decrypt_key neither")):
            with self.subTest(key=key):
                report = self.power_on("--flash", "PROVISION.decrypt_key=" + key, expect="unconfigured", state="wrong" + key)
                self.assertIn((MAC, "not_usable"), self.outcomes(report))
                self.assertIn((VERSION_FILE, "absent"), self.outcomes(report), "the cycle goes on")
                self.has_problem(report, MAC)
                self.assertIn(says, report["steps"] + json.dumps(report))
        self.power_on("--flash", "PROVISION.decrypt_key=" + self.OLD, state="right")
        report = self.power_on("--flash", "PROVISION.decrypt_key=" + self.NEW, state="right", expect="stale")
        self.assertEqual(report["lines"][0]["user"], "101", "what it had")


class ForeignTrees(GenbandTest):
    """By nginx and tftpd-hpa: nothing of our own is on the other side."""
    TREE = {
        GLOBAL: "; shared\r\n[VOIP]\r\nline1_proxy_address pbx.example.net\r\nlocal_udp_port 5070\r\n[NETTIME]\r\ntimezone 28\r\n",
        MAC: "[VOIP]\r\nline1_name 501\r\nline1_password pw1 ; of the phone\r\nlocal_udp_port 5080\r\nunknown_field x\r\n",
        "B40EDC000002": "[VOIP]\nline1_name 502\nline1_authname a502\nline1_password pw;2\n[SYSTEM]\n"
                        "include B40EDC000002-phonebook.csv phonebook\n",
        "B40EDC000002-phonebook.csv": "SpeedNumber,Name,PhoneNumber,Information\n1,Zoe,123,\n",
        **bundle("IP8830-2.0.18"),
    }

    def setUp(self):
        super().setUp()
        self.ca = self.write("ca.pem", "")
        self.root = self.plant("www", self.TREE)

    def check(self, url, *words):
        report = self.power_on("--flash", "phone.VERSION_CHECKSUM=bytesum32", *words, url=url)
        self.assertEqual((report["firmware"], report["reboots"]), ("IP8830-2.0.18", 1), report["steps"])
        self.assertEqual([(line["user"], line["password"], line["registrar"]) for line in report["lines"]],
                         [("501", "pw1", "pbx.example.net")])
        # local_udp_port is in both files, and differs: the cycle's end is compared with its begin, so there is no loop.
        self.assertEqual(self.power_on(url=url)["reboots"], 0)
        report = self.power_on("--flash", "phone.MAC_CASE=upper", *words, url=url, mac="b40edc000002")
        self.assertEqual([(line["user"], line["password"]) for line in report["lines"]], [("502", "pw;2")])
        self.assertIn(("B40EDC000002-phonebook.csv", "fetched"), self.outcomes(report))

    def test_by_nginx(self):
        nginx = Nginx(self.dir)
        self.addCleanup(nginx.stop)
        self.check(nginx.url(""))

    def test_by_nginx_with_a_password_in_basic(self):
        self.write("users", "prov:{PLAIN}sh4red\n")
        os.chmod(self.dir + "/users", 0o644)
        nginx = Nginx(self.dir, 'auth_basic "phones"; auth_basic_user_file DIR/users;')
        self.addCleanup(nginx.stop)
        report = self.power_on("--server-user", "prov", "--server-password", "wrong", url=nginx.url(""), expect="unconfigured",
                               state="wrong")
        self.assertEqual({outcome for _, outcome in self.outcomes(report)}, {"denied"})
        self.check(nginx.url(""), "--server-user", "prov", "--server-password", "sh4red")

    def test_by_tftpd(self):
        port = free_port()
        server = subprocess.Popen([shutil.which("in.tftpd") or "/usr/sbin/in.tftpd", "--listen", "--foreground", "--user", "nobody",
                                   "--address", "127.0.0.1:%d" % port, "--secure", self.root], stdin=subprocess.DEVNULL)
        self.addCleanup(server.wait, 10)
        self.addCleanup(server.kill)
        time.sleep(0.4)
        self.check("tftp://127.0.0.1:%d" % port)


if __name__ == "__main__":
    house.main()
