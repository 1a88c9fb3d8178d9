"""A house for scenarios: a boot server with a data directory of its own, the command line, and phones that boot.

OFFHOOK names the program, OFFHOOK_PACKS the folder of the family packs. Whatever is started is stopped and whatever is
written is removed, however a test ends.
"""
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest
from collections import namedtuple

OFFHOOK = os.environ.get("OFFHOOK", "offhook")
START_SECONDS_MAX = 20
COMMAND_SECONDS_MAX = 60

Done = namedtuple("Done", "code out err")
Answer = namedtuple("Answer", "status headers body")

# Every character that XML, a shell or a CSV file could trip over.
PASSWORD = "p<&>\"'; $x=%41\\,\u00fc"


def run(*words, data=None, stdin=None, timeout=COMMAND_SECONDS_MAX, inside=()):
    """One call of the program, to its end. Standard input is empty unless given, so nothing can wait for it. `inside`
    are the words that come before it: those of network.Host.inside."""
    environment = dict(os.environ)
    environment.pop("OFFHOOK_DATA", None)
    if data is not None:
        environment["OFFHOOK_DATA"] = data
    done = subprocess.run([*inside, OFFHOOK, *words], input=stdin or "", capture_output=True, text=True, encoding="utf-8",
                          timeout=timeout, env=environment)
    return Done(done.returncode, done.stdout, done.stderr)


class Server:
    """`offhook serve` on free ports of 127.0.0.1; its standard error is kept in a file and is `log()`.

    `listen` is one NAME=ADDR:PORT or several; `ports` has the port of each, by name, and `port` that of the first. With
    none, the listeners are those of the configuration, and `configured` says their names.
    """

    def __init__(self, data, *words, listen="http=127.0.0.1:0", configured=(), inside=()):
        self.data = data
        self._log_path = data.rstrip("/") + ".log"
        self._log = open(self._log_path, "a+b")
        self._log_start = self._log.seek(0, os.SEEK_END)
        wanted = [listen] if isinstance(listen, str) else list(listen)
        arguments = [word for one in wanted for word in ("--listen", one)]
        self.process = subprocess.Popen([*inside, OFFHOOK, "serve", "--data", data, *arguments, *words],
                                        stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log)
        self.ports = {}
        names = [one.partition("=")[0] for one in wanted] or list(configured)
        deadline = time.monotonic() + START_SECONDS_MAX
        while not all(name in self.ports for name in names):
            for line in self.log().splitlines(keepends=True):
                if line.startswith("listening ") and line.endswith("\n"):
                    _, name, address = line.split()
                    self.ports[name] = int(address.rpartition(":")[2])
            if self.process.poll() is not None or time.monotonic() > deadline:
                log = self.log()
                self.kill()
                raise RuntimeError("the server does not start: " + log)
            time.sleep(0.005)
        self.port = self.ports[names[0]]

    def log(self):
        """What this server, and none before it on the same data, has said."""
        with open(self._log_path, "rb") as file:
            file.seek(self._log_start)
            return file.read().decode("utf-8", "replace")

    def url(self, path="/", name="http"):
        """The address of a listener, with the scheme of its kind."""
        return "%s://127.0.0.1:%d%s" % (name.partition("/")[0].partition("_")[0], self.ports[name], path)

    def stop(self):
        """As an operator does; returns the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()
                raise
        self._log.close()
        return self.process.returncode

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(30)
        self._log.close()

    def request(self, path, method="GET", headers=None, connection=None):
        """One request as a phone sends it. On a connection of its own unless one is given."""
        own = connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        own.request(method, path, headers=headers or {})
        answer = own.getresponse()
        out = Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        if connection is None:
            own.close()
        return out

    def raw(self, bytes_sent, seconds=5):
        """What comes back for these bytes until the server closes or is silent for so long."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=seconds) as peer:
            try:
                peer.sendall(bytes_sent)
            except OSError:
                pass  # a server that has heard enough may close first
            out = b""
            try:
                while piece := peer.recv(65536):
                    out += piece
            except OSError:
                pass
            return out


class HouseTest(unittest.TestCase):
    """A test with a folder, and as many servers and phones as it asks for."""

    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix="offhook-scenario-")
        self.addCleanup(shutil.rmtree, self.dir, True)
        self.data = self.dir + "/data"
        self.server = None

    def wait_for(self, what, seconds=20):
        """Until `what()` is true."""
        deadline = time.monotonic() + seconds
        while not what():
            self.assertLess(time.monotonic(), deadline, "it does not come true")
            time.sleep(0.02)

    def serve(self, *words, data=None, listen="http=127.0.0.1:0", configured=(), inside=()):
        server = Server(data or self.data, *words, listen=listen, configured=configured, inside=inside)
        self.addCleanup(server.kill)
        if data is None:
            self.server = server
        return server

    def write(self, name, content):
        path = os.path.join(self.dir, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        return path

    def cli(self, *words, **more):
        return run(*words, data=self.data, **more)

    def ok(self, *words, **more):
        done = self.cli(*words, **more)
        self.assertEqual(done.code, 0, (words, done))
        return done

    def rows(self, *words):
        """The objects that a command prints with --json, one a line."""
        return [json.loads(line) for line in self.ok("--json", *words).out.splitlines()]

    def fails(self, code, *words, says=None, **more):
        """The command ends with this code, prints no result, and says why."""
        done = self.cli(*words, **more)
        self.assertEqual(done.code, code, (words, done))
        self.assertEqual(done.out, "", words)
        self.assertNotEqual(done.err.strip(), "", words)
        if says is not None:
            self.assertIn(says, done.err, words)
        return done

    def add_phone(self, mac, *words, user="101", password=PASSWORD, registrar="pbx.example.net", model="SPIP650",
                  family="polycom"):
        settings = {"line.1.user": user, "line.1.password": password, "line.1.registrar.host": registrar}
        stated = [word for name, value in settings.items() if value is not None for word in
                  ("--set", "%s=%s" % (name, value))]
        self.ok("device", "add", mac, "--family", family, "--model", model, *stated, *words)

    def boot(self, mac, *words, expect="ready", url=None, model="SPIP650"):
        """A virtual phone boots; its report. The exit code must fit its state."""
        done = self.cli("boot", "--family", "polycom", "--model", model, "--mac", mac, "--json", "--show-secrets", "--url",
                        url or self.server.url(), *words)
        self.assertEqual(len(done.out.splitlines()), 1, done.err)
        report = json.loads(done.out)
        self.assertEqual(report["state"], expect, done.err)
        self.assertEqual(report["ready"], expect == "ready")
        self.assertEqual(done.code, 0 if expect == "ready" else 1, done.err)
        return report

    def outcomes(self, report):
        return {file["name"]: file["outcome"] for file in report["files"]}


def main():
    unittest.main(verbosity=2)
