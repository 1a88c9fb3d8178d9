#!/usr/bin/env python3
"""A Linksys SPA phone of ours that runs: told by its own page, by curl and by `offhook resync --via url`, and by NOTIFY;
its report, which the server keeps; its reboot. Everything is on loopback."""
import json
import re
import subprocess
import time

import house

MAC = "000e08aabbcc"
ADMIN, LINE = "adm1n-pw", "s3cr3t-1001"


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


class SpaControl(house.HouseTest):
    def setUp(self):
        super().setUp()
        self.serve()
        report = "raw:Report_Rule=http://127.0.0.1:%d/$MA-report.xml" % self.server.port
        self.add_phone(MAC, "--set", "web.admin_password=" + ADMIN, "--set", report, user="1001", password=LINE,
                       model="SPA942", family="linksys-spa")

    def phone(self, *words):
        out, err = open(self.dir + "/phone.out", "w+"), open(self.dir + "/phone.err", "w+")
        self.addCleanup(out.close)
        self.addCleanup(err.close)
        process = subprocess.Popen([house.OFFHOOK, "boot", "--family", "linksys-spa", "--model", "SPA942", "--mac", MAC,
                                    "--json", "--url", self.server.url(), "--stay", "60", "--sip-address", "127.0.0.1",
                                    "--sip-port", "0", "--web-port", "0", *words],
                                   stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        self.addCleanup(self.end, process)
        self.process = process
        self.reports = lambda: [json.loads(line) for line in read(out.name).splitlines()]
        self.talk = lambda: read(err.name)
        self.wait_for(lambda: "listening web" in self.talk() or process.poll() is not None)
        self.sip = int(re.search(r"listening sip \S+:(\d+)\n", self.talk()).group(1))
        self.web = int(re.search(r"listening web \S+:(\d+)\n", self.talk()).group(1))
        self.assertEqual(self.reports()[0]["state"], "ready", self.talk())

    def end(self, process):
        if process.poll() is None:
            process.kill()
        process.communicate()

    def wait_for(self, what, seconds=20):
        deadline = time.monotonic() + seconds
        while not what():
            self.assertLess(time.monotonic(), deadline, self.talk())
            time.sleep(0.02)

    def curl(self, target, *words):
        done = subprocess.run(["curl", "-s", "-g", "-m", "10", "-w", "\n%{http_code}", *words,
                               "http://127.0.0.1:%d%s" % (self.web, target)], capture_output=True, text=True)
        body, _, status = done.stdout.rpartition("\n")
        return int(status), body

    def resync(self, *words, code=0):
        done = self.cli("--json", "resync", MAC, *words)
        self.assertEqual(done.code, code, (done, self.talk()))
        for secret in (ADMIN, LINE):
            self.assertNotIn(secret, done.out + done.err)
        return json.loads(done.out.splitlines()[0])

    def by_page(self, *words, code=0):
        return self.resync("--via", "url", "--address", "127.0.0.1:%d" % self.web, *words, code=code)

    def by_notify(self, event, *words, code=0):
        return self.resync("--event", event, "--address", "127.0.0.1:%d" % self.sip, *words, code=code)

    def test_curl_is_asked_for_the_password_and_obeyed(self):
        self.phone()
        self.assertEqual(self.curl("/admin/reboot")[0], 401)
        self.assertEqual(self.curl("/admin/reboot", "--digest", "-u", "admin:wrong")[0], 401)
        self.assertEqual(self.curl("/admin/reboot", "-u", "admin:" + ADMIN)[0], 401, "Basic is none of its schemes")
        as_admin = ("--digest", "-u", "admin:" + ADMIN)
        status, xml = self.curl("/admin/spacfg.xml", *as_admin)
        self.assertEqual(status, 200)
        self.assertIn(">1001</User_ID_1_>", xml)
        self.assertIn("<Password_1_ group=\"Ext_1/Subscriber_Information\"/>", xml)
        for secret in (ADMIN, LINE, "GPP_SA"):
            self.assertNotIn(secret, xml)
        rule = self.server.url("/%24MA.xml")
        status, page = self.curl("/admin/resync?" + rule, *as_admin)
        self.assertEqual(status, 200)
        self.assertIn("not in use", page)
        self.wait_for(lambda: len(self.reports()) == 2)
        self.assertEqual([file["url"] for file in self.reports()[1]["files"]], [self.server.url("/%s.xml" % MAC)])

    def test_the_server_calls_its_page(self):
        self.phone()
        row = self.by_page("--rule", self.server.url("/$MA.xml"))
        self.assertEqual((row["state"], row["status"], row["event"], row["arrival"]),
                         ("accepted", 200, "resync", "came"))
        # Without a rule it is led to its own file, where a setting says how phones call this server.
        self.ok("layer", "set", "fleet", "provisioning.server=" + self.server.url("").rstrip("/"))
        count = len(self.reports())
        self.assertEqual(self.by_page()["arrival"], "came")
        self.wait_for(lambda: len(self.reports()) > count)
        self.assertEqual([file["url"] for file in self.reports()[count]["files"]], [self.server.url("/%s.xml" % MAC)])
        self.ok("device", "set", MAC, "web.admin_password=another")
        row = self.by_page(code=1)
        self.assertEqual((row["state"], row["status"]), ("wrong_account", 401))
        self.ok("device", "set", MAC, "web.admin_password=" + ADMIN)
        row = self.by_page("--event", "reboot")
        self.assertEqual((row["state"], row["arrival"]), ("accepted", "came"))
        self.wait_for(lambda: self.talk().count("listening web") == 2)
        self.assertEqual(self.curl("/admin/")[0], 401, "it is there again, at the same port")

    def test_a_notify_needs_the_lines_password(self):
        self.phone()
        row = self.by_notify("resync")
        self.assertEqual((row["state"], row["arrival"]), ("accepted", "came"))
        self.ok("device", "set", MAC, "line.1.password=another")
        self.assertEqual(self.by_notify("resync", code=1)["state"], "wrong_account")
        self.assertEqual(len(self.reports()), 2)

    def test_its_report_is_kept_but_not_served_back(self):
        self.phone()
        row = self.by_notify("report")
        self.assertEqual((row["state"], row["arrival"]), ("accepted", "came"))
        (kept,) = self.rows("upload", "list", MAC)
        self.assertEqual(kept["name"], "report")
        self.assertGreater(kept["bytes"], 1000)
        self.assertEqual(self.server.request("/%s-report.xml" % MAC).status, 404)

    def test_what_comes_while_it_is_in_use_waits(self):
        self.phone("--busy", "3")
        started = time.monotonic()
        status, _ = self.curl("/admin/reboot", "--digest", "-u", "admin:" + ADMIN)
        self.assertEqual(status, 200)
        self.assertEqual(len(self.reports()), 1)
        self.wait_for(lambda: len(self.reports()) == 2)
        self.assertGreater(time.monotonic() - started, 1)


if __name__ == "__main__":
    house.main()
