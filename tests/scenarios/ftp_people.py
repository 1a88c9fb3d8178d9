"""FTP as people use it: lftp mirrors a login's files and brings logs, over TLS where it must be, and never by PORT."""
import ftplib
import os
import re
import socket
import ssl

import clients
from house import HouseTest, main

MAC, OTHER, PLAIN = "0004f2000001", "0004f2000002", "0004f2000003"
VAULT = "loopback.clear=credentials loopback.tls=credentials"


class FtpTest(HouseTest):
    def start(self, config=""):
        text = '[listen.ftp]\naddress = "127.0.0.1:0"\n' + config
        self.serve("--config", self.write("offhook.toml", text), listen=("http=127.0.0.1:0", "ftp=127.0.0.1:0"))
        self.ca = self.write("ca.pem", self.ok("certificate", "export").out)
        self.ok("site", "add", "vault", "--policy", VAULT)
        self.add_phone(MAC, "--site", "vault")
        self.add_phone(OTHER, "--site", "vault", user="102")
        self.add_phone(PLAIN, user="103")
        (row,) = self.rows("credentials", "set", MAC, "--random")
        self.password = row["password"]
        self.image = clients.pattern(200_000)
        self.ok("firmware", "add", self.write("image", self.image), "--family", "polycom", "--name", "sip.ld",
                "--version", "1")
        self.ok("asset", "add", self.write("sound", b"RIFF"), "--family", "polycom", "--name", "tones/ring.wav")

    def at(self, tls=False, user=MAC, password=None):
        return clients.Address("ftp", self.server.ports["ftp"], user, password or self.password, self.ca if tls else None)

    def session(self, user=MAC, password=None, kind=ftplib.FTP, **more):
        session = kind(**more)
        session.connect("127.0.0.1", self.server.ports["ftp"], timeout=20)
        self.addCleanup(session.close)
        session.login(user, password or self.password)
        return session

    def tree(self, folder):
        return sorted(os.path.relpath(os.path.join(where, name), folder) for where, _, names in os.walk(folder)
                      for name in names)


class People(FtpTest):
    def setUp(self):
        super().setUp()
        self.start()

    own = [MAC + "-settings.cfg", MAC + "-site.cfg", MAC + ".cfg", "000000000000.cfg", "site.cfg", "sip.ld",
           "tones/ring.wav"]

    def test_a_mirror_has_what_the_login_may_have_and_no_more(self):
        for tls in (False, True):
            folder = self.dir + "/mirror%d" % tls
            done = clients.lftp(self.at(tls), "mirror / %s" % folder)
            self.assertEqual(done.returncode, 0, done)
            self.assertEqual(self.tree(folder), sorted(self.own))
            self.assertTrue(clients.read(folder + "/sip.ld") == self.image)
            self.assertIn(b"reg.1.", clients.read(folder + "/%s-settings.cfg" % MAC))
            again = clients.lftp(self.at(tls), "mirror --verbose / %s" % folder)
            self.assertEqual(again.returncode, 0, again)
            self.assertNotIn("Transferring", again.stdout, "size and time are those that were listed")

    def test_every_listing_names_the_same(self):
        session = self.session()
        expected = {name.partition("/")[0] for name in self.own}
        lines = []
        session.dir(lines.append)
        self.assertEqual({line.split()[-1] for line in lines}, expected)
        self.assertEqual(set(session.nlst()), expected)
        facts = dict(session.mlsd())
        self.assertEqual({name for name, fact in facts.items() if fact["type"] in ("file", "dir")}, expected)
        self.assertEqual(facts["tones"]["type"], "dir")
        session.voidcmd("TYPE I")
        for name, fact in facts.items():
            if fact["type"] == "file":
                self.assertEqual(int(fact["size"]), session.size(name))
                if "modify" in fact:  # what is made when it is asked for has no time of its own
                    self.assertEqual(fact["modify"], session.sendcmd("MDTM " + name).split()[1])
        self.assertIn("modify", facts["sip.ld"])
        self.assertEqual(session.nlst("tones"), ["ring.wav"] if "/" not in session.nlst("tones")[0] else ["tones/ring.wav"])
        self.assertIn(session.nlst("nowhere"), ([],))

    def test_a_factory_account_sees_what_no_phone_minds(self):
        session = self.session("PlcmSpIp", "PlcmSpIp")
        names = session.nlst()
        self.assertIn("sip.ld", names)
        for mac in (MAC, OTHER, PLAIN):
            self.assertFalse([name for name in names if mac in name], "it is no one phone's")
        out = []
        session.retrlines("RETR %s-settings.cfg" % PLAIN, out.append)
        self.assertTrue(out)

    def test_logs_are_brought_and_listed(self):
        names = ["app.log", "boot.log"]
        for name in names:
            self.write("%s-%s" % (MAC, name), clients.pattern(3_000, len(name)))
        self.write(MAC + "-phone.cfg", b"<PHONE_CONFIG><OVERRIDES/></PHONE_CONFIG>")
        done = clients.lftp(self.at(True), "lcd " + self.dir, "mput %s-*.log %s-phone.cfg" % (MAC, MAC))
        self.assertEqual(done.returncode, 0, done)
        self.assertEqual({row["name"] for row in self.rows("upload", "list", MAC)},
                         {"application log", "boot log", "overrides"})
        for name in names:
            out = self.dir + "/out"
            self.ok("upload", "show", MAC, MAC + "-" + name, "--out", out)
            self.assertTrue(clients.read(out) == clients.pattern(3_000, len(name)), name)
        self.assertIn(MAC + "-phone.cfg", self.session().nlst(), "an override is served back")
        for name in (OTHER + "-app.log", "x.log", MAC + ".cfg", "sip.ld"):
            done = clients.lftp(self.at(), "put %s/%s-app.log -o %s" % (self.dir, MAC, name))
            self.assertNotEqual(done.returncode, 0, name)

    def test_no_active_mode(self):
        session = self.session()
        for command in ("PORT 127,0,0,1,200,10", "EPRT |1|127.0.0.1|51210|", "PORT 203,0,113,5,0,22"):
            with self.assertRaises(ftplib.error_perm) as refused:
                session.voidcmd(command)
            self.assertTrue(str(refused.exception).startswith("50"), refused.exception)
        session.set_pasv(False)
        with self.assertRaises(ftplib.Error):
            session.nlst()
        done = clients.call(*clients.curl_words(self.at()), "--ftp-port", "127.0.0.1", self.at().url(MAC + ".cfg"))
        self.assertNotEqual(done.returncode, 0)

    def test_nothing_can_be_changed_or_walked_to(self):
        session = self.session()
        for command in ("DELE %s.cfg" % MAC, "MKD x", "RMD tones", "RNFR sip.ld", "SITE CHMOD 777 sip.ld", "SITE EXEC ls"):
            with self.assertRaises(ftplib.error_perm, msg=command):
                session.voidcmd(command)
        session.cwd("tones")
        self.assertEqual(session.pwd(), "/tones")
        session.cwd("../../../..")
        self.assertEqual(session.pwd(), "/")
        session.voidcmd("TYPE I")
        for name in ("../../etc/passwd", "/etc/passwd", "offhook.db", "secrets.key", "../secrets.key"):
            with self.assertRaises(ftplib.error_perm, msg=name):
                session.size(name)


class OverTls(FtpTest):
    def test_curl_and_lftp_with_our_own_authority(self):
        self.start()
        into = os.path.join(self.dir, "fetched")
        for name in ("sip.ld", MAC + ".cfg"):
            for fetch in (self.curl_tls, clients.lftp_get):
                clients.remove(into)
                self.assertEqual(fetch(self.at(True), name, into).returncode, 0, name)
                self.assertGreater(os.path.getsize(into), 0)
        done = clients.call("curl", "-sS", "--ssl-reqd", "-u", self.at().login(), "-o", into, self.at().url("sip.ld"))
        self.assertNotEqual(done.returncode, 0, "nobody trusts it unasked")

    def curl_tls(self, at, name, into):
        return clients.call(*clients.curl_words(at), "--ssl-reqd", "-o", into, at.url(name))

    def test_data_is_under_tls_only_when_asked_for(self):
        self.start()
        session = self.session(kind=ftplib.FTP_TLS, context=ssl.create_default_context(cafile=self.ca))
        for prot in (session.prot_p, session.prot_c, session.prot_p):
            prot()
            self.assertIn("sip.ld", session.nlst())

    def test_where_tls_is_required_nothing_goes_without(self):
        self.start("require_tls = true\n")
        into = os.path.join(self.dir, "fetched")
        self.assertEqual(self.curl_tls(self.at(True), MAC + ".cfg", into).returncode, 0)
        clients.remove(into)
        self.assertEqual(clients.lftp_get(self.at(True), "sip.ld", into).returncode, 0)
        for fetch in (clients.lftp_get, clients.wget_get, clients.busybox_ftpget):
            clients.remove(into)
            self.assertNotEqual(fetch(self.at(), "sip.ld", into).returncode, 0, fetch)
        plain = ftplib.FTP()
        plain.connect("127.0.0.1", self.server.ports["ftp"], timeout=20)
        with self.assertRaises(ftplib.error_perm) as refused:
            plain.login(MAC, self.password)
        self.assertTrue(str(refused.exception).startswith("5"), refused.exception)
        plain.close()
        session = self.session(kind=ftplib.FTP_TLS, context=ssl.create_default_context(cafile=self.ca))
        with self.assertRaises(ftplib.error_perm):
            session.prot_c()
            session.nlst()
        session.prot_p()
        self.assertIn("sip.ld", session.nlst())

    def test_what_was_sent_before_tls_counts_for_nothing_after(self):
        """Commands put into the same packet as AUTH TLS are never obeyed (CVE-2011-0411)."""
        self.start()
        with socket.create_connection(("127.0.0.1", self.server.ports["ftp"]), 10) as peer:
            peer.recv(200)
            peer.sendall(b"AUTH TLS\r\nUSER intruder\r\nPASS x\r\n")
            answer = peer.recv(200)
            context = ssl.create_default_context(cafile=self.ca)
            try:
                with context.wrap_socket(peer, server_hostname="127.0.0.1") as secure:
                    secure.sendall(b"PASS x\r\n")
                    answer = secure.recv(200)
                    self.assertTrue(answer.startswith(b"503"), "no USER came under TLS: %r" % answer)
            except OSError:
                pass  # closing is as good
            self.assertFalse(re.search(rb"331|530", answer), answer)


if __name__ == "__main__":
    main()
