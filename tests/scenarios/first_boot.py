#!/usr/bin/env python3
"""From an empty server to a phone that is ready, as an operator goes; and what each command answers to wrong use."""

import pathlib

import house
from house import PASSWORD

OLD, NEW, STRANGER = "0004f2000001", "0004f2000002", "0004f20000aa"
REPORT_KEYS = {"ready", "state", "reboots", "files", "lines", "firmware", "problems"}
FILE_KEYS = {"name", "url", "outcome", "bytes"}
LINE_KEYS = {"index", "user", "auth_user", "password", "registrar"}


class FirstBoot(house.HouseTest):
    def setUp(self):
        super().setUp()
        self.serve()

    def test_from_an_empty_server_to_ready(self):
        self.assertEqual(self.rows("device", "list"), [])
        self.ok("site", "add", "berlin", "--title", "Berlin <1>", "--network", "10.1.0.0/16")
        self.ok("group", "add", "desk")
        self.ok("layer", "set", "fleet", "line.1.registrar.host=fleet.example.net", "line.1.registrar.port=5070")
        self.ok("layer", "set", "site/berlin", "line.1.registrar.host=berlin.example.net", "time.zone=Europe/Berlin")
        self.ok("layer", "set", "group/desk", "line.1.registrar.port=5072")
        self.add_phone(OLD, "--site", "berlin", "--group", "desk", registrar=None)
        table = self.write("phones.csv", "mac;family;model;site;line.1.user;line.1.auth_user;line.1.password\r\n"
                                         "00:04:F2:00:00:10;polycom;SPIP335;berlin;210;auth210;\"%s\"\r\n"
                           % PASSWORD.replace('"', '""'))
        self.ok("import", table)
        self.assertEqual([row["mac"] for row in self.rows("device", "list")], [OLD, "0004f2000010"])

        report = self.boot(OLD, "--verify")
        self.assertEqual(report["lines"], [{"index": 1, "user": "101", "auth_user": "101", "password": PASSWORD,
                                            "registrar": "berlin.example.net:5072"}])
        report = self.boot("0004f2000010", "--verify", model="SPIP335")
        self.assertEqual(report["lines"], [{"index": 1, "user": "210", "auth_user": "auth210", "password": PASSWORD,
                                            "registrar": "berlin.example.net:5070"}])
        self.assertEqual(report["problems"], [])

    def test_a_large_file_is_imported_and_other_large_requests_are_refused(self):
        rows = ["mac,family,model,line.1.user,line.1.display_name"]
        rows += ["0004f3%06x,polycom,SPIP650,%d,%s" % (i, i, "x" * 60) for i in range(20000)]
        csv = self.write("large.csv", "\n".join(rows) + "\n")
        self.ok("import", csv)
        self.assertEqual(self.rows("status")[0]["devices"], 20000)
        huge = self.write("huge.txt", "y" * 4000)
        settings = ["--set-from=raw:p%d=%s" % (i, huge) for i in range(300)]
        self.fails(1, "layer", "set", "fleet", *settings, says="1 MiB")

    def test_the_report_keeps_its_contract(self):
        self.add_phone(OLD)
        report = self.boot(OLD)
        self.assertLessEqual(REPORT_KEYS, set(report))
        for file in report["files"]:
            self.assertLessEqual(FILE_KEYS, set(file))
            self.assertEqual(file["url"], self.server.url("/" + file["name"]))
        self.assertLessEqual(LINE_KEYS, set(report["lines"][0]))
        self.assertEqual((type(report["reboots"]), type(report["firmware"])), (int, str))
        served = {file["name"]: file["bytes"] for file in report["files"] if file["outcome"] == "fetched"}
        for name, size in served.items():
            self.assertEqual(size, len(self.server.request("/" + name).body), name)
        self.assertEqual(set(served), {OLD + ".cfg", OLD + "-settings.cfg", OLD + "-site.cfg"})

    def test_verify_fails_where_the_catalogue_says_otherwise(self):
        self.add_phone(OLD)
        state = self.dir + "/phone"
        self.boot(OLD, "--state", state, "--verify")
        other = self.serve(data=self.dir + "/other")
        done = house.run("boot", "--family", "polycom", "--model", "SPIP650", "--mac", OLD, "--json", "--verify", "--url",
                         self.server.url(), data=other.data)
        self.assertEqual(done.code, 1, "the other server has no such phone")

        house.run("device", "add", OLD, "--family", "polycom", "--model", "SPIP650", "--set", "line.1.user=101", "--set",
                  "line.1.registrar.host=pbx.example.net", "--set", "line.1.password=third", data=other.data)
        done = house.run("boot", "--family", "polycom", "--model", "SPIP650", "--mac", OLD, "--json", "--verify", "--url",
                         self.server.url(), data=other.data)
        self.assertEqual(done.code, 1, done.err)
        self.assertIn("not as in the catalogue", done.err)

    def test_a_stranger_is_adopted(self):
        self.boot(STRANGER, expect="unconfigured")
        sightings = self.rows("sighting", "list")
        self.assertEqual([(row["mac"], row["family"], row["model"]) for row in sightings],
                         [(STRANGER, "polycom", "SPIP650")])
        self.ok("sighting", "adopt", STRANGER, "--set", "line.1.user=300", "--set", "line.1.password=" + PASSWORD, "--set",
                "line.1.registrar.host=pbx.example.net")
        self.assertEqual(self.rows("sighting", "list"), [])
        report = self.boot(STRANGER, "--verify")
        self.assertEqual(report["lines"][0]["user"], "300")

    def test_a_phone_without_its_server_is_stale(self):
        self.add_phone(OLD)
        state = self.dir + "/phone"
        url = self.server.url()
        self.boot(OLD, "--state", state)
        self.assertEqual(self.server.stop(), 0)
        report = self.boot(OLD, "--state", state, "--flash", "device.prov.redunInterAttemptDelay=0", url=url,
                           expect="stale")
        self.assertEqual(report["lines"][0]["user"], "101")

    def test_a_phone_without_a_line_is_unconfigured(self):
        self.add_phone(OLD, user=None, password=None)
        self.assertEqual(self.boot(OLD, expect="unconfigured")["lines"], [])

    def test_a_replacement_takes_over_everything(self):
        self.ok("site", "add", "berlin")
        self.add_phone(OLD, "--site", "berlin", "--set", "phone.label=Anna", "--note", "by the window")
        self.boot(OLD)
        before = self.rows("device", "show", OLD, "--show-secrets")[0]
        self.ok("device", "replace", OLD, NEW)
        after = self.rows("device", "show", NEW, "--show-secrets")[0]
        for device in (before, after):
            del device["mac"], device["revision"]
        self.assertEqual(before, after)
        self.assertEqual(self.boot(NEW, "--verify")["lines"][0]["password"], PASSWORD)
        self.fails(1, "device", "show", OLD)
        self.assertEqual(self.server.request("/" + OLD + "-settings.cfg").status, 404)
        # The old phone finds the files that all share, and in them nothing of its own or of its successor.
        report = self.boot(OLD, expect="unconfigured")
        self.assertNotIn("fetched", [file["outcome"] for file in report["files"] if OLD in file["name"]])
        self.fails(2, "device", "replace", NEW, NEW)

    def test_flash_of_another_phone_is_refused(self):
        self.add_phone(OLD)
        state = self.dir + "/phone"
        self.boot(OLD, "--state", state)
        done = self.fails(2, "boot", "--family", "polycom", "--model", "SPIP650", "--mac", NEW, "--url", self.server.url(),
                          "--state", state)
        self.assertIn("another phone", done.err)


class WrongUse(house.HouseTest):
    """Exit codes: 0 done, 1 the thing asked for failed, 2 wrong use."""

    def setUp(self):
        super().setUp()
        self.serve()
        self.add_phone(OLD)

    def test_what_cannot_be_meant_is_wrong_use(self):
        add = ["device", "add", NEW, "--family", "polycom", "--model", "SPIP650"]
        for words, says in [
            ([], "subcommand"),
            (["bogus"], ""),
            (["device"], "subcommand"),
            (["serve", "--bogus"], "--bogus"),
            (["serve", "--listen", "http=127.0.0.1:65536"], "127.0.0.1:65536"),
            (["serve", "--listen", "http=127.0.0.1"], "127.0.0.1"),
            (["serve", "--listen", "gopher=127.0.0.1:0"], "gopher"),
            (["serve", "--listen", "nonsense"], "NAME=ADDRESS:PORT"),
            (["serve", "--loops", "257"], "257"),
            (["status", "--bogus"], "--bogus"),
            (["device", "show"], "MAC"),
            (["device", "show", "0004"], "0004"),
            (["device", "list", "--bogus"], "--bogus"),
            (["device", "add", NEW], "--family"),
            (["device", "add", "0004f2", *add[3:]], "MAC address"),
            (add + ["--set", "line.1.usr=4"], "user"),
            (add + ["--set", "line.1.user"], "NAME=VALUE"),
            (add + ["--set", "line.1.registrar.port=65536"], "65535"),
            (add + ["--set", "line.1.registrar.port=0"], "1 to 65535"),
            (["device", "set", OLD], "nothing to change"),
            (["device", "set", OLD, "line.1.registrar.prt=5"], "port"),
            (["device", "set", OLD, "time.zone=Europe/Berln"], "zone"),
            (["device", "replace", OLD], "NEWMAC"),
            (["device", "replace", OLD, "zz"], "zz"),
            (["device", "remove"], "MAC"),
            (["layer", "set", "nowhere", "phone.label=x"], "nowhere"),
            (["layer", "set", "fleet"], "nothing to change"),
            (["layer", "set", "fleet", "phone.lable=x"], "phone.label"),
            (["layer", "show"], "SCOPE"),
            (["site", "add"], "NAME"),
            (["site", "add", " berlin"], "blanks"),
            (["site", "add", "paris", "--network", "10.0.0.0/33"], "10.0.0.0/33"),
            (["site", "add", "paris", "--policy", "moon.clear=never"], "moon"),
            (["group", "list", "--bogus"], "--bogus"),
            (["phonebook", "remove", "x"], "ID"),
            (["phonebook", "add"], "required"),
            (["setting", "lst"], "subcommand"),
            (["import"], "PATH"),
            (["render"], "MAC"),
            (["render", "xx"], "xx"),
            (["render", OLD, "--diff", "phone.label"], "NAME=VALUE"),
            (["render", OLD, "--diff", "phone.lable=x"], "phone.label"),
            (["timeline", OLD, "--limit", "0"], "0"),
            (["timeline", "zz"], "zz"),
            (["explain", OLD, "--boots", "many"], "many"),
            (["explain"], "MAC"),
            (["sighting", "adopt"], "MAC"),
            (["sighting", "forget", "zz"], "zz"),
            (["pack", "check"], "DIR"),
            (["pack", "new", "acme"], "--title"),
            (["pack", "new", "Acme", "--title", "Acme"], "lower-case"),
            (["boot", "--family", "polycom", "--model", "SPIP650"], "--mac"),
            (["boot", "--family", "polycom", "--model", "SPIP650", "--mac", OLD, "--auto"], "--interface"),
            (["boot", "--family", "polycom", "--model", "SPIP650", "--mac", OLD], "--url"),
        ]:
            with self.subTest(" ".join(words)):
                self.fails(2, *words, says=says)
        self.assertEqual(len(self.rows("device", "list")), 1, "none of that has left a trace")
        self.assertEqual([site["name"] for site in self.rows("site", "list")], ["default"])

    def test_what_cannot_be_done_has_failed(self):
        self.ok("site", "add", "berlin")
        self.ok("device", "set", OLD, "--site", "berlin")
        for words, says in [
            (["device", "show", NEW], NEW),
            (["device", "set", NEW, "phone.label=x"], NEW),
            (["device", "remove", NEW], NEW),
            (["device", "add", OLD, "--family", "polycom", "--model", "SPIP650"], OLD),
            (["device", "add", NEW, "--family", "polycom", "--model", "SPIP650", "--site", "rome"], "rome"),
            (["device", "add", NEW, "--family", "polycm", "--model", "SPIP650"], "polycom"),
            (["device", "add", NEW, "--family", "polycom", "--model", "SPIP65"], "SPIP650"),
            (["device", "replace", NEW, STRANGER], NEW),
            (["device", "set", OLD, "--set-from", "line.1.password=/nonexistent"], "/nonexistent"),
            (["layer", "show", "site/rome"], "rome"),
            (["layer", "set", "group/none", "phone.label=x"], "none"),
            (["site", "add", "berlin"], "berlin"),
            (["site", "remove", "berlin"], "devices"),
            (["site", "remove", "rome"], "rome"),
            (["site", "remove", "default"], "default"),
            (["group", "remove", "none"], "none"),
            (["phonebook", "remove", "4711"], "4711"),
            (["import", "/nonexistent.csv"], "/nonexistent.csv"),
            (["render", NEW], NEW),
            (["render", OLD, "none.cfg"], "none.cfg"),
            (["sighting", "adopt", STRANGER], STRANGER),
            (["pack", "check", self.dir], "family.toml"),
            (["serve", "--config", "/nonexistent.toml"], "/nonexistent.toml"),
        ]:
            with self.subTest(" ".join(words)):
                self.fails(1, *words, says=says)

    def test_without_a_server_it_is_said_how_to_get_one(self):
        self.server.stop()
        for words in (["status"], ["device", "list"], ["explain", OLD], ["layer", "show", "fleet"], ["import", "-"]):
            done = self.fails(1, *words, says="offhook serve")
            self.assertIn(self.data, done.err)

    def test_help_and_version_are_no_failure(self):
        for words in (["--help"], ["--help-all"], ["--version"], ["serve", "--help"], ["device", "add", "--help"]):
            self.assertNotEqual(self.ok(*words).out, "")

    def test_the_settings_page_is_the_vocabulary(self):
        page = pathlib.Path(__file__).resolve().parents[2] / "docs/settings.md"
        self.assertEqual(self.ok("setting", "list", "--markdown").out, page.read_text(),
                         "make it anew: offhook setting list --markdown > docs/settings.md")

    def test_a_word_that_is_no_command_is_named(self):
        self.fails(2, "dvice", "list", says="'dvice'")
        self.fails(2, "device", "lst", says="'lst'")

    def test_results_on_stdout_are_one_object_a_line(self):
        self.boot(OLD)
        self.ok("phonebook", "add", "--last-name", "Gr\u00fcn", "--number", "12")
        for words in (["status"], ["device", "list"], ["device", "show", OLD], ["site", "list"], ["layer", "show", "fleet"],
                      ["phonebook", "list"], ["setting", "list"], ["render", OLD], ["render", OLD, OLD + ".cfg"],
                      ["render", OLD, "--diff", "phone.label=x"], ["timeline", OLD], ["explain", OLD], ["pack", "list"]):
            with self.subTest(" ".join(words)):
                rows = self.rows(*words)
                self.assertGreater(len(rows), 0)
                self.assertTrue(all(isinstance(row, dict) for row in rows))


if __name__ == "__main__":
    house.main()
