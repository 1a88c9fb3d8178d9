"""Files over every transport, both ways, with clients that we did not write: byte for byte."""
import os

import clients
from house import HouseTest, main

MAC = "0004f2000001"
LISTEN = ("http=127.0.0.1:0", "https=127.0.0.1:0", "tftp=127.0.0.1:0", "ftp=127.0.0.1:0")
FACTORY = ("PlcmSpIp", "PlcmSpIp")  # the factory account of the family: what an FTP phone out of its box uses
SIZES = (0, 1, 511, 512, 513, 1428, 65535, 65536, 65537)
LARGE = 512 * 65535 + 512 * 3 + 17  # over 32 MiB: TFTP's block number wraps


class Transports(HouseTest):
    def setUp(self):
        super().setUp()
        self.serve(listen=LISTEN)
        self.add_phone(MAC)
        self.ca = self.write("ca.pem", self.ok("certificate", "export").out)

    def at(self, scheme):
        more = {}
        if scheme == "ftp":
            more = {"user": FACTORY[0], "password": FACTORY[1]}
        if scheme == "https":
            more = {"ca": self.ca}
        return clients.Address(scheme, self.server.ports[scheme], **more)

    def check_fetch(self, name, content):
        for client, schemes, fetch in clients.FETCH:
            for scheme in schemes:
                with self.subTest(client=client, scheme=scheme, size=len(content)):
                    into = os.path.join(self.dir, "fetched")
                    clients.remove(into)
                    done = fetch(self.at(scheme), name, into)
                    self.assertEqual(done.returncode, 0, done)
                    self.assertTrue(os.path.exists(into), done)
                    self.assertTrue(clients.read(into) == content, "%d bytes differ" % os.path.getsize(into))

    def test_files_of_every_size_arrive_whole(self):
        for size in SIZES:
            path = self.write("asset-%d" % size, clients.pattern(size))
            self.ok("asset", "add", path, "--family", "polycom", "--name", "size%d.wav" % size)
            self.check_fetch("size%d.wav" % size, clients.pattern(size))

    def test_a_large_image_arrives_whole(self):
        content = clients.pattern(LARGE, seed=3)
        path = self.write("large.ld", content)
        self.ok("firmware", "add", path, "--family", "polycom", "--name", "sip.ld", "--version", "2.2.0.0047")
        self.check_fetch("sip.ld", content)
        # What a phone asks for by its part number falls back to the image for all.
        into = os.path.join(self.dir, "fetched")
        done = clients.curl_get(self.at("http"), "2345-12600-001.sip.ld", into)
        self.assertEqual(done.returncode, 0, done)
        self.assertTrue(clients.read(into) == content)

    def test_a_broken_download_goes_on_where_it_ended(self):
        content = clients.pattern(300_000, seed=5)
        path = self.write("image.ld", content)
        self.ok("firmware", "add", path, "--family", "polycom", "--name", "sip.ld", "--version", "1")
        for scheme in ("http", "https", "ftp"):
            into = self.write("part", content[:123_456])
            at = self.at(scheme)
            done = clients.call(*clients.curl_words(at), "-C", "-", "-o", into, at.url("sip.ld"))
            self.assertEqual(done.returncode, 0, (scheme, done))
            self.assertTrue(clients.read(into) == content, scheme)

    def test_uploads_of_every_size_arrive_whole(self):
        name = MAC + "-phone.cfg"
        for number, size in enumerate((0, 1, 511, 512, 513, 70_000)):
            for client, schemes, send in clients.SEND:
                for scheme in schemes:
                    with self.subTest(client=client, scheme=scheme, size=size):
                        content = clients.pattern(size, seed=number + len(client))
                        path = self.write("phone.cfg", content)
                        done = send(self.at(scheme), name, path)
                        self.assertEqual(done.returncode, 0, done)
                        out = os.path.join(self.dir, "kept")
                        self.ok("upload", "show", MAC, name, "--out", out)
                        self.assertTrue(clients.read(out) == content, os.path.getsize(out))
                        into = os.path.join(self.dir, "served")
                        done = clients.curl_get(self.at("http"), name, into)
                        self.assertEqual(done.returncode, 0, done)
                        self.assertTrue(clients.read(into) == content)

    def test_what_no_phone_may_send_is_refused_and_leaves_nothing(self):
        path = self.write("x", b"x" * 100)
        names = (MAC + ".cfg", MAC + "-settings.cfg", "sip.ld", "site.cfg", "../../etc/passwd", "0004f20000ff-app.log",
                 "other.txt", MAC + "-phone.cfg/../" + MAC + ".cfg")
        before = self.rows("upload", "list", MAC)
        for scheme in ("http", "https", "ftp", "tftp"):
            at = self.at(scheme)
            for name in names:
                done = clients.call(*clients.curl_words(at), "--path-as-is", "-T", path, at.url(name))
                self.assertNotEqual(done.returncode, 0, (scheme, name))
        self.assertEqual(self.rows("upload", "list", MAC), before)
        self.assertEqual(self.server.request("/" + MAC + ".cfg").status, 200)

    def test_the_sample_phone_boots_over_each(self):
        for scheme in ("http", "tftp", "ftp"):
            report = self.boot(MAC, url="%s://127.0.0.1:%d/" % (scheme, self.server.ports[scheme]))
            outcomes = self.outcomes(report)
            self.assertEqual(outcomes[MAC + "-boot.log"], "stored", (scheme, outcomes))
            self.assertEqual(outcomes[MAC + "-app.log"], "stored", (scheme, outcomes))
        # The boot ROM speaks no TLS, so it asks in clear, at the port of the plain listener.
        report = self.boot(MAC, "--ca-file", self.ca, "--plain-port", str(self.server.ports["http"]),
                           url=self.server.url("/", "https"))
        schemes = {file["name"]: set() for file in report["files"]}
        for file in report["files"]:
            schemes[file["name"]].add(file["url"].partition(":")[0])
        self.assertEqual(schemes[MAC + "-boot.log"], {"http"})
        self.assertEqual(schemes[MAC + "-settings.cfg"], {"https"})
        kinds = {row["name"] for row in self.rows("upload", "list", MAC)}
        self.assertEqual(kinds, {"boot log", "application log"})


if __name__ == "__main__":
    main()
