"""offhook.toml: the commented one that comes with the program, every wrong value named with its line, and what the keys
do."""
import ftplib
import os
import pathlib
import re
import socket
import subprocess

import clients
import house
from house import HouseTest, main

MAC, LABS = "0004f2000001", "0004f2000002"
PACKAGED = pathlib.Path(__file__).resolve().parents[2] / "packaging/offhook.toml"
FACTORY = ("PlcmSpIp", "PlcmSpIp")


def free_ports(count):
    """A range that nobody uses now."""
    for first in range(31_000, 60_000, 101):
        taken = []
        try:
            for port in range(first, first + count):
                for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                    one = socket.socket(socket.AF_INET, kind)
                    taken.append(one)
                    one.bind(("127.0.0.1", port))
            return first
        except OSError:
            continue
        finally:
            for one in taken:
                one.close()
    raise RuntimeError("no %d free ports in a row" % count)


class Reads(HouseTest):
    def refused(self, text, *words, code=1):
        """What `serve` says of a configuration that it does not take, line by line."""
        path = self.write("wrong.toml", text)
        done = house.run("serve", "--config", path, "--data", self.data, *words, timeout=20)
        self.assertEqual(done.code, code, (text, done))
        self.assertFalse(os.path.exists(self.data + "/offhook.sock"), "nothing was started")
        return done.err.replace(path, "FILE").splitlines()

    def test_the_packaged_one_loads(self):
        text = PACKAGED.read_text()
        text = text.replace('"/var/lib/offhook"', '"%s"' % self.data)
        text = re.sub(r'(?m)^address = "0\.0\.0\.0:\d+"', 'address = "127.0.0.1:0"', text)
        self.assertEqual(text.count('"127.0.0.1:0"'), 4)
        self.check_runs(text)

    def test_its_examples_are_right_too(self):
        """With every comment that is an example taken in, but what names files or places that are not here."""
        lines = []
        for line in PACKAGED.read_text().splitlines():
            example = re.match(r"# (\w+ = .*|\[.*\])$", line)
            lines.append(example.group(1) if example else line)
        text = "\n".join(lines)
        for name, value in (("data", self.data), ("packs", os.environ["OFFHOOK_PACKS"])):
            text = re.sub(r'(?m)^%s = ".*"' % name, '%s = "%s"' % (name, value), text)
        text = re.sub(r'(?m)^(site|certificate|key|ocsp) = .*\n', "", text)
        text = re.sub(r"(?m)^\[client_ca.polycom\]\nbundle.*\naccept.*\naccept.*\n", "", text)
        text = text.replace("203.0.113.5", "127.0.0.1")  # where the phones here find it
        text = re.sub(r'(?m)^address = ".*?"', 'address = "127.0.0.1:0"', text)
        self.check_runs(text, "https_legacy")
        self.assertRegex(self.server.log(), "TLS_LEGACY_UNSAFE")

    def check_runs(self, text, *more):
        names = ("http", "https", "tftp", "ftp", *more)
        self.serve("--config", self.write("offhook.toml", text), listen=(), configured=names)
        self.add_phone(MAC)
        for name in ("http", "tftp", "ftp"):
            self.boot(MAC, url="%s://127.0.0.1:%d/" % (name, self.server.ports[name]))
        self.assertEqual({row["name"] for row in self.rows("status")[0]["listeners"]}, set(names))

    def test_wrong_values_are_all_named_in_one_run(self):
        rows = [  # line, what is said of it
            ('data = ""', "`data` is empty"),
            ("packs = 3", "`packs` must be a text"),
            ("loops = 257", "`loops` must be a number from 0 to 256"),
            ("cache_mib = 0", "`cache_mib` must be a number from 1 to"),
            ("chache = 3", "chache"),
            ("[listen.http]", None),
            ('address = "127.0.0.1"', None),
            ("connections = 0", "`connections` must be a number from 1 to"),
            ('connections_per_source = "many"', "`connections_per_source` must be a number from 1 to"),
            ('certificate = ["x.pem"]', "certificate"),
            ("[listen.https]", None),
            ('address = "127.0.0.1:0"', None),
            ("certificate = 3", "`certificate` must be a text or an array of texts"),
            ("[listen.gopher]", "http, https, https_legacy, tftp, ftp, pnp, dhcp4, dhcp6 and syslog"),
            ('address = "127.0.0.1:70"', None),
            ("[listen.ftp]", None),
            ('address = "127.0.0.1:0"', None),
            ('passive_ports = "40000-30000"', 'a range of ports, as "30000-30999"'),
            ('public_address = "example.net"', '"203.0.113.5"'),
            ('local_networks = ["10.0.0.0/33"]', "'10.0.0.0/33' is no network, as 192.0.2.0/24 is"),
            ('require_tls = "yes"', "`require_tls` must be true or false"),
            ("[listen.tftp]", None),
            ('address = "127.0.0.1:0"', None),
            ('transfer_ports = "x"', 'a range of ports, as "30000-30999"'),
            ("single_port = 1", "`single_port` must be true or false"),
            ("[client_ca.polycom]", "[client_ca.polycom] needs `bundle`"),
            ("[access]", None),
            ('realm = "a\\"b"', "`realm` is 1 to 64 characters without quotes"),
            ("digest_sha256 = 1", "`digest_sha256` must be true or false"),
            ("digest_md5 = true", "digest_md5"),
            ("[guard]", None),
            ("slow_from_macs = 0", "`slow_from_macs` must be a number from 1 to 10000"),
            ("shut_out_from_logins = 5000", "`shut_out_from_logins` must be a number from 1 to 2000"),
            ("window_minutes = 0", "`window_minutes` must be a number from 1 to 1440"),
            ('exempt = "here"', "'here' is no network"),
            ("[uploads]", None),
            ("versions = 0", "`versions` must be a number from 1 to 1000"),
            ("device_mib = -1", "`device_mib` must be a number from 1 to"),
            ("site_gib = 4", "site_gib"),
        ]
        said = self.refused("\n".join(text for text, _ in rows) + "\n")
        for number, (text, problem) in enumerate(rows, 1):
            here = [line for line in said if "FILE:%d:" % number in line]
            if problem is None:
                continue
            with self.subTest(text):
                self.assertTrue(any(problem in line for line in here), "\n".join(said))
        self.assertTrue(any("FILE:" in line and "127.0.0.1" in line for line in said), said)  # an address without port

    def test_unknown_keys_are_named_with_what_there_is(self):
        for text, wrong, there_is in (
                ("lops = 3", "lops", ("loops", "listen", "access", "guard", "uploads")),
                ('[listen.http]\naddress = "127.0.0.1:0"\nconections = 3', "conections", ("connections", "site")),
                ('[listen.http]\naddress = "127.0.0.1:0"\nrequire_tls = true', "require_tls", ("connections",)),
                ('[listen.ftp]\naddress = "127.0.0.1:0"\npasv = true', "pasv", ("passive_ports", "require_tls")),
                ('[listen.tftp]\naddress = "127.0.0.1:0"\nports = "1-2"', "ports", ("transfer_ports", "single_port")),
                ("[access]\nrelm = 'x'", "relm", ("realm", "basic_in_clear")),
                ("[guard]\nof = true", "of", ("on", "exempt")),
                ("[uploads]\nversion = 3", "version", ("versions", "device_mib"))):
            with self.subTest(text):
                said = self.refused(text)
                line = "FILE:%d" % len(text.splitlines())
                here = " ".join(one for one in said if line in one)
                self.assertIn(wrong, here, said)
                for word in there_is:
                    self.assertIn(word, here)

    def test_what_is_no_toml_and_what_is_no_file(self):
        for text, line in (("loops = ", 1), ("loops = 1\nloops = 2", 2), ("\n\n[listen", 3)):
            self.assertTrue(any("FILE:%d" % line in one for one in self.refused(text)), text)
        self.fails(1, "serve", "--config", self.dir, says=self.dir)
        self.refused('[guard]\nslow_from_macs = 5\nshut_out_from_macs = 5')

    def test_thresholds_and_places_that_cannot_be(self):
        said = self.refused('[listen.http]\naddress = "127.0.0.1:0"\nsite = "nowhere"\n')
        self.assertTrue(any("nowhere" in line for line in said), said)
        bundle = self.write("empty.pem", "")
        said = self.refused('[listen.https]\naddress = "127.0.0.1:0"\n[client_ca.nokia]\nbundle = "%s"\n' % bundle)
        self.assertTrue(any("nokia" in line for line in said), said)
        said = self.refused('[listen.https]\naddress = "127.0.0.1:0"\n[client_ca.polycom]\nbundle = "%s"\n' % bundle)
        self.assertTrue(any("empty.pem" in line for line in said), said)

    def test_a_missing_certificate_file_is_named(self):
        for kind in ("https", "ftp"):
            said = self.refused('[listen.%s]\naddress = "127.0.0.1:0"\ncertificate = "/nonexistent/c.pem"\n'
                                'key = "/nonexistent/k.pem"\n' % kind)
            self.assertTrue(any("/nonexistent/" in line and kind in line for line in said), said)
        said = self.refused('[listen.https]\naddress = "127.0.0.1:0"\ncertificate = "c.pem"\n')
        self.assertTrue(any("FILE:1" in line and "`key`" in line for line in said), said)

    def test_a_port_in_use_is_named(self):
        for kind in ("http", "https", "ftp", "tftp"):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM if kind == "tftp" else socket.SOCK_STREAM) as taken:
                taken.bind(("127.0.0.1", 0))
                if kind != "tftp":
                    taken.listen()
                port = taken.getsockname()[1]
                said = self.refused('[listen.%s]\naddress = "127.0.0.1:%d"\n' % (kind, port))
                self.assertTrue(any("127.0.0.1:%d" % port in line and "in use" in line for line in said), (kind, said))

    def test_a_second_server_on_the_same_port_is_an_error(self):
        self.serve(listen=("http=127.0.0.1:0", "tftp=127.0.0.1:0", "ftp=127.0.0.1:0"))
        for kind in ("http", "tftp", "ftp"):
            done = house.run("serve", "--listen", "%s=127.0.0.1:%d" % (kind, self.server.ports[kind]),
                             data=self.dir + "/second")
            self.assertEqual(done.code, 1, kind)
            self.assertIn(str(self.server.ports[kind]), done.err)


class Listens(HouseTest):
    def test_listen_takes_what_its_section_says(self):
        self.serve()
        self.ok("site", "add", "lab")
        self.ok("layer", "set", "site/lab", "line.1.registrar.host=lab.example.net")
        self.ok("layer", "set", "site/default", "line.1.registrar.host=main.example.net")
        self.server.stop()
        path = self.write("offhook.toml", '[listen.http]\naddress = "127.0.0.1:1"\n'
                          '[listen."http/lab"]\naddress = "127.0.0.1:1"\nsite = "lab"\n'
                          '[listen."tftp/lab"]\naddress = "127.0.0.1:1"\nsite = "lab"\n')
        self.serve("--config", path, listen=("http=127.0.0.1:0", "http/lab=127.0.0.1:0", "tftp=127.0.0.1:0",
                                             "tftp/lab=127.0.0.1:0", "ftp/other=127.0.0.1:0"))
        self.assertEqual({row["name"] for row in self.rows("status")[0]["listeners"]},
                         {"http", "http/lab", "tftp", "tftp/lab", "ftp/other"})
        into = os.path.join(self.dir, "fetched")
        for name, host in (("http", b"main."), ("http/lab", b"lab."), ("tftp", b"main."), ("tftp/lab", b"lab.")):
            at = clients.Address(name.partition("/")[0], self.server.ports[name])
            done = clients.curl_get(at, "site.cfg", into)
            self.assertEqual(done.returncode, 0, done)
            self.assertIn(host + b"example.net", clients.read(into), name)
        # With --listen only those named run: the section of the others is not even looked at.
        self.assertEqual(len(self.server.ports), 5)

    def test_each_has_its_own_certificate(self):
        made = {}
        for name in ("one", "two"):
            key, certificate = self.dir + "/%s.key" % name, self.dir + "/%s.pem" % name
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                            "9", "-subj", "/CN=%s" % name, "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out",
                            certificate], check=True, capture_output=True)
            os.chmod(key, 0o600)
            made[name] = certificate
        text = "".join('[listen."https/%s"]\naddress = "127.0.0.1:0"\ncertificate = "%s"\nkey = "%s"\n'
                       % (name, made[name], made[name].replace(".pem", ".key")) for name in made)
        self.serve("--config", self.write("offhook.toml", text),
                   listen=("https=127.0.0.1:0", "https/one=127.0.0.1:0", "https/two=127.0.0.1:0"))
        self.add_phone(MAC)
        own = self.write("own.pem", self.ok("certificate", "export").out)
        trusted = {"https": own, "https/one": made["one"], "https/two": made["two"]}
        into = os.path.join(self.dir, "fetched")
        for name in trusted:
            for other, ca in trusted.items():
                done = clients.curl_get(clients.Address("https", self.server.ports[name], ca=ca), MAC + ".cfg", into)
                self.assertEqual(done.returncode == 0, name == other, (name, other, done))

    def test_ftp_says_its_public_address_and_keeps_to_its_ports(self):
        first = free_ports(8)
        text = ('[listen.ftp]\naddress = "127.0.0.1:0"\npassive_ports = "%d-%d"\npublic_address = "203.0.113.5"\n'
                % (first, first + 7))
        self.serve("--config", self.write("offhook.toml", text + 'local_networks = ["127.0.0.2/32"]\n'),
                   listen="ftp=127.0.0.1:0")
        self.add_phone(MAC)
        for source, expected in (("127.0.0.1", "203,0,113,5"), ("127.0.0.2", "127,0,0,1")):
            seen = set()
            for _ in range(3):
                session = ftplib.FTP()
                session.connect("127.0.0.1", self.server.port, timeout=20, source_address=(source, 0))
                session.login(*FACTORY)
                numbers = re.search(r"\(([\d,]+)\)", session.sendcmd("PASV")).group(1).split(",")
                self.assertEqual(",".join(numbers[:4]), expected)
                seen.add(int(numbers[4]) * 256 + int(numbers[5]))
                port = re.search(r"\(\|\|\|(\d+)\|\)", session.sendcmd("EPSV")).group(1)
                seen.add(int(port))
                session.close()
            self.assertLessEqual(seen, set(range(first, first + 8)))
        # A client that is told the address outside uses EPSV, or is told to mistrust PASV's.
        into = os.path.join(self.dir, "fetched")
        at = clients.Address("ftp", self.server.port, *FACTORY)
        for extra in ([], ["--disable-epsv", "--ftp-skip-pasv-ip"]):
            done = clients.call(*clients.curl_words(at), *extra, "-o", into, at.url(MAC + ".cfg"))
            self.assertEqual(done.returncode, 0, done)

    def check_tftp(self, text, *words):
        self.serve("--config", self.write("offhook.toml", '[listen.tftp]\naddress = "127.0.0.1:0"\n' + text),
                   *words, listen=("http=127.0.0.1:0", "tftp=127.0.0.1:0"))
        self.add_phone(MAC)
        content = clients.pattern(200_000)
        self.ok("asset", "add", self.write("sound", content), "--family", "polycom", "--name", "tone.wav")
        at = clients.Address("tftp", self.server.ports["tftp"])
        into = os.path.join(self.dir, "fetched")
        for name, schemes, fetch in clients.FETCH:
            if "tftp" in schemes:
                clients.remove(into)
                done = fetch(at, "tone.wav", into)
                self.assertEqual(done.returncode, 0, (name, done))
                self.assertTrue(clients.read(into) == content, name)
        for number, (name, schemes, send) in enumerate(clients.SEND):
            if "tftp" in schemes:
                content = clients.pattern(5_000 + number, number)
                done = send(at, MAC + "-directory.xml", self.write("directory.xml", content))
                self.assertEqual(done.returncode, 0, (name, done))
                self.assertTrue(self.server.request("/%s-directory.xml" % MAC).body == content, name)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
            peer.settimeout(10)
            ports = set()
            peer.bind(("127.0.0.1", 0))
            peer.sendto(b"\0\1%s.cfg\0octet\0" % MAC.encode(), ("127.0.0.1", self.server.ports["tftp"]))
            answer, sender = peer.recvfrom(600)
            self.assertEqual(answer[:2], b"\0\3")
            peer.sendto(b"\0\4\0\1", sender)
            ports.add(sender[1])
            return ports

    def test_tftp_from_a_range_of_ports(self):
        for count in (40, 10):  # the narrow one has fewer than the server would open
            first = free_ports(count)
            ports = self.check_tftp('transfer_ports = "%d-%d"\n' % (first, first + count - 1), "--loops", "4")
            self.assertLessEqual(ports, set(range(first, first + count)))
            self.server.stop()
            self.data += "x"

    def test_tftp_from_its_own_port_alone(self):
        self.assertEqual(self.check_tftp("single_port = true\n"), {self.server.ports["tftp"]})

    def test_connection_limits(self):
        self.serve("--config", self.write("offhook.toml", '[listen.http]\naddress = "127.0.0.1:0"\nconnections = 100\n'
                                          'connections_per_source = 5\n[listen.ftp]\naddress = "127.0.0.1:0"\n'
                                          'connections_per_source = 5\n'),
                   "--loops", "1", listen=("http=127.0.0.1:0", "ftp=127.0.0.1:0"))
        for name in ("http", "ftp"):
            held = []
            for _ in range(30):
                peer = socket.create_connection(("127.0.0.1", self.server.ports[name]), 10)
                held.append(peer)
            kept = [peer for peer in held if self.is_kept(peer, name)]
            self.assertEqual(len(kept), 5, name)
            other = socket.create_connection(("127.0.0.1", self.server.ports[name]), 10, ("127.0.0.2", 0))
            self.assertTrue(self.is_kept(other, name), "each source has its own")
            for peer in [*held, other]:
                peer.close()

    def is_kept(self, peer, name):
        """Greeted, or, over HTTP, left open after an answer: everybody gets one, though not all may stay."""
        try:
            if name == "ftp":
                return peer.recv(3) == b"220"
            peer.sendall(b"GET /x HTTP/1.1\r\nHost: x\r\n\r\n")
            answer = b""
            while b"\r\n\r\n" not in answer:
                answer += peer.recv(1000)
            self.assertTrue(answer.startswith(b"HTTP/1.1 404"), answer)
            return b"connection: close" not in answer.lower()
        except OSError:
            return False


if __name__ == "__main__":
    main()
