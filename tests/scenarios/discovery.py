"""Phones find the server with nothing typed in: each family by each method it has, over real links."""
import json

import house
import network

PHONES = {
    "polycom": ("SPIP650", "0004f2aa0001"),
    "panasonic": ("KX-HDV130", "0080f0aa0002"),
    "linksys-spa": ("SPA942", "000e08aa0003"),
    "genband-ip88": ("IP8830", "b40edcaa0004"),
}
# What a boot from nothing has got when it ends, at the least: the first files of its family.
FIRST_FILES = {
    "polycom": ["0004f2aa0001.cfg"],
    "panasonic": ["KX-HDV130.cfg"],
    "linksys-spa": ["spa942.cfg"],
    "genband-ip88": ["sysconf_8830_sip.cfg", "b40edcaa0004"],
}
SERVER_V4, SERVER_V6 = "10.99.0.1", "fd99::1"
POOL = """
[listen.dhcp4]
address = "%s:67"
mode = "small_pool"
[[listen.dhcp4.pool]]
subnet = "10.99.0.0/24"
range = "10.99.0.100-10.99.0.199"
routers = ["10.99.0.1"]
""" % SERVER_V4
DUMB_DNSMASQ = ["dnsmasq", "-k", "-p", "0", "-C", "/dev/null", "-u", "root", "-i", "eth0", "--bind-interfaces", "--no-ping",
                "--log-dhcp", "--log-facility=-", "--dhcp-range=10.99.0.100,10.99.0.199,255.255.255.0,1h",
                "--dhcp-leasefile=/dev/null"]


class DiscoveryTest(house.HouseTest):
    def setUp(self):
        super().setUp()
        self.lan = network.Link(self)
        self.host = self.lan.host("server", SERVER_V4 + "/24", SERVER_V6 + "/64")

    def start(self, config="", files=("http=0.0.0.0:80", "tftp=0.0.0.0:69", "ftp=0.0.0.0:21"), discovery=()):
        words = []
        if config:
            words = ["--config", self.write("offhook.toml", config)]
        self.serve(*words, listen=[*files, *discovery], inside=self.host.inside)
        for family, (model, mac) in PHONES.items():
            if self.cli("device", "show", mac).code != 0:
                self.add_phone(mac, family=family, model=model, user=family)

    def find(self, family, *how, expect=0, host=None, more=()):
        """A virtual phone of the family, out of its box, on a host of its own; its report."""
        model, mac = PHONES[family]
        host = host or self.lan.host("phone")
        before = host.addresses()
        done = house.run("boot", "--family", family, "--model", model, "--mac", mac, "--json", "--interface", "eth0", *how,
                         *more, inside=host.inside, timeout=120)
        self.assertTrue(done.out, done.err)
        report = json.loads(done.out.splitlines()[-1])
        self.assertEqual(host.addresses(), before, "the host's own addresses are never touched")
        if expect is not None:
            got = {file["name"].lstrip("/") for file in report["files"] if file["outcome"] == "fetched"}
            for name in FIRST_FILES[family]:
                self.assertIn(name, got, (report, done.err))
        if family == "polycom" and expect == 0:
            self.assertEqual((done.code, report["state"]), (0, "ready"), done.err)
        return report

    def explained(self, family):
        return self.ok("explain", PHONES[family][1], "--boots", "3").out


class OurOwnDhcp(DiscoveryTest):
    def test_every_family_boots_from_our_small_pool(self):
        self.start(POOL, discovery=["dhcp4=%s:67" % SERVER_V4])
        with self.lan.capture("port 67 or port 68") as capture:
            for family in PHONES:
                with self.subTest(family):
                    report = self.find(family, "--dhcp4")
                    self.assertIn(SERVER_V4, report["discovery"]["address"])
                    story = self.explained(family)
                    self.assertIn("by DHCP (DISCOVER", story)
                    self.assertIn("was told", story)
        self.assertEqual(capture.malformed, [])
        self.assertTrue(capture.fields("dhcp.option.dhcp == 5", "dhcp.ip.your"))

    def test_a_lease_outlives_a_killed_server(self):
        self.start(POOL, discovery=["dhcp4=%s:67" % SERVER_V4])
        client = self.lan.host("client", mac="00:04:f2:aa:00:01")
        ask = ["udhcpc", "-i", "eth0", "-n", "-q", "-f", "-t", "5", "-T", "1", "-s", "/bin/true"]
        got = client.run(*ask)
        address = (got.err + got.out).split("lease of ")[1].split()[0]
        self.server.kill()
        self.start(POOL, discovery=["dhcp4=%s:67" % SERVER_V4])
        other = self.lan.host("other", mac="00:04:f2:aa:00:99")
        self.add_phone("0004f2aa0099")
        got = other.run(*ask)
        self.assertNotIn("lease of %s " % address, got.err + got.out, "it belongs to somebody")
        got = client.run(*ask)
        self.assertIn("lease of %s " % address, got.err + got.out)


class BesideTheSitesServer(DiscoveryTest):
    """dnsmasq gives addresses and knows nothing of phones."""

    def dumb(self, *options):
        router = self.lan.host("router", "10.99.0.254/24")
        process = router.start(*DUMB_DNSMASQ, *options)
        network.soon(lambda: "DHCP, IP range" in process.said(), "dnsmasq does not start")
        return process

    def test_polycom_is_told_by_inform(self):
        self.dumb()
        self.start(discovery=["dhcp4=%s:67" % SERVER_V4])
        report = self.find("polycom", "--dhcp4")
        self.assertIn("INFORM", " ".join(report["discovery"]["steps"]))
        self.assertIn("INFORM", self.explained("polycom"))

    def test_panasonic_is_told_by_pnp(self):
        self.dumb()
        self.start(discovery=["pnp=%s:5060" % SERVER_V4])
        with self.lan.capture("udp port 5060 or udp port 5059") as capture:
            report = self.find("panasonic", "--pnp")
        self.assertEqual(report["discovery"]["how"], "SIP PnP")
        self.assertEqual(capture.malformed, [])
        self.assertEqual({row[0] for row in capture.fields("sip.Method", "sip.Method")}, {"SUBSCRIBE", "NOTIFY"})
        self.assertIn("by SIP PnP (SUBSCRIBE", self.explained("panasonic"))

    def test_panasonic_falls_through_to_dhcp_where_nobody_answers_pnp(self):
        self.dumb("--dhcp-option=160,http://%s" % SERVER_V4)
        self.start()
        report = self.find("panasonic", "--auto")
        self.assertEqual(report["discovery"]["how"], "DHCP option 160")

    def test_a_dumb_router_serves_all_four_families_at_once(self):
        """One option 66 with a bare address and one option 160 with a base URL, for everybody."""
        self.dumb("--dhcp-option-force=66,%s" % SERVER_V4, "--dhcp-option-force=160,http://%s" % SERVER_V4)
        self.start()
        for family in PHONES:
            with self.subTest(family):
                # A Polycom of 2007 reads option 66 and fetches by FTP with its factory account.
                more = ["--flash", "device.dhcp.bootSrvUseOpt=0"] if family == "polycom" else []
                report = self.find(family, "--dhcp4", more=more)
                if family == "polycom":
                    self.assertTrue(report["files"][0]["url"].startswith("ftp://"), report["files"][0])

    def test_each_family_by_each_option_that_it_reads(self):
        """One option alone each time, so that nothing else can have led the phone there; or one that leads nowhere beside it."""
        url, host = "http://" + SERVER_V4, SERVER_V4
        later = ("--flash", "DHCP_Option_To_Use=66,160,159,150")
        cases = [
            ("polycom", "66," + url, "option 66", ()),
            ("polycom", "160," + url, "option 160", ()),
            ("panasonic", "160," + url, "option 160", ()),
            ("panasonic", "159," + url, "option 159", ()),
            ("panasonic", "66,%s/{MODEL}.cfg" % url, "option 66", ()),
            ("linksys-spa", "66," + host, "option 66", ()),
            ("genband-ip88", "160," + url, "option 160", ()),
            ("genband-ip88", "150," + host, "option 150", ()),
            ("genband-ip88", "66," + host, "option 66", ()),
            ("genband-ip88", "66,10.99.0.77 150," + host, "option 150", ()),  # which beats 66
            ("genband-ip88", "150,10.99.0.77 160," + url, "option 160", ()),  # which beats both
            # Firmware after 5.1 has a list of options; a switch of the phone says so.
            ("linksys-spa", "160,%s/spa$PSN.cfg" % url, "option 160", later),
            ("linksys-spa", "159,%s/spa$PSN.cfg" % url, "option 159", later),
            ("linksys-spa", "150," + host, "option 150", later),
        ]
        self.start()
        router = self.lan.host("router", "10.99.0.254/24")
        for family, option, how, more in cases:
            with self.subTest(family + " " + how):
                process = router.start(*DUMB_DNSMASQ, *("--dhcp-option-force=" + each for each in option.split()))
                network.soon(lambda: "DHCP, IP range" in process.said(), "dnsmasq does not start")
                report = self.find(family, "--dhcp4", more=more)
                self.assertIn(how, report["discovery"]["how"], report["discovery"])
                process.end()

    def test_watching_tells_what_the_sites_server_says(self):
        # A server that unicasts its OFFER cannot be heard by anybody else on the link.
        self.dumb("--dhcp-option=66,http://198.51.100.9", "--dhcp-broadcast")
        self.start("[listen.dhcp4]\naddress = \"%s:67\"\nmode = \"observe\"\n" % SERVER_V4,
                   discovery=["dhcp4=%s:67" % SERVER_V4])
        self.find("polycom", "--dhcp4", expect=None)
        network.soon(lambda: "198.51.100.9" in self.explained("polycom"), self.explained("polycom"))

    def test_a_pool_does_not_start_beside_another_server_unless_told_to(self):
        self.dumb()
        with self.assertRaises(RuntimeError) as refused:
            self.start(POOL, discovery=["dhcp4=%s:67" % SERVER_V4])
        self.assertIn("10.99.0.254", str(refused.exception))
        self.assertIn("beside_others", str(refused.exception))
        self.start(POOL.replace("[[", "beside_others = true\n[[", 1), discovery=["dhcp4=%s:67" % SERVER_V4])


class Ipv6(DiscoveryTest):
    def test_panasonic_alone_in_ipv6(self):
        self.start("[listen.dhcp6]\naddress = \"[%s]:547\"\nmode = \"small_pool\"\n[[listen.dhcp6.pool]]\nsubnet = "
                   "\"fd99::/64\"\nrange = \"fd99::100-fd99::1ff\"\n" % SERVER_V6,
                   files=("http=[::]:80",), discovery=["dhcp6=[%s]:547" % SERVER_V6])
        with self.lan.capture("port 546 or port 547") as capture:
            report = self.find("panasonic", "--dhcp6", more=["--ip-mode", "ipv6"])
        self.assertIn("DHCPv6 option 17", report["discovery"]["how"])
        self.assertTrue(report["files"][0]["url"].startswith("http://[fd99::1]"), report["files"])
        self.assertEqual(capture.malformed, [])

    def test_panasonic_dual_asks_in_all_ways_and_takes_the_last_that_answers(self):
        self.start(files=("http=[::]:80", "http/four=0.0.0.0:80"),
                   discovery=["dhcp6=[%s]:547" % SERVER_V6])
        router = self.lan.host("router", "10.99.0.254/24")
        process = router.start(*DUMB_DNSMASQ)
        network.soon(lambda: "DHCP, IP range" in process.said(), "dnsmasq does not start")
        phone = self.lan.host("phone")
        report = self.find("panasonic", "--auto", host=phone, more=["--ip-mode", "dual", "--address", "fd99::50/64"])
        self.assertIn("DHCPv6 option 17", report["discovery"]["how"])
        steps = " ".join(report["discovery"]["steps"])
        self.assertIn("PnP", steps)
        self.assertIn("DHCP", steps)


class Strangers(DiscoveryTest):
    def test_an_unknown_phone_is_a_sighting_that_can_be_adopted(self):
        router = self.lan.host("router", "10.99.0.254/24")
        process = router.start(*DUMB_DNSMASQ)
        network.soon(lambda: "DHCP, IP range" in process.said(), "dnsmasq does not start")
        self.start(discovery=["pnp=%s:5060" % SERVER_V4])
        self.ok("device", "remove", PHONES["panasonic"][1])
        report = self.find("panasonic", "--pnp", expect=None)
        self.assertEqual(report["files"], [], "strangers are told nothing")
        network.soon(lambda: PHONES["panasonic"][1] in self.ok("--json", "sighting", "list").out,
                     "no sighting: " + self.ok("sighting", "list").out)
        self.ok("sighting", "adopt", PHONES["panasonic"][1], "--family", "panasonic", "--model", "KX-HDV130")
        self.find("panasonic", "--pnp")


if __name__ == "__main__":
    house.main()
