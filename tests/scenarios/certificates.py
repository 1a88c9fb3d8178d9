"""Authorities and what they vouch for, made by openssl's own tools, so that none of it is of our making."""
import os
import re
import subprocess
from collections import namedtuple

KEYS = {"rsa": ("-newkey", "rsa:2048"), "ecdsa": ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")}
NAMES = "IP:127.0.0.1,DNS:localhost"
EXPIRED = -1  # the days of a certificate whose last was yesterday

Pair = namedtuple("Pair", "certificate key")


def openssl(*words, stdin=None, seconds=60):
    done = subprocess.run(["openssl", *words], input=stdin, capture_output=True, timeout=seconds)
    if done.returncode != 0:
        raise RuntimeError("openssl %s: %s" % (" ".join(words), done.stderr.decode("utf-8", "replace")))
    return done.stdout


class Authority:
    """Signs in a folder of its own; its certificate is `certificate`."""

    def __init__(self, folder, name, kind="ecdsa"):
        self.folder = os.path.join(folder, name)
        os.makedirs(self.folder)
        self.certificate, self.key = self._path("ca.pem"), self._path("ca.key")
        openssl("req", "-x509", *KEYS[kind], "-nodes", "-subj", "/CN=" + name, "-days", "30", "-keyout", self.key, "-out",
                self.certificate, "-addext", "keyUsage=critical,keyCertSign,cRLSign,digitalSignature")

    def _path(self, name):
        return os.path.join(self.folder, name)

    def issue(self, name, subject, kind="ecdsa", use="serverAuth", names=NAMES, days=10, number=None):
        """A new key and its certificate, as files; the same name again replaces neither until all is there."""
        pair = Pair(self._path(name + ".pem"), self._path(name + ".key"))
        request, facts = self._path("request"), self._path("facts")
        openssl("req", "-new", *KEYS[kind], "-nodes", "-subj", subject, "-keyout", pair.key + ".new", "-out", request)
        with open(facts, "w") as file:
            file.write("basicConstraints=critical,CA:FALSE\nextendedKeyUsage=%s\n" % use)
            file.write("subjectAltName=%s\n" % names if names else "")
        openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key, "-days", str(days),
                *(("-set_serial", "0x" + number) if number else ("-CAcreateserial",)), "-extfile", facts, "-out", pair.certificate + ".new")
        os.replace(pair.key + ".new", pair.key)
        os.replace(pair.certificate + ".new", pair.certificate)
        return pair

    def device(self, mac, **more):
        """A phone's, in Polycom's form."""
        return self.issue("device-" + mac, "/O=Polycom Inc./CN=" + mac, use="clientAuth", names=None, **more)

    def staple(self, name, certificate):
        """A signed OCSP response that calls the certificate good for three days."""
        serial = openssl("x509", "-in", certificate, "-noout", "-serial").decode().strip().partition("=")[2]
        index, request, response = self._path("index"), self._path("ocsp-request"), self._path(name + ".ocsp")
        with open(index, "w") as file:
            file.write("V\t491231235959Z\t\t%s\tunknown\t/CN=x\n" % serial)
        openssl("ocsp", "-issuer", self.certificate, "-cert", certificate, "-no_nonce", "-reqout", request)
        openssl("ocsp", "-index", index, "-CA", self.certificate, "-rsigner", self.certificate, "-rkey", self.key, "-reqin",
                request, "-ndays", "3", "-respout", response)
        return response

    def expired_staple(self, name, certificate):
        """The same of long ago. openssl makes none, so the years are overwritten, and the signature is then wrong."""
        response = self.staple(name, certificate)
        with open(response, "rb") as file:
            content = re.sub(rb"\x18\x0f20\d\d", b"\x18\x0f2001", file.read())
        with open(response, "wb") as file:
            file.write(content)
        return response


def serial(certificate):
    return openssl("x509", "-in", certificate, "-noout", "-serial").decode().strip().partition("=")[2]
