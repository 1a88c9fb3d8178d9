"""An HTTP Digest client that may also answer wrongly: every field of the answer can be said by the test."""
import hashlib
import http.client
import ssl

HASHES = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}


class Challenge:
    """One WWW-Authenticate line: its scheme and its fields."""

    def __init__(self, line):
        self.scheme, _, rest = line.partition(" ")
        self.fields = {}
        while rest:
            name, _, rest = rest.strip(" ,").partition("=")
            if rest.startswith('"'):
                value, _, rest = rest[1:].partition('"')
            else:
                value, _, rest = rest.partition(",")
            self.fields[name.strip().lower()] = value.strip()

    def __getattr__(self, name):
        return self.fields.get(name)


class Reply:
    def __init__(self, answer):
        self.status, self.headers, self.body = answer.status, answer.getheaders(), answer.read()
        self.challenges = [Challenge(value) for name, value in self.headers if name.lower() == "www-authenticate"]

    def complete(self):
        """All that a peer sees, but for what differs from one moment to the next: the date, and nonces' values."""
        lines = []
        for name, value in self.headers:
            if name.lower() == "date":
                value = "-"
            for challenge in self.challenges:
                if challenge.nonce:
                    value = value.replace(challenge.nonce, "N" * len(challenge.nonce))
            lines.append((name, value))
        return self.status, lines, self.body


def connect(port, tls=False, source="127.0.0.1", patience=30):
    if tls:
        return http.client.HTTPSConnection("127.0.0.1", port, timeout=patience, source_address=(source, 0),
                                           context=ssl._create_unverified_context())
    return http.client.HTTPConnection("127.0.0.1", port, timeout=patience, source_address=(source, 0))


def ask(port, path, authorization=None, tls=False, method="GET", connection=None, source="127.0.0.1", body=None,
        patience=30):
    own = connection or connect(port, tls, source, patience)
    own.request(method, path, body=body, headers={"Authorization": authorization} if authorization else {})
    reply = Reply(own.getresponse())
    if connection is None:
        own.close()
    return reply


def answer(challenge, user, password, target, method="GET", count=1, form="auth", said=None):
    """The Authorization line; what `said` has replaces a field after the hash was made, and None leaves one out.

    `form` None is that of RFC 2069.
    """
    algorithm = challenge.algorithm or "MD5"

    def hashed(text):
        return HASHES[algorithm](text.encode()).hexdigest()

    first, second = hashed("%s:%s:%s" % (user, challenge.realm, password)), hashed("%s:%s" % (method, target))
    nc = "%08x" % count
    cnonce = "c0ffee"
    middle = "%s:%s:%s:%s" % (challenge.nonce, nc, cnonce, form) if form else challenge.nonce
    fields = {"username": user, "realm": challenge.realm, "nonce": challenge.nonce, "uri": target, "algorithm": algorithm,
              "response": hashed("%s:%s:%s" % (first, middle, second))}
    if form:
        fields.update(qop=form, nc=nc, cnonce=cnonce)
    fields.update(said or {})
    bare = ("algorithm", "qop", "nc")
    return "Digest " + ", ".join("%s=%s" % (name, value) if name in bare else '%s="%s"' % (name, value)
                                 for name, value in fields.items() if value is not None)
