"""What phones send and what operators store: versions, quotas, appended logs, firmware that is replaced and removed."""
import ftplib
import http.client
import io
import os
import socket
import time

import clients
from house import HouseTest, main

MAC, OTHER = "0004f2000001", "0004f2000002"
LOG, DIRECTORY, OVERRIDES = MAC + "-app.log", MAC + "-directory.xml", MAC + "-phone.cfg"
LOG_MAX = 524288


class FilesTest(HouseTest):
    def setUp(self):
        super().setUp()
        config = self.write("offhook.toml", "[uploads]\nversions = 3\ndevice_mib = 1\n")
        self.serve("--config", config, listen=("http=127.0.0.1:0", "ftp=127.0.0.1:0"))
        self.add_phone(MAC)

    def put(self, name, body, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20)
        connection.request("PUT", "/" + name, body=body, headers={k.replace("_", "-"): v for k, v in headers.items()})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.status

    def stored(self, name, *words):
        out = self.dir + "/out"
        self.ok("upload", "show", MAC, name, "--out", out, *words)
        return clients.read(out)

    def versions(self, name="directory"):
        return [row for row in self.rows("upload", "list", MAC) if row["name"] == name]

    def blobs(self):
        return {name for where, _, names in os.walk(self.data) for name in names if len(name) == 64}


class Uploads(FilesTest):
    def test_versions_are_kept_and_bounded(self):
        for number in range(5):
            self.assertIn(self.put(DIRECTORY, b"version %d" % number), (200, 201, 204))
        self.assertIn(self.put(DIRECTORY, b"version 4"), (200, 201, 204))  # the same again makes no version
        rows = self.versions()
        self.assertEqual(len(rows), 3)
        self.assertEqual([row["current"] for row in rows], [True, False, False])
        for row, number in zip(rows, (4, 3, 2)):
            self.assertEqual(self.stored(DIRECTORY, "--version", str(row["version"])), b"version %d" % number)
        self.assertEqual(self.stored("directory"), b"version 4")
        self.assertEqual(self.server.request("/" + DIRECTORY).body, b"version 4")
        self.fails(1, "upload", "show", MAC, DIRECTORY, "--version", "1")
        self.fails(1, "upload", "show", MAC, "nonsense")
        self.fails(1, "upload", "list", OTHER)
        self.ok("upload", "remove", MAC, DIRECTORY)
        self.assertEqual(self.versions(), [])
        self.assertEqual(self.server.request("/" + DIRECTORY).status, 404)
        self.fails(1, "upload", "remove", MAC, DIRECTORY)

    def test_a_devices_quota_drops_old_versions_first(self):
        for number in range(3):
            self.assertIn(self.put(OVERRIDES, clients.pattern(400_000, number)), (200, 201, 204))
        self.assertLessEqual(sum(row["bytes"] for row in self.rows("upload", "list", MAC)), 1 << 20)
        self.assertTrue(self.stored(OVERRIDES) == clients.pattern(400_000, 2))
        self.assertEqual(len(self.blobs()), len(self.versions("overrides")))
        self.ok("upload", "remove", MAC, OVERRIDES)
        self.assertEqual(self.blobs(), set())

    def test_logs_grow_over_each_transport(self):
        self.assertIn(self.put(LOG, b"one "), (200, 201, 204))
        self.assertIn(self.put(LOG, b"two "), (200, 201, 204))
        self.assertIn(self.put(LOG, b"three ", Content_Range="bytes 8-13/14"), (200, 201, 204))
        for wrong in ("bytes 8-13/14", "bytes 20-25/26"):
            self.assertNotIn(self.put(LOG, b"nowhr ", Content_Range=wrong), (200, 201, 204), wrong)
        session = ftplib.FTP()
        session.connect("127.0.0.1", self.server.ports["ftp"], timeout=20)
        session.login("PlcmSpIp", "PlcmSpIp")
        session.storbinary("APPE " + LOG, io.BytesIO(b"four"))
        self.assertEqual(self.stored(LOG), b"one two three four")
        head = self.server.request("/" + LOG, "HEAD")
        self.assertEqual((head.status, head.headers["content-length"]), (200, "18"))
        session.storbinary("STOR " + LOG, io.BytesIO(b"anew"))
        session.close()
        self.assertEqual(self.stored(LOG), b"anew")

    def test_a_log_starts_anew_at_its_limit(self):
        self.assertIn(self.put(LOG, clients.pattern(LOG_MAX - 10)), (200, 201, 204))
        self.assertIn(self.put(LOG, b"the end of it, and more"), (200, 201, 204))
        self.assertEqual(self.stored(LOG), b"the end of it, and more")
        self.assertNotIn(self.put(LOG, clients.pattern(LOG_MAX + 1)), (200, 201, 204))

    def test_an_override_comes_back_at_the_next_boot_and_is_told_of(self):
        override = b'<?xml version="1.0"?><PHONE_CONFIG><OVERRIDES up.x="1"/></PHONE_CONFIG>'
        self.assertIn(self.put(MAC + "-phone.cfg", override), (200, 201, 204))
        report = self.boot(MAC)
        self.assertEqual(self.outcomes(report)[MAC + "-phone.cfg"], "fetched")
        self.assertEqual(self.outcomes(report)[LOG], "stored")
        self.assertIn(LOG, self.ok("timeline", MAC).out)
        self.assertIn("It sent its application log", self.ok("explain", MAC).out)


class Stored(FilesTest):
    def add(self, kind, content, *words):
        (row,) = self.rows(kind, "add", self.write("file", content), *words)
        return row["id"]

    def firmware(self, content, *words, version="1"):
        return self.add("firmware", content, "--family", "polycom", "--name", "sip.ld", "--version", version, *words)

    def test_what_no_phone_asks_for_is_refused(self):
        path = self.write("file", b"x")
        for words in (["--family", "polycom", "--name", "linux.iso"], ["--family", "nokia", "--name", "sip.ld"],
                      ["--family", "polycom", "--name", "sip.ld", "--model", "SPIP9999"],
                      ["--family", "polycom", "--name", "../sip.ld"]):
            self.assertNotEqual(self.cli("firmware", "add", path, "--version", "1", *words).code, 0, words)
        self.assertNotEqual(self.cli("asset", "add", path, "--name", "x.exe").code, 0)
        self.assertNotEqual(self.cli("asset", "add", path, "--name", "a.wav", "--site", "nowhere").code, 0)
        self.assertNotEqual(self.cli("firmware", "remove", "4711").code, 0)
        self.assertEqual((self.rows("firmware", "list"), self.blobs()), ([], set()))

    def test_the_last_one_is_served_and_the_one_before_it_again(self):
        first, second = self.firmware(b"first"), self.firmware(b"second", version="2")
        for name in ("sip.ld", "2345-12600-001.sip.ld"):
            self.assertEqual(self.server.request("/" + name).body, b"second")
        self.ok("firmware", "remove", str(second))
        self.assertEqual(self.server.request("/sip.ld").body, b"first")
        self.ok("firmware", "remove", str(first))
        self.assertEqual(self.server.request("/sip.ld").status, 404)
        self.assertEqual(self.blobs(), set())

    def test_the_same_version_again_takes_the_place_of_the_one_before(self):
        self.firmware(b"first")
        self.firmware(b"mended")
        self.assertEqual(self.server.request("/sip.ld").body, b"mended")
        self.assertEqual((len(self.rows("firmware", "list")), len(self.blobs())), (1, 1))

    def test_an_image_for_a_model(self):
        self.firmware(b"for all")
        self.firmware(b"for one", "--model", "SPIP650")
        self.assertEqual(self.server.request("/2345-12600-001.sip.ld").body, b"for one")
        self.assertEqual(self.server.request("/2345-11605-001.sip.ld").body, b"for all")

    def test_a_slow_download_of_what_is_replaced_stays_whole(self):
        old = clients.pattern(48 << 20, 1)
        first = self.firmware(old)
        with socket.create_connection(("127.0.0.1", self.server.port), 20) as peer:
            peer.sendall(b"GET /sip.ld HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            got = [peer.recv(4096)]
            self.firmware(b"new", version="2")
            self.ok("firmware", "remove", str(first))
            self.assertEqual(len(self.blobs()), 1)
            self.assertEqual(self.server.request("/sip.ld").body, b"new")
            time.sleep(0.2)
            while piece := peer.recv(1 << 20):
                got.append(piece)
        self.assertTrue(b"".join(got).partition(b"\r\n\r\n")[2] == old)

    def test_an_asset_of_a_site_is_that_sites_alone(self):
        self.ok("site", "add", "lab", "--network", "127.0.0.2/32")
        self.add("asset", b"all", "--name", "ring.wav", "--family", "polycom")
        self.add("asset", b"lab", "--name", "ring.wav", "--family", "polycom", "--site", "lab")
        for source, expected in (("127.0.0.1", b"all"), ("127.0.0.2", b"lab")):
            connection = http.client.HTTPConnection("127.0.0.1", self.server.port, 20, source_address=(source, 0))
            self.assertEqual(self.server.request("/ring.wav", connection=connection).body, expected)
            connection.close()


if __name__ == "__main__":
    main()
