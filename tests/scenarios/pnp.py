"""SIP PnP with SIPp as the phone, on real links: dialects, several interfaces, a PBX on the same port, tshark as judge."""
import socket
import subprocess

import house
import network

MAC = "0080f0aa0002"
SCENARIO = """<?xml version="1.0" encoding="ISO-8859-1"?>
<!DOCTYPE scenario SYSTEM "sipp.dtd">
<scenario name="pnp">
 <send retrans="500"><![CDATA[
%s

 ]]></send>
 <recv response="200"/>
 <recv request="NOTIFY"><action><ereg regexp="http://[^ ]*" search_in="body" check_it="true" assign_to="1"/>
  <log message="told [$1]"/></action></recv>
 <send><![CDATA[

SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

 ]]></send>
</scenario>
"""
SUBSCRIBE = """
      SUBSCRIBE sip:%(user)s@224.0.1.75 SIP/2.0
      Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch];rport
      From: <sip:%(user)s@224.0.1.75>;tag=[call_number]
      To: <sip:%(user)s@224.0.1.75>
      Call-ID: [call_id]
      CSeq: 1 SUBSCRIBE
      Contact: <sip:[local_ip]:[local_port]>
      Event: ua-profile;profile-type="device";%(event)s
      Expires: 0
      Accept: application/url
      Max-Forwards: 70
      Content-Length: 0"""


class PnpTest(house.HouseTest):
    def setUp(self):
        super().setUp()
        self.lan = network.Link(self)
        self.host = self.lan.host("server", "10.99.0.1/24")

    def start(self, *words, discovery=("pnp=10.99.0.1:5060",)):
        self.serve(*words, listen=["http=0.0.0.0:80", *discovery], inside=self.host.inside)
        self.add_phone(MAC, family="panasonic", model="KX-HDV130")

    def sipp(self, phone, user="MAC%3a" + MAC.upper(), event='vender="Panasonic";model="KX-HDV130";version="01.000"',
             address="10.99.0.50"):
        text = SUBSCRIBE % {"user": user, "event": event}
        path = self.write("pnp.xml", SCENARIO % text)
        phone.run("ip", "route", "replace", "224.0.0.0/4", "dev", "eth0")
        return phone.run("timeout", "-s", "KILL", "12", "sipp", "-sf", path, "-i", address, "-p", "5060", "-m", "1", "-timeout", "8s", "-trace_logs",
                         "-log_file", self.dir + "/told.log", "-nostdin", "224.0.1.75:5060", check=False, timeout=30)

    def told(self):
        with open(self.dir + "/told.log") as file:
            return file.read()


class Conformance(PnpTest):
    def test_sipp_is_answered_and_told_its_url(self):
        self.start()
        phone = self.lan.host("phone", "10.99.0.50/24")
        with self.lan.capture("udp") as capture:
            done = self.sipp(phone)
        self.assertEqual(done.code, 0, done.out + done.err)
        self.assertIn("told http://10.99.0.1/{MODEL}.cfg", self.told())
        self.assertEqual(capture.malformed, [])
        (notify,) = {tuple(row) for row in capture.fields("sip.Method == \"NOTIFY\"", "ip.src", "sip.Event",
                                                          "sip.Subscription-State", "sip.Content-Type")}
        self.assertEqual(notify[0], "10.99.0.1")
        self.assertTrue(notify[1].startswith("ua-profile"))
        self.assertIn("terminated", notify[2])
        self.assertEqual(notify[3], "application/url")

    def test_a_stranger_is_not_answered(self):
        self.start()
        phone = self.lan.host("phone", "10.99.0.50/24")
        with self.lan.capture("udp") as capture:
            done = self.sipp(phone, user="MAC%3a0080F0FFFFFF")
        self.assertNotEqual(done.code, 0)
        self.assertEqual(capture.fields("sip.Status-Code", "sip.Status-Code"), [], "never a refusal to the group")


class SeveralLinks(PnpTest):
    def test_each_interface_tells_its_own_address(self):
        other = network.Link(self, "other")
        other.join(self.host, "10.97.0.1/24", interface="eth1")
        self.start(discovery=("pnp=10.99.0.1:5060", "pnp/other=10.97.0.1:5060"))
        for link, address, told in ((self.lan, "10.99.0.50", "10.99.0.1"), (other, "10.97.0.50", "10.97.0.1")):
            with self.subTest(told):
                phone = link.host("phone", address + "/24")
                done = self.sipp(phone, address=address)
                self.assertEqual(done.code, 0, done.out + done.err)
                self.assertIn("told http://%s/{MODEL}.cfg" % told, self.told())


class BesideAPbx(PnpTest):
    def test_the_pbx_keeps_what_is_sent_to_it(self):
        pbx = self.host.start("python3", "-c", "import socket\n"
                              "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
                              "s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)\n"
                              "s.bind(('0.0.0.0', 5060))\n"
                              "print('up', flush=True)\n"
                              "while True: print('heard', s.recvfrom(4096), flush=True)\n")
        network.soon(lambda: "up" in pbx.said(), "no PBX")
        self.start()
        phone = self.lan.host("phone", "10.99.0.50/24")
        self.assertEqual(self.sipp(phone).code, 0)
        phone.run("python3", "-c", "import socket\n"
                  "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'REGISTER for the PBX', ('10.99.0.1', 5060))")
        network.soon(lambda: "REGISTER for the PBX" in pbx.said(), "the PBX was robbed: " + pbx.said())


if __name__ == "__main__":
    house.main()
