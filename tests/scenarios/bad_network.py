"""TFTP through a network that loses, repeats, reorders and delays: with clients that we did not write, and a phone."""
import os
import subprocess
import sys

import clients
from house import HouseTest, main

MAC = "0004f2000001"
HERE = os.path.dirname(os.path.abspath(__file__))


class BadNetwork(HouseTest):
    def setUp(self):
        super().setUp()
        self.serve(listen=("http=127.0.0.1:0", "tftp=127.0.0.1:0"))
        self.add_phone(MAC)

    def weather(self, *words):
        """A port that leads to the server through this weather."""
        proxy = subprocess.Popen([sys.executable, HERE + "/impair.py", "--to",
                                  "127.0.0.1:%d" % self.server.ports["tftp"], *words], stdout=subprocess.PIPE, text=True)
        self.addCleanup(proxy.stdout.close)
        self.addCleanup(proxy.wait, 30)
        self.addCleanup(proxy.terminate)
        return int(proxy.stdout.readline().split()[1])

    def check_fetch(self, content, name, *weather, only=None):
        for client, schemes, fetch in clients.FETCH:
            if "tftp" not in schemes or (only and client not in only):
                continue
            with self.subTest(client=client, weather=weather):
                at = clients.Address("tftp", self.weather(*weather))
                into = os.path.join(self.dir, "fetched")
                clients.remove(into)
                done = fetch(at, name, into)
                self.assertEqual(done.returncode, 0, done)
                self.assertTrue(clients.read(into) == content, "%d bytes differ" % os.path.getsize(into))

    def test_downloads_survive_each_kind_of_weather(self):
        content = clients.pattern(40_000, seed=8)
        self.ok("asset", "add", self.write("a.wav", content), "--family", "polycom", "--name", "a.wav")
        # A second of each client's own timer for a lost request or ACK, so the file is not large.
        for weather in (("--loss", "3", "--seed", "1"), ("--duplicate", "20", "--seed", "2"),
                        ("--reorder", "10", "--hold", "30", "--delay", "3", "--seed", "3")):
            self.check_fetch(content, "a.wav", *weather)

    def test_uploads_survive_loss_and_are_whole(self):
        name = MAC + "-directory.xml"
        for number, (client, schemes, send) in enumerate(clients.SEND):
            if "tftp" not in schemes:
                continue
            with self.subTest(client=client):
                content = clients.pattern(9_000, seed=number)
                port = self.weather("--loss", "2", "--duplicate", "5", "--seed", str(number))
                done = send(clients.Address("tftp", port), name, self.write("up", content))
                self.assertEqual(done.returncode, 0, done)
                self.assertTrue(self.server.request("/" + name).body == content)

    def test_a_duplicated_acknowledgement_does_not_double_the_traffic(self):
        """Sorcerer's Apprentice: the file passes once, however often each datagram is repeated."""
        content = clients.pattern(200_000, seed=9)
        self.ok("asset", "add", self.write("b.wav", content), "--family", "polycom", "--name", "b.wav")
        self.check_fetch(content, "b.wav", "--duplicate", "100", "--seed", "4", only=("curl", "tftp-hpa", "atftp"))

    def test_a_phone_boots_through_it(self):
        port = self.weather("--loss", "3", "--duplicate", "3", "--reorder", "3", "--delay", "2", "--seed", "5")
        report = self.boot(MAC, url="tftp://127.0.0.1:%d/" % port)
        self.assertEqual(self.outcomes(report)[MAC + "-app.log"], "stored")


if __name__ == "__main__":
    main()
