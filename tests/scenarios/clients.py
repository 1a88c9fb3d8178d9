"""Clients that we did not write, each as one call: fetch or send one file over one transport.

FETCH and SEND are tables of (name, schemes, function); a function gets the server's address, a name on it, a file of
ours, and what else it needs, and returns the finished process.
"""
import os
import socket
import subprocess

SECONDS_MAX = 120


def call(*words, stdin=None, cwd=None, seconds=SECONDS_MAX):
    return subprocess.run(list(words), input=stdin, capture_output=True, text=True, timeout=seconds, cwd=cwd)


class Address:
    """Where a listener is, and what a client needs to get in."""

    def __init__(self, scheme, port, user=None, password=None, ca=None, host="127.0.0.1"):
        self.scheme, self.port, self.user, self.password, self.ca, self.host = scheme, port, user, password, ca, host

    def url(self, name):
        return "%s://%s:%d/%s" % (self.scheme, self.host, self.port, name)

    def login(self):
        return "%s:%s" % (self.user, self.password)


def curl_words(at):
    words = ["curl", "-sS", "--fail", "--max-time", str(SECONDS_MAX)]
    if at.user is not None:
        words += ["--user", at.login()]
        if at.scheme in ("http", "https"):
            words.append("--anyauth")
    if at.ca:
        words += ["--cacert", at.ca]
    return words


def curl_get(at, name, into):
    return call(*curl_words(at), "-o", into, at.url(name))


def curl_get_large_blocks(at, name, into):
    return call(*curl_words(at), "--tftp-blksize", "1428", "-o", into, at.url(name))


def curl_put(at, name, source):
    return call(*curl_words(at), "-T", source, at.url(name))


def wget_get(at, name, into):
    words = ["wget", "-q", "-t", "1", "-T", "60", "-O", into]
    if at.user is not None:
        words += ["--user", at.user, "--password", at.password]
    if at.ca:
        words += ["--ca-certificate", at.ca]
    return call(*words, at.url(name))


def busybox_wget_get(at, name, into):
    login = at.login() + "@" if at.user is not None else ""
    return call("busybox", "wget", "-q", "-O", into,  # its -T crashes here, against any server
               
                "%s://%s%s:%d/%s" % (at.scheme, login, at.host, at.port, name))


def tftp_hpa(at, mode, *commands):
    return call("tftp", "-m", mode, at.host, str(at.port), stdin="\n".join(commands) + "\nquit\n")


def tftp_hpa_get(at, name, into):
    return tftp_hpa(at, "binary", "get %s %s" % (name, into))


def tftp_hpa_put(at, name, source):
    return tftp_hpa(at, "binary", "put %s %s" % (source, name))


def atftp_get(at, name, into):
    return call("atftp", "-g", "-r", name, "-l", into, at.host, str(at.port))


def atftp_get_window(at, name, into):
    return call("atftp", "--option", "windowsize 8", "--option", "blksize 1428", "-g", "-r", name, "-l", into, at.host,
                str(at.port))


def atftp_put(at, name, source):
    return call("atftp", "-p", "-r", name, "-l", source, at.host, str(at.port))


def busybox_tftp_get(at, name, into):
    return call("busybox", "tftp", "-g", "-r", name, "-l", into, at.host, str(at.port))


def busybox_tftp_put(at, name, source):
    return call("busybox", "tftp", "-p", "-r", name, "-l", source, at.host, str(at.port))


def busybox_ftpget(at, name, into):
    return call("busybox", "ftpget", "-u", at.user, "-p", at.password, "-P", str(at.port), at.host, into, name)


def busybox_ftpput(at, name, source):
    return call("busybox", "ftpput", "-u", at.user, "-p", at.password, "-P", str(at.port), at.host, name, source)


def lftp(at, *commands):
    settings = ["set cmd:fail-exit yes", "set net:max-retries 1", "set net:timeout 30", "set ftp:ssl-allow %s" %
                ("yes" if at.ca else "no")]
    if at.ca:
        settings += ["set ssl:ca-file %s" % at.ca, "set ftp:ssl-force yes", "set ftp:ssl-protect-data yes"]
    return call("lftp", "-c", "; ".join([*settings, "open -u %s,%s -p %d ftp://%s" % (at.user, at.password, at.port, at.host),
                                        *commands]))


def lftp_get(at, name, into):
    return lftp(at, "get %s -o %s" % (name, into))


def lftp_put(at, name, source):
    return lftp(at, "put %s -o %s" % (source, name))


FETCH = (
    ("curl", ("http", "https", "ftp", "tftp"), curl_get),
    ("curl, blksize 1428", ("tftp",), curl_get_large_blocks),
    ("wget", ("http", "https", "ftp"), wget_get),
    ("busybox wget", ("http", "ftp"), busybox_wget_get),
    ("tftp-hpa", ("tftp",), tftp_hpa_get),
    ("atftp", ("tftp",), atftp_get),
    ("atftp, windowsize 8", ("tftp",), atftp_get_window),
    ("busybox tftp", ("tftp",), busybox_tftp_get),
    ("busybox ftpget", ("ftp",), busybox_ftpget),
    ("lftp", ("ftp",), lftp_get),
)
SEND = (
    ("curl", ("http", "https", "ftp", "tftp"), curl_put),
    ("tftp-hpa", ("tftp",), tftp_hpa_put),
    ("atftp", ("tftp",), atftp_put),
    ("busybox tftp", ("tftp",), busybox_tftp_put),
    ("busybox ftpput", ("ftp",), busybox_ftpput),
    ("lftp", ("ftp",), lftp_put),
)


def tftp_put(port, name, content, host="127.0.0.1", timeout=1.0, tries=8):
    """A WRQ in a few lines, for a thousand at once: True when the last block was acknowledged, False when it was refused.

    No oracle: it is here because a process for each of a thousand uploads would measure the processes.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.settimeout(timeout)
        packet, to, block = b"\0\2" + name.encode() + b"\0octet\0", (host, port), 0
        blocks = [content[at:at + 512] for at in range(0, len(content) + 1, 512)]
        while True:
            for _ in range(tries):
                peer.sendto(packet, to)
                try:
                    answer, sender = peer.recvfrom(600)
                    while answer[:2] == b"\0\4" and int.from_bytes(answer[2:4], "big") != block % 65536:
                        answer, sender = peer.recvfrom(600)
                    break
                except OSError:
                    continue
            else:
                raise TimeoutError("nobody answers")
            if answer[:2] != b"\0\4":
                return False
            to = sender
            if block == len(blocks):
                return True
            block += 1
            packet = b"\0\3" + (block % 65536).to_bytes(2, "big") + blocks[block - 1]


def pattern(size, seed=0):
    """Bytes that tell where they are: a shifted, doubled or missing block shows."""
    block = bytes((i * 131 + seed * 17 + (i >> 8) * 7) & 0xFF for i in range(65536 + 251))
    return (block * (size // len(block) + 1))[:size]


def read(path):
    with open(path, "rb") as file:
        return file.read()


def remove(path):
    if os.path.exists(path):
        os.remove(path)
