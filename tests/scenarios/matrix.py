#!/usr/bin/env python3
"""Each model of the two families boots from nothing over each transport it has, against one server with a real store.

Polycom phones fetch in two stages, and the boot ROM speaks no TLS; Panasonic phones know one stage. The models are those of
the packs, so a new one is in.
"""
import concurrent.futures
import json
import os
import tomllib

import house

SCHEMES = ("ftp", "tftp", "http", "https")
LISTEN = tuple(scheme + "=127.0.0.1:0" for scheme in SCHEMES)
OUIS = {"polycom": "0004f2", "panasonic": "0080f0"}
REGISTRAR, PASSWORD = "pbx.example.net", "s3cret, &c."
BOOTS_AT_ONCE = 4

# The scheme that is typed in, to what the boot ROM and the application speak: Polycom sheet 1.1.
STAGES = {"ftp": ("ftp", "ftp"), "tftp": ("tftp", "tftp"), "http": ("http", "http"), "https": ("http", "https")}


def models(family):
    """The models of a pack with what their series says: (name, tls)."""
    with open(os.path.join(os.environ["OFFHOOK_PACKS"], family, "models.toml"), "rb") as file:
        pack = tomllib.load(file)

    def column(series, name):
        row = pack["series"].get(series, {})
        return row[name] if name in row else column(row["inherits"], name) if "inherits" in row else None

    return [(name, row.get("tls", column(row["series"], "tls"))) for name, row in sorted(pack["model"].items())]


class Matrix(house.HouseTest):
    def setUp(self):
        super().setUp()
        self.serve(listen=LISTEN)
        self.ca = self.write("ca.pem", self.ok("certificate", "export").out)
        self.phones = []  # family, model, tls, MAC, user
        for family in sorted(OUIS):
            for number, (model, tls) in enumerate(models(family), start=1):
                self.phones.append((family, model, tls, "%s%06x" % (OUIS[family], number), str(100 + number)))
        with concurrent.futures.ThreadPoolExecutor(BOOTS_AT_ONCE) as pool:
            list(pool.map(self.add, self.phones))

    def add(self, phone):
        family, model, _, mac, user = phone
        self.add_phone(mac, family=family, model=model, user=user, password=PASSWORD, registrar=REGISTRAR)

    def power_on(self, phone, scheme):
        """A boot from nothing; what was wrong with it, or None."""
        family, model, tls, mac, user = phone
        url = self.server.url("/" if family == "polycom" else "/{MODEL}.cfg", scheme)
        done = self.cli("boot", "--family", family, "--model", model, "--mac", mac, "--json", "--show-secrets", "--url", url,
                        "--ca-file", self.ca, "--plain-port", str(self.server.ports["http"]))
        report = json.loads(done.out)
        wanted = [{"index": 1, "user": user, "auth_user": user, "password": PASSWORD, "registrar": REGISTRAR}]
        if (report["state"], done.code, report["lines"], report["problems"]) != ("ready", 0, wanted, []):
            return done.err
        if family == "panasonic":
            return self.wrong_panasonic(report, model, mac, scheme)
        return self.wrong_polycom(report, mac, "http" if scheme == "https" and tls == "no" else scheme)

    def wrong_panasonic(self, report, model, mac, scheme):
        expected = [model + ".cfg", "Config%s.cfg" % mac.upper(), "Config%s.cfg" % model, "ConfigCommon.cfg"]
        asked = [(file["name"], file["url"].partition(":")[0]) for file in report["files"]]
        return None if asked == [(name, scheme) for name in expected] else asked

    def wrong_polycom(self, report, mac, scheme):
        names = [file["name"] for file in report["files"]]
        split = names.index(mac + "-boot.log") + 1
        spoken = [{file["url"].partition(":")[0] for file in files}
                  for files in (report["files"][:split], report["files"][split:])]
        if spoken != [{stage} for stage in STAGES[scheme]]:
            return spoken
        sent = {file["name"]: file["outcome"] for file in report["files"] if file["direction"] == "put"}
        if sent != {mac + "-boot.log": "stored", mac + "-app.log": "stored"}:
            return sent
        got = [name for name, file in zip(names, report["files"]) if file["outcome"] == "fetched"]
        expected = [mac + ".cfg", mac + ".cfg", mac + "-settings.cfg", mac + "-site.cfg"]
        return None if got == expected else got

    def test_every_model_over_every_transport(self):
        self.assertGreater(len(self.phones) * len(SCHEMES), 100)
        with concurrent.futures.ThreadPoolExecutor(BOOTS_AT_ONCE) as pool:
            # One phone's boots come one after another, or its story would be of all at once.
            wrong = list(pool.map(lambda phone: [self.power_on(phone, scheme) for scheme in SCHEMES], self.phones))
        for phone, cells in zip(self.phones, wrong):
            for scheme, what in zip(SCHEMES, cells):
                with self.subTest(model=phone[1], scheme=scheme):
                    self.assertIsNone(what)
        for family, model, _, mac, user in self.phones:
            with self.subTest(model=model, told="explain"):
                told = self.ok("explain", mac).out
                self.assertIn("got every configuration file that it needs", told)
                self.assertIn("Line 1 is to register as %s at %s." % (user, REGISTRAR), told)
                self.assertNotIn(PASSWORD, told)


if __name__ == "__main__":
    house.main()
