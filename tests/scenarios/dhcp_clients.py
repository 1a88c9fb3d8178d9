"""DHCP clients and relays that we did not write, against our DHCP."""
import itertools
import os

import house
import network

SERVER = "10.99.0.1"
PHONE_MAC = "00:04:f2:aa:00:01"
POOL = """
[listen.dhcp4]
address = "10.99.0.1:67"
mode = "%s"
%s
[[listen.dhcp4.pool]]
subnet = "10.99.0.0/24"
range = "10.99.0.100-10.99.0.199"
routers = ["10.99.0.1"]
dns = ["10.99.0.1"]
[[listen.dhcp4.pool]]
subnet = "10.98.0.0/24"
range = "10.98.0.100-10.98.0.199"
routers = ["10.98.0.254"]
"""
UDHCPC_SCRIPT = "#!/bin/sh\n[ \"$1\" = bound ] && env | grep -E '^(ip|opt|tftp|router|subnet|lease|dns|serverid)' || true\n"
DHCLIENT = """
option prov160 code 160 = text;
request subnet-mask, routers, tftp-server-name, prov160;
send vendor-class-identifier "Polycom-test";
"""


class DhcpTest(house.HouseTest):
    def setUp(self):
        super().setUp()
        self.lan = network.Link(self)
        self.host = self.lan.host("server", SERVER + "/24", "fd99::1/64")

    def start(self, config, *discovery):
        self.serve("--config", self.write("offhook.toml", config), listen=["http=0.0.0.0:80", "http/six=[::]:80", *discovery],
                   inside=self.host.inside)
        if self.cli("device", "show", PHONE_MAC).code != 0:
            self.add_phone(PHONE_MAC)

    def script(self):
        path = self.write("udhcpc.sh", UDHCPC_SCRIPT)
        os.chmod(path, 0o755)
        return path

    def udhcpc(self, host, *more, check=True):
        return host.run("udhcpc", "-i", "eth0", "-n", "-q", "-f", "-t", "4", "-T", "1", "-s", self.script(), *more,
                        check=check)

    def dhclient(self, host, *words, config=DHCLIENT, seconds=40):
        """dhclient once; its lease file."""
        folder = self.dir + "/dhclient-" + host.namespace
        os.makedirs(folder, exist_ok=True)
        with open(folder + "/conf", "w") as file:
            file.write(config)
        done = host.run("dhclient", *words, "-1", "-d", "-cf", folder + "/conf", "-lf", folder + "/leases", "-pf",
                        folder + "/pid", "-sf", "/bin/true", "eth0", check=False, timeout=seconds) \
            if "-S" in words else self._dhclient_with_lease(host, folder, words)
        with open(folder + "/leases") as file:
            return done, file.read()

    def _dhclient_with_lease(self, host, folder, words):
        """It stays in front until it is ended, so it is ended as soon as it has a lease."""
        process = host.start("dhclient", *words, "-1", "-d", "-cf", folder + "/conf", "-lf", folder + "/leases", "-pf",
                             folder + "/pid", "-sf", "/bin/true", "eth0")
        network.soon(lambda: os.path.exists(folder + "/leases") and "lease" in open(folder + "/leases").read() or
                     process.poll() is not None, "dhclient: " + process.said(), 30)
        process.end()
        return process


class SmallPool(DhcpTest):
    def test_udhcpc_gets_an_address_and_what_its_family_is_told(self):
        self.start(POOL % ("small_pool", 'options = { "162" = "100" }'), "dhcp4=10.99.0.1:67")
        client = self.lan.host("client", mac=PHONE_MAC)
        with self.lan.capture("port 67 or port 68") as capture:
            got = self.udhcpc(client, "-O", "66", "-O", "160", "-O", "162")
        lines = dict(line.split("=", 1) for line in got.out.splitlines() if "=" in line)
        self.assertEqual(bytes.fromhex(lines["opt160"]).decode(), "http://10.99.0.1")
        self.assertEqual(bytes.fromhex(lines["opt162"]).decode(), "100")
        self.assertEqual((lines["subnet"], lines["router"], lines["lease"]), ("255.255.255.0", "10.99.0.1", "3600"))
        self.assertEqual(capture.malformed, [])
        kinds = [row[0] for row in capture.fields("dhcp", "dhcp.option.dhcp")]  # a broadcast is taken in by the bridge, too
        self.assertEqual([kind for kind, _ in itertools.groupby(kinds)], ["1", "2", "3", "5"])

    def test_dhclient_gets_one_too(self):
        self.start(POOL % ("small_pool", ""), "dhcp4=10.99.0.1:67")
        done, leases = self.dhclient(self.lan.host("client", mac=PHONE_MAC), "-4")
        self.assertIn('option prov160 "http://10.99.0.1"', leases)
        self.assertIn('option tftp-server-name "http://10.99.0.1"', leases)
        self.assertIn("fixed-address 10.99.0.1", leases)

    def test_a_laptop_gets_none_and_a_pxe_client_no_option_66(self):
        self.start(POOL % ("small_pool", ""), "dhcp4=10.99.0.1:67")
        laptop = self.lan.host("laptop", mac="02:11:22:33:44:55")
        self.assertNotEqual(self.udhcpc(laptop, "-V", "MSFT 5.0", check=False).code, 0)
        self.server.stop()
        self.start(POOL % ("small_pool", "only_phones = false"), "dhcp4=10.99.0.1:67")
        got = self.udhcpc(laptop, "-V", "PXEClient:Arch:00000", "-O", "66", "-O", "67")
        self.assertIn("ip=10.99.0.1", got.out)
        self.assertNotIn("tftp=", got.out)

    def test_a_reservation_is_kept_for_its_phone(self):
        self.start(POOL % ("small_pool", ""), "dhcp4=10.99.0.1:67")
        self.ok("device", "set", PHONE_MAC, "network.address=10.99.0.177")
        got = self.udhcpc(self.lan.host("client", mac=PHONE_MAC))
        self.assertIn("ip=10.99.0.177", got.out)

    def test_an_address_in_use_is_not_offered(self):
        squatter = self.lan.host("squatter", "10.99.0.100/24")
        self.start(POOL % ("small_pool", ""), "dhcp4=10.99.0.1:67")
        got = self.udhcpc(self.lan.host("client", mac=PHONE_MAC))
        self.assertIn("ip=10.99.0.1", got.out)
        self.assertNotIn("ip=10.99.0.100\n", got.out)
        squatter.run("true")

    def test_a_relay_carries_it_to_another_subnet(self):
        far = network.Link(self, "far")
        relay = self.lan.host("relay", "10.99.0.254/24")
        far.join(relay, "10.98.0.254/24", interface="eth1")
        relay.run("sysctl", "-qw", "net.ipv4.ip_forward=1")
        self.host.ip("route", "add", "10.98.0.0/24", "via", "10.99.0.254")
        self.start(POOL % ("small_pool", ""), "dhcp4=10.99.0.1:67")
        relay.start("dhcrelay", "-4", "-d", "-id", "eth1", "-iu", "eth0", "-a", SERVER)
        client = far.host("client", mac=PHONE_MAC)
        with self.lan.capture("port 67 or port 68") as capture:
            got = self.udhcpc(client, "-O", "160")
        self.assertIn("ip=10.98.0.1", got.out)
        self.assertIn("router=10.98.0.254", got.out)
        self.assertEqual(capture.malformed, [])

    def test_perfdhcp_gets_all_of_its_leases(self):
        self.start(POOL % ("small_pool", "only_phones = false\nconflict_wait_ms = 0"), "dhcp4=10.99.0.1:67")
        load = self.lan.host("load", "10.99.0.50/24")
        done = load.run("perfdhcp", "-4", "-l", "eth0", "-r", "50", "-n", "150", "-R", "50", "-b",
                        "mac=00:04:f2:bb:00:01", check=False)
        self.assertIn("drops: 0", done.out, done.out + done.err)


class BesideAnother(DhcpTest):
    def test_dhcpcd_informs_and_is_answered_without_a_lease(self):
        self.start("", "dhcp4=10.99.0.1:67")
        client = self.lan.host("client", "10.99.0.50/24", mac=PHONE_MAC)
        with self.lan.capture("port 67 or port 68") as capture:
            client.run("timeout", "10", "dhcpcd", "-4", "-1", "-d", "-T", "--inform", "10.99.0.50/24", "-c", "/bin/true",
                       "-o", "tftp_server_name", "eth0", check=False)
        acks = capture.fields("dhcp.option.dhcp == 5", "dhcp.ip.your", "dhcp.option.ip_address_lease_time", "ip.dst",
                              "dhcp.option.tftp_server_name")
        self.assertTrue(acks, "no answer to INFORM")
        self.assertEqual(acks[0], ["0.0.0.0", "", "10.99.0.50", "http://10.99.0.1"])
        self.assertEqual(capture.malformed, [])

    def test_nothing_is_ever_offered(self):
        self.start("", "dhcp4=10.99.0.1:67")
        self.assertNotEqual(self.udhcpc(self.lan.host("client", mac=PHONE_MAC), check=False).code, 0)


class Dhcp6(DhcpTest):
    def test_dhclient_is_told_without_an_address(self):
        self.start("", "dhcp6=[fd99::1]:547")
        client = self.lan.host("client", mac="00:80:f0:aa:00:02")
        self.add_phone("0080f0aa0002", family="panasonic", model="KX-HDV130")
        config = "also request dhcp6.vendor-opts;\n"
        with self.lan.capture("port 546 or port 547") as capture:
            client.run("timeout", "15", "dhclient", "-6", "-S", "-1", "-d", "-cf", self.write("conf6", config), "-lf",
                       self.dir + "/leases6", "-pf", self.dir + "/pid6", "-sf", "/bin/true", "eth0", check=False)
        replies = capture.fields("dhcpv6.msgtype == 7", "dhcpv6.vendoropts.enterprise", "udp.payload")
        self.assertTrue(replies, "no reply; " + self.ok("explain", "0080f0aa0002").out)
        self.assertEqual(replies[0][0], "258")
        self.assertIn(b"http://[fd99::1]/{MODEL}.cfg", bytes.fromhex(replies[0][1]))
        self.assertEqual(capture.malformed, [])

    def test_a_relay_carries_the_question_and_the_answer(self):
        far = network.Link(self, "far")
        relay = self.lan.host("relay", "fd99::fe/64")
        far.join(relay, "fd98::fe/64", interface="eth1")
        relay.run("sysctl", "-qw", "net.ipv6.conf.all.forwarding=1")
        self.host.ip("route", "add", "fd98::/64", "via", "fd99::fe")
        self.start("", "dhcp6=[fd99::1]:547")
        self.add_phone("0080f0aa0002", family="panasonic", model="KX-HDV130")
        relay.start("dhcrelay", "-6", "-d", "-l", "eth1", "-u", "fd99::1%eth0")
        client = far.host("client", mac="00:80:f0:aa:00:02")
        with self.lan.capture("port 547") as capture, far.capture("port 546") as answers:
            client.run("timeout", "12", "dhclient", "-6", "-S", "-1", "-d", "-cf",
                       self.write("conf6", "also request dhcp6.vendor-opts;\n"), "-lf", self.dir + "/leases6", "-pf",
                       self.dir + "/pid6", "-sf", "/bin/true", "eth0", check=False)
        self.assertTrue(capture.fields("dhcpv6.msgtype == 13", "dhcpv6.msgtype"), "no RELAY-REPL")
        told = answers.fields("dhcpv6.msgtype == 7", "udp.payload")
        self.assertTrue(told, "no reply on the far link")
        self.assertIn(b"http://[fd99::1]/{MODEL}.cfg", bytes.fromhex(told[0][0]))
        self.assertEqual(capture.malformed + answers.malformed, [])

    def test_dhclient_gets_an_address_from_the_pool(self):
        self.start("[listen.dhcp6]\naddress = \"[fd99::1]:547\"\nmode = \"small_pool\"\nonly_phones = false\n"
                   "[[listen.dhcp6.pool]]\nsubnet = \"fd99::/64\"\nrange = \"fd99::100-fd99::1ff\"\n",
                   "dhcp6=[fd99::1]:547")
        done, leases = self.dhclient(self.lan.host("client", mac="00:80:f0:aa:00:02"), "-6", config="")
        self.assertIn("iaaddr fd99::1", leases)


if __name__ == "__main__":
    house.main()
