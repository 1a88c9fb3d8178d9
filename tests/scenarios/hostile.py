"""Slow, silent and greedy peers do a phone's boot no harm."""
import http.client
import resource
import shutil
import socket
import subprocess
import threading
import time

from house import HouseTest, main

MAC = "0004f2000001"
IDLE = 10_000


def allow_descriptors(count):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < count:
        raise RuntimeError("this needs %d descriptors and may have %d" % (count, hard))
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, count), hard))


class Hostile(HouseTest):
    def setUp(self):
        super().setUp()
        self.serve(listen=("http=127.0.0.1:0", "https=127.0.0.1:0", "tftp=127.0.0.1:0", "ftp=127.0.0.1:0"))
        self.add_phone(MAC)

    def boots_as_always(self, why):
        begin = time.monotonic()
        self.boot(MAC)
        self.assertLess(time.monotonic() - begin, 10, why)

    def test_slowhttptest_in_all_its_modes(self):
        program = shutil.which("slowhttptest")
        self.assertIsNotNone(program, "slowhttptest is not installed")
        page, log = self.server.url("/%s.cfg" % MAC), self.server.url("/%s-app.log" % MAC)
        modes = {"slow head": ["-H"], "slow body": ["-B", "-t", "PUT"], "apache killer": ["-R"],
                 "slow read": ["-X", "-w", "1", "-y", "2", "-n", "1", "-z", "1"]}
        for mode, words in modes.items():
            attack = subprocess.Popen([program, *words, "-c", "1000", "-r", "500", "-l", "8", "-i", "2", "-p", "3", "-u",
                                       log if "PUT" in words else page],
                                      stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                time.sleep(3)
                if mode != "apache killer":  # whose requests are answered like any other
                    self.assertIsNone(attack.poll(), mode + ": the attack ended by itself")
                self.boots_as_always(mode)
            finally:
                attack.terminate()
                attack.wait(30)
        self.boots_as_always("after all")

    def test_ten_thousand_idle_connections(self):
        allow_descriptors(IDLE + 500)
        idle = []
        try:
            shares = {"http": IDLE * 7 // 10, "https": IDLE // 10, "ftp": IDLE // 5}
            for name, count in shares.items():
                for number in range(count):
                    # 127.0.0.0/8 is ours whole, so a port range is not what ends this.
                    source = ("127.0.%d.%d" % (1 + number // 200, 1 + number % 200), 0)
                    peer = socket.create_connection(("127.0.0.1", self.server.ports[name]), 10, source)
                    idle.append(peer)
                    if name != "ftp":  # silent ones are held back by the kernel and cost nothing
                        peer.send(b"GET /" if name == "http" else b"\x16")
            self.boots_as_always("10,000 idle connections")
            status = self.rows("status")[0]
            held = {row["name"]: row["connections"] for row in status["listeners"]}
            for name, count in shares.items():
                self.assertGreaterEqual(held[name], count * 9 // 10, held)
        finally:
            for peer in idle:
                peer.close()
        self.boots_as_always("after all")

    def test_uploads_that_never_end_cost_no_memory_without_bound(self):
        peers = []
        for _ in range(200):
            peer = socket.create_connection(("127.0.0.1", self.server.port), 10)
            peer.sendall(b"PUT /%s-app.log HTTP/1.1\r\nHost: x\r\nContent-Length: 400000\r\n\r\n" % MAC.encode())
            peer.sendall(b"x" * 300_000)
            peers.append(peer)
        time.sleep(0.5)
        with open("/proc/%d/statm" % self.server.process.pid) as statm:
            resident = int(statm.read().split()[1]) * resource.getpagesize()
        self.assertLess(resident, 300 << 20)
        self.boots_as_always("200 uploads under way")
        for peer in peers:
            peer.close()

    def test_a_busy_site_behind_one_address_is_never_shut_out(self):
        def ask(count):
            connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20)
            for number in range(count):
                connection.request("GET", "/%s-phone.cfg" % MAC)  # absent, as on a phone where nobody changed anything
                answer = connection.getresponse()
                answer.read()
                self.assertEqual(answer.status, 404, number)
            connection.close()
        threads = [threading.Thread(target=ask, args=(2500,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.boots_as_always("10,000 plain requests")


if __name__ == "__main__":
    main()
