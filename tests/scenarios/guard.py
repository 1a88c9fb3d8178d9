"""Who guesses MACs or passwords is slowed and then shut out, over any transport; nobody else notices."""
import base64
import concurrent.futures
import ftplib
import http.client
import json
import socket
import time

import digest_client
from house import HouseTest, main

MAC = "0004f2000001"
LISTEN = ("http=127.0.0.1:0", "https=127.0.0.1:0", "tftp=127.0.0.1:0", "ftp=127.0.0.1:0")
SLOW, OUT = 10, 30  # distinct MACs; counting is about right, so the tests keep away from the edge
SLOW_LOGINS, OUT_LOGINS = 5, 15
GUARD = """
[guard]
slow_from_macs = %d
shut_out_from_macs = %d
slow_from_logins = %d
shut_out_from_logins = %d
""" % (SLOW, OUT, SLOW_LOGINS, OUT_LOGINS)
SLOWED_SECONDS = 0.45  # the least hold, which no other answer comes near
PLAIN_SECONDS_MAX = 0.4
PATIENCE_SECONDS = 8  # more than the longest hold
SCAN_SECONDS = 2  # a scanner does not wait for its answers: that it asked is what counts


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=20)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)


def at_once(calls):
    """All of them at the same time; the first failure of any is this call's."""
    calls = list(calls)
    with concurrent.futures.ThreadPoolExecutor(len(calls)) as pool:
        for one in [pool.submit(call) for call in calls]:
            one.result()


class GuardTest(HouseTest):
    def start(self, guard=GUARD):
        self.serve("--config", self.write("offhook.toml", guard), listen=LISTEN)
        self.add_phone(MAC)

    def ask(self, transport, source, mac, patience=PATIENCE_SECONDS):
        """'yes', 'no', or 'nothing': no answer at all."""
        try:
            return getattr(self, "ask_" + transport)(source, mac + ".cfg", patience)
        except (OSError, EOFError, http.client.HTTPException):
            return "nothing"

    def ask_http(self, source, name, patience):
        reply = digest_client.ask(self.server.ports["http"], "/" + name, source=source, patience=patience)
        return "yes" if reply.status == 200 else "no"

    def ask_https(self, source, name, patience):
        reply = digest_client.ask(self.server.ports["https"], "/" + name, source=source, tls=True, patience=patience)
        return "yes" if reply.status == 200 else "no"

    def ask_tftp(self, source, name, patience):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
            peer.bind((source, 0))
            peer.settimeout(patience)
            peer.sendto(b"\0\1" + name.encode() + b"\0octet\0", ("127.0.0.1", self.server.ports["tftp"]))
            answer, sender = peer.recvfrom(600)
            if answer[1] == 3:
                peer.sendto(b"\0\4" + answer[2:4], sender)
            return "yes" if answer[1] == 3 else "no"

    def ask_ftp(self, source, name, patience):
        session = self.ftp(source, patience)
        try:
            session.login("PlcmSpIp", "PlcmSpIp")
            session.voidcmd("TYPE I")
            session.size(name)
            return "yes"
        except ftplib.error_perm:
            return "no"
        except ftplib.error_temp:
            return "nothing"
        finally:
            session.close()

    def ftp(self, source, patience=PATIENCE_SECONDS):
        session = ftplib.FTP()
        try:
            session.connect("127.0.0.1", self.server.ports["ftp"], timeout=patience, source_address=(source, 0))
        except ftplib.Error as error:
            raise EOFError(str(error)) from error  # turned away with 421 instead of a greeting
        return session

    def timed(self, *words):
        begin = time.monotonic()
        out = self.ask(*words)
        return out, time.monotonic() - begin

    def guarded(self):
        return {row["source"].removesuffix("/32"): row for row in self.rows("guard", "list")}

    def scan(self, transport, source, count, first=0):
        at_once([lambda mac=mac: self.ask(transport, source, mac, SCAN_SECONDS)
                 for mac in ("0004f2%06x" % (0xA00000 + first + i) for i in range(count))])

    def assert_plain(self, transport, source, mac=MAC):
        """Answered as ever. A busy machine may take its time, but what is held is held each time."""
        tries = []
        while len(tries) < 5 and min(tries, default=9) > PLAIN_SECONDS_MAX:
            out, seconds = self.timed(transport, source, mac)
            self.assertEqual(out, "yes" if mac == MAC else "no", (transport, source))
            tries.append(seconds)
        self.assertLess(min(tries), PLAIN_SECONDS_MAX)

    def assert_silent(self, transport, source, mac=MAC):
        """Closed at once, or, where that would be an answer, nothing."""
        self.assertEqual(self.ask(transport, source, mac, 1), "nothing", (transport, source))


class Guesses(GuardTest):
    def test_who_asks_for_many_macs_is_slowed_then_shut_out(self):
        self.start()
        at_once([lambda transport=transport, n=number: self.check(transport, "127.0.0.%d" % n, "127.0.1.%d" % n)
                 for number, transport in enumerate(("http", "https", "tftp", "ftp"), 11)])

    def check(self, transport, source, other):
        for i in range(SLOW - 4):
            self.assert_plain(transport, source, "0004f2b%05x" % i)
        self.assertNotIn(source, self.guarded())
        self.scan(transport, source, 9)
        row = self.guarded()[source]
        self.assertEqual(row["state"], "slowed")
        self.assertTrue(SLOW <= row["unknown_macs"] < OUT, row)
        self.assertRegex(self.server.log(), r"GUARD_SLOWED.*%s/32 is slowed" % source)
        out, seconds = self.timed(transport, source, "0004f2c00000")
        self.assertEqual(out, "no")
        self.assertGreater(seconds, SLOWED_SECONDS)
        self.assert_plain(transport, source)  # a phone of ours there gets its files as ever
        self.assertNotIn("GUARD_SHUT_OUT", "".join(line for line in self.server.log().splitlines() if source + "/" in line))

        self.scan(transport, source, OUT, first=1000)
        row = self.guarded()[source]
        self.assertEqual(row["state"], "shut_out")
        self.assertRegex(self.server.log(), r"GUARD_SHUT_OUT.*%s/32 is shut out" % source)
        for mac in (MAC, "0004f2c00001"):
            self.assert_silent(transport, source, mac)
        for each in ("http", "tftp", "ftp"):
            if transport == "tftp" and each != "tftp":
                self.assert_plain(each, source)  # whose address it is nobody has proven over UDP
            else:
                self.assert_silent(each, source)  # shut out over one is shut out over all
            self.assert_plain(each, other)

        done = self.ok("guard", "list")
        self.assertIn(source, done.out)
        api = UnixConnection(self.data + "/offhook.sock")
        api.request("GET", "/v1/guard")
        sources = [one["source"] for one in json.loads(api.getresponse().read())["sources"]]
        api.close()
        self.assertIn(source + "/32", sources)

        self.ok("guard", "lift", source)
        self.assertNotIn(source, self.guarded())
        self.assert_plain(transport, source)
        self.assert_plain(transport, source, "0004f2c00002")  # and what was counted is forgotten
        self.fails(1, "guard", "lift", source + "/32")  # as it was listed, or bare

    def test_what_is_under_way_when_it_is_shut_out_learns_nothing(self):
        self.start()
        source = "127.0.0.21"
        kept = digest_client.connect(self.server.port, source=source)
        self.assertEqual(digest_client.ask(self.server.port, "/%s.cfg" % MAC, connection=kept).status, 200)
        session = self.ftp(source)
        session.login("PlcmSpIp", "PlcmSpIp")
        self.scan("http", source, OUT + 10)
        self.assertEqual(self.guarded()[source]["state"], "shut_out")
        self.assertEqual(digest_client.ask(self.server.port, "/%s.cfg" % MAC, connection=kept).status, 404)
        with self.assertRaises((ftplib.Error, EOFError, OSError)):
            session.voidcmd("TYPE I")
            session.size(MAC + ".cfg")
        session.close()
        kept.close()

    def test_wrong_use(self):
        self.start()
        self.fails(1, "guard", "lift", "127.0.0.99")
        self.fails(2, "guard", "lift", "nonsense", says="address")
        self.assertEqual(self.rows("guard", "list"), [])
        self.assertIn("Nobody", self.ok("guard", "list").err)


class NobodyElse(GuardTest):
    def test_a_busy_site_behind_one_address_is_never_hit(self):
        self.start()
        rows = ["mac,family,model"] + ["0004f3%06x,polycom,SPIP650" % i for i in range(4 * OUT)]
        self.ok("import", self.write("phones.csv", "\n".join(rows) + "\n"))

        def boot(mac):
            for name in (".cfg", "-settings.cfg", "-site.cfg", "-phone.cfg", "-directory.xml", "-license.cfg", "-no.cfg"):
                digest_client.ask(self.server.port, "/%s%s" % (mac, name))
            digest_client.ask(self.server.port, "/sip.ld")
            digest_client.ask(self.server.port, "/2345-12600-001.sip.ld")
            self.ask("tftp", "127.0.0.1", mac)
        for first in range(0, 4 * OUT, 20):
            at_once([lambda mac="0004f3%06x" % i: boot(mac) for i in range(first, first + 20)])
        for _ in range(3 * OUT):
            self.ask("http", "127.0.0.1", "0004f2d00000")  # one stranger that asks again and again counts once
        self.assertEqual(self.guarded(), {})
        self.boot(MAC)

    def test_exempt_networks_are_never_counted(self):
        self.start(GUARD + 'exempt = ["127.0.0.32/28"]\n')
        for transport in ("http", "tftp", "ftp"):
            self.scan(transport, "127.0.0.33", OUT + 10)
            self.assert_plain(transport, "127.0.0.33")
        self.scan("http", "127.0.0.50", OUT + 10)  # not of that network
        self.assertEqual(list(self.guarded()), ["127.0.0.50"])

    def test_it_can_be_off(self):
        self.start(GUARD + "on = false\n")
        for transport in ("http", "tftp", "ftp"):
            self.scan(transport, "127.0.0.41", OUT + 10)
            self.assert_plain(transport, "127.0.0.41", "0004f2c00000")
        self.assertEqual(self.guarded(), {})


class Passwords(GuardTest):
    """A phone repeats itself for years; a guesser does not."""

    def setUp(self):
        super().setUp()
        self.start()
        self.ok("site", "add", "vault", "--policy", "loopback.clear=credentials loopback.tls=credentials")
        self.add_phone("0004f2000002", "--site", "vault")
        self.ok("credentials", "set", "0004f2000002", "--random")

    def log_in(self, source, passwords):
        """Three tries a connection, as many as one may have."""
        passwords = list(passwords)
        while passwords:
            session = self.ftp(source)
            for password in passwords[:3]:
                with self.assertRaises(ftplib.error_perm):
                    session.login("0004f2000002", password)
            session.close()
            del passwords[:3]

    def by_basic(self, source, passwords):
        connection = digest_client.connect(self.server.ports["https"], tls=True, source=source)
        for password in passwords:
            line = "Basic " + base64.b64encode(b"0004f2000002:" + password.encode()).decode()
            reply = digest_client.ask(0, "/0004f2000002.cfg", line, connection=connection)
            self.assertEqual(reply.status, 401)
        connection.close()

    def by_digest(self, source, passwords):
        connection = digest_client.connect(self.server.port, source=source)
        path = "/0004f2000002.cfg"
        challenge = digest_client.ask(0, path, connection=connection).challenges[0]
        for password in passwords:
            reply = digest_client.ask(0, path, digest_client.answer(challenge, "0004f2000002", password, path),
                                      connection=connection)
            self.assertEqual(reply.status, 401)
            challenge = reply.challenges[0]
        connection.close()

    def test_the_same_wrong_password_again_and_again(self):
        # Digest does not show the password: there a phone's few tries in half a minute count as one, and no more.
        for number, (tries, times) in enumerate(((self.log_in, 300), (self.by_basic, 300), (self.by_digest, 3))):
            source = "127.0.0.%d" % (61 + number)
            tries(source, ["once right"] * times)
            self.assertEqual(self.guarded(), {})
            self.assertEqual(self.ask("http", source, MAC), "yes")

    def test_a_guesser(self):
        for number, tries in enumerate((self.log_in, self.by_basic)):
            source = "127.0.0.%d" % (71 + number)
            guesses = ["guess %d" % i for i in range(OUT_LOGINS + 15)]
            calls = []
            for guess in guesses:
                def one(guess=guess):
                    try:
                        tries(source, [guess])
                    except (OSError, EOFError, AssertionError, http.client.HTTPException):
                        pass  # shut out meanwhile
                calls.append(one)
            at_once(calls[:SLOW_LOGINS + 2])
            self.assertEqual(self.guarded()[source]["state"], "slowed")
            at_once(calls[SLOW_LOGINS + 2:])
            row = self.guarded()[source]
            self.assertEqual(row["state"], "shut_out")
            self.assertGreaterEqual(row["failed_logins"], OUT_LOGINS)
            self.assertEqual(self.ask("http", source, MAC), "nothing")
            self.assertEqual(self.ask("http", "127.0.0.1", MAC), "yes")


if __name__ == "__main__":
    main()
