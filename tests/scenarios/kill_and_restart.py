#!/usr/bin/env python3
"""A server killed at any moment comes back with every acknowledged change, and with no half of one.

SEED=n repeats a run's choices; the moment of each kill is still the scheduler's.
"""
import http.client
import json
import os
import random
import re
import socket
import stat
import threading
import time

import house

ROUNDS, WRITERS, DEVICES_EACH = 5, 4, 8
SECRETS = ["sample-Secret-%d<&>" % i for i in range(3)]


class ApiConnection(http.client.HTTPConnection):
    """The REST API on the server's unix socket, as the command line speaks it."""

    def __init__(self, data):
        super().__init__("offhook", timeout=20)
        self._path = data + "/offhook.sock"

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class Api:
    def __init__(self, data):
        self._data, self._connection = data, None

    def call(self, method, target, body=None):
        """Raises OSError or HTTPException where no whole answer came back."""
        if self._connection is None:
            self._connection = ApiConnection(self._data)
        text = None if body is None else json.dumps(body)
        try:
            self._connection.request(method, target, text, {"Content-Type": "application/json"} if body else {})
            answer = self._connection.getresponse()
            return answer.status, json.loads(answer.read() or b"null")
        except BaseException:
            self._connection.close()
            self._connection = None
            raise

    def close(self):
        if self._connection is not None:
            self._connection.close()


class Writer:
    """Adds, changes and removes devices of its own; knows what was acknowledged and what hangs in the air.

    A device's state is its generation, written to two settings at once, or None where it does not exist. A call that
    got no answer may or may not have happened: both states are possible until the next look.
    """

    def __init__(self, number, seed):
        self.random = random.Random("%d/%d" % (seed, number))
        self.macs = ["0004f2%02x%04x" % (number, i) for i in range(DEVICES_EACH)]
        self.possible = {mac: {None} for mac in self.macs}
        self.generation = 0
        self.acknowledged = 0
        self.refused = []

    def write_until_the_server_dies(self, data, started):
        api = Api(data)
        try:
            while True:
                self.write_once(api)
                started.set()
        except (OSError, http.client.HTTPException, ValueError):
            pass
        finally:
            api.close()

    def write_once(self, api):
        mac = self.random.choice(self.macs)
        (now,) = self.possible[mac]
        self.generation += 1
        mark = "%d-%d" % (self.generation, self.random.randrange(10**6))
        settings = {"line.1.user": "user" + mark, "line.1.password": "password" + mark, "line.2.user": "user" + mark}
        if now is None:
            call, after = ("POST", "/v1/devices", {"mac": mac, "family": "polycom", "model": "SPIP650",
                                                   "settings": settings}), mark
        elif self.random.random() < 0.25:
            call, after = ("DELETE", "/v1/devices/" + mac), None
        else:
            call, after = ("PATCH", "/v1/devices/" + mac, {"settings": settings}), mark
        self.possible[mac] = {now, after}
        status, answer = api.call(*call)
        if status not in (200, 201):
            self.refused.append((call, status, answer))
            raise ValueError("refused")
        self.possible[mac] = {after}
        self.acknowledged += 1


class KillAndRestart(house.HouseTest):
    def test_every_acknowledged_change_survives(self):
        seed = int(os.environ.get("SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
        print("SEED=%d" % seed, flush=True)
        chance = random.Random(seed)
        writers = [Writer(number, seed) for number in range(WRITERS)]
        for _ in range(ROUNDS):
            self.serve("--loops", "2")
            for writer in writers:
                self.check(writer)
            started = [threading.Event() for _ in writers]
            threads = [threading.Thread(target=writer.write_until_the_server_dies, args=(self.data, event))
                       for writer, event in zip(writers, started)]
            for thread in threads:
                thread.start()
            for event in started:
                event.wait(10)
            time.sleep(chance.uniform(0.0, 0.7))
            self.server.kill()
            for thread in threads:
                thread.join(30)
        self.serve()
        for writer in writers:
            self.check(writer)
            self.assertEqual(writer.refused, [])
            self.assertGreater(writer.acknowledged, ROUNDS)
        print("%d acknowledged changes" % sum(writer.acknowledged for writer in writers), flush=True)

    def check(self, writer):
        """Each device is in a possible state, whole, and the file that a phone gets says the same."""
        api = Api(self.data)
        self.addCleanup(api.close)
        for mac in writer.macs:
            status, device = api.call("GET", "/v1/devices/%s?show_secrets=1" % mac)
            if status == 404:
                state = None
            else:
                settings = device["settings"]
                state = settings["line.1.user"].removeprefix("user")
                self.assertEqual(settings, {"line.1.user": "user" + state, "line.1.password": "password" + state,
                                            "line.2.user": "user" + state}, "half a change of " + mac)
            self.assertIn(state, writer.possible[mac], mac)
            writer.possible[mac] = {state}
            served = self.server.request("/%s-settings.cfg" % mac)
            self.assertEqual(served.status, 404 if state is None else 200)
            if state is not None:
                self.assertIn('"user%s"' % state, served.body.decode())
                self.assertIn('"password%s"' % state, served.body.decode())

    def test_a_stop_in_the_middle_of_writes_loses_nothing_either(self):
        writers = [Writer(number, 1) for number in range(3)]
        for _ in range(4):
            self.serve()
            threads = [threading.Thread(target=writer.write_until_the_server_dies, args=(self.data, threading.Event()))
                       for writer in writers]
            for thread in threads:
                thread.start()
            time.sleep(0.2)
            self.assertEqual(self.server.stop(), 0, self.server.log())
            for thread in threads:
                thread.join(30)
            self.assertNotIn("error", self.server.log())
            self.serve()
            for writer in writers:
                self.check(writer)
                self.assertGreater(writer.acknowledged, 0)
            self.server.stop()


class OneServerPerPlace(house.HouseTest):
    def refuse(self, *words, says, listen="http=127.0.0.1:0"):
        done = house.run("serve", *words, "--listen", listen, timeout=20)
        self.assertEqual((done.code, done.out), (1, ""), done.err)
        self.assertIn(says, done.err)
        self.assertNotIn("listening", done.err)

    def test_a_second_server_on_the_same_data(self):
        server = self.serve()
        self.refuse("--data", self.data, says="process id %d" % server.process.pid)
        self.assertEqual(server.request("/").status, 404, "the first is unharmed")
        self.ok("status")

    def test_a_second_server_on_the_same_port(self):
        server = self.serve()
        self.refuse("--data", self.dir + "/other", listen="http=127.0.0.1:%d" % server.port, says=str(server.port))
        self.ok("status")

    def test_a_killed_server_leaves_nothing_in_the_way(self):
        server = self.serve()
        server.kill()
        self.assertTrue(os.path.exists(self.data + "/offhook.sock"))
        self.fails(1, "status", says="offhook serve")
        self.serve(listen="http=127.0.0.1:%d" % server.port)
        self.ok("status")
        self.assertEqual(self.server.stop(), 0)
        self.assertFalse(os.path.exists(self.data + "/offhook.sock"))


class SecretsAtRest(house.HouseTest):
    def test_a_key_that_others_can_read_is_refused(self):
        self.serve().stop()
        key = self.data + "/secrets.key"
        os.chmod(key, 0o644)
        done = house.run("serve", "--data", self.data, "--listen", "http=127.0.0.1:0", timeout=20)
        self.assertEqual(done.code, 1)
        self.assertIn(key, done.err)
        self.assertIn("600", done.err)
        os.chmod(key, 0o600)
        self.serve()

    def test_a_wrong_or_missing_key_is_refused(self):
        self.serve()
        self.add_phone("0004f2000001", password=SECRETS[0])
        self.server.stop()
        key = self.data + "/secrets.key"
        with open(key) as file:
            text = file.read()
        with open(key, "w") as file:
            file.write(re.sub("[0-9a-f]", lambda digit: "%x" % (15 - int(digit.group(), 16)), text))
        for change in (lambda: None, lambda: os.remove(key)):
            change()
            done = house.run("serve", "--data", self.data, "--listen", "http=127.0.0.1:0", timeout=20)
            self.assertEqual(done.code, 1, done.err)
            self.assertIn("key", done.err)
            self.assertNotIn("listening", done.err)
        with open(os.open(key, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            file.write(text)
        self.serve()
        self.assertEqual(self.rows("device", "show", "0004f2000001", "--show-secrets")[0]["settings"]["line.1.password"],
                         SECRETS[0])

    def test_no_file_of_the_data_holds_a_password(self):
        self.serve()
        self.ok("layer", "set", "fleet", "web.admin_password=" + SECRETS[0])
        self.add_phone("0004f2000001", password=SECRETS[1])
        table = self.write("phones.csv", "mac,family,model,line.1.user,line.1.password\n"
                                         "0004f2000002,polycom,SPIP650,2,%s\n" % SECRETS[2])
        self.ok("import", table)
        self.boot("0004f2000001")
        self.boot("0004f2000002", expect="unconfigured")
        time.sleep(0.5)  # the timeline is written behind
        self.search("while it runs")
        self.server.kill()
        self.search("after a kill")
        self.serve()
        self.server.stop()
        self.search("after a stop")

    def search(self, when):
        names = sorted(os.listdir(self.data))
        self.assertIn("catalogue.db", names)
        self.assertIn("timeline.db", names)
        for name in names:
            path = os.path.join(self.data, name)
            if not stat.S_ISREG(os.stat(path).st_mode):
                continue
            with open(path, "rb") as file:
                content = file.read()
            for secret in SECRETS:
                for form in (secret, secret.replace("&", "&amp;").replace("<", "&lt;")):
                    self.assertNotIn(form.encode(), content, "%s, %s" % (name, when))
            self.assertNotIn(b"sample-Secret", content, "%s, %s" % (name, when))

    def test_the_data_is_its_owners_alone(self):
        self.serve()
        self.add_phone("0004f2000001")
        self.assertEqual(stat.S_IMODE(os.stat(self.data).st_mode), 0o700)
        for name in os.listdir(self.data):
            path = os.path.join(self.data, name)
            self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o700 if os.path.isdir(path) else 0o600, name)


if __name__ == "__main__":
    house.main()
