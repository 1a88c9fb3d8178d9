#!/usr/bin/env python3
"""A change is seen by the very next request on every loop; what is unchanged stays unchanged for a phone's cache.

Which loop answers is the kernel's choice by source port, so each look is many fresh connections.
"""
import re
import subprocess

import house

MAC, OTHER, GONE = "0004f2000001", "0004f2000002", "0004f20000ff"
CONNECTIONS = 40


class Changes:
    loops = 0

    def setUp(self):
        super().setUp()
        self.serve("--loops", str(self.loops))
        self.ok("site", "add", "berlin")
        self.ok("site", "add", "paris")
        self.ok("group", "add", "desk")
        self.add_phone(MAC, "--site", "berlin", "--group", "desk", "--set", "line.1.label=first")
        self.settings, self.site = "/%s-settings.cfg" % MAC, "/%s-site.cfg" % MAC

    def look(self, path, expect=200):
        """The bodies of many answers, each on a connection of its own: one body, or they differ."""
        answers = [self.server.request(path) for _ in range(CONNECTIONS)]
        self.assertEqual({answer.status for answer in answers}, {expect}, path)
        bodies = {answer.body for answer in answers}
        self.assertEqual(len(bodies), 1, "the loops do not agree")
        return bodies.pop().decode()

    def test_every_loop_is_there(self):
        self.assertEqual(self.rows("status")[0]["loops"], self.loops)

    def test_a_device_comes_changes_and_goes(self):
        self.look("/%s.cfg" % OTHER, expect=404)
        self.add_phone(OTHER, user="200")
        self.assertIn('"200"', self.look("/%s-settings.cfg" % OTHER))
        for user in ("201", "202", "203"):
            self.ok("device", "set", OTHER, "line.1.user=" + user)
            self.assertIn('"%s"' % user, self.look("/%s-settings.cfg" % OTHER))
        self.ok("device", "set", OTHER, "--unset", "line.1.user")
        self.assertNotIn("reg.1.address", self.look("/%s-settings.cfg" % OTHER))
        self.ok("device", "remove", OTHER)
        self.look("/%s-settings.cfg" % OTHER, expect=404)
        self.add_phone(OTHER, user="204")
        self.assertIn('"204"', self.look("/%s-settings.cfg" % OTHER))
        self.ok("device", "replace", OTHER, GONE)
        self.look("/%s-settings.cfg" % OTHER, expect=404)
        self.assertIn('"204"', self.look("/%s-settings.cfg" % GONE))

    def test_each_layer_shows_at_once(self):
        """Broadest first, so that each beats the one before; then they are taken out again, narrowest first."""
        def server():
            text = self.look(self.settings) + self.look(self.site)
            return re.search(r'tcpIpApp\.sntp\.address="([^"]*)"', text).group(1)

        steps = [(["layer", "set", "fleet"], "fleet.example.net"), (["layer", "set", "site/berlin"], "site.example.net"),
                 (["model", "set", "polycom/SPIP650"], "model.example.net"),
                 (["layer", "set", "group/desk"], "group.example.net"), (["device", "set", MAC], "device.example.net")]
        for words, host in steps:
            self.look(self.settings), self.look(self.site)  # what the caches hold is old now
            self.ok(*words, "time.server=" + host)
            self.assertEqual(server(), host)
        for (words, _), (_, shown) in zip(reversed(steps), list(reversed(steps))[1:]):
            self.ok(*words, "--unset", "time.server")
            self.assertEqual(server(), shown)

    def test_a_move_to_another_site(self):
        self.ok("layer", "set", "site/berlin", "time.server=berlin.example.net")
        self.ok("layer", "set", "site/paris", "time.server=paris.example.net")
        for site in ("berlin", "paris", "berlin"):
            self.ok("device", "set", MAC, "--site", site)
            self.assertIn(site + ".example.net", self.look(self.site))

    def test_another_devices_change_changes_nothing(self):
        before = self.server.request(self.settings)
        self.add_phone(OTHER)
        self.ok("device", "set", OTHER, "line.1.label=other")
        after = self.server.request(self.settings)
        self.assertEqual((before.body, before.headers["etag"]), (after.body, after.headers["etag"]))


class WithTwoLoops(Changes, house.HouseTest):
    loops = 2


class WithFourLoops(Changes, house.HouseTest):
    loops = 4


class WhatPhonesKeep(house.HouseTest):
    """Conditional requests, ranges and refusals, with curl as the judge of our HTTP."""

    def setUp(self):
        super().setUp()
        self.serve("--loops", "2")
        self.add_phone(MAC, "--set", "line.1.label=first")
        self.path = "/%s-settings.cfg" % MAC

    def tag(self):
        return self.server.request(self.path).headers["etag"]

    def conditional(self, tag):
        return self.server.request(self.path, headers={"If-None-Match": tag})

    def curl(self, *words, path=None):
        done = subprocess.run(["curl", "-sS", "--noproxy", "*", "--max-time", "20", *words, self.server.url(path or self.path)],
                              capture_output=True, timeout=30)
        return done.returncode, done.stdout

    def test_an_unchanged_file_is_not_sent_again(self):
        tag = self.tag()
        for asked in (tag, "W/" + tag, '"other", %s' % tag, "*"):
            answer = self.conditional(asked)
            self.assertEqual((answer.status, answer.body), (304, b""), asked)
            self.assertEqual(answer.headers["etag"], tag)
        self.assertEqual(self.conditional('"other"').status, 200)

    def test_a_date_never_hides_a_change(self):
        self.assertNotIn("last-modified", self.server.request(self.path).headers)
        answer = self.server.request(self.path, headers={"If-Modified-Since": "Fri, 31 Dec 2049 23:59:59 GMT"})
        self.assertEqual(answer.status, 200)

    def test_only_a_change_of_content_changes_the_tag(self):
        first = self.tag()
        self.ok("device", "set", MAC, "line.1.label=first")
        self.ok("device", "set", MAC, "--note", "a remark no phone sees")
        self.ok("layer", "set", "fleet", "line.1.label=hidden by the device's own")
        self.assertEqual(self.tag(), first)
        self.assertEqual(self.conditional(first).status, 304)
        self.ok("device", "set", MAC, "line.1.label=second")
        self.assertNotEqual(self.tag(), first)
        self.assertEqual(self.conditional(first).status, 200)
        self.ok("device", "set", MAC, "line.1.label=first")
        self.assertEqual(self.tag(), first, "a tag names the content, wherever it has been in between")

    def test_a_restart_keeps_the_tag(self):
        first = self.tag()
        self.server.stop()
        self.serve("--loops", "2")
        self.assertEqual(self.tag(), first)

    def test_head_says_what_get_would(self):
        get, head = self.server.request(self.path), self.server.request(self.path, "HEAD")
        self.assertEqual((head.status, head.body), (200, b""))
        self.assertEqual(int(head.headers["content-length"]), len(get.body))
        for headers in (get.headers, head.headers):
            headers.pop("date")
        self.assertEqual(head.headers, get.headers)
        self.assertEqual(self.server.request("/none.cfg", "HEAD").status, 404)

    def test_ranges_as_curl_reads_them(self):
        whole = self.curl()[1]
        self.assertGreater(len(whole), 100)
        for words, expected in [("0-0", whole[:1]), ("10-19", whole[10:20]), ("50-", whole[50:]), ("-7", whole[-7:]),
                                ("5-999999", whole[5:])]:
            code, body = self.curl("-f", "-r", words)
            self.assertEqual((code, body), (0, expected), words)
        self.assertEqual(self.curl("-o", "/dev/null", "-w", "%{http_code}", "-r", "999999-")[1], b"416")
        part = self.write("part.cfg", whole[:60])
        code, _ = self.curl("-f", "-C", "-", "-o", part)
        self.assertEqual(code, 0)
        with open(part, "rb") as file:
            self.assertEqual(file.read(), whole, "a transfer that broke off is taken up again")

    def test_clients_of_both_ages(self):
        self.assertEqual(self.curl("-f", "-0")[1], self.curl("-f")[1])
        code, out = self.curl("-f", "-o", "/dev/null", "-o", "/dev/null", "-w", "%{num_connects} ", self.server.url(self.path))
        self.assertEqual((code, out), (0, b"1 0 "), "a connection is kept for the next request")
        old = self.server.raw(b"GET %s HTTP/1.0\r\n\r\n" % self.path.encode())
        self.assertTrue(old.startswith(b"HTTP/1.1 200 ") and old.endswith(self.curl()[1]), old[:200])

    def test_what_is_not_given_looks_the_same_whatever_the_reason(self):
        """Status, headers and body tell nobody which MACs exist."""
        self.ok("site", "add", "locked", "--policy", "loopback.clear=token", "--token", "a-token-of-forty-letters-0123456789abcdef")
        self.add_phone(OTHER, "--site", "locked")
        answers = {}
        for path in ("/%s.cfg" % GONE, "/%s-settings.cfg" % GONE, "/none.cfg", "/%s-none.cfg" % MAC, "/%s.cfg" % OTHER,
                     "/%s-settings.cfg" % OTHER, "/", "/000000000000-settings.cfg", "/families/polycom/family.toml",
                     "/0123456789abcdef0123456789/%s.cfg" % MAC):
            answer = self.server.request(path)
            self.assertEqual(answer.status, 404, path)
            answer.headers.pop("date", None)
            answers[path] = (sorted(answer.headers.items()), answer.body)
        self.assertEqual(len({repr(answer) for answer in answers.values()}), 1, answers)
        opened = "/a-token-of-forty-letters-0123456789abcdef/%s.cfg" % OTHER
        self.assertEqual(self.server.request(opened).status, 200)
        self.assertEqual(self.server.request(opened.replace(OTHER, MAC)).status, 404, "another site's phone")


if __name__ == "__main__":
    house.main()
