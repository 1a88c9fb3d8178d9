#!/usr/bin/env python3
"""What is thrown at a server by clients that are broken, hostile or merely slow, and by operators who mistype."""
import os
import random
import re
import resource
import shutil
import socket
import time

import house
from house import PASSWORD

MAC, STRANGER = "0004f2000001", "0004f20000ff"
NOISE = random.Random(2).randbytes(20000)
PACKS = os.environ.get("OFFHOOK_PACKS", os.path.join(os.path.dirname(__file__), "../../families"))


class FromTheNetwork(house.HouseTest):
    def setUp(self):
        super().setUp()
        self.serve("--loops", "2")
        self.add_phone(MAC)

    def status_of(self, sent, seconds=5):
        """The status of the only answer; None where the connection closed without a word."""
        reply = self.server.raw(sent, seconds)
        if not reply:
            return None
        self.assertRegex(reply, rb"^HTTP/1\.1 \d{3} ", sent[:80])
        return int(reply[9:12])

    def alive(self):
        self.assertEqual(self.server.request("/%s.cfg" % MAC).status, 200)
        self.assertIsNone(self.server.process.poll())

    def test_requests_that_are_none(self):
        get = b"GET /%s.cfg HTTP/1.1\r\nHost: x\r\n" % MAC.encode()
        for sent, accepted in [
            (b"\0" * 4096, {400, None}),
            (NOISE + b"\r\n\r\n", {400, 414, 431, None}),
            (b"\r\n" * 5000, {400, 431, None}),
            (b"GET\r\n\r\n", {400}),
            (b"GET / HTTP/9.9\r\n\r\n", {400, 505}),
            (b"GET /\0.cfg HTTP/1.1\r\nHost: x\r\n\r\n", {400}),
            (b"GET /%00.cfg HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", {400, 404}),
            (b"GET /%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", {400, 404}),
            (b"GET /" + b"a" * 20000 + b" HTTP/1.1\r\n\r\n", {414}),
            (get + b"X: " + b"a" * 20000 + b"\r\n\r\n", {431}),
            (get + b"X: y\r\n" * 4000 + b"\r\n", {431}),
            (get + b"X\0Y: z\r\n\r\n", {400}),
            (get + b"Content-Length: -1\r\n\r\n", {400, 413}),
            (get + b"Content-Length: 99999999999999999999\r\n\r\n", {400, 413}),
            (get + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", {400}),
            (get + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\nhello", {400, 413}),
            (get + b"Content-Length: 100000000\r\n\r\n", {413}),
            (b"POST /%s.cfg HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi" % MAC.encode(), {405}),
            (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 500, {400, None}),
            (b"SSH-2.0-OpenSSH_9.2\r\n", {400, None}),
        ]:
            with self.subTest(sent[:60]):
                self.assertIn(self.status_of(sent), accepted)
        self.alive()

    def test_names_are_keys_and_no_paths(self):
        secret = self.write("data/secret.txt", "never")
        for name in ("/../../../../etc/passwd", "/..%2f..%2f..%2fetc%2fpasswd", "/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd",
                     "/etc/passwd", "/secrets.key", "/catalogue.db", "/..\\..\\etc\\passwd", secret, "/" + secret,
                     "/./%s.txt" % MAC, "/%s.cfg/../secrets.key" % MAC, "/%s.cfg%%00.txt" % MAC, "/.", "/..", "/~root/",
                     "/%s.cfg/" % MAC, "/%s-phone.cfg" % MAC, "/{mac}.cfg", "/[PHONE_MAC_ADDRESS]-settings.cfg"):
            sent = b"GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" % name.encode()
            with self.subTest(name):
                self.assertIn(self.status_of(sent), (404, 400))
        self.alive()

    def test_a_phone_boots_beside_a_thousand_idle_connections(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        idle = []
        try:
            for i in range(1000):
                idle.append(socket.create_connection(("127.0.0.1", self.server.port), timeout=10))
                if i % 2:
                    idle[-1].sendall(b"GET /%s.cfg HT" % MAC.encode())
            begun = time.monotonic()
            self.boot(MAC, "--verify")
            self.assertLess(time.monotonic() - begun, 10)
        finally:
            for each in idle:
                each.close()
        self.alive()

    def test_a_request_in_single_bytes_is_heard(self):
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=10) as peer:
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for byte in b"GET /%s.cfg HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" % MAC.encode():
                peer.sendall(bytes([byte]))
            self.assertTrue(peer.recv(65536).startswith(b"HTTP/1.1 200 "))

    def test_a_storm_of_broken_off_requests(self):
        for i in range(500):
            with socket.create_connection(("127.0.0.1", self.server.port), timeout=10) as peer:
                peer.sendall((b"GET /%s.cfg HTTP/1.1\r\n\r\n" % MAC.encode())[:1 + i % 40])
                if i % 3 == 0:
                    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.alive()

    def test_garbage_on_the_admin_socket(self):
        for sent in (b"\0" * 100, b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 10000, b"POST /v1/devices HTTP/1.1\r\n"
                     b"Content-Length: 7\r\n\r\n{\"mac\":", b"POST /v1/devices HTTP/1.1\r\nContent-Length: 40000\r\n\r\n"
                     + b"[" * 40000):
            with socket.socket(socket.AF_UNIX) as peer:
                peer.settimeout(5)
                peer.connect(self.data + "/offhook.sock")
                try:
                    peer.sendall(sent)
                    peer.shutdown(socket.SHUT_WR)
                    peer.recv(65536)
                except OSError:
                    pass
        self.ok("status")


class FromTheOperator(house.HouseTest):
    HEADER = "mac,family,model,site,line.1.user,line.1.password,line.1.registrar.port\n"

    def test_each_bad_row_is_named_and_nothing_is_stored(self):
        self.serve()
        self.add_phone(MAC)
        table = self.write("phones.csv", self.HEADER + "".join([
            "0004f2000010,polycom,SPIP650,,10,pw,5060\n",
            "0004f200001,polycom,SPIP650,,11,pw,5060\n",
            "0004f2000012,polycom,SPIP9,,12,pw,5060\n",
            "0004f2000013,polycom,SPIP650,moon,13,pw,5060\n",
            "0004f2000014,polycom,SPIP650,,14,pw,65536\n",
            "0004f2000010,polycom,SPIP650,,15,pw,5060\n",
            "%s,polycom,SPIP650,,16,pw,5060\n" % MAC,
            "0004f2000017,polycom,SPIP650,,17,pw,5060,extra\n",
            "0004f2000018,nortel,SPIP650,,18,pw,5060\n",
            ",polycom,SPIP650,,19,pw,5060\n",
            "0004f2000019,polycom,SPIP650,,20,pw,5060\n"]))
        done = self.fails(1, "import", table)
        wrong = {3: "column mac", 4: "column model", 5: "column site", 6: "column line.1.registrar.port", 7: "column mac",
                 8: "column mac", 9: "row", 10: "column family", 11: "column mac"}
        reported = dict(re.findall(r"line (\d+), ((?:column [^:]+)|row): .", done.err))
        self.assertEqual({int(line): where for line, where in reported.items()}, wrong)
        self.assertEqual(done.err.count("phones.csv: line"), len(wrong))
        self.assertIn("nothing was changed", done.err)
        self.assertNotIn("pw", done.err.replace("phones", ""))
        self.assertEqual(len(self.rows("device", "list")), 1)

        done = self.cli("import", "--keep-going", table)
        self.assertEqual(done.code, 1, "some rows were bad")
        self.assertEqual([row["mac"] for row in self.rows("device", "list")], [MAC, "0004f2000010", "0004f2000019"])

    def test_files_that_are_no_table(self):
        self.serve()
        for content, says in [
            ("", "empty"),
            ("mac,model\n0004f2000010,SPIP650\n", "family"),
            ("mac,family,model,line.1.usr\n0004f2000010,polycom,SPIP650,1\n", "user"),
            ("mac,family,model,mac\n", "twice"),
            ((self.HEADER + "0004f2000010,polycom,SPIP650,,1,pw,5060\n").encode("utf-16"), "UTF-8"),
            (NOISE, "line 1"),
            (b"\0" * 5000, "line 1"),
            (self.HEADER + '0004f2000010,polycom,SPIP650,,1,"open\n', "quote"),
            (self.HEADER.encode() + b"0004f2000010,polycom,SPIP650,,\xff\xfe,pw,1\n", "UTF-8"),
        ]:
            with self.subTest(str(content)[:60]):
                self.fails(1, "import", self.write("bad.csv", content), says=says)
        self.assertEqual(self.rows("device", "list"), [])

    def test_an_empty_table_adds_nothing_and_is_fine(self):
        self.serve()
        self.assertIn("0 of 0", self.ok("import", self.write("none.csv", self.HEADER)).err)

    def test_a_wrong_configuration_is_named_by_line(self):
        for text, line, says in [
            ("loops = 2\nlop = 1\n", 2, "lop"),
            ("loops = \"two\"\n", 1, "a number from 0 to 256"),
            ("loops = 257\n", 1, "256"),
            ("loops = 1\n\n[listen.http]\nadress = \"127.0.0.1:0\"\n", 4, "adress"),
            ("[listen.http]\naddress = \"127.0.0.1:70000\"\n", 1, "70000"),
            ("[listen.gopher]\naddress = \"127.0.0.1:0\"\n", 1, "gopher"),
            ("[listen.http]\n", 1, "address"),
            ("data = \n", 1, ""),
            ("= = =\n", 1, ""),
            ("data = \"a\"\ndata = \"b\"\n", 2, ""),
        ]:
            with self.subTest(text):
                path = self.write("offhook.toml", text)
                done = self.fails(1, "serve", "--config", path, says="%s:%d" % (path, line), timeout=20)
                self.assertIn(says, done.err)

    def test_a_configuration_is_followed_and_the_command_line_wins(self):
        path = self.write("offhook.toml", 'data = "%s/elsewhere"\nloops = 3\n[listen.http]\naddress = "127.0.0.1:0"\n'
                          % self.dir)
        self.serve("--config", path)
        self.assertEqual(self.rows("status")[0]["loops"], 3)
        self.assertFalse(os.path.exists(self.dir + "/elsewhere"))

    def test_a_broken_pack_is_named_by_file_and_line(self):
        for file, before, after, says in [
            ("family.toml", "schema = 1\n", "schema = 1\nbogus = 2\n", "bogus"),
            ("family.toml", "schema = 1\n", "schema = 99\n", "schema"),
            ("settings.toml", '["line.{n}.label"]', '["line.{n}.lable"]', "lable"),
            ("settings.toml", 'write = "reg.{n}.label"', 'write = "reg.{n}.displayName"', "reg.{n}.displayName"),
            ("settings.toml", 'write = "reg.{n}.label"', 'wirte = "reg.{n}.label"', "wirte"),
            ("models.toml", "\n", "\n= broken\n", ""),
        ]:
            with self.subTest(after):
                pack = self.dir + "/packs/polycom"
                shutil.rmtree(self.dir + "/packs", ignore_errors=True)
                shutil.copytree(os.path.join(PACKS, "polycom"), pack)
                self.ok("pack", "check", pack)
                path = os.path.join(pack, file)
                with open(path, encoding="utf-8") as toml:
                    text = toml.read()
                self.assertIn(before, text)
                with open(path, "w", encoding="utf-8") as toml:
                    toml.write(text.replace(before, after, 1))
                done = self.fails(1, "pack", "check", pack, says=says)
                self.assertRegex(done.err, re.escape(file) + r":\d+")
                done = self.fails(1, "serve", "--packs", self.dir + "/packs", "--listen", "http=127.0.0.1:0", timeout=20)
                self.assertNotIn("listening", done.err)

    def test_a_new_pack_is_one_at_once_and_is_never_written_over(self):
        made = self.ok("pack", "new", "acme", "--title", "Acme Desk", "--in", self.dir)
        self.assertEqual(made.out, self.dir + "/acme\n")
        self.assertIn("pack check", made.err)
        self.assertNotIn("warning", self.ok("pack", "check", self.dir + "/acme").err)
        self.fails(1, "pack", "new", "acme", "--title", "Acme Desk", "--in", self.dir, says="there already")
        os.remove(self.dir + "/acme/README.md")
        self.assertIn("warning: ", self.ok("pack", "check", self.dir + "/acme").err)
        with open(self.dir + "/acme/parameters.toml", encoding="utf-8") as toml:
            text = toml.read()
        with open(self.dir + "/acme/parameters.toml", "w", encoding="utf-8") as toml:
            toml.write(text.replace(', source = "an example", confidence = "I"', ""))
        self.fails(1, "pack", "check", self.dir + "/acme", says="nobody says where this row was learned")

    def test_phones_nobody_has_heard_of(self):
        self.serve()
        self.assertIn("Nothing was heard", self.ok("explain", STRANGER).out)
        done = self.ok("timeline", STRANGER)
        self.assertEqual(done.out, "")
        self.assertIn("Nothing was heard", done.err)
        self.fails(1, "render", STRANGER, says=STRANGER)
        self.fails(1, "render", STRANGER, STRANGER + ".cfg", says=STRANGER)
        self.add_phone(MAC)
        self.assertIn("Nothing was heard", self.ok("explain", MAC).out)


class SecretsStayIn(house.HouseTest):
    ADMIN, TOKEN, RAW = "admin-Secret<1>", "site-token-Secret-0123456789", "raw-Secret-2"

    def test_no_command_shows_a_password_unasked(self):
        server = self.serve()
        self.ok("site", "add", "berlin", "--token", self.TOKEN)
        said = []

        def quiet(*words, code=0, **more):
            done = self.cli(*words, **more)
            self.assertEqual(done.code, code, (words, done.err))
            said.append((words, done.out + done.err))

        quiet("device", "add", MAC, "--family", "polycom", "--model", "SPIP650", "--site", "berlin", "--set",
              "line.1.user=101", "--set", "line.1.registrar.host=pbx.example.net", "--set-from", "line.1.password=-",
              stdin=PASSWORD + "\n")
        quiet("device", "set", MAC, "raw:device.auth.localAdminPassword=" + self.RAW)
        quiet("layer", "set", "site/berlin", "web.admin_password=" + self.ADMIN)
        quiet("device", "set", MAC, "line.1.registrar.port=0", "line.1.password=" + PASSWORD, code=2)
        quiet("device", "set", MAC, "line.1.password=" + PASSWORD + "\1", code=2)
        quiet("import", self.write("bad.csv", "mac,family,model,line.1.password\n0004f2000003,polycom,SPIP650,\"%s\1\"\n"
                                   % PASSWORD.replace('"', '""')), code=1)
        url = server.url()
        quiet("boot", "--family", "polycom", "--model", "SPIP650", "--mac", MAC, "--url", url, "--verify")
        quiet("boot", "--family", "polycom", "--model", "SPIP650", "--mac", MAC, "--url", url, "--json")
        quiet("boot", "--family", "polycom", "--model", "SPIP650", "--mac", MAC, "--url", url + self.TOKEN + "/", "--json",
              "--state", self.dir + "/phone")
        said.pop()  # the address that the operator gave is in its files' URLs
        names = [file["name"] for file in self.rows("render", MAC)[0]["files"]]
        for words in [["device", "list"], ["device", "show", MAC], ["layer", "show", "site/berlin"], ["site", "list"],
                      ["render", MAC], ["explain", MAC, "--boots", "9"], ["timeline", MAC], ["sighting", "list"], ["status"],
                      ["render", MAC, "--diff", "line.1.password=other"]] + \
                [["render", MAC, name, *more] for name in names for more in ([], ["--provenance"])]:
            quiet(*words)
            quiet("--json", *words)
        server.stop()
        said.append((("the log",), server.log()))
        for words, text in said:
            for secret in (PASSWORD, self.ADMIN, self.TOKEN, self.RAW):
                for form in {secret, house.json.dumps(secret)[1:-1], secret.replace("&", "&amp;").replace("<", "&lt;"),
                             secret.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")}:
                    self.assertNotIn(form, text, words)
            self.assertNotRegex(text, r"Secret(<|&lt;)?1|Secret-[02]", words)

    def test_who_asks_by_name_is_shown(self):
        self.serve()
        self.add_phone(MAC)
        self.assertEqual(self.rows("device", "show", MAC, "--show-secrets")[0]["settings"]["line.1.password"], PASSWORD)
        text = self.ok("render", MAC, MAC + "-settings.cfg", "--show-secrets").out
        self.assertEqual(text, self.server.request("/%s-settings.cfg" % MAC).body.decode())
        self.assertNotIn(PASSWORD, text, "it is escaped")
        self.assertEqual(self.boot(MAC)["lines"][0]["password"], PASSWORD)


if __name__ == "__main__":
    house.main()
