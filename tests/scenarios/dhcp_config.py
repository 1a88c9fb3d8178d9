#!/usr/bin/env python3
"""`offhook dhcp-config`: what it prints is loaded by the servers it is for, phones and nobody else get it, and a Kea that
runs takes it and gives it back."""
import json
import os
import re
import shutil
import socket
import subprocess
import time

import discovery
import house
import network

URL = "http://192.0.2.10:8080/prov"
HOSTILE = "http://h/a,b'c\"d\\e$f`g;h#i{MODEL}?j%41}k"
POLYCOM, STRANGER = "00:04:f2:00:00:01", "52:54:00:00:00:01"
PXE = ("-V", "PXEClient:Arch:00007:UNDI:003016")
SERVER_NS, PHONE_NS = "dhcpconf-srv", "dhcpconf-phone"
SECONDS_MAX = 20
os.environ["PATH"] += ":/usr/sbin:/sbin"
os.environ.update(KEA_LOCKFILE_DIR="none", KEA_LOGGER_DESTINATION="stdout")

# Wrapped around a fragment, so that the server has something to serve.
NETWORK4, NETWORK6 = "10.99.0", "fd99::"


def call(*words, **more):
    return subprocess.run(words, capture_output=True, text=True, timeout=60, **more)


def without_comments(text):
    return re.sub(r"(?m)^\s*//.*$", "", text)


class Printed(house.HouseTest):
    def check(self, server, text, *words):
        path = self.write("fragment", text)
        os.environ["KEA_PIDFILE_DIR"] = self.dir
        command = {"kea": ["kea-dhcp%s" % ("6" if "--v6" in words else "4"), "-t", path],
                   "isc": ["dhcpd", "-6" if "--v6" in words else "-4", "-t", "-cf", path],
                   "dnsmasq": ["dnsmasq", "--test", "-C", path]}[server]
        done = call(*command)
        self.assertEqual(done.returncode, 0, (command, done.stdout, done.stderr, text))

    def test_each_server_loads_it(self):
        for url in (URL, HOSTILE):
            for server in ("kea", "isc", "dnsmasq"):
                for words in ((), ("--v6",)):
                    done = self.cli("dhcp-config", server, "--url", url, "--address", "fd99::1" if words else "192.0.2.10",
                                    *words)
                    self.assertEqual(done.code, 0, (server, words, done))
                    self.check(server, done.out, *words)

    def test_others_are_marked_as_not_run(self):
        for server in ("mikrotik", "windows"):
            self.assertIn("NOT RUN HERE", self.ok("dhcp-config", server, "--url", URL).out)
            self.fails(2, "dhcp-config", server, "--url", URL, "--v6", says="DHCPv6")

    def test_a_family_and_an_option_alone(self):
        text = self.ok("dhcp-config", "kea", "--url", URL, "--family", "polycom", "--option", "160").out
        (one,) = json.loads(without_comments(text))["Dhcp4"]["client-classes"]
        self.assertEqual(one["name"], "offhook-polycom")
        self.assertEqual([option["code"] for option in one["option-data"]], [160])

    def test_wrong_use(self):
        self.fails(2, "dhcp-config", "cisco", "--url", URL)
        self.fails(2, "dhcp-config", "kea", "--url", "http://h/\u00e4", says="printable ASCII")
        self.fails(2, "dhcp-config", "kea", "--url", "gopher://h/")
        self.fails(1, "dhcp-config", "kea", "--url", "http://" + "h" * 300, says="255")
        self.fails(2, "dhcp-config", "kea", "--url", URL, "--family", "nokia", says="no such family")
        self.fails(2, "dhcp-config", "kea", "--url", URL, "--address", "boot", says="--address")
        self.fails(2, "dhcp-config", "kea", "--url", URL, "--option", "77", says="nothing to tell")
        self.fails(2, "dhcp-config", "isc", "--url", URL, "--push", "/x", says="only Kea")
        self.fails(2, "dhcp-config", "kea", "--url", URL, "--yes")
        self.fails(1, "dhcp-config", "kea", says="--url")  # no server runs

    def test_a_url_without_a_scheme_gets_each_familys_own(self):
        text = self.ok("dhcp-config", "isc", "--url", "192.0.2.10").out
        for line in ('offhook-160 "http://192.0.2.10";', 'tftp-server-name "192.0.2.10";',
                     'tftp-server-name "http://192.0.2.10/{MODEL}.cfg";'):
            self.assertIn(line, text)

    def test_what_would_lose_a_port_or_a_path_is_left_out(self):
        for url in ("tftp://192.0.2.10:6969", "tftp://192.0.2.10/prov"):
            for family in ("linksys-spa", "genband-ip88"):
                self.fails(2, "dhcp-config", "isc", "--url", url, "--family", family, says="neither port nor path")

    def test_what_is_not_certain_is_marked_and_can_be_set(self):
        words = ("dhcp-config", "isc", "--v6", "--url", "http://[fd99::1]", "--family", "panasonic")
        self.assertIn("not certain: inferred (I)", self.ok(*words).out)
        text = self.ok(*words, "--enterprise", "4660").out
        self.assertIn("00:00:12:34", text)
        self.assertNotIn("00:00:01:02", text)
        self.fails(2, "dhcp-config", "isc", "--url", URL, "--enterprise", "4660")

    def test_the_password_in_an_address_is_pointed_out(self):
        self.assertIn("password", self.ok("dhcp-config", "isc", "--url", "http://u:p@h/").err)

    def test_the_address_comes_from_the_server_that_runs(self):
        self.serve(listen=["http=0.0.0.0:0", "tftp=127.0.0.1:0"])
        self.fails(2, "dhcp-config", "isc", says="--address")
        text = self.ok("dhcp-config", "isc", "--address", "192.0.2.9", "--family", "polycom").out
        self.assertIn('"http://192.0.2.9:%d' % self.server.ports["http"], text)
        self.assertNotIn("tftp://", text)  # that one is bound to another address
        self.ok("site", "add", "lobby", "--set", "provisioning.server=https://lobby.example.net/p")
        text = self.ok("dhcp-config", "isc", "--site", "lobby", "--family", "polycom").out
        self.assertIn('"https://lobby.example.net/p', text)
        self.fails(1, "dhcp-config", "isc", "--site", "attic")


class Rig(house.HouseTest):
    """A DHCP server and a phone, each in a namespace, joined by a cable."""

    def setUp(self):
        super().setUp()
        os.environ["KEA_PIDFILE_DIR"] = self.dir
        for name in (SERVER_NS, PHONE_NS):
            call("ip", "netns", "del", name)
            self.ip("netns", "add", name)
            self.addCleanup(call, "ip", "netns", "del", name)
            self.ip("-n", name, "link", "set", "lo", "up")
        self.ip("-n", SERVER_NS, "link", "add", "v0", "type", "veth", "peer", "name", "v1", "netns", PHONE_NS)
        self.ip("-n", SERVER_NS, "addr", "add", NETWORK4 + ".1/24", "dev", "v0")
        self.ip("-n", SERVER_NS, "addr", "add", NETWORK6 + "1/64", "dev", "v0", "nodad")
        self.ip("-n", SERVER_NS, "link", "set", "v0", "up")
        self.ip("-n", PHONE_NS, "link", "set", "v1", "up")
        script = self.write("script", "#!/bin/sh\nenv > %s/env.$1\nenv > %s/env\n" % (self.dir, self.dir))
        os.chmod(script, 0o755)
        self.script = script

    def ip(self, *words):
        done = call("ip", *words)
        self.assertEqual(done.returncode, 0, (words, done.stderr))

    @staticmethod
    def read(path):
        with open(path, errors="replace") as file:
            return file.read()

    def start(self, *words, ready=None):
        """A program in the server's namespace; `ready` is what its log says once it serves."""
        path = os.path.join(self.dir, "log-%d" % time.monotonic_ns())
        with open(path, "wb") as log:
            process = subprocess.Popen(["ip", "netns", "exec", SERVER_NS, *words], stdin=subprocess.DEVNULL, stdout=log,
                                       stderr=log)
        self.addCleanup(self.end, process)
        deadline = time.monotonic() + SECONDS_MAX
        while ready not in self.read(path):
            if process.poll() is not None or time.monotonic() > deadline:
                self.fail("%s does not start: %s" % (words[0], self.read(path)))
            time.sleep(0.02)
        return process

    @staticmethod
    def end(process):
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
        process.wait(10)

    def got(self, mac, *words):
        """What a device with this MAC is told: option 66 as present or not, the others as text."""
        for command in (("down",), ("address", mac), ("up",)):
            self.ip("-n", PHONE_NS, "link", "set", "v1", *command)
        path = os.path.join(self.dir, "env.bound")
        if os.path.exists(path):
            os.remove(path)
        done = call("ip", "netns", "exec", PHONE_NS, "udhcpc", "-i", "v1", "-n", "-q", "-f", "-t", "5", "-T", "1",
                    "-O", "66", "-O", "159", "-O", "160", "-s", self.script, *words)
        self.assertTrue(os.path.exists(path), done)
        told = dict(line.partition("=")[::2] for line in self.read(path).splitlines())
        out = {int(name[3:]): bytes.fromhex(value).decode() for name, value in told.items() if name.startswith("opt1")}
        if "tftp" in told:
            out[66] = told["tftp"]  # udhcpc calls a URL bad: it expects a name
        return out

    def expect_phones_alone(self):
        told = self.got(POLYCOM)
        self.assertIn(66, told)
        self.assertEqual(told[160], URL)
        self.assertIn(66, self.got(POLYCOM, "-V", ""), "without an option 60")
        for words in ((), PXE):
            self.assertEqual(self.got(STRANGER, *words), {}, "nobody's option 66 but a phone's")
        self.assertEqual(self.got(POLYCOM, *PXE), {}, "a machine of the same maker that boots from the network")
        self.assertIn(66, self.got(STRANGER, "-V", "Polycom-VVX410"))


class Served(Rig):
    """The printed fragments, on the wire."""

    def fragment(self, server, *words):
        return self.ok("dhcp-config", server, "--family", "polycom", "--url", URL, *words).out

    def test_isc(self):
        path = self.write("isc.conf", self.fragment("isc") + "subnet %s.0 netmask 255.255.255.0 { range %s.100 %s.200; }\n"
                          % ((NETWORK4,) * 3))
        self.start("dhcpd", "-f", "-4", "-cf", path, "-lf", self.write("leases", ""), "-pf", self.dir + "/pid", "v0",
                   ready="Sending on   Socket/fallback")
        self.expect_phones_alone()

    def test_dnsmasq(self):
        path = self.write("dnsmasq.conf", self.fragment("dnsmasq") + "dhcp-range=%s.100,%s.200\nport=0\ninterface=v0\n"
                          "bind-interfaces\nno-ping\nuser=root\nlog-facility=-\n" % ((NETWORK4,) * 2))
        self.start("dnsmasq", "-k", "-C", path, "-l", self.dir + "/leases", "-x", self.dir + "/pid",
                   ready="sockets bound exclusively")
        self.expect_phones_alone()

    def test_kea(self):
        config = json.loads(without_comments(self.fragment("kea")))
        config["Dhcp4"] = {**kea_network(self.dir), **config["Dhcp4"]}
        self.start("kea-dhcp4", "-c", self.write("kea.json", json.dumps(config)), ready="DHCP4_STARTED")
        self.expect_phones_alone()


def kea_network(directory):
    return {"interfaces-config": {"interfaces": ["v0"]}, "lease-database": {"type": "memfile", "persist": False},
            "control-socket": {"socket-type": "unix", "socket-name": directory + "/kea.sock"},
            "subnet4": [{"subnet": NETWORK4 + ".0/24", "pools": [{"pool": "%s.100-%s.200" % (NETWORK4, NETWORK4)}]}],
            "client-classes": [{"name": "pxe", "test": "substring(option[60].hex,0,9)=='PXEClient'"}]}


class Found(discovery.DiscoveryTest):
    """A virtual phone of each family finds its server through what is printed, in the server that it is printed for."""

    def setUp(self):
        super().setUp()
        os.environ["KEA_PIDFILE_DIR"] = self.dir
        self.router = self.lan.host("router", NETWORK4 + ".254/24", NETWORK6 + "fe/64")

    def run_router(self, ready, *words):
        self.process = self.router.start(*words)
        deadline = time.monotonic() + SECONDS_MAX
        while ready not in self.process.said():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.fail("%s does not start: %s" % (words[0], self.process.said()))
            time.sleep(0.02)

    def fragment(self, server):
        self.start()
        return self.ok("dhcp-config", server, "--address", discovery.SERVER_V4).out

    def fragment6(self, server):
        self.start(files=("http=[::]:80",))
        return self.ok("dhcp-config", server, "--address", discovery.SERVER_V6, "--v6", "--family", "panasonic").out

    def expect_all_find(self):
        for family in discovery.PHONES:
            with self.subTest(family):
                report = self.find(family, "--dhcp4")
                self.assertTrue(report["discovery"]["how"].startswith("DHCP option"),
                                (report["discovery"], self.process.said()[-3000:]))

    def expect_panasonic_finds_in_ipv6(self):
        report = self.find("panasonic", "--dhcp6", expect=None, more=["--ip-mode", "ipv6"])
        self.assertIn("DHCPv6 option 17", report["discovery"]["how"], (report, self.process.said()[-3000:]))
        self.assertEqual([file["outcome"] for file in report["files"]][:1], ["fetched"], report)

    def run_isc(self, version, text):
        path = self.write("isc.conf", text)
        self.run_router("Socket/fallback" if version == "-4" else "Sending on   Socket", "dhcpd", "-f", version, "-cf",
                        path, "-lf", self.write("leases", ""), "-pf", self.dir + "/pid", "eth0")

    def run_dnsmasq(self, ready, text):
        path = self.write("dnsmasq.conf", text + "port=0\ninterface=eth0\nbind-interfaces\nno-ping\nuser=root\n"
                                                 "log-facility=-\nlog-dhcp\n")
        self.run_router(ready, "dnsmasq", "-k", "-C", path, "-l", self.dir + "/leases", "-x", self.dir + "/pid")

    def run_kea(self, version, text, network_of):
        config = json.loads(without_comments(text))
        (name,) = config
        config[name] = {**config[name], **network_of, "interfaces-config": {"interfaces": ["eth0"]},
                        "client-classes": network_of.get("client-classes", []) + config[name]["client-classes"]}
        self.run_router("DHCP%s_STARTED" % version, "kea-dhcp" + version, "-c",
                        self.write("kea.json", json.dumps(config)))

    def test_by_isc(self):
        self.run_isc("-4", self.fragment("isc") + "subnet %s.0 netmask 255.255.255.0 { range %s.100 %s.200; }\n"
                     % ((NETWORK4,) * 3))
        self.expect_all_find()

    def test_by_isc_in_ipv6(self):
        self.run_isc("-6", self.fragment6("isc") + "subnet6 %s/64 { range6 %s100 %s200; }\n" % ((NETWORK6,) * 3))
        self.expect_panasonic_finds_in_ipv6()

    def test_by_dnsmasq(self):
        self.run_dnsmasq("DHCP, IP range", self.fragment("dnsmasq") + "dhcp-range=%s.100,%s.200\n" % ((NETWORK4,) * 2))
        self.expect_all_find()

    def test_by_dnsmasq_in_ipv6(self):
        self.run_dnsmasq("DHCPv6, IP range", self.fragment6("dnsmasq") + "dhcp-range=%s100,%s200\n" % ((NETWORK6,) * 2))
        self.expect_panasonic_finds_in_ipv6()

    def test_by_kea(self):
        self.run_kea("4", self.fragment("kea"), kea_network(self.dir))
        self.expect_all_find()

    def test_by_kea_in_ipv6(self):
        self.run_kea("6", self.fragment6("kea"), {
            "lease-database": {"type": "memfile", "persist": False}, "server-id": {"type": "LL", "persist": False},
            "subnet6": [{"subnet": NETWORK6 + "/64", "interface": "eth0",
                         "pools": [{"pool": "%s100-%s200" % ((NETWORK6,) * 2)}]}]})
        self.expect_panasonic_finds_in_ipv6()


class Pushed(Rig):
    def setUp(self):
        super().setUp()
        os.mkdir(self.data)
        self.config = self.write("kea.json", json.dumps({"Dhcp4": kea_network(self.dir)}))
        self.socket = self.dir + "/kea.sock"
        self.kea = self.start("kea-dhcp4", "-c", self.config, ready="DHCP4_STARTED")

    def command(self, name, **arguments):
        with socket.socket(socket.AF_UNIX) as peer:
            peer.connect(self.socket)
            peer.sendall(json.dumps({"command": name, **({"arguments": arguments} if arguments else {})}).encode())
            peer.shutdown(socket.SHUT_WR)
            out = b""
            while piece := peer.recv(65536):
                out += piece
        return json.loads(out)

    def in_force(self):
        return self.command("config-get")["arguments"]["Dhcp4"]

    def push(self, *words, url=URL, code=0):
        done = self.cli("dhcp-config", "kea", "--push", self.socket, "--url", url, *words)
        self.assertEqual(done.code, code, done)
        self.assertEqual(done.out, "")
        return done.err

    def test_push_and_rollback(self):
        before = self.in_force()
        self.assertEqual(self.got(POLYCOM), {})
        said = self.push("--yes")
        self.assertIn("+++ Kea, then", said)
        self.assertIn('"offhook-polycom"', said)
        self.assertNotRegex(said, r"(?m)^-[^-].*pxe")
        self.assertIn("would load", said)
        self.expect_phones_alone()
        after = self.in_force()
        self.assertEqual(after["control-socket"], before["control-socket"])
        self.assertEqual(after["client-classes"][0]["name"], "pxe")
        self.assertIn("offhook-polycom", self.read(self.config))  # written: it lives through a restart
        self.assertIn("nothing to change", self.push("--yes"))
        self.assertEqual(os.stat(self.data + "/kea-dhcp4.former.json").st_mode & 0o777, 0o600)

        said = self.push("--yes", "--rollback")
        self.assertRegex(said, r"(?m)^-.*offhook-polycom")
        self.assertEqual(self.in_force(), before)
        self.assertEqual(self.got(POLYCOM), {})
        self.assertNotIn('"offhook-', self.read(self.config))
        self.push("--yes", "--rollback")  # undoes the rollback
        self.assertEqual(self.got(POLYCOM)[160], URL)

    def test_a_new_address_replaces_the_old(self):
        self.push("--yes")
        said = self.push("--yes", "--family", "polycom", url="http://192.0.2.11")
        self.assertIn("-", said)
        names = [one["name"] for one in self.in_force()["client-classes"]]
        self.assertEqual(names, ["pxe", "offhook-polycom"])
        self.assertEqual(self.got(POLYCOM)[160], "http://192.0.2.11")

    def test_nothing_is_set_unasked(self):
        before = self.in_force()
        self.assertIn("--yes", self.push(code=1))
        self.assertEqual(self.in_force(), before)
        self.assertFalse(os.path.exists(self.data + "/kea-dhcp4.former.json"))
        other = self.write("other", '{"Dhcp6": {"preferred-lifetime": 1}}')
        self.assertIn("without --v6", self.push("--yes", "--v6", "--rollback", "--former", other, code=2))

    def test_what_kea_refuses_is_not_set(self):
        before = self.in_force()
        said = self.push("--yes", "--kea-hooks", "/nonexistent", code=2) if self.needs_hook() else \
            self.push("--yes", "--rollback", "--former", self.write("bad", '{"Dhcp4": {"no-such-thing": 1}}'), code=2)
        self.assertIn("result 1", said)
        self.assertEqual(self.in_force(), before)

    def needs_hook(self):
        return '"hooks-libraries"' in self.ok("dhcp-config", "kea", "--url", URL).out

    def test_a_file_that_kea_may_not_write(self):
        os.remove(self.config)
        os.mkdir(self.config)
        self.assertIn("NOT written", self.push("--yes", code=2))
        self.assertEqual(self.got(POLYCOM)[160], URL)

    def test_without_a_former_configuration(self):
        self.assertIn("no former configuration", self.push("--rollback", "--yes", code=1))

    def test_nobody_answers(self):
        self.end(self.kea)
        self.assertIn("control-socket", self.push("--yes", code=1))

    def test_somebody_else_sets_meanwhile(self):
        """Answered at a terminal, after another hand has changed the configuration."""
        leader, follower = os.openpty()
        process = subprocess.Popen([house.OFFHOOK, "dhcp-config", "kea", "--push", self.socket, "--url", URL, "--data",
                                    self.data], stdin=follower, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            said = b""
            while b"[y/N]" not in said:
                piece = os.read(process.stderr.fileno(), 4096)
                self.assertTrue(piece, said)
                said += piece
            other = self.in_force()
            other["valid-lifetime"] = 1234
            self.assertEqual(self.command("config-set", Dhcp4=other)["result"], 0)
            os.write(leader, b"y\n")
            _, rest = process.communicate(timeout=30)
        finally:
            process.kill()
            os.close(leader)
            os.close(follower)
        self.assertEqual(process.returncode, 1, rest)
        self.assertIn(b"changed meanwhile", rest)
        self.assertEqual(self.in_force()["valid-lifetime"], 1234)
        self.assertNotIn("offhook-polycom", json.dumps(self.in_force()))


if __name__ == "__main__":
    assert shutil.which("kea-dhcp4") and shutil.which("dhcpd") and shutil.which("dnsmasq"), "see tools/packages"
    house.main()
