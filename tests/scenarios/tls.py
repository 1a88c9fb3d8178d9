"""TLS as openssl and curl see it: handshakes, resumption, staples, certificates that change, and those of phones."""
import os
import re
import signal
import socket
import subprocess
import time

import clients
from certificates import EXPIRED, Authority, openssl, serial
from house import PASSWORD, HouseTest, main

MAC, OTHER = "0004f2000001", "0004f2000002"
FILE = "/" + MAC + "-settings.cfg"
AUTO = "=127.0.0.1:0"
NOTICED_SECONDS_MAX = 15  # files are looked at every five seconds
TLS_1_2, TLS_1_3 = ("-tls1_2",), ("-tls1_3",)
OLD = ("-cipher", "DEFAULT@SECLEVEL=0")
RSA_ONLY = ("-sigalgs", "RSA-PSS+SHA256:RSA+SHA256")
ECDSA_ONLY = ("-sigalgs", "ECDSA+SHA256")


class TlsTest(HouseTest):
    def configure(self, text):
        self.config = self.write("offhook.toml", text)

    def serve_these(self, *listeners, words=()):
        return self.serve("--config", self.config, *words, listen=[name + AUTO for name in listeners])

    def s_client(self, *words, name="https", path="/" + MAC + ".cfg"):
        """What openssl says of one connection that asks for a file and reads to the end."""
        request = "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n" % path
        done = subprocess.run(["openssl", "s_client", "-connect", "127.0.0.1:%d" % self.server.ports[name], "-ign_eof", *words],
                              input=request.encode(), capture_output=True, timeout=30)
        return (done.stdout + done.stderr).decode("utf-8", "replace")

    def shakes_hands(self, out, protocol, kind="New"):
        self.assertRegex(out, r"\n%s, %s, Cipher is [A-Z]" % (kind, re.escape(protocol)))
        self.assertIn("HTTP/1.1 200 OK", out)

    def served(self, *words, name="https"):
        """The serial number of the certificate that a new client is shown."""
        out = self.s_client(*words, name=name)
        pem = out[out.index("-----BEGIN"):out.index("-----END CERTIFICATE-----")] + "-----END CERTIFICATE-----\n"
        return openssl("x509", "-noout", "-serial", stdin=pem.encode()).decode().strip().partition("=")[2]

    def comes(self, condition, why, seconds=NOTICED_SECONDS_MAX):
        deadline = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), deadline, why + "\n" + self.server.log())
            time.sleep(0.1)

    def status_of(self, url, *words):
        done = clients.call("curl", "-sS", "-o", os.path.join(self.dir, "body"), "-w", "%{http_code}", *words, url)
        self.assertEqual(done.returncode, 0, done)
        return int(done.stdout)

    def body(self):
        return clients.read(os.path.join(self.dir, "body"))


class Handshakes(TlsTest):
    def setUp(self):
        super().setUp()
        self.serve("--loops", "2", listen=("https" + AUTO, "https_legacy" + AUTO))
        self.add_phone(MAC)
        self.trust = ("-CAfile", self.write("ca.pem", self.ok("certificate", "export").out), "-verify_return_error")

    def test_new_and_resumed_sessions_of_both_versions(self):
        for version, protocol in ((TLS_1_2, "TLSv1.2"), (TLS_1_3, "TLSv1.3")):
            kept = os.path.join(self.dir, "session")
            self.shakes_hands(self.s_client(*self.trust, *version, "-sess_out", kept), protocol)
            out = self.s_client(*self.trust, *version, "-sess_in", kept, "-sess_out", kept)
            self.shakes_hands(out, protocol, "Reused")
            # The ticket that a resumed session got is as good.
            self.shakes_hands(self.s_client(*self.trust, *version, "-sess_in", kept), protocol, "Reused")
        out = self.s_client(*self.trust, *TLS_1_2, "-reconnect")
        self.assertEqual(out.count("\nReused, TLSv1.2"), 5, out)

    def test_every_loop_resumes_what_another_began(self):
        for version, protocol in ((TLS_1_2, "TLSv1.2"), (TLS_1_3, "TLSv1.3")):
            kept = os.path.join(self.dir, "session")
            self.shakes_hands(self.s_client(*self.trust, *version, "-sess_out", kept), protocol)
            before = self.wake_ups()
            for _ in range(24):  # the kernel scatters them by the client's port
                self.shakes_hands(self.s_client(*self.trust, *version, "-sess_in", kept), protocol, "Reused")
            after = self.wake_ups()
            busy = [thread for thread, count in after.items() if count - before.get(thread, 0) >= 10]
            self.assertGreaterEqual(len(busy), 2, (before, after))

    def wake_ups(self):
        """Of the loops' threads, by number."""
        out = {}
        root = "/proc/%d/task" % self.server.process.pid
        for thread in os.listdir(root):
            with open("%s/%s/comm" % (root, thread)) as file:
                if not file.read().startswith("loop"):
                    continue
            with open("%s/%s/status" % (root, thread)) as file:
                out[thread] = int(re.search(r"\nvoluntary_ctxt_switches:\s*(\d+)", file.read()).group(1))
        return out

    def test_each_client_gets_the_kind_of_certificate_that_it_can_check(self):
        for words, version, kind, bits in ((RSA_ONLY, TLS_1_3, "RSA-PSS", 2048), (ECDSA_ONLY, TLS_1_3, "ECDSA", 256),
                                           (RSA_ONLY, TLS_1_2, "RSA", 2048), (ECDSA_ONLY, TLS_1_2, "ECDSA", 256),
                                           ((), TLS_1_3, "ECDSA", 256)):
            out = self.s_client(*self.trust, *version, *words)
            self.assertIn("HTTP/1.1 200 OK", out)
            self.assertRegex(out, "Peer signature type: %s" % kind)
            self.assertIn("Server public key is %d bit" % bits, out)
        for cipher, bits in (("ECDHE-RSA-AES128-GCM-SHA256", 2048), ("ECDHE-ECDSA-AES128-GCM-SHA256", 256)):
            out = self.s_client(*self.trust, *TLS_1_2, "-cipher", cipher)
            self.assertIn("Server public key is %d bit" % bits, out)
            self.assertIn("HTTP/1.1 200 OK", out)

    def test_the_past_is_spoken_on_its_own_listener_alone_and_shown_as_unsafe(self):
        for version, protocol in (("-tls1", "TLSv1"), ("-tls1_1", "TLSv1.1")):
            out = self.s_client(version, *OLD, name="https_legacy")
            self.assertIn("Protocol  : %s\n" % protocol, out)
            self.assertIn("HTTP/1.1 200 OK", out)
            out = self.s_client(version, *OLD)
            self.assertIn("Cipher is (NONE)", out)
            self.assertNotIn("HTTP/1.1", out)
        self.assertIn("HTTP/1.1 200 OK", self.s_client(*self.trust, *TLS_1_2, name="https_legacy"))
        # AES in CBC, and a key exchange without forward secrecy, are of the past too.
        for cipher in ("AES128-SHA", "ECDHE-RSA-AES128-SHA", "AES128-GCM-SHA256"):
            self.assertIn("Cipher is (NONE)", self.s_client(*TLS_1_2, "-cipher", cipher))
        self.assertRegex(self.server.log(), r"(?i)warn.*TLS_LEGACY_UNSAFE.*https_legacy")
        lines = self.ok("status").out.splitlines()
        self.assertEqual([line.split()[0] for line in lines if "UNSAFE" in line], ["https_legacy"], lines)
        listeners = self.rows("status")[0]["listeners"]
        self.assertEqual([row["name"] for row in listeners if row.get("unsafe")], ["https_legacy"])

    def test_garbage_and_plain_http_at_the_port_do_no_harm(self):
        hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 64
        for sent in (b"", b"\x00" * 5000, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", os.urandom(4096), hello, hello[:3],
                     b"\x16\x03\x01\xff\xff" + b"A" * 70_000, b"\x80\x2e\x01\x00\x02" + b"\x00" * 40):
            with socket.create_connection(("127.0.0.1", self.server.port), timeout=2) as peer:
                got = b""
                try:
                    peer.sendall(sent)
                    peer.shutdown(socket.SHUT_WR)
                    while piece := peer.recv(65536):
                        got += piece
                except OSError:
                    pass
            self.assertNotIn(b"HTTP/1.1 200", got)
            self.assertLess(len(got), 8192)
        self.assertIsNone(self.server.process.poll())
        self.shakes_hands(self.s_client(*self.trust), "TLSv1.3")


class OwnAuthority(TlsTest):
    def test_it_is_made_at_the_first_start_and_stays(self):
        self.fails(1, "certificate", "export", says="")
        self.serve(listen="https" + AUTO)
        self.add_phone(MAC)
        pem = self.ok("certificate", "export").out
        self.assertIn("CA:TRUE", openssl("x509", "-noout", "-text", stdin=pem.encode()).decode())
        der = subprocess.run([os.environ.get("OFFHOOK", "offhook"), "--data", self.data, "certificate", "export", "--der"],
                             capture_output=True, timeout=30).stdout
        self.assertEqual(openssl("x509", "-inform", "der", stdin=der), openssl("x509", stdin=pem.encode()))
        ca = self.write("ca.pem", pem)
        self.assertEqual(self.status_of(self.server.url("/" + MAC + ".cfg", "https"), "--cacert", ca), 200)
        for name in os.listdir(self.data + "/tls"):
            if name.endswith(".key"):
                self.assertEqual(os.stat(self.data + "/tls/" + name).st_mode & 0o077, 0, name)
        shown = self.rows("certificate", "show")
        self.assertEqual({row["key"] for row in shown if "server" in row["file"]}, {"RSA 2048", "EC 256"})
        before = self.served()
        self.server.stop()
        self.serve(listen="https" + AUTO)
        self.assertEqual((self.ok("certificate", "export").out, self.served()), (pem, before))

    def test_renewing_serves_new_names_without_a_restart(self):
        self.serve(listen="https" + AUTO)
        self.add_phone(MAC)
        ca = self.write("ca.pem", self.ok("certificate", "export").out)
        url = "https://boot.example.net:%d/%s.cfg" % (self.server.port, MAC)
        words = ("--cacert", ca, "--resolve", "boot.example.net:%d:127.0.0.1" % self.server.port)
        self.assertNotEqual(clients.call("curl", "-sS", *words, url).returncode, 0)
        before = self.served()
        self.ok("certificate", "renew", "--host", "boot.example.net", "--address", "192.0.2.7")
        self.comes(lambda: self.served() != before, "the renewed certificate is not served")
        self.assertEqual(self.status_of(url, *words), 200)
        names = [name for row in self.rows("certificate", "show") if "server" in row["file"] for name in row["names"]]
        self.assertEqual((names.count("boot.example.net"), names.count("192.0.2.7")), (2, 2), names)

    def test_what_it_issues_to_a_device_bears_its_form(self):
        self.serve(listen="https" + AUTO)
        pair = self.rows("certificate", "issue", "--client", MAC, "--family", "polycom", "--out", self.dir)[0]
        subject = openssl("x509", "-noout", "-subject", "-nameopt", "multiline", "-in", pair["certificate"]).decode().lower()
        self.assertIn(MAC, subject)
        self.assertEqual(os.stat(pair["key"]).st_mode & 0o077, 0)
        ca = self.write("ca.pem", self.ok("certificate", "export").out)
        openssl("verify", "-CAfile", ca, "-purpose", "sslclient", pair["certificate"])
        self.fails(2, "certificate", "issue", "--client", "nonsense", "--family", "polycom")
        self.fails(2, "certificate", "issue", "--client", MAC, "--family", "nobody")


class Configured(TlsTest):
    """Listeners with certificates that the operator brings."""

    def setUp(self):
        super().setUp()
        self.authority = Authority(self.dir, "operator", "rsa")
        self.trust = ("-CAfile", self.authority.certificate, "-verify_return_error")

    def section(self, name, *pairs, staples=()):
        rows = ["[listen.\"%s\"]" % name, 'address = "127.0.0.1:0"', "certificate = %s" % [pair.certificate for pair in pairs],
                "key = %s" % [pair.key for pair in pairs]]
        if staples:
            rows.append("ocsp = %s" % list(staples))
        return "\n".join(rows) + "\n"

    def test_listeners_with_labels_each_show_their_own(self):
        first, second = (self.authority.issue(name, "/CN=" + name) for name in ("first", "second"))
        third = Authority(self.dir, "third").issue("third", "/CN=third")
        self.configure(self.section("https/first", first) + self.section("https/second", second) + self.section(
            "https", third) + self.section("https/same", first))
        self.serve_these("https/first", "https/second", "https", "https/same")
        for name, pair in (("https/first", first), ("https/second", second), ("https", third)):
            self.assertEqual(self.served(name=name), serial(pair.certificate), name)
            # Phones send no server name, or any: it decides nothing.
            self.assertEqual(self.served("-noservername", name=name), serial(pair.certificate), name)
            self.assertEqual(self.served("-servername", "second", name=name), serial(pair.certificate), name)
        # A session is its listener's own, even where the certificate is the same: sites differ.
        self.add_phone(MAC)
        kept = os.path.join(self.dir, "session")
        self.shakes_hands(self.s_client("-sess_out", kept, name="https/first"), "TLSv1.3")
        self.shakes_hands(self.s_client("-sess_in", kept, name="https/first"), "TLSv1.3", "Reused")
        for name in ("https/second", "https/same"):
            self.shakes_hands(self.s_client("-sess_in", kept, name=name), "TLSv1.3", "New")

    def test_a_good_staple_is_sent_and_no_other(self):
        rsa = self.authority.issue("rsa", "/CN=rsa", kind="rsa")
        ecdsa = self.authority.issue("ecdsa", "/CN=ecdsa")
        for pair in (rsa, ecdsa):
            with open(pair.certificate, "ab") as file:
                file.write(clients.read(self.authority.certificate))
        stranger = Authority(self.dir, "stranger")
        namesake = stranger.issue("ecdsa", "/CN=ecdsa", number=serial(ecdsa.certificate))
        staples = {"good": self.authority.staple("good", ecdsa.certificate),
                   "expired": self.authority.expired_staple("expired", ecdsa.certificate),
                   "another's": self.authority.staple("another", rsa.certificate),
                   "foreign": stranger.staple("foreign", namesake.certificate),
                   "garbled": self.write("garbled.ocsp", b"\x30\x82garbage")}
        why = {"expired": "expired at 2001-", "another's": "is for another", "foreign": "is for another", "garbled": "no OCSP"}
        self.configure("".join(self.section("https/%s" % name.replace("'", ""), rsa, ecdsa, staples=(staples[
            "another's"], staple)) for name, staple in staples.items()))
        self.serve_these(*("https/%s" % name.replace("'", "") for name in staples))
        for name in staples:
            listener = "https/%s" % name.replace("'", "")
            for version in (TLS_1_2, TLS_1_3):
                out = self.s_client(*self.trust, *version, *ECDSA_ONLY, "-status", name=listener)
                if name == "good":
                    self.assertIn("OCSP Response Status: successful", out)
                    self.assertIn("Cert Status: good", out)
                else:
                    self.assertIn("OCSP response: no response sent", out, name)
                self.assertIn("Verify return code: 0", out)
                # The other certificate of the same listener has its own staple.
                out = self.s_client(*self.trust, *version, *RSA_ONLY, "-status", name=listener)
                self.assertIn("OCSP Response Status: successful", out)
            said = [line for line in self.server.log().splitlines() if "TLS_STAPLE_LEFT_OUT " + staples[name] in line]
            self.assertEqual(len(said), 0 if name == "good" else 1, (name, self.server.log()))
            self.assertIn(why.get(name, ""), "".join(said))
        # Checked by another client: curl refuses a handshake without a good staple. A fresh file mends it.
        # It looks for the issuer in what the server sends, not among what it trusts.
        curl = ("--cert-status", "--cacert", self.authority.certificate, "--curves", "X25519")
        url = self.server.url("/", "https/expired")
        self.assertEqual(clients.call("curl", "-sS", *curl, url).returncode, 91)
        os.replace(self.authority.staple("fresh", ecdsa.certificate), staples["expired"])
        self.comes(lambda: clients.call("curl", "-sS", *curl, url).returncode == 0, "the fresh staple is not sent")

    def test_replaced_files_are_served_without_a_restart_and_broken_ones_never(self):
        pair = self.authority.issue("server", "/CN=server")
        self.configure(self.section("https", pair))
        self.serve_these("https")
        self.add_phone(MAC)
        first = self.served()
        self.assertEqual(first, serial(pair.certificate))
        kept = os.path.join(self.dir, "session")
        self.shakes_hands(self.s_client("-sess_out", kept), "TLSv1.3")
        self.authority.issue("server", "/CN=server")
        self.comes(lambda: self.served() == serial(pair.certificate), "the new certificate is not served")
        self.assertIn("TLS_RELOADED", self.server.log())
        self.shakes_hands(self.s_client("-sess_in", kept), "TLSv1.3", "New")  # a session of the old one ends with it

        good, key = serial(pair.certificate), clients.read(pair.key)
        certificate = clients.read(pair.certificate)
        foreign = Authority(self.dir, "foreign").issue("x", "/CN=x")
        for broken in (b"", b"no PEM\n", clients.read(foreign.certificate), certificate[:300]):
            count = self.server.log().count("TLS_RELOAD_FAILED")
            with open(pair.certificate, "wb") as file:
                file.write(broken)
            self.server.process.send_signal(signal.SIGHUP)  # at once instead of in seconds
            self.comes(lambda: self.server.log().count("TLS_RELOAD_FAILED") > count, "a broken certificate is not said")
            self.assertEqual(self.served(), good, broken)
        line = [line for line in self.server.log().splitlines() if "TLS_RELOAD_FAILED" in line][-1]
        self.assertIn(pair.certificate, line)
        with open(pair.certificate, "wb") as file:
            file.write(certificate)
        self.authority.issue("server", "/CN=server", days=EXPIRED)
        count = self.server.log().count("TLS_RELOAD_FAILED")
        self.server.process.send_signal(signal.SIGHUP)
        self.comes(lambda: self.server.log().count("TLS_RELOAD_FAILED") > count, "an expired certificate is not said")
        self.assertEqual(self.served(), good)
        self.assertNotEqual(clients.read(pair.key), key)

    def test_a_signal_reads_them_at_once_and_connections_under_way_stay(self):
        pair = self.authority.issue("server", "/CN=server")
        self.configure(self.section("https", pair))
        self.serve_these("https")
        idle = subprocess.Popen(["openssl", "s_client", "-connect", "127.0.0.1:%d" % self.server.port, "-quiet"],
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.addCleanup(self.end, idle)
        self.comes(lambda: self.rows("status")[0]["listeners"][0]["connections"] == 1, "it is not connected")
        self.authority.issue("server", "/CN=server")
        self.server.process.send_signal(signal.SIGHUP)
        self.comes(lambda: self.served() == serial(pair.certificate), "SIGHUP reads nothing", seconds=2)
        self.assertIsNone(self.server.process.poll())
        idle.stdin.write(b"GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        idle.stdin.flush()
        self.assertTrue(idle.stdout.readline().startswith(b"HTTP/1.1 404"))

    @staticmethod
    def end(process):
        process.kill()
        process.communicate()


class DeviceCertificates(TlsTest):
    """A site that gives a phone's files to who holds that phone's certificate, and to nobody else."""

    def start(self, *rows):
        self.vendor = Authority(self.dir, "vendor", "rsa")
        self.configure("\n".join(["[client_ca.polycom]", 'bundle = "%s"' % self.vendor.certificate, *rows]) + "\n")
        self.serve_these("http", "https")
        for mac in (MAC, OTHER):
            self.add_phone(mac)
        self.ok("site", "set", "default", "--policy", "loopback.tls=certificate loopback.clear=certificate")
        self.ca = self.write("ca.pem", self.ok("certificate", "export").out)

    def asks(self, pair=None, path=FILE):
        words = ("--cert", pair.certificate, "--key", pair.key) if pair else ()
        return self.status_of(self.server.url(path, "https"), "--cacert", self.ca, *words)

    def test_a_phones_own_certificate_opens_its_files_and_no_others(self):
        self.start()
        own, others = self.vendor.device(MAC), self.vendor.device(OTHER, kind="rsa")
        self.assertEqual(self.asks(own), 200)
        self.assertIn(b"reg.1.auth.password", self.body())
        self.assertEqual(self.asks(others, "/" + OTHER + "-settings.cfg"), 200)
        unknown = self.asks(own, "/0004f20000ff-settings.cfg")
        nobody = Authority(self.dir, "nobody")
        refused = {"another's": others, "another authority's": nobody.device(MAC), "expired":
                   self.vendor.device(MAC, days=EXPIRED), "a server's": self.vendor.issue("s", "/O=Polycom Inc./CN=" + MAC),
                   "no phone's": self.vendor.device("0004f20000ff"), "none": None}
        for whose, pair in refused.items():
            status = self.asks(pair)
            self.assertIn(status, (401, 403, 404), whose)
            self.assertNotIn(b"reg.1.auth", self.body(), whose)
            if whose == "another's":
                self.assertEqual(status, unknown, "another's phone and an unknown one look alike")
        self.assertNotEqual(self.status_of(self.server.url(FILE, "http")), 200, "in clear")

    def test_an_expired_one_is_good_where_the_operator_says_so(self):
        self.start("accept_expired = true")
        self.assertEqual(self.asks(self.vendor.device(MAC, days=EXPIRED)), 200)
        self.assertNotEqual(self.asks(self.vendor.device(OTHER, days=EXPIRED)), 200)
        self.assertNotEqual(self.asks(Authority(self.dir, "nobody").device(MAC, days=EXPIRED)), 200)

    def test_a_resumed_session_is_whose_it_was(self):
        self.start()
        pair = self.vendor.device(MAC)
        kept = os.path.join(self.dir, "session")
        with_own = ("-cert", pair.certificate, "-key", pair.key)
        for version, protocol in ((TLS_1_2, "TLSv1.2"), (TLS_1_3, "TLSv1.3")):
            self.shakes_hands(self.s_client(*version, *with_own, "-sess_out", kept, path=FILE), protocol)
            out = self.s_client(*version, "-sess_in", kept, "-sess_out", kept, path=FILE)
            self.shakes_hands(out, protocol, "Reused")
            self.assertIn("reg.1.auth.password", out)
            out = self.s_client(*version, "-sess_in", kept, path="/" + OTHER + "-settings.cfg")
            self.assertIn("\nReused, " + protocol, out)
            self.assertNotIn("HTTP/1.1 200", out)
            # Who began without one is nobody for as long as the session lives.
            nothing = os.path.join(self.dir, "nobodys")
            self.assertNotIn("HTTP/1.1 200", self.s_client(*version, "-sess_out", nothing, path=FILE))
            out = self.s_client(*version, *with_own, "-sess_in", nothing, path=FILE)
            self.assertIn("\nReused, " + protocol, out)
            self.assertNotIn("HTTP/1.1 200", out)

    def test_a_session_ends_with_the_authority_that_vouched_for_it(self):
        self.start()
        pair = self.vendor.device(MAC)
        kept = os.path.join(self.dir, "session")
        self.shakes_hands(self.s_client("-cert", pair.certificate, "-key", pair.key, "-sess_out", kept, path=FILE), "TLSv1.3")
        with open(self.vendor.certificate, "wb") as file:
            file.write(clients.read(Authority(self.dir, "successor").certificate))
        self.server.process.send_signal(signal.SIGHUP)
        self.comes(lambda: "TLS_RELOADED" in self.server.log(), "the bundle is not read")
        out = self.s_client("-sess_in", kept, path=FILE)
        self.assertIn("\nNew, ", out)
        self.assertNotIn("HTTP/1.1 200", out)
        self.assertNotEqual(self.asks(pair), 200)

    def test_the_virtual_phone_boots_with_its_certificate(self):
        self.configure('[client_ca.polycom]\nbundle = "%s/tls/authority.pem"\n' % self.data)
        self.serve("--config", self.config, listen=("http" + AUTO, "https" + AUTO))
        for mac in (MAC, OTHER):
            self.add_phone(mac)
        self.ok("site", "set", "default", "--policy", "loopback.tls=certificate loopback.clear=certificate")
        ca = self.write("ca.pem", self.ok("certificate", "export").out)
        pair = self.rows("certificate", "issue", "--client", MAC, "--family", "polycom", "--out", self.dir)[0]
        shown = ("--client-certificate", pair["certificate"], "--client-key", pair["key"])
        words = ("--ca-file", ca, "--plain-port", str(self.server.ports["http"]))
        report = self.boot(MAC, *words, *shown, url=self.server.url("/", "https"))
        self.assertEqual(report["lines"][0]["user"], "101")
        self.assertIn(PASSWORD, str(report["lines"]) + report["lines"][0].get("password", ""))
        self.boot(MAC, *words, expect="unconfigured", url=self.server.url("/", "https"))
        self.boot(OTHER, *words, *shown, expect="unconfigured", url=self.server.url("/", "https"))
        self.boot(MAC, expect="unconfigured")


class ProvisioningSecrets(TlsTest):
    """What a phone shall show the boot server is told to it under TLS of today, and never in clear."""

    USER, SECRET = "door-user", "d00r-passw0rd"

    def test_the_account_is_told_over_tls_alone(self):
        self.serve(listen=[name + AUTO for name in ("http", "https", "https_legacy", "tftp", "ftp")])
        self.add_phone(MAC)
        self.ok("credentials", "set", MAC, "--user", self.USER, "--password-from", self.write("password", self.SECRET + "\n"))
        ca = self.write("ca.pem", self.ok("certificate", "export").out)
        ftp = ("--user", "PlcmSpIp:PlcmSpIp", "--cacert", ca)
        past = ("-k", "--tls-max", "1.1", "--ciphers", "DEFAULT@SECLEVEL=0")
        told = {"https": ("https", "--cacert", ca), "ftp, PROT P": ("ftp", "--ssl-reqd", *ftp)}
        untold = {"http": ("http",), "tftp": ("tftp",), "ftp": ("ftp", *ftp), "https_legacy": ("https_legacy", *past),
                  "https_legacy, TLS 1.2": ("https_legacy", "--cacert", ca),
                  "ftp, PROT C": ("ftp", "--ftp-ssl-control", *ftp)}
        # In turn, both ways round: what one made must not be what another is served from the cache.
        for _ in range(2):
            for how, (name, *words) in {**told, **untold}.items():
                done = clients.call("curl", "-sS", "--fail", *words, self.server.url(FILE, name))
                self.assertEqual(done.returncode, 0, (how, done))
                self.assertIn("reg.1.auth.password", done.stdout, how)
                for secret in (self.USER, self.SECRET):
                    self.assertEqual(secret in done.stdout, how in told, (how, secret))


if __name__ == "__main__":
    main()
