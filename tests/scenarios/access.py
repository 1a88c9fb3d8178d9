"""Who gets in, and what those who do not get in can see: Digest and Basic with clients we did not write, accounts of
devices, sites and the factory, tokens, rotation, and one and the same answer for all that is refused."""
import base64
import ftplib
import io
import os
import ssl
import threading

import clients
import digest_client
from digest_client import answer, ask
from house import HouseTest, main

MAC, OTHER, UNKNOWN, LOBBY = "0004f2000001", "0004f2000002", "0004f20000ff", "0004f2000003"
LISTEN = ("http=127.0.0.1:0", "https=127.0.0.1:0", "tftp=127.0.0.1:0", "ftp=127.0.0.1:0")
VAULT = "loopback.clear=credentials loopback.tls=credentials"
WITH_TOKEN = "loopback.clear=token loopback.tls=token"


def basic(user, password):
    return "Basic " + base64.b64encode(("%s:%s" % (user, password)).encode()).decode()


class AccessTest(HouseTest):
    """A site that wants credentials, one that wants a token or its account, and phones at both."""

    def start(self, access=""):
        config = self.write("offhook.toml", "[access]\n%s\n[guard]\nslow_from_macs = 5000\nshut_out_from_macs = 6000\n"
                            "slow_from_logins = 1900\nshut_out_from_logins = 2000\n" % access)
        self.serve("--config", config, "--loops", "4", listen=LISTEN)
        self.ca = self.write("ca.pem", self.ok("certificate", "export").out)

    def furnish(self):
        self.ok("site", "add", "vault", "--policy", VAULT)
        self.ok("site", "add", "lobby", "--policy", WITH_TOKEN)
        self.add_phone(MAC, "--site", "vault")
        self.add_phone(OTHER, "--site", "vault", user="102")
        self.add_phone(LOBBY, "--site", "lobby", user="103")
        self.password, self.others = self.account(MAC), self.account(OTHER)
        self.site_password = self.account("--site", "lobby", "--user", "lobby")
        (row,) = self.rows("site", "set", "lobby", "--token", "random")
        self.token = row["token"]
        self.path = "/%s-settings.cfg" % MAC

    def account(self, *words):
        (row,) = self.rows("credentials", "set", *words, "--random")
        return row["password"]

    def port(self, tls):
        return self.server.ports["https" if tls else "http"]

    def try_login(self, user, password, path=None, tls=False, which=0):
        """A Digest login with a fresh nonce; the reply to the answer."""
        path = path or self.path
        first = ask(self.port(tls), path, tls=tls)
        return ask(self.port(tls), path, answer(first.challenges[which], user, password, path), tls=tls)


class Clients(AccessTest):
    def setUp(self):
        super().setUp()
        self.start()
        self.furnish()

    def fetched(self, *words):
        into = os.path.join(self.dir, "fetched")
        clients.remove(into)
        done = clients.call(*[into if word == "INTO" else word for word in words])
        if done.returncode != 0:
            return None
        content = clients.read(into)
        self.assertIn(b"reg.1.", content, words)
        return content

    def curl(self, scheme, how, user, password, path=None):
        ca = ["--cacert", self.ca] if scheme == "https" else []
        return self.fetched("curl", "-sS", "--fail", *how, *ca, "-u", "%s:%s" % (user, password), "-o", "INTO",
                            self.server.url(path or self.path, scheme))

    def wget(self, scheme, user, password):
        ca = ["--ca-certificate", self.ca] if scheme == "https" else []
        return self.fetched("wget", "-q", "-t", "1", "-O", "INTO", *ca, "--user", user, "--password", password,
                            self.server.url(self.path, scheme))

    def check_clients(self):
        for scheme in ("http", "https"):
            for how in (["--digest"], ["--anyauth"], *([["--basic"]] if scheme == "https" else [])):
                self.assertIsNotNone(self.curl(scheme, how, MAC, self.password), (scheme, how))
                self.assertIsNone(self.curl(scheme, how, MAC, "wrong"), (scheme, how))
            self.assertIsNotNone(self.wget(scheme, MAC, self.password), scheme)
            self.assertIsNone(self.wget(scheme, MAC, "wrong"), scheme)
        self.assertIsNone(self.curl("http", ["--basic"], MAC, self.password), "a password in clear counts for nothing")

    def test_curl_and_wget_log_in(self):
        self.check_clients()
        # However the MAC is written as a user, it is that phone's.
        self.assertIsNotNone(self.curl("http", ["--digest"], "00-04-F2-00-00-01", self.password))

    def test_the_challenges_are_one_digest_and_basic_under_tls_alone(self):
        for tls, schemes in ((False, ["Digest"]), (True, ["Digest", "Basic"])):
            reply = ask(self.port(tls), self.path, tls=tls)
            self.assertEqual(reply.status, 401)
            self.assertEqual([one.scheme for one in reply.challenges], schemes)
            digest = reply.challenges[0]
            self.assertEqual((digest.realm, digest.qop, digest.algorithm), ("provisioning", "auth", "MD5"))
            self.assertIsNone(digest.stale)

    def test_a_site_account_and_a_token_open_their_site_alone(self):
        path, own = "/%s-settings.cfg" % LOBBY, self.path
        for how in (["--digest"], ["--anyauth"]):
            self.assertIsNotNone(self.curl("http", how, "lobby", self.site_password, path))
            self.assertIsNone(self.curl("http", how, "lobby", self.site_password, own))
        self.assertIsNotNone(self.curl("https", ["--basic"], "lobby", self.site_password, path))
        self.assertEqual(self.server.request("/%s%s" % (self.token, path)).status, 200)
        self.assertNotEqual(self.server.request("/%s%s" % (self.token[:-1], path)).status, 200)
        self.assertNotEqual(self.server.request("/%s%s" % (self.token, own)).status, 200)
        self.assertNotEqual(self.server.request(path).status, 200)
        self.assertNotIn(self.token, self.server.log())

    def test_two_generations_of_a_password_and_of_a_token(self):
        old = self.password
        (row,) = self.rows("credentials", "rotate", MAC)
        new = row["password"]
        self.assertNotEqual(old, new)
        for password in (old, new):
            self.assertEqual(self.try_login(MAC, password).status, 200)
            self.assertIsNotNone(self.curl("https", ["--basic"], MAC, password))
        self.ok("credentials", "finish", MAC)
        self.assertEqual([self.try_login(MAC, password).status for password in (old, new)], [401, 200])

        path, old = "/%s-settings.cfg" % LOBBY, self.token
        (row,) = self.rows("site", "rotate-token", "lobby")
        new = row["token"]
        self.assertEqual([self.server.request("/%s%s" % (token, path)).status for token in (old, new)], [200, 200])
        self.ok("site", "finish-token", "lobby")
        self.assertNotEqual(self.server.request("/%s%s" % (old, path)).status, 200)
        self.assertEqual(self.server.request("/%s%s" % (new, path)).status, 200)

        self.ok("credentials", "remove", MAC)
        self.assertEqual(self.try_login(MAC, self.password).status, 401)

    def test_a_virtual_phone_logs_in_or_says_it_was_denied(self):
        self.boot(MAC, "--server-user", MAC, "--server-password", self.password, "--verify")
        self.boot(MAC, "--server-user", MAC, "--server-password", self.password, "--ca-file", self.ca, "--plain-port",
                  str(self.server.port), url=self.server.url("/", "https"))
        self.boot(MAC, "--server-user", MAC, "--server-password", self.password,
                  url="ftp://127.0.0.1:%d/" % self.server.ports["ftp"])
        report = self.boot(MAC, "--server-user", MAC, "--server-password", "wrong", expect="unconfigured")
        self.assertEqual(self.outcomes(report)[MAC + ".cfg"], "denied", report["files"])
        self.boot(MAC, "--server-user", OTHER, "--server-password", self.others, expect="unconfigured")


class Digest(AccessTest):
    def setUp(self):
        super().setUp()
        self.start()
        self.furnish()

    def challenge(self):
        return ask(self.server.port, self.path).challenges[0]

    def say(self, challenge, connection=None, **more):
        return ask(self.server.port, self.path, answer(challenge, MAC, self.password, self.path, **more),
                   connection=connection)

    def test_a_count_is_taken_once(self):
        challenge = self.challenge()
        self.assertEqual([self.say(challenge, count=count).status for count in (1, 2, 5, 3)], [200] * 4)
        for count in (1, 2, 3, 5):
            reply = self.say(challenge, count=count)
            self.assertEqual(reply.status, 401, count)
            self.assertEqual(reply.challenges[0].stale, "true")
            self.assertNotEqual(reply.challenges[0].nonce, challenge.nonce)
            self.assertEqual(self.say(reply.challenges[0]).status, 200)

    def test_answers_that_do_not_fit_are_refused(self):
        challenge = self.challenge()
        self.assertEqual(self.say(challenge).status, 200)
        for number, said in enumerate([
                {"uri": "/%s-settings.cfg" % OTHER}, {"uri": "/"}, {"realm": "elsewhere"}, {"qop": "auth-int"},
                {"nc": "00000fff"}, {"cnonce": "other"}, {"username": OTHER}, {"username": ""}, {"response": "0" * 32},
                {"response": "x"}, {"nc": None}, {"cnonce": None}, {"uri": None}, {"nonce": None}, {"nc": "1"},
                {"algorithm": "SHA-256"}, {"algorithm": "MD5-sess"}]):
            reply = self.say(challenge, count=100 + number, said=said)
            self.assertEqual(reply.status, 401, said)
            self.assertIsNone(reply.challenges[0].stale, said)
        self.assertEqual(self.say(challenge, form=None).status, 401, "RFC 2069's form, which can be replayed")
        self.assertEqual(self.say(challenge, method="PUT", count=200).status, 401)
        self.assertEqual(self.say(challenge, count=201).status, 200, "and the nonce is none the worse")

    def test_a_nonce_that_is_not_ours_is_stale_and_never_good(self):
        challenge = self.challenge()
        for nonce in ("0", "", challenge.nonce[:-2] + ("00" if challenge.nonce[-2:] != "00" else "11"), "x" * 2000):
            forged = digest_client.Challenge('Digest realm="provisioning", algorithm=MD5, nonce="%s"' % nonce)
            self.assertEqual(self.say(forged).status, 401, nonce)
        # A server that was started anew does not know its nonces from before: the client is told to try again.
        self.server.stop()
        self.start()
        reply = self.say(challenge)
        self.assertEqual((reply.status, reply.challenges[0].stale), (401, "true"))
        self.assertEqual(self.say(reply.challenges[0]).status, 200)

    def test_a_nonce_works_on_any_connection(self):
        challenge = self.challenge()
        self.assertEqual({self.say(challenge, count=count).status for count in range(1, 41)}, {200})
        # As a phone does that keeps several connections, on all loops: counts may arrive out of order.
        lock, counts, statuses = threading.Lock(), iter(range(41, 10_000)), []

        def use():
            connection = digest_client.connect(self.server.port)
            for _ in range(200):
                with lock:
                    count = next(counts)
                statuses.append(self.say(challenge, connection=connection, count=count).status)
            connection.close()

        threads = [threading.Thread(target=use) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual((len(statuses), set(statuses)), (800, {200}))

    def test_uploads_want_credentials_too(self):
        path = "/%s-directory.xml" % MAC
        challenge = ask(self.server.port, path, method="PUT", body=b"x").challenges[0]
        self.assertEqual(self.rows("upload", "list", MAC), [])
        reply = ask(self.server.port, path, answer(challenge, MAC, self.password, path, "PUT"), method="PUT", body=b"x")
        self.assertIn(reply.status, (200, 201, 204))
        challenge = self.challenge()
        reply = ask(self.server.port, path, answer(challenge, OTHER, self.others, path, "PUT"), method="PUT", body=b"y")
        self.assertNotIn(reply.status, (200, 201, 204))
        self.assertEqual([row["bytes"] for row in self.rows("upload", "list", MAC)], [1])


class Options(AccessTest):
    """What [access] of the configuration allows, and what the clients make of it."""

    def test_sha256_stands_behind_md5(self):
        self.start("digest_sha256 = true")
        self.furnish()
        reply = ask(self.server.port, self.path)
        self.assertEqual([one.algorithm for one in reply.challenges], ["MD5", "SHA-256"])
        for which in (0, 1):
            self.assertEqual(self.try_login(MAC, self.password, which=which).status, 200)
            self.assertEqual(self.try_login(MAC, "wrong", which=which).status, 401)
        for how in ("--digest", "--anyauth"):
            for scheme in ("http", "https"):
                done = clients.call("curl", "-sS", "--fail", how, "--cacert", self.ca, "-u", MAC + ":" + self.password,
                                    self.server.url(self.path, scheme))
                self.assertEqual(done.returncode, 0, (how, scheme, done))

    def test_answers_with_sha256_are_taken_though_not_asked_for(self):
        self.start()
        self.furnish()
        first = ask(self.server.port, self.path).challenges[0]
        first.fields["algorithm"] = "SHA-256"
        self.assertEqual(ask(self.server.port, self.path, answer(first, MAC, self.password, self.path)).status, 200)

    def test_weaker_forms_only_when_they_are_allowed(self):
        self.start("digest_without_qop = true\ndigest_repeats = true\nbasic_in_clear = true\nrealm = \"phones\"")
        self.furnish()
        challenge = ask(self.server.port, self.path).challenges[0]
        self.assertEqual(challenge.realm, "phones")
        for _ in range(3):
            for form in (None, "auth"):
                line = answer(challenge, MAC, self.password, self.path, form=form)
                self.assertEqual(ask(self.server.port, self.path, line).status, 200)
        self.assertEqual(ask(self.server.port, self.path, answer(challenge, MAC, "wrong", self.path, form=None)).status, 401)
        self.assertEqual(ask(self.server.port, self.path, basic(MAC, self.password)).status, 200)
        reply = ask(self.server.port, self.path, basic(MAC, "wrong"))
        self.assertEqual((reply.status, [one.scheme for one in reply.challenges]), (401, ["Digest"]))


class AllRefusedAreAlike(AccessTest):
    def setUp(self):
        super().setUp()
        self.start()
        self.furnish()

    def paths(self):
        """A known phone's files and an unknown one's, names that are nothing, and one of another site's."""
        for mac in (MAC, UNKNOWN, LOBBY):
            yield from ("/%s.cfg" % mac, "/%s-settings.cfg" % mac, "/%s-phone.cfg" % mac, "/%s-nothing.cfg" % mac)

    def alike(self, replies, why):
        first = next(iter(replies.values())).complete()
        for name, reply in replies.items():
            self.assertEqual(reply.complete(), first, (why, name))
        return first

    def test_without_and_with_wrong_credentials(self):
        for tls in (False, True):
            for method in ("GET", "HEAD", "PUT"):
                body = b"x" if method == "PUT" else None
                replies = {}

                def add(name, path, line=None):
                    replies[name + " " + path] = ask(self.port(tls), path, line, tls, method, body=body)

                for path in self.paths():
                    challenge = ask(self.port(tls), path, tls=tls, method=method, body=body).challenges[0]
                    add("nothing", path)
                    add("wrong password", path, answer(challenge, MAC, "wrong", path, method))
                    add("wrong user", path, answer(challenge, "nobody", self.password, path, method))
                    add("unknown phone's", path, answer(challenge, UNKNOWN, self.password, path, method))
                    add("nonsense", path, "Digest nonsense")
                    add("basic, wrong", path, basic(MAC, "wrong"))
                    if not tls:
                        add("basic in clear", path, basic(MAC, self.password))
                status, lines, _ = self.alike(replies, (tls, method))
                self.assertEqual(status, 401, method)

    def test_good_credentials_of_another_phone_find_nobody(self):
        for tls in (False, True):
            replies = {}
            for path in ("/%s.cfg" % MAC, "/%s-settings.cfg" % MAC, "/%s.cfg" % UNKNOWN, "/%s-settings.cfg" % UNKNOWN,
                         "/%s-nothing.cfg" % MAC, "/%s-nothing.cfg" % UNKNOWN):
                replies[path] = self.try_login(OTHER, self.others, path, tls)
            status, _, _ = self.alike(replies, tls)
            self.assertEqual(status, 404)
        self.assertEqual(self.try_login(OTHER, self.others, "/%s-settings.cfg" % OTHER).status, 200)

    def test_ftp_and_tftp(self):
        outcomes = {}
        for mac in (MAC, UNKNOWN):
            for client in (clients.tftp_hpa_get, clients.atftp_get, clients.curl_get):
                into = os.path.join(self.dir, "fetched")
                clients.remove(into)
                done = client(clients.Address("tftp", self.server.ports["tftp"]), mac + "-settings.cfg", into)
                self.assertEqual(os.path.getsize(into) if os.path.exists(into) else 0, 0, done)
                outcomes.setdefault(client, set()).add((done.returncode, (done.stdout + done.stderr).replace(mac, "MAC")))
        for client, said in outcomes.items():
            self.assertEqual(len(said), 1, said)
        self.assertFalse(clients.tftp_put(self.server.ports["tftp"], MAC + "-directory.xml", b"x", tries=2))
        self.assertEqual(self.rows("upload", "list", MAC), [])


class FtpLogins(AccessTest):
    def setUp(self):
        super().setUp()
        self.start()
        self.furnish()
        self.add_phone("0004f2000004", user="104")  # of the default site, which is content with the MAC

    def log_in(self, user, password):
        session = ftplib.FTP()
        session.connect("127.0.0.1", self.server.ports["ftp"], timeout=20)
        self.addCleanup(session.close)
        session.login(user, password)
        return session

    def may(self, session, name):
        out = io.BytesIO()
        try:
            session.retrbinary("RETR " + name, out.write)
        except ftplib.error_perm as error:
            self.assertTrue(str(error).startswith("550"), error)
            return str(error).replace(name, "NAME")
        self.assertGreater(len(out.getvalue()), 0)
        return "yes"

    def test_each_account_fetches_what_is_its_own(self):
        settings = {mac: mac + "-settings.cfg" for mac in (MAC, OTHER, LOBBY, "0004f2000004", UNKNOWN)}
        for user, password, own in ((MAC, self.password, [MAC]), (OTHER, self.others, [OTHER]),
                                    ("lobby", self.site_password, [LOBBY]),
                                    ("PlcmSpIp", "PlcmSpIp", ["0004f2000004"])):
            session = self.log_in(user, password)
            answers = {mac: self.may(session, name) for mac, name in settings.items()}
            self.assertEqual([mac for mac, said in answers.items() if said == "yes"], own, (user, answers))
            self.assertEqual(len(set(answers.values())), 2, "forbidden and unknown are one answer")

    def test_wrong_logins_are_alike(self):
        said = set()
        for user, password in ((MAC, "wrong"), (UNKNOWN, "wrong"), ("lobby", "wrong"), ("nobody", "x"), ("PlcmSpIp", "x"),
                               (MAC, self.others), (UNKNOWN, self.password), (MAC, "")):
            session = ftplib.FTP()
            session.connect("127.0.0.1", self.server.ports["ftp"], timeout=20)
            try:
                session.login(user, password)
                self.fail("%s may log in with %s" % (user, password))
            except ftplib.error_perm as error:
                said.add(str(error))
            session.close()
        self.assertEqual(len(said), 1, said)
        self.assertTrue(said.pop().startswith("530"))

    def test_nothing_before_a_login(self):
        session = ftplib.FTP()
        session.connect("127.0.0.1", self.server.ports["ftp"], timeout=20)
        for command in ("PASV", "EPSV", "PWD", "LIST", "RETR %s.cfg" % MAC, "SIZE %s.cfg" % MAC, "STOR x", "MLST"):
            with self.assertRaises(ftplib.error_perm) as refused:
                session.voidcmd(command)
            self.assertTrue(str(refused.exception).startswith("530"), (command, refused.exception))
        session.close()

    def test_a_session_ends_with_its_account(self):
        session = self.log_in(MAC, self.password)
        self.assertEqual(self.may(session, MAC + "-settings.cfg"), "yes")
        self.ok("device", "remove", MAC)
        self.assertNotEqual(self.may(session, MAC + "-settings.cfg"), "yes")

    def test_over_tls(self):
        session = ftplib.FTP_TLS(context=ssl.create_default_context(cafile=self.ca))
        session.connect("127.0.0.1", self.server.ports["ftp"], timeout=20)
        session.login(MAC, self.password)
        session.prot_p()
        self.assertEqual(self.may(session, MAC + "-settings.cfg"), "yes")
        session.close()


if __name__ == "__main__":
    main()
