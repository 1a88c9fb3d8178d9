"""Networks for scenarios: hosts in namespaces of their own, on links that are bridges. Root, or nothing runs.

    lan = network.Link(self)
    server = lan.host("server", "10.99.0.1/24", "fd99::1/64")
    phone = lan.host("phone")                  # no address: for DHCP
    server.run("ip", "addr")                   # to its end
    server.start("dnsmasq", "-k", ...)         # stopped when the test ends
    with lan.capture() as capture: ...         # what passes over the bridge
    capture.fields("dhcp", "dhcp.type")        # by tshark
"""
import contextlib
import os
import subprocess
import tempfile
import time

import house

_count = 0


def _ip(*words):
    subprocess.run(["ip", *words], check=True, capture_output=True)


def require(test):
    """Says loudly that nothing of this runs here, where namespaces cannot be made."""
    name = "offhook-try-%d" % os.getpid()
    tried = subprocess.run(["ip", "netns", "add", name], capture_output=True, text=True)
    if tried.returncode != 0:
        test.skipTest("NOT RUN: no network namespaces here (%s)" % tried.stderr.strip())
    _ip("netns", "delete", name)


class Host:
    """A namespace with one interface, eth0, on a link; more by Link.join()."""

    def __init__(self, test, name):
        global _count
        _count += 1
        self.test = test
        self.namespace = "oh%d-%d-%s" % (os.getpid(), _count, name)
        _ip("netns", "add", self.namespace)
        test.addCleanup(subprocess.run, ["ip", "netns", "delete", self.namespace], capture_output=True)
        self.inside = ("ip", "netns", "exec", self.namespace)
        self.ip("link", "set", "lo", "up")

    def ip(self, *words):
        _ip("-n", self.namespace, *words)

    def run(self, *words, check=True, timeout=60, **more):
        done = subprocess.run([*self.inside, *words], capture_output=True, text=True, timeout=timeout, **more)
        if check and done.returncode != 0:
            raise AssertionError("%s: %d\n%s%s" % (words, done.returncode, done.stdout, done.stderr))
        return house.Done(done.returncode, done.stdout, done.stderr)

    def start(self, *words, **more):
        """A program that is ended with the test; what it says is in `.said()`."""
        log = tempfile.NamedTemporaryFile(prefix="offhook-said-", suffix=".log")
        process = subprocess.Popen([*self.inside, *words], stdin=subprocess.DEVNULL, stdout=log, stderr=log, **more)

        def end():
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(5)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait(5)
            log.close()

        def said():
            with open(log.name, "rb") as file:
                return file.read().decode("utf-8", "replace")

        process.said = said
        process.end = end
        self.test.addCleanup(end)
        return process

    def mac(self, interface="eth0"):
        return self.run("cat", "/sys/class/net/%s/address" % interface).out.strip()

    def addresses(self, interface="eth0"):
        """Without link-local ones."""
        out = self.run("ip", "-o", "addr", "show", "dev", interface).out
        return [word for line in out.splitlines() for word in [line.split()[3]] if not word.startswith("fe80")]


class Link:
    """A bridge in a namespace of its own. A capture sees what its ports take in; of broadcasts what the
    bridge itself does, too."""

    def __init__(self, test, name="lan"):
        require(test)
        self.test = test
        self.switch = Host(test, name)
        self.switch.ip("link", "add", "br0", "type", "bridge", "mcast_snooping", "0")
        self.switch.ip("link", "set", "br0", "addrgenmode", "none")
        self.switch.ip("link", "set", "br0", "up")
        self._ports = 0

    def host(self, name, *addresses, mac=None):
        host = Host(self.test, name)
        self.join(host, *addresses, mac=mac)
        return host

    def join(self, host, *addresses, mac=None, interface="eth0"):
        """Another interface of a host, on this link."""
        self._ports += 1
        port = "port%d" % self._ports
        self.switch.ip("link", "add", port, "type", "veth", "peer", "name", interface, "netns", host.namespace)
        self.switch.ip("link", "set", port, "master", "br0")
        self.switch.ip("link", "set", port, "up")
        host.run("sysctl", "-qw", "net.ipv6.conf.%s.accept_dad=0" % interface, check=False)
        if mac:
            host.ip("link", "set", interface, "address", mac)
        host.ip("link", "set", interface, "up")
        for address in addresses:
            host.ip("addr", "add", address, "dev", interface, *(["nodad"] if ":" in address else []))

    @contextlib.contextmanager
    def capture(self, what="udp"):
        with tempfile.NamedTemporaryFile(prefix="offhook-", suffix=".pcap") as file:
            capture = self.switch.start("tcpdump", "-Z", "root", "-U", "--immediate-mode", "-n", "-i", "any", "-Q", "in", "-w", file.name, what)
            _soon(lambda: "listening on" in capture.said(), "tcpdump: " + capture.said())
            result = Capture(file.name)
            yield result
            time.sleep(0.3)  # what is still on its way through tcpdump's buffer
            capture.end()
            result.read()


class Capture:
    """What passed; complete once its `with` has ended."""

    def __init__(self, path):
        self._path = path
        self.malformed = None
        self._bytes = b""

    def read(self):
        with open(self._path, "rb") as file:
            self._bytes = file.read()
        # Option 159 was given to port sets by RFC 7618, long after phones had taken it for a URL: the dissector follows it.
        port_sets = 'dhcp.option.type == 159 && _ws.expert.message == "length must be 4"'
        self.malformed = self.fields('_ws.malformed || (_ws.expert.severity == "Error" && !(%s))' % port_sets,
                                     "frame.protocols", "_ws.expert.message")

    def fields(self, which, *names):
        """The fields of all packets that match, one list each; a field that stands several times is joined by commas."""
        words = [word for name in names for word in ("-e", name)]
        done = subprocess.run(["tshark", "-r", "-", "-Y", which, "-T", "fields", *words], input=self._bytes,
                              capture_output=True)
        if done.returncode != 0:
            raise AssertionError(done.stderr.decode())
        return [line.split("\t") for line in done.stdout.decode().splitlines()]


def _soon(holds, why, seconds=10):
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError(why)
        time.sleep(0.02)


soon = _soon
