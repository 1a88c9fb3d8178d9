"""Kill -9 in the middle of 1,000 uploads over each transport: what was acknowledged is there, whole; nothing else is.

Each device sends one file of its own, told apart by its content. Some are small (rows of the catalogue), some large
(files beside it).
"""
import ftplib
import http.client
import io
import os
import random
import ssl
import threading
import time

import clients
from house import HouseTest, main

UPLOADS = 1000
SENDERS = 24
LISTEN = ("http=127.0.0.1:0", "https=127.0.0.1:0", "tftp=127.0.0.1:0", "ftp=127.0.0.1:0")


def mac_of(number):
    return "0004f21%05x" % number


def name_of(number):
    return mac_of(number) + "-directory.xml"


def content_of(number):
    size = 90_000 if number % 20 == 0 else 300 + number % 700
    return clients.pattern(size, seed=number)


class Senders:
    """Threads that send until told to stop; what was acknowledged, by number."""

    def __init__(self, send):
        self.send, self.next, self.acknowledged, self.tried = send, 0, set(), set()
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.run, daemon=True) for _ in range(SENDERS)]

    def start(self):
        for thread in self.threads:
            thread.start()

    def run(self):
        while True:
            with self.lock:
                number = self.next
                if number >= UPLOADS:
                    return
                self.next += 1
                self.tried.add(number)
            try:
                done = self.send(number)
            except (OSError, EOFError, http.client.HTTPException, ftplib.Error):
                return  # the server is gone
            if done:
                with self.lock:
                    self.acknowledged.add(number)

    def join(self):
        for thread in self.threads:
            thread.join(60)


class KillUploads(HouseTest):
    def setUp(self):
        super().setUp()
        self.start()
        rows = ["mac,family,model,line.1.user,line.1.password,line.1.registrar.host"]
        rows += ["%s,polycom,SPIP650,%d,secret,pbx.example.net" % (mac_of(i), 1000 + i) for i in range(UPLOADS)]
        self.ok("import", self.write("devices.csv", "\n".join(rows) + "\n"))

    def start(self):
        return self.serve(listen=LISTEN)

    def http_put(self, number):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.ports["http"], timeout=20)
        return self.put_over(connection, number)

    def https_put(self, number):
        context = ssl._create_unverified_context()
        connection = http.client.HTTPSConnection("127.0.0.1", self.server.ports["https"], timeout=20, context=context)
        return self.put_over(connection, number)

    def put_over(self, connection, number):
        connection.request("PUT", "/" + name_of(number), body=content_of(number))
        status = connection.getresponse().status
        connection.close()
        return status in (200, 201, 204)

    def ftp_put(self, number):
        session = ftplib.FTP()
        session.connect("127.0.0.1", self.server.ports["ftp"], timeout=20)
        session.login("PlcmSpIp", "PlcmSpIp")
        answer = session.storbinary("STOR " + name_of(number), io.BytesIO(content_of(number)))
        session.close()
        return answer.startswith("226")

    def tftp_put(self, number):
        return clients.tftp_put(self.server.ports["tftp"], name_of(number), content_of(number), tries=2)

    def check(self, send):
        senders = Senders(send)
        senders.start()
        deadline = time.monotonic() + 60
        middle = random.Random(send.__name__).randrange(200, 700)
        while len(senders.acknowledged) < middle and time.monotonic() < deadline:
            time.sleep(0.005)
        self.server.kill()
        senders.join()
        self.assertGreaterEqual(len(senders.acknowledged), middle)
        self.assertLess(len(senders.acknowledged), UPLOADS)
        print("%d of %d acknowledged before the kill" % (len(senders.acknowledged), len(senders.tried)), flush=True)
        self.start()
        for number in sorted(senders.tried):
            answer = self.server.request("/" + name_of(number))
            if number in senders.acknowledged:
                self.assertEqual(answer.status, 200, number)
            if answer.status == 200:
                self.assertTrue(answer.body == content_of(number), "%d: %d bytes" % (number, len(answer.body)))
        for number in range(max(senders.tried) + 1, UPLOADS, 50):
            self.assertEqual(self.server.request("/" + name_of(number)).status, 404)
        leftovers = [name for folder, _, names in os.walk(self.data) for name in names if name.endswith(".part")]
        self.assertEqual(leftovers, [])

    def test_over_http(self):
        self.check(self.http_put)

    def test_over_https(self):
        self.check(self.https_put)

    def test_over_ftp(self):
        self.check(self.ftp_put)

    def test_over_tftp(self):
        self.check(self.tftp_put)


if __name__ == "__main__":
    main()
