#!/usr/bin/env python3
"""NOTIFY on both ends: `offhook resync` against SIPp as the phone, SIPp against `offhook boot --stay`, and both ours.

Everything is on loopback; a phone of ours has an address of its own there, 127.0.0.x.
"""
import json
import re
import signal
import socket
import subprocess
import time

import house

MAC, OTHER = "0004f2000001", "0004f2000002"
PASSWORD = "hunter2"

ANSWER = """SIP/2.0 {status}
[last_Via:]
[last_From:]
[last_To:];tag=[call_number]
[last_Call-ID:]
[last_CSeq:]
{headers}Content-Length: 0

"""
RECEIVE = '<recv request="NOTIFY" crlf="true">{action}</recv>'
SEND = "<send><![CDATA[\n{message}]]></send>"
NOTIFY = """NOTIFY sip:[service]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:p@[local_ip]>;tag=[call_number]
To: <sip:[service]@[remote_ip]>
Call-ID: [call_id]
CSeq: {cseq} NOTIFY
Max-Forwards: 70
Event: {event}
{headers}Content-Length: 0

"""


def phone_scenario(*steps):
    return '<?xml version="1.0" encoding="ISO-8859-1" ?>\n<scenario name="phone">\n%s\n</scenario>\n' % "\n".join(steps)


def answer(status, headers=""):
    return SEND.format(message=ANSWER.format(status=status, headers=headers))


def free_port():
    """Free for UDP and TCP alike on 127.0.0.1."""
    for _ in range(50):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, socket.socket() as tcp:
            udp.bind(("127.0.0.1", 0))
            try:
                tcp.bind(("127.0.0.1", udp.getsockname()[1]))
                return udp.getsockname()[1]
            except OSError:
                pass
    raise RuntimeError("no free port")


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


class Resync(house.HouseTest):
    def setUp(self):
        super().setUp()
        self.serve()

    def sipp(self, scenario, *words):
        """SIPp in the background, with a scenario of its own; it ends with the test at the latest."""
        path = self.write("sipp/%d.xml" % time.monotonic_ns(), scenario)
        process = subprocess.Popen(["sipp", "-sf", path, "-nostdin", "-m", "1", "-timeout", "40s", "-i", "127.0.0.1",
                                    *words], cwd=self.dir, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, text=True)
        self.addCleanup(self.end, process)
        return process

    def end(self, process):
        if process.poll() is None:
            process.kill()
        process.communicate()

    def sipp_phone(self, *steps, transport="u1"):
        """SIPp as a phone; its port, once it listens."""
        port = free_port()
        process = self.sipp(phone_scenario(*steps), "-t", transport, "-p", str(port))
        table = "/proc/net/udp" if transport == "u1" else "/proc/net/tcp"
        deadline = time.monotonic() + 10
        while "0100007F:%04X" % port not in read(table):
            self.assertIsNone(process.poll(), "SIPp does not start")
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)
        return process, port

    def virtual_phone(self, mac=MAC, *words, seconds="60", address="127.0.0.1", port="0", **more):
        """A phone of ours that stays, once it listens; `reports` and `port` are what it has said so far."""
        out, err = open(self.dir + "/%s.out" % mac, "w+"), open(self.dir + "/%s.err" % mac, "w+")
        self.addCleanup(out.close)
        self.addCleanup(err.close)
        process = subprocess.Popen([house.OFFHOOK, "boot", "--family", "polycom", "--model", "SPIP650", "--mac", mac,
                                    "--json", "--url", more.get("url") or self.server.url(), "--stay", seconds,
                                    "--sip-address", address, "--sip-port", port, *words],
                                   stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        self.addCleanup(self.end, process)

        class Phone:
            pass
        phone = Phone()
        phone.process = process
        phone.reports = lambda: [json.loads(line) for line in read(out.name).splitlines()]
        phone.talk = lambda: read(err.name)
        deadline = time.monotonic() + 20
        while not (listening := re.search(r"listening sip \S+:(\d+)\n", phone.talk())):
            self.assertIsNone(process.poll(), phone.talk())
            self.assertLess(time.monotonic(), deadline, phone.talk())
            time.sleep(0.01)
        phone.port = int(listening.group(1))
        return phone

    def wait_for(self, what, seconds=20):
        deadline = time.monotonic() + seconds
        while not what():
            self.assertLess(time.monotonic(), deadline, "it does not happen")
            time.sleep(0.02)

    def resync(self, mac, *words, code):
        """What came of it, for one phone."""
        done = self.cli("--json", "resync", mac, *words)
        self.assertEqual(done.code, code, done)
        self.assertNotIn(PASSWORD, done.out + done.err)
        (row,) = [json.loads(line) for line in done.out.splitlines()]
        return row

    # SIPp as the phone.

    def told_sipp(self, *steps, transport="u1", code=0, words=()):
        self.add_phone(MAC, password=PASSWORD)
        sipp, port = self.sipp_phone(*steps, transport=transport)
        row = self.resync(MAC, "--address", "127.0.0.1:%d" % port, "--wait", "0", "--transport",
                          "udp" if transport == "u1" else "tcp", *words, code=code)
        return row, sipp

    def ended_well(self, sipp):
        self.assertEqual(sipp.wait(20), 0, "SIPp is not content")

    def test_sipp_takes_it_over_udp_and_tcp(self):
        self.add_phone(MAC, password=PASSWORD)
        for transport in ("u1", "t1"):
            sipp, port = self.sipp_phone(RECEIVE.format(action=""), answer("200 OK"), transport=transport)
            row = self.resync(MAC, "--address", "127.0.0.1:%d" % port, "--wait", "0", "--transport",
                              "udp" if transport == "u1" else "tcp", code=0)
            self.assertEqual((row["state"], row["status"], row["event"]), ("accepted", 200, "check-sync"))
            self.ended_well(sipp)

    def challenged(self, challenge, transport="u1"):
        """SIPp asks for the password, and answers 403 where what it is given is not right."""
        check = '<action><verifyauth assign_to="right" username="101" password="%s"/></action>' % PASSWORD
        return self.told_sipp(
            RECEIVE.format(action=""), answer("401 Unauthorized", "WWW-Authenticate: %s\n" % challenge),
            RECEIVE.format(action=check), '<nop test="right" next="1"/>', answer("403 Wrong"), '<nop next="2"/>',
            '<label id="1"/>', answer("200 OK"), '<label id="2"/>', transport=transport)

    def test_sipp_challenges_with_qop(self):
        row, sipp = self.challenged('Digest realm="pbx.example.net", nonce="5f3a9c01", qop="auth", algorithm=MD5')
        self.assertEqual(row["state"], "accepted", row)
        self.ended_well(sipp)

    def test_sipp_challenges_as_rfc_2069_does_over_tcp(self):
        row, sipp = self.challenged('Digest realm="pbx.example.net",nonce="5f3a9c01",algorithm=MD5', transport="t1")
        self.assertEqual(row["state"], "accepted", row)
        self.ended_well(sipp)

    def test_sipp_refuses_the_password(self):
        challenge = 'WWW-Authenticate: Digest realm="x",nonce="5f3a9c01"\n'
        row, _ = self.told_sipp(RECEIVE.format(action=""), answer("401 Unauthorized", challenge),
                                RECEIVE.format(action=""), answer("401 Unauthorized", challenge), code=1)
        self.assertEqual(row["state"], "wrong_account")
        self.assertIn("user 101", row["text"])

    def test_sipp_refuses_the_event(self):
        for status in ("489 Bad Event", "481 No Such Subscription", "403 Forbidden"):
            if status.startswith("489"):
                row, _ = self.told_sipp(RECEIVE.format(action=""), answer(status), code=1,
                                        words=("--event", "check-sync;reboot=true"))
                self.assertEqual(row["event"], "check-sync;reboot=true")
            else:
                sipp, port = self.sipp_phone(RECEIVE.format(action=""), answer(status))
                row = self.resync(MAC, "--address", "127.0.0.1:%d" % port, "--wait", "0", code=1)
            self.assertEqual((row["state"], row["status"]), ("refused", int(status[:3])))

    # SIPp as the sender.

    def sipp_sends(self, phone, *steps, transport="u1", user="101"):
        # SIPp would sign remote_ip:remote_port, whatever it asks for.
        sipp = self.sipp(phone_scenario(*steps), "-t", transport, "-s", user, "-r", "1", "-auth_uri",
                         "%s@127.0.0.1:%d" % (user, phone.port), "127.0.0.1:%d" % phone.port)
        code = sipp.wait(30)
        self.assertEqual(code, 0, "SIPp is not content; the phone says " + phone.talk())

    def notify(self, event="check-sync", cseq=1, headers=""):
        return '<send retrans="500"><![CDATA[\n%s]]></send>' % NOTIFY.format(event=event, cseq=cseq, headers=headers)

    def test_sipp_makes_the_phone_come(self):
        self.add_phone(MAC, password=PASSWORD)
        phone = self.virtual_phone()
        for count, transport in ((2, "u1"), (3, "t1")):
            self.sipp_sends(phone, self.notify(), '<recv response="200"/>', transport=transport)
            self.wait_for(lambda: len(phone.reports()) == count)
            self.assertTrue(phone.reports()[-1]["ready"])
        self.assertEqual(phone.reports()[-1]["reboots"], 0)  # nothing had changed
        self.assertIn("nothing has changed", phone.talk())

    def test_the_phone_refuses_other_events_and_methods(self):
        self.add_phone(MAC, password=PASSWORD)
        phone = self.virtual_phone()
        self.sipp_sends(phone, self.notify("message-summary"), '<recv response="489"/>')
        self.sipp_sends(phone, self.notify().replace("NOTIFY", "OPTIONS"), '<recv response="200"/>')
        self.sipp_sends(phone, self.notify().replace("NOTIFY", "MESSAGE"), '<recv response="405"/>')
        self.assertEqual(len(phone.reports()), 1)

    def validating(self, *more):
        prefix = "raw:voIpProt.SIP.requestValidation.1."
        self.add_phone(MAC, "--set", prefix + "request=NOTIFY", "--set", prefix + "method=digest", *more,
                       password=PASSWORD)

    def test_sipp_answers_the_phones_challenge(self):
        self.validating()
        phone = self.virtual_phone()
        self.sipp_sends(phone, self.notify(), '<recv response="401" auth="true"/>',
                        self.notify(cseq=2, headers="[authentication username=101 password=%s]\n" % PASSWORD),
                        '<recv response="200"/>')
        self.wait_for(lambda: len(phone.reports()) == 2)
        self.sipp_sends(phone, self.notify(), '<recv response="401" auth="true"/>',
                        self.notify(cseq=2, headers="[authentication username=101 password=guess]\n"),
                        '<recv response="401"/>')
        self.assertEqual(len(phone.reports()), 2)
        self.assertIn("not the line's user and password", phone.talk())

    # Both ours.

    def test_a_phone_comes_when_it_is_told(self):
        self.add_phone(MAC, password=PASSWORD)
        phone = self.virtual_phone(MAC, address="127.0.0.1")
        row = self.resync(MAC, "--address", "127.0.0.1:%d" % phone.port, "--wait", "20", code=0)
        self.assertEqual((row["state"], row["arrival"]), ("accepted", "came"))
        self.wait_for(lambda: len(phone.reports()) == 2)
        self.assertEqual(phone.reports()[1]["reboots"], 0)
        told = [row for row in self.rows("timeline", MAC) if row["transport"] == "notify"]
        self.assertEqual([(row["path"], row["outcome"], row["status"]) for row in told],
                         [("check-sync", "served", 200)])
        self.assertNotIn("notify", self.ok("explain", MAC).out)
        self.ok("device", "set", MAC, "line.1.display_name=Anna")
        row = self.resync(MAC, "--address", "127.0.0.1:%d" % phone.port, "--transport", "tcp", code=0)
        self.wait_for(lambda: len(phone.reports()) == 3)
        self.assertGreater(phone.reports()[2]["reboots"], 0)  # something has
        self.assertIn("the phone restarts", phone.talk())
        phone.process.send_signal(signal.SIGINT)
        self.assertEqual(phone.process.wait(20), 0)

    def test_always_reboot(self):
        self.add_phone(MAC, "--set", "raw:voIpProt.SIP.specialEvent.checkSync.alwaysReboot=1", password=PASSWORD)
        phone = self.virtual_phone()
        self.resync(MAC, "--address", "127.0.0.1:%d" % phone.port, code=0)
        self.wait_for(lambda: len(phone.reports()) == 2)
        self.assertIn("bootrom.ld", str(phone.reports()[1]["files"]))

    def test_a_challenge_is_answered_with_the_lines_password(self):
        self.validating()
        phone = self.virtual_phone()
        row = self.resync(MAC, "--address", "127.0.0.1:%d" % phone.port, code=0)
        self.assertEqual((row["state"], row["arrival"]), ("accepted", "came"))
        self.wait_for(lambda: len(phone.reports()) == 2)
        # The catalogue has a new password that the phone has not fetched.
        self.ok("device", "set", MAC, "line.1.password=another")
        row = self.resync(MAC, "--address", "127.0.0.1:%d" % phone.port, code=1)
        self.assertEqual(row["state"], "wrong_account")

    def test_the_address_is_where_the_phone_came_from(self):
        """The SIP port is 5060 then: on an address of its own, so that nothing of this machine is in the way."""
        self.add_phone(MAC, password=PASSWORD)
        phone = self.virtual_phone(port="5060", address="127.0.0.1")
        row = self.resync(MAC, code=0)
        self.assertEqual((row["address"], row["arrival"]), ("127.0.0.1:5060", "came"))
        self.assertEqual(phone.port, 5060)

    def test_a_phone_that_accepts_and_stays_away(self):
        row, sipp = self.told_sipp(RECEIVE.format(action=""), answer("200 OK"))
        self.ended_well(sipp)
        sipp, port = self.sipp_phone(RECEIVE.format(action=""), answer("200 OK"))
        started = time.monotonic()
        row = self.resync(MAC, "--address", "127.0.0.1:%d" % port, "--wait", "1", code=1)
        self.assertEqual((row["state"], row["arrival"]), ("accepted", "silent"))
        self.assertLess(time.monotonic() - started, 10)

    def test_a_phone_that_is_not_there(self):
        self.add_phone(MAC, password=PASSWORD)
        port = free_port()
        for transport in ("udp", "tcp"):
            row = self.resync(MAC, "--address", "127.0.0.1:%d" % port, "--transport", transport, code=1)
            self.assertEqual(row["state"], "unreachable")
            self.assertIn("nothing listens", row["text"])

    def test_nobody_knows_where_the_phone_is(self):
        self.add_phone(MAC, password=PASSWORD)
        row = self.resync(MAC, code=1)
        self.assertEqual(row["state"], "unknown_address")
        self.assertIn("--address", row["text"])

    def test_wrong_use(self):
        self.add_phone(MAC)
        self.fails(1, "resync", OTHER, says="no such device")
        self.fails(1, "resync", "--site", "nowhere", says="no site")
        self.fails(2, "resync", says="either one phone or --site")
        self.fails(2, "resync", "nonsense", says="MAC")
        self.fails(2, "resync", MAC, "--event", "explode", says="check-sync")
        self.fails(2, "resync", MAC, "--transport", "sctp")
        self.fails(2, "resync", MAC, "--address", "phone.example.net", says="address")
        self.fails(2, "resync", "--site", "default", "--address", "127.0.0.1")
        self.fails(2, "resync", MAC, "--at-once", "0")

    def test_a_site_is_told_a_few_at_a_time(self):
        macs = ["0004f20000%02x" % i for i in range(1, 7)]
        for i, mac in enumerate(macs):
            self.add_phone(mac, password=PASSWORD, user=str(101 + i))
        self.ok("site", "add", "elsewhere")
        self.add_phone("0004f2000099", "--site", "elsewhere")
        self.virtual_phone(macs[0], port="5060", seconds="60")
        for mac in macs[1:]:  # all at one address, as behind NAT: the phone there answers for each
            self.boot(mac)
        started = time.monotonic()
        done = self.cli("resync", "--site", "default", "--stagger", "300", "--wait", "3")
        self.assertGreater(time.monotonic() - started, 1.4)
        self.assertEqual(done.code, 1, done)  # one phone came, five did not
        self.assertEqual(len(done.out.splitlines()), 7, done.out)
        self.assertNotIn("0004f2000099", done.out)
        self.assertIn("1 of 6 phones came and got their files.", done.err)
        self.assertEqual(len([line for line in done.err.splitlines() if line.startswith("0004f2")]), 6, done.err)

    def test_the_stay_ends_by_itself_and_a_taken_port_is_said(self):
        self.add_phone(MAC, password=PASSWORD)
        phone = self.virtual_phone(seconds="2")
        words = ["boot", "--family", "polycom", "--model", "SPIP650", "--mac", MAC, "--url", self.server.url(),
                 "--stay", "5", "--sip-address", "127.0.0.1", "--sip-port", str(phone.port)]
        done = self.cli(*words)
        self.assertEqual(done.code, 1)
        self.assertIn("--sip-port", done.err)
        self.assertEqual(phone.process.wait(20), 0)
        self.assertEqual(len(phone.reports()), 1)


if __name__ == "__main__":
    house.main()
