#!/usr/bin/env python3
"""A bad network for UDP, on loopback: loses, repeats, reorders and delays datagrams, the same for the same seed.

  impair.py --to 127.0.0.1:6969 --seed 7 --loss 2 --duplicate 1 --reorder 3 --delay 5
  impair.py --self-test

Prints "listening PORT" and runs until SIGTERM. Percentages are of datagrams, each way; --delay is the most milliseconds
that any is late, and a reordered one waits --hold milliseconds on top. Two runs with one seed treat the n-th datagram
of the n-th client in either direction alike; what arrives when is the clients' and the server's affair.

TFTP answers from a port of its own, so the proxy maps per peer: each client gets a socket towards the server, and each
port the server answers from gets a socket towards that client. The client sees as many transfer ports as there are.
"""
import argparse
import heapq
import random
import selectors
import signal
import socket
import sys
import time

CLIENTS_MAX = 4096
BUFFER = 4 << 20


class Fate:
    """What happens to the datagrams of one direction of one client."""

    def __init__(self, options, seed):
        self.options, self.dice = options, random.Random(seed)

    def delays(self):
        """Seconds of each copy that goes on; none when it is lost."""
        o, dice = self.options, self.dice
        rolls = [dice.random() * 100 for _ in range(3)]
        lateness = [dice.random() * o.delay / 1000 for _ in range(2)]
        if rolls[0] < o.loss:
            return []
        if rolls[2] < o.reorder:
            lateness[0] += o.hold / 1000
        return lateness[: 2 if rolls[1] < o.duplicate else 1]


def udp(address):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
    s.setblocking(False)
    s.bind(address)
    return s


class Client:
    def __init__(self, proxy, address, number):
        self.address = address
        self.upstream = udp((proxy.server[0], 0)) if proxy.server[0].startswith("127.") else udp(("", 0))
        self.to_server = Fate(proxy.options, f"{proxy.options.seed}/{number}/up")
        self.to_client = Fate(proxy.options, f"{proxy.options.seed}/{number}/down")
        self.faces = {proxy.server: proxy.front}  # server's address -> socket that stands for it


class Proxy:
    def __init__(self, options):
        self.options = options
        host, port = options.to.rsplit(":", 1)
        self.server = (host, int(port))
        host, port = options.listen.rsplit(":", 1)
        self.front = udp((host, int(port)))
        self.host = host
        self.clients = {}
        self.late = []  # (when, order, socket, datagram, to)
        self.order = 0
        self.counts = {"in": 0, "out": 0, "lost": 0}
        self.stopping = False
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.front, selectors.EVENT_READ, self.from_client_at(self.server))

    @property
    def port(self):
        return self.front.getsockname()[1]

    def from_client_at(self, server):
        def handle(datagram, sender):
            client = self.clients.get(sender)
            if client is None:
                if len(self.clients) >= CLIENTS_MAX:
                    return
                client = self.clients[sender] = Client(self, sender, len(self.clients))
                self.selector.register(client.upstream, selectors.EVENT_READ, self.from_server_to(client))
            self.pass_on(client.to_server, client.upstream, datagram, server)
        return handle

    def from_server_to(self, client):
        def handle(datagram, sender):
            face = client.faces.get(sender)
            if face is None:
                face = client.faces[sender] = udp((self.host, 0))
                self.selector.register(face, selectors.EVENT_READ, self.from_client_at(sender))
            self.pass_on(client.to_client, face, datagram, client.address)
        return handle

    def pass_on(self, fate, via, datagram, to):
        self.counts["in"] += 1
        delays = fate.delays()
        if not delays:
            self.counts["lost"] += 1
        for delay in delays:
            self.order += 1
            heapq.heappush(self.late, (time.monotonic() + delay, self.order, via, datagram, to))

    def send_due(self):
        while self.late and self.late[0][0] <= time.monotonic():
            _, _, via, datagram, to = heapq.heappop(self.late)
            try:
                via.sendto(datagram, to)
                self.counts["out"] += 1
            except OSError:
                self.counts["lost"] += 1

    def stop(self, *_):
        self.stopping = True

    def run(self):
        while not self.stopping:
            self.send_due()
            wait = max(0, min(0.2, self.late[0][0] - time.monotonic())) if self.late else 0.2
            for key, _ in self.selector.select(wait):
                for _ in range(64):
                    try:
                        datagram, sender = key.fileobj.recvfrom(65536)
                    except OSError:  # nothing more, or an ICMP error for what was sent before
                        break
                    key.data(datagram, sender)


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", default="127.0.0.1:69", help="the server, HOST:PORT")
    parser.add_argument("--listen", default="127.0.0.1:0", help="HOST:PORT")
    parser.add_argument("--seed", default="1")
    for name in ("loss", "duplicate", "reorder", "delay"):
        parser.add_argument(f"--{name}", type=float, default=0)
    parser.add_argument("--hold", type=float, default=20, help="milliseconds that a reordered datagram waits")
    parser.add_argument("--self-test", action="store_true")
    return parser.parse_args(arguments)


def self_test():
    import threading

    def fates(seed):
        fate = Fate(parse(["--seed", seed, "--loss", "20", "--duplicate", "10", "--reorder", "10", "--delay", "3"]), seed)
        return [fate.delays() for _ in range(2000)]

    assert fates("7") == fates("7"), "a seed gives one network"
    assert fates("7") != fates("8")
    share = sum(not delays for delays in fates("7")) / 2000
    assert 0.16 < share < 0.24, share
    assert 0.05 < sum(len(delays) == 2 for delays in fates("7")) / 2000 < 0.12

    # A server that answers each client from a port of its own, as TFTP does, and then echoes there.
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))
    transfers = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2)]

    def echo(s, peer):
        for _ in range(3):
            s.sendto(b"again " + s.recvfrom(100)[0], peer)

    def serve():
        for s in transfers:
            s.bind(("127.0.0.1", 0))
            datagram, peer = server.recvfrom(100)
            s.sendto(b"first " + datagram, peer)
            threading.Thread(target=echo, args=(s, peer), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    proxy = Proxy(parse(["--to", f"127.0.0.1:{server.getsockname()[1]}"]))
    runner = threading.Thread(target=proxy.run)
    runner.start()
    try:
        clients = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2)]
        ports = []
        for i, client in enumerate(clients):
            client.settimeout(5)
            client.sendto(b"%d" % i, ("127.0.0.1", proxy.port))
            datagram, face = client.recvfrom(100)
            assert datagram == b"first %d" % i, datagram
            ports.append(face[1])
        assert len({proxy.port, *ports}) == 3, "each transfer has a port of its own"
        for _ in range(3):
            for i, client in enumerate(clients):
                client.sendto(b"%d" % i, ("127.0.0.1", ports[i]))
                assert client.recvfrom(100) == (b"again %d" % i, ("127.0.0.1", ports[i]))
    finally:
        proxy.stop()
        runner.join()
    print("impair: self-test passed")


def main():
    options = parse(sys.argv[1:])
    if options.self_test:
        return self_test()
    proxy = Proxy(options)
    signal.signal(signal.SIGTERM, proxy.stop)
    signal.signal(signal.SIGINT, proxy.stop)
    print(f"listening {proxy.port}", flush=True)
    proxy.run()
    print(f"datagrams in {proxy.counts['in']}, lost {proxy.counts['lost']}, out {proxy.counts['out']}", flush=True)


if __name__ == "__main__":
    main()
