#!/usr/bin/env python3
"""A Linksys out of its box, told a TFTP server: from the default profile to its own, the long period back, and what it
says of that by syslog in the timeline."""
import json
import socket
import time

import house

MAC, STRANGER = "000e08aabbcc", "000e08aabbdd"
LISTEN = ("http=127.0.0.1:0", "tftp=127.0.0.1:0", "syslog=127.0.0.1:0")


class SpaBootstrap(house.HouseTest):
    def setUp(self):
        super().setUp()
        self.serve(listen=LISTEN)
        self.ok("layer", "set", "site/default", "syslog.server=127.0.0.1",
                "syslog.port=%d" % self.server.ports["syslog"])

    def spa(self, *words, url, model="SPA942", mac=MAC, expect="ready"):
        done = self.cli("boot", "--family", "linksys-spa", "--model", model, "--mac", mac, "--json", "--show-secrets",
                        "--state", self.dir + "/phone", "--url", url, *words)
        self.assertEqual(len(done.out.splitlines()), 1, done.err)
        report = json.loads(done.out)
        self.assertEqual(report["state"], expect, done.err)
        return report, done.err

    def tftp(self):
        return self.server.url("/", "tftp")

    def flash(self):
        with open(self.dir + "/phone/flash.json", encoding="utf-8") as file:
            return json.load(file)["parameters"]

    def timeline(self, mac=MAC, wanted=0):
        for _ in range(100):
            rows = [row for row in self.rows("timeline", mac) if row["transport"] == "syslog"]
            if len(rows) >= wanted:
                return rows
            time.sleep(0.05)
        return rows

    def test_a_factory_phone_comes_to_its_own_profile_and_to_rest(self):
        self.add_phone(MAC, model="SPA942", family="linksys-spa")
        report, err = self.spa(url=self.tftp())
        asked = [file["name"] for file in report["files"]]
        self.assertIn("/spa942.cfg", asked[0])
        self.assertEqual([name.rpartition("/")[2] for name in asked],
                         ["spa942.cfg", MAC + ".xml", "spa942.xml", MAC + ".xml"], err)
        self.assertEqual(report["reboots"], 2, "once for the default profile, once for the long period")
        kept = self.flash()
        self.assertEqual(kept["Resync_Periodic"], "3600")
        self.assertTrue(kept["Profile_Rule"].endswith("/spa$PSN.xml"), kept["Profile_Rule"])

    def test_an_adapter_knows_another_name(self):
        self.add_phone(MAC, model="PAP2T", family="linksys-spa")
        report, _ = self.spa(url=self.tftp(), model="PAP2T")
        self.assertIn("/init.cfg", report["files"][0]["name"])
        self.assertEqual(self.flash()["Resync_Periodic"], "3600")

    def test_what_it_says_by_syslog_is_in_the_timeline(self):
        self.add_phone(MAC, model="SPA942", family="linksys-spa")
        self.spa(url=self.tftp())
        rows = self.timeline(wanted=4)
        said = " | ".join(row["path"] for row in rows)
        self.assertIn("Requesting resync tftp://127.0.0.1", said)
        self.assertIn("Successful resync tftp://127.0.0.1", said)
        self.assertTrue(all(row["user_agent"] == "SPA-942 00:0e:08:aa:bb:cc" for row in rows), rows)

    def test_a_corrupt_file_is_explained(self):
        self.add_phone(MAC, model="SPA942", family="linksys-spa")
        self.spa(url=self.tftp())
        self.say("SPA-942 00:0e:08:aa:bb:cc -- Requesting resync tftp://127.0.0.1:69/%s.xml" % MAC)
        self.say("SPA-942 00:0e:08:aa:bb:cc -- Resync failed: corrupt file")
        for _ in range(100):
            told = self.ok("explain", MAC).out
            if "corrupt file" in told:
                break
            time.sleep(0.05)
        self.assertIn("By syslog", told)
        self.assertIn("offhook render %s %s.xml" % (MAC, MAC), told)

    def test_a_stranger_is_a_sighting(self):
        self.say("SPA-942 00:0e:08:aa:bb:dd -- Resync failed: file not found")
        self.say("cron[1]: 00:0e:08:aa:bb:ee nothing to do with phones")
        for _ in range(100):
            seen = [row["mac"] for row in self.rows("sighting", "list")]
            if seen:
                break
            time.sleep(0.05)
        self.assertEqual(seen, [STRANGER])

    def say(self, text):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"<134>" + text.encode(), ("127.0.0.1", self.server.ports["syslog"]))


if __name__ == "__main__":
    house.main()
