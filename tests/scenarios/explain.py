#!/usr/bin/env python3
"""Phones boot into trouble, and `offhook explain` names its cause and what to do."""
import socket

import house

MAC, STRANGER = "0004f2000001", "0004f20000aa"


class Explain(house.HouseTest):
    def setUp(self):
        super().setUp()
        self.serve()

    def told(self, mac=MAC, *words):
        """What is told, once as text and once as data; both hold the same sentences."""
        text = self.ok("explain", mac, *words).out
        (story,) = self.rows("explain", mac, *words)
        self.assertEqual(story["mac"], mac)
        for sentence in story["conclusion"]:
            self.assertIn(sentence, text)
        self.assertNotIn(house.PASSWORD, text)
        return text

    def assert_told(self, *fragments, mac=MAC):
        text = self.told(mac)
        for fragment in fragments:
            self.assertIn(fragment, text)
        return text

    def test_a_good_boot(self):
        self.add_phone(MAC)
        self.boot(MAC)
        text = self.assert_told("SPIP_650", MAC + "-settings.cfg", "every configuration file that it needs",
                                "Line 1 is to register as 101 at pbx.example.net")
        for alarm in ("That matters", "cannot register", "refused", "did not get"):
            self.assertNotIn(alarm, text)

    def test_the_policy_of_the_site_refuses(self):
        self.ok("site", "add", "vault", "--policy", "loopback.clear=token", "--token", "random")
        self.add_phone(MAC, "--site", "vault")
        self.boot(MAC, expect="unconfigured")
        text = self.assert_told(MAC + ".cfg", "refused", "policy", "did not get")
        self.assertNotIn("every configuration file", text)
        (token,) = [row["token"] for row in self.rows("site", "set", "vault", "--token", "random")]
        self.boot(MAC, url=self.server.url("/%s/" % token))
        text = self.assert_told("every configuration file that it needs")
        self.assertNotIn(token, text)

    def test_a_folder_too_much_in_the_address(self):
        self.add_phone(MAC)
        self.boot(MAC, url=self.server.url("/polycom/"), expect="unconfigured")
        self.assert_told("polycom/%s.cfg" % MAC, "'polycom' is a folder in the phone's server address", "take it out")

    def test_another_model_than_the_catalogue_says(self):
        self.add_phone(MAC)
        self.boot(MAC, model="SPIP430")
        self.assert_told("It calls itself SPIP430", "the catalogue has it as SPIP650",
                         "offhook device set %s --model SPIP430" % MAC)
        self.ok("device", "set", MAC, "--model", "SPIP430")
        self.assertNotIn("It calls itself", self.told())

    def test_a_line_without_its_password(self):
        self.add_phone(MAC, password=None)
        self.boot(MAC, expect="unconfigured")
        self.assert_told("Line 1 (101) cannot register", "line.1.password is not set", "offhook device set " + MAC)
        self.ok("device", "set", MAC, "line.1.password=x")
        self.boot(MAC)
        self.assertNotIn("cannot register", self.told())

    def test_a_line_without_registrar(self):
        self.add_phone(MAC, registrar=None)
        self.boot(MAC, expect="unconfigured")
        self.assert_told("line.1.registrar.host is not set")

    def test_a_phone_without_any_line(self):
        self.add_phone(MAC, user=None, password=None)
        self.boot(MAC, expect="unconfigured")
        self.assert_told("No line has a user", "line.1.user")

    def test_a_stranger(self):
        self.boot(STRANGER, expect="unconfigured")
        self.assert_told("not in the catalogue", "offhook sighting adopt " + STRANGER, mac=STRANGER)

    def test_a_phone_that_never_asked(self):
        self.add_phone(MAC)
        self.assert_told("Nothing was heard", "server address", "offhook status")

    def test_a_phone_that_stops_after_its_master_file(self):
        self.add_phone(MAC)
        self.server.request("/%s.cfg" % MAC)
        self.assert_told("never asked for", "settings")

    def test_a_line_of_noise_does_not_hide_the_boot(self):
        self.add_phone(MAC)
        self.boot(MAC)
        with socket.create_connection(("127.0.0.1", self.server.port)) as peer:
            peer.sendall(b"\0nonsense\r\n\r\n")
            peer.recv(1000)
        self.server.request("/%s-none.cfg" % MAC)
        self.assert_told("every configuration file that it needs", "none.cfg")

    def test_as_many_boots_as_asked_for(self):
        self.add_phone(MAC)
        for _ in range(3):
            self.boot(MAC)
        for asked, count in ((1, 1), (2, 2), (9, 3)):
            (story,) = self.rows("explain", MAC, "--boots", str(asked))
            self.assertEqual(len(story["boots"]), count)

    def test_a_replacement_begins_with_a_story_of_its_own(self):
        self.add_phone(MAC)
        self.boot(MAC)
        self.ok("device", "replace", MAC, STRANGER)
        self.boot(STRANGER)
        self.assert_told("every configuration file that it needs", "register as 101", mac=STRANGER)

    def test_the_story_survives_a_restart(self):
        self.add_phone(MAC)
        self.boot(MAC)
        before = self.told()
        self.server.stop()
        self.serve()
        self.assertEqual(self.told(), before)

    def test_the_timeline_holds_every_contact_in_order(self):
        self.add_phone(MAC)
        report = self.boot(MAC)
        asked = [file["name"] for file in report["files"]]
        events = self.rows("timeline", MAC)
        seen = [event["path"] for event in events]
        # The bootROM names no MAC before its first file, so what it asked before that may be missing.
        # Two loops may have answered within one millisecond, the timeline's unit: then either order is right.
        self.assertEqual(sorted(seen), sorted(asked[-len(seen):]))
        self.assertIn(MAC + ".cfg", seen)
        self.assertEqual(sorted(events, key=lambda event: event["time"]), events)
        outcomes = {event["path"]: event["outcome"] for event in events}
        self.assertEqual(outcomes[MAC + "-settings.cfg"], "served")
        self.assertEqual(outcomes["sip.ld"], "absent")
        self.assertEqual(len(self.rows("timeline", MAC, "--limit", "2")), 2)


if __name__ == "__main__":
    house.main()
