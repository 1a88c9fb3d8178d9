"""Scapy reads what we write, and we read what scapy writes. Argument: the program dhcp6_peer."""
import random
import subprocess
import sys

from scapy.layers.dhcp6 import *  # noqa: F403
from scapy.layers.l2 import Ether  # noqa: F401

peer = subprocess.Popen([sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def tell(line):
    peer.stdin.write(line + "\n")
    peer.stdin.flush()


def ask(packet):
    tell(bytes(packet).hex())
    return peer.stdout.readline().split()


def check(condition, what):
    if not condition:
        sys.exit(f"dhcp6_scapy: {what}")


def options(dice):
    """A random handful of options as phones and servers send them, and their codes."""
    duid = DUID_LL(lladdr="00:80:f0:%02x:%02x:%02x" % tuple(dice.randbytes(3)))
    every = [
        DHCP6OptClientId(duid=duid),
        DHCP6OptServerId(duid=DUID_LLT(lladdr="02:00:00:00:00:01", timeval=dice.randrange(2**31))),
        DHCP6OptOptReq(reqopts=[dice.randrange(1, 200) for _ in range(dice.randrange(1, 9))]),
        DHCP6OptElapsedTime(elapsedtime=dice.randrange(65536)),
        DHCP6OptPref(prefval=dice.randrange(256)),
        DHCP6OptRapidCommit(),
        DHCP6OptIA_NA(iaid=dice.randrange(2**32), T1=10, T2=20, ianaopts=[
            DHCP6OptIAAddress(addr="2001:db8::%x" % dice.randrange(65536), preflft=30, validlft=40)]),
        DHCP6OptVendorClass(enterprisenum=258, vcdata=[VENDOR_CLASS_DATA(data=dice.randbytes(dice.randrange(1, 40)))]),
        DHCP6OptVendorSpecificInfo(enterprisenum=258, vso=[
            VENDOR_SPECIFIC_OPTION(optcode=1, optdata=dice.randbytes(dice.randrange(0, 400)))]),
        DHCP6OptDNSServers(dnsservers=["2001:db8::53", "2001:db8::54"]),
        DHCP6OptDNSDomains(dnsdomains=["example.net."]),
        DHCP6OptStatusCode(statuscode=dice.randrange(6), statusmsg="so it is"),
        DHCP6OptBootFileUrl(optdata="http://[2001:db8::1]/x"),
    ]
    chosen = dice.sample(every, dice.randrange(len(every) + 1))
    return chosen


def they_write_we_read(dice):
    up = {1: DHCP6_Solicit, 3: DHCP6_Request, 4: DHCP6_Confirm, 5: DHCP6_Renew, 6: DHCP6_Rebind, 8: DHCP6_Release,
          9: DHCP6_Decline, 11: DHCP6_InfoRequest}
    down = {2: DHCP6_Advertise, 7: DHCP6_Reply}
    for _ in range(200):
        upwards = dice.random() < 0.6
        number, kind = dice.choice(sorted((up if upwards else down).items()))
        chosen = options(dice)
        packet = kind(trid=dice.randrange(2**24))
        for option in chosen:
            packet = packet / option
        trid = packet.trid
        relays = dice.randrange(4)
        for hop in range(relays):
            around = DHCP6_RelayForward if upwards else DHCP6_RelayReply
            packet = around(hopcount=hop, linkaddr="2001:db8:1::1", peeraddr="fe80::1") / \
                DHCP6OptIfaceId(ifaceid=b"p%d" % hop) / DHCP6OptRelayMsg(message=packet)
        answer = ask(packet)
        check(answer[0] != "error", f"we cannot read {bytes(packet).hex()}: {answer}")
        codes = [option.optcode for option in chosen]
        told = [int(code) for code in answer[3].split(",") if code] if len(answer) == 5 else []
        check((int(answer[0]), int(answer[1]), int(answer[2])) == (number, trid, relays), f"we misread {answer}")
        check(told == codes, f"options {told}, not {codes}")
        check(answer[-1] == bytes(packet).hex(), "what we write is not what we read")


def we_write_they_read():
    tell("make")
    reply, relayed, request = (bytes.fromhex(peer.stdout.readline()) for _ in range(3))
    check(peer.stdout.readline() == "\n", "three messages")
    got = DHCP6(reply).__class__ and DHCP6_Reply(reply)
    check(got.trid == 0xabcdef, "the transaction")
    check(got[DHCP6OptClientId].duid.lladdr == "00:80:f0:c5:71:eb", "the client's DUID")
    check(got[DHCP6OptVendorSpecificInfo].enterprisenum == 258, "the enterprise")
    vendor = got[DHCP6OptVendorSpecificInfo].vso[0]
    check((vendor.optcode, vendor.optdata) == (1, b"http://[2001:db8::1]/{MODEL}.cfg"), "option 17's piece")
    check(got[DHCP6OptBootFileUrl].optdata == b"http://[2001:db8::1]/boot", "option 59")
    check(got[DHCP6OptDNSServers].dnsservers == ["2001:db8::53"], "option 23")
    check(got[DHCP6OptSNTPServers].sntpservers == ["2001:db8::53"], "option 31")
    check(got[DHCP6OptDNSDomains].dnsdomains == ["example.net."], "option 24")
    check(got[DHCP6OptInfoRefreshTime].reftime == 3600, "option 32")
    ia = got[DHCP6OptIA_NA]
    check((ia.iaid, ia.T1, ia.T2) == (7, 1800, 2880), "the IA")
    check((ia.ianaopts[0].addr, ia.ianaopts[0].preflft, ia.ianaopts[0].validlft) == ("2001:db8::100", 3600, 5400),
          "its address")
    outer = DHCP6_RelayReply(relayed)
    for hops in (1, 0):
        check((outer.hopcount, outer.linkaddr, outer.peeraddr) ==
              (hops, "2001:db8:1::1", "fe80::280:f0ff:fec5:71eb"), f"relay {hops}")
        check(outer[DHCP6OptIfaceId].ifaceid == b"eth0", "its interface")
        outer = outer[DHCP6OptRelayMsg].message
    check(bytes(outer) == reply, "the message inside of two relays")
    asked = DHCP6_InfoRequest(request)
    check(asked[DHCP6OptOptReq].reqopts == [17, 59], "what we ask for")
    check(asked[DHCP6OptVendorClass].vcdata[0].data == b"KX-HDV130", "our class")


seed = int(sys.argv[2]) if len(sys.argv) > 2 else 8415
print("seed", seed)
they_write_we_read(random.Random(seed))
we_write_they_read()
peer.stdin.close()
sys.exit(peer.wait())
