"""Scapy reads what we write, and we read what scapy writes. Argument: the program dhcp4_peer."""
import random
import subprocess
import sys

from scapy.layers.dhcp import BOOTP, DHCP

peer = subprocess.Popen([sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def check(condition, what):
    if not condition:
        sys.exit(f"dhcp4_scapy: {what}")


def joined(raw):
    """The options of a field, by code, several of one code joined (RFC 3396): a reader of this test's own."""
    found, at = {}, 0
    while at < len(raw) and raw[at] != 255:
        if raw[at] == 0:
            at += 1
            continue
        code, size = raw[at], raw[at + 1]
        found[code] = found.get(code, b"") + raw[at + 2:at + 2 + size]
        at += 2 + size
    return found


def main():
    dice = random.Random(4)
    for number in range(300):
        kind = dice.choice([1, 2, 3, 5, 8])
        options = {60: dice.randbytes(dice.randrange(1, 60)), 61: b"\1" + dice.randbytes(6), 55: dice.randbytes(9),
                   66: b"http://192.0.2.%d" % dice.randrange(255), 67: b"{MODEL}.cfg", 150: dice.randbytes(8),
                   160: b"http://boot.example.net/" + b"x" * dice.randrange(200), 43: dice.randbytes(dice.randrange(1, 40)),
                   82: b"\1\4eth0", 125: b"\0\0\1\2\3abc", 12: b"phone", 1: b"\xff\xff\xff\0", 54: dice.randbytes(4)}
        chosen = dice.sample(sorted(options), dice.randrange(1, 9))
        xid = dice.randrange(2**32)
        packet = BOOTP(op=2 if kind in (2, 5) else 1, xid=xid, chaddr=bytes.fromhex("0080f0c571eb"), flags="B",
                       giaddr="10.0.0.254") / DHCP(options=[("message-type", kind)] +
                                                   [(code, options[code]) for code in chosen] + ["end"])
        peer.stdin.write(bytes(packet).hex() + "\n")
        peer.stdin.flush()
        answer = peer.stdout.readline().split(" ")
        check(answer[0] != "error", f"{number}: we cannot read {bytes(packet).hex()}: {answer}")
        check((int(answer[0]), int(answer[1])) == (kind, xid), f"{number}: type or xid: {answer[:2]}")
        read = {int(part.split("=")[0]): bytes.fromhex(part.split("=")[1]) for part in answer[2].split(",") if part}
        wanted = {53: bytes([kind]), **{code: options[code] for code in chosen}}
        check(read == wanted, f"{number}: we read {read}, scapy wrote {wanted}")

        back = bytes.fromhex(answer[3].strip())
        theirs = BOOTP(back)
        check((theirs.xid, theirs.giaddr, bytes(theirs.chaddr)[:6]) == (xid, "10.0.0.254", bytes.fromhex("0080f0c571eb")),
              f"{number}: scapy reads another head: {theirs.summary()}")
        check(DHCP in theirs, f"{number}: scapy finds no options in {back.hex()}")
        said = {option[0] for option in theirs[DHCP].options if isinstance(option, tuple)}
        check("message-type" in said, f"{number}: scapy finds no type: {said}")
        check(joined(back[240:]) == wanted, f"{number}: we wrote {joined(back[240:])}, not {wanted}")
    peer.stdin.close()
    check(peer.wait(10) == 0, "the peer ended badly")
    print("300 messages, both ways")


main()
