#!/usr/bin/env python3
"""Directories of other boot servers, imported: phones boot from ours with the lines that they had from the old one."""

import functools
import http.server
import json
import os
import pathlib
import shutil
import threading

import house

TREES = pathlib.Path(__file__).resolve().parent.parent / "trees"
OLD_SERVER = "http://192.0.2.10"
# What an operator has to say of phones, and what each phone is.
PHONES = {
    "polycom-factory-style": {"0004f210a001": "SPIP501", "0004f210a002": "SPIP650", "0004f210a003": "SSIP4000"},
    "polycom-asterisk-style": {"0004f210b011": "SPIP430", "0004f210b012": "SPIP430", "0004f210b013": "SPIP330"},
    "polycom-later": {"0004f210c021": "SPIP650", "0004f210c022": "SPIP650", "0004f210c023": "SPIP331",
                      "64167f10c024": "SPIP331"},
    "panasonic-two-stage": {"0080f010d031": "KX-HDV130", "0080f010d032": "KX-HDV130", "bcc34210d033": "KX-HDV230"},
    "panasonic-wazo-style": {"0080f010e041": "KX-HDV130", "0080f010e042": "KX-HDV330"},
    "spa-wazo-style": {"000e08a0f101": "SPA942", "000e08a0f102": "SPA942", "000e08a0f103": "SPA962"},
    "spa-two-stage": {"000e08b0a201": "SPA922", "000e08b0a202": "SPA922"},
    "genband-issabel-style": {"b40edc0c3301": "IP8830", "b40edc0c3302": "IP8830"},
    "genband-sipxecs-style": {"00405a0c4401": "LIP-6830", "00405a0c4402": "LIP-6830"},
}
FAMILIES = {"polycom": "polycom", "panasonic": "panasonic", "spa": "linksys-spa", "genband": "genband-ip88"}
SAID = {"panasonic-two-stage": PHONES["panasonic-two-stage"]}


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_PUT(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(204)
        self.end_headers()


class ImportTrees(house.HouseTest):
    def files(self, tree):
        return str(TREES / tree / "files")

    def models(self, tree):
        return [word for mac, model in SAID.get(tree, {}).items() for word in ("--model", "%s=%s" % (mac, model))]

    def old_server(self, tree):
        """The tree as its own server would serve it, at an address of ours; its URL."""
        folder = self.dir + "/old-" + tree
        shutil.copytree(self.files(tree), folder)
        handler = functools.partial(Quiet, directory=folder)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = "http://127.0.0.1:%d" % server.server_address[1]
        named = b'device.prov.serverName="'
        for path in list(pathlib.Path(folder).rglob("*.cfg")) + list(pathlib.Path(folder).rglob("*.xml")):
            text = path.read_bytes().replace(OLD_SERVER.encode(), url.encode())
            text = text.replace(OLD_SERVER.replace("http", "tftp").encode(), url.encode())
            path.write_bytes(text.replace(named + b"192.0.2.10", named + url.partition("//")[2].encode()))
        for path in pathlib.Path(folder).glob("sysconf_*"):  # TFTP from an address, or another folder: ours is over HTTP
            text = path.read_bytes().replace(b"/phone/profile", b"")
            path.write_bytes(text.replace(b"\ntype 0", b"\ntype 1\nhttps_url " + url.encode()))
        return url + "/"

    def lines(self, tree, mac, model, url):
        done = self.cli("boot", "--family", FAMILIES[tree.partition("-")[0]], "--model", model, "--mac", mac, "--json",
                        "--show-secrets", "--url", url)
        report = json.loads(done.out)
        self.assertTrue(report["ready"], (tree, mac, url, done.err, report["problems"]))
        return report["lines"]

    def test_phones_keep_their_lines(self):
        for tree, phones in PHONES.items():
            with self.subTest(tree):
                data = self.dir + "/data-" + tree
                self.data = data
                self.serve()
                self.ok("import", self.files(tree), *self.models(tree))
                self.assertEqual({row["mac"]: row["model"] for row in self.rows("device", "list")}, phones)
                old = self.old_server(tree)
                for mac, model in phones.items():
                    before = self.lines(tree, mac, model, old)
                    self.assertEqual(self.lines(tree, mac, model, self.server.url()), before, mac)
                    self.assertTrue(before[0]["password"], mac)
                self.server.stop()

    def test_a_vendors_bundle_is_served_byte_for_byte(self):
        self.serve()
        bundle = pathlib.Path(self.files("genband-issabel-style"))
        version_file = str(bundle / "IP_8830_VER_SIP2")
        self.ok("firmware", "add", "--family", "genband-ip88", "--bundle", version_file)
        names = ["IP_8830_VER_SIP2", "ip8830_2.0.17.bin", "ip8830_lang.xml"]
        rows = self.rows("firmware", "list", "--family", "genband-ip88")
        self.assertEqual(sorted(row["name"] for row in rows), names)
        for name in names:
            self.assertEqual(self.server.request("/" + name).body, (bundle / name).read_bytes(), name)
        odd = self.write("odd/IP_8840_VER_SIP2", "version 3\napp_img load.img\n")
        self.fails(1, "firmware", "add", "--family", "genband-ip88", "--bundle", odd, says="not beside it")
        self.write("odd/load.img", "an image of any name")
        self.ok("firmware", "add", "--family", "genband-ip88", "--bundle", odd)
        self.assertEqual(self.server.request("/load.img").body, b"an image of any name")

    def test_a_dry_run_changes_nothing(self):
        tree = "polycom-later"
        done = self.cli("import", self.files(tree), "--dry-run")
        self.assertEqual(done.code, 0, done)
        self.assertIn("no server runs here", done.out)
        self.serve()
        before = self.rows("status")[0]["revision"] if "revision" in self.rows("status")[0] else None
        done = self.ok("import", self.files(tree), "--dry-run", "--settings")
        self.assertIn("line.1.registrar.host = pbx.example.org", done.out)
        self.assertNotIn("h4ven", done.out + done.err)
        self.assertEqual(self.rows("device", "list"), [])
        if before is not None:
            self.assertEqual(self.rows("status")[0]["revision"], before)
        self.ok("import", self.files(tree))
        self.assertEqual(len(self.rows("device", "list")), 4)

    def test_what_is_shared_goes_to_the_site_and_the_model(self):
        self.serve()
        self.ok("site", "add", "london")
        self.ok("import", self.files("polycom-later"), "--site", "london")
        site = self.rows("layer", "show", "site/london")[0]["settings"]
        self.assertEqual(site["time.zone"], "Europe/London")
        self.assertEqual(site["line.1.registrar.transport"], "tls")
        model = self.rows("layer", "show", "model/polycom/SPIP331")[0]["settings"]
        self.assertEqual(model["network.vlan.phone"], "211")
        phone = self.rows("device", "show", "0004f210c022")[0]
        self.assertEqual((phone["site"], phone["settings"]["time.server_interval"]), ("london", "600"))

    def test_a_second_import_needs_update(self):
        self.serve()
        tree = "polycom-factory-style"
        self.ok("import", self.files(tree))
        done = self.cli("import", self.files(tree))
        self.assertEqual(done.code, 1, done)
        self.assertIn("it is a device already", done.out)
        self.assertIn("Nothing was changed", done.err)
        self.ok("device", "set", "0004f210a001", "line.1.label=changed", "phone.label=ours")
        self.ok("import", self.files(tree), "--update")
        phone = self.rows("device", "show", "0004f210a001")[0]["settings"]
        self.assertEqual((phone["line.1.label"], phone["phone.label"]), ("2001", "ours"))
        self.assertEqual(len(self.rows("phonebook", "list", "--site", "default")), 3, "contacts do not double")

    def test_the_phonebook_comes_along(self):
        self.serve()
        self.ok("import", self.files("polycom-factory-style"))
        self.assertEqual(sorted(entry["number"] for entry in self.rows("phonebook", "list", "--site", "default")),
                         ["00445550100", "2001", "2002"])

    def test_models_that_nothing_tells_are_asked_for(self):
        self.serve()
        done = self.cli("import", self.files("panasonic-two-stage"))
        self.assertEqual(done.code, 1, done)
        self.assertIn("--model MAC=MODEL", done.out)
        self.assertEqual(self.rows("device", "list"), [])

    def test_a_broken_tree_is_reported_and_the_rest_of_it_imported_on_demand(self):
        self.serve()
        folder = self.dir + "/broken"
        shutil.copytree(self.files("polycom-factory-style"), folder)
        pathlib.Path(folder, "0004f210a003-phone1.cfg").write_bytes(b"<phone1 reg.1.address=")
        os.symlink("/etc", folder + "/etc")
        os.symlink("/etc/passwd", folder + "/0004f210a00f.cfg")
        done = self.cli("import", folder)
        self.assertEqual(done.code, 1, done)
        self.assertIn("0004f210a003-phone1.cfg: NOT READ", done.out)
        self.assertIn("etc: left aside: link", done.out)
        self.assertNotIn("root:", done.out)
        self.assertEqual(self.rows("device", "list"), [])
        done = self.cli("import", folder, "--keep-going")
        self.assertEqual(done.code, 1, done)
        self.assertEqual(len(self.rows("device", "list")), 2, "the third has no file of its own")

    def test_wrong_use(self):
        self.serve()
        tree = self.files("polycom-later")
        self.fails(2, "import", tree, "--family", "nokia", says="no such family")
        self.fails(2, "import", tree, "--model", "xx=SPIP650", says="MAC=MODEL")
        self.fails(2, "import", self.write("a.csv", "mac\n"), "--dry-run", says="for directories")
        self.fails(1, "import", tree, "--site", "nowhere", says="site")
        self.fails(1, "import", self.write("empty/nothing.txt", "x").rpartition("/")[0] + "/missing")
        done = self.cli("import", self.dir + "/empty")
        self.assertEqual((done.code, "No device" in done.err), (1, True))


if __name__ == "__main__":
    house.main()
