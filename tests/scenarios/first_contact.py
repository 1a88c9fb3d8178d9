"""A phone out of its box may fetch by its MAC alone for its first boot, where its site says so, and never again."""
import time

from house import HouseTest, main

MAC, OTHER, STRANGER = "0004f2000001", "0004f2000002", "0004f20000aa"
POLICY = "loopback.clear=credentials loopback.tls=credentials"
LISTEN = ("http=127.0.0.1:0", "tftp=127.0.0.1:0", "ftp=127.0.0.1:0")


class FirstContact(HouseTest):
    def setUp(self):
        super().setUp()
        self.serve(listen=LISTEN)
        self.ok("site", "add", "vault", "--policy", POLICY, "--first-contact", "30")
        self.add_site_phone(MAC)

    def add_site_phone(self, mac, site="vault"):
        self.add_phone(mac, "--site", site)
        (row,) = self.rows("credentials", "set", mac, "--random")
        self.password = row["password"]

    def get(self, mac=MAC, name="-settings.cfg"):
        return self.server.request("/" + mac + name).status

    def window(self, mac=MAC):
        (row,) = self.rows("device", "show", mac)
        return row.get("first_contact_until") or ""

    def close_follows(self, mac=MAC):
        """The window is closed by what comes after the phone's last file, on another thread."""
        deadline = time.monotonic() + 10
        while self.get(mac) != 401 and time.monotonic() < deadline:
            time.sleep(0.02)
        self.assertEqual(self.get(mac), 401)

    def with_credentials(self, mac, **more):
        return self.boot(mac, "--server-user", mac, "--server-password", self.password, **more)

    def test_it_opens_with_the_phone_and_closes_after_its_first_complete_boot(self):
        self.assertNotEqual(self.window(), "")
        self.boot(MAC, "--verify")
        self.close_follows()
        self.boot(MAC, expect="unconfigured")
        self.with_credentials(MAC, expect="ready")
        for scheme in ("tftp", "ftp"):
            self.boot(MAC, url="%s://127.0.0.1:%d/" % (scheme, self.server.ports[scheme]), expect="unconfigured")
        self.assertIn(self.window(), ("", None))

    def test_over_tftp_and_ftp_too(self):
        for scheme, mac in (("tftp", MAC), ("ftp", OTHER)):
            if mac == OTHER:
                self.add_site_phone(OTHER)
            url = "%s://127.0.0.1:%d/" % (scheme, self.server.ports[scheme])
            self.boot(mac, url=url)
            self.close_follows(mac)
            self.boot(mac, url=url, expect="unconfigured")

    def test_what_is_no_complete_boot_leaves_it_open(self):
        for _ in range(3):
            for name in (".cfg", "-settings.cfg", "-phone.cfg"):
                self.get(name=name)
        self.assertEqual(self.get(), 200, "the site's file is missing yet")
        self.assertEqual(self.get(name="-site.cfg"), 200)
        self.close_follows()

    def test_one_phones_boot_closes_no_other_ones(self):
        self.add_site_phone(OTHER)
        self.boot(OTHER)
        self.close_follows(OTHER)
        self.assertEqual(self.get(MAC), 200)

    def test_an_operator_opens_and_closes_it(self):
        self.ok("device", "first-contact", MAC, "--close")
        self.assertEqual(self.get(), 401)
        self.ok("device", "first-contact", MAC, "--minutes", "5")
        self.assertEqual(self.get(), 200)
        self.ok("device", "first-contact", MAC, "--close")
        self.assertEqual(self.get(), 401)
        self.ok("device", "first-contact", MAC)
        self.boot(MAC)
        self.close_follows()
        # A phone that was set back to its factory's state: the same again.
        self.ok("device", "first-contact", MAC)
        self.boot(MAC)
        self.close_follows()
        self.fails(1, "device", "first-contact", STRANGER)
        self.fails(2, "device", "first-contact", MAC, "--minutes", "0")
        self.fails(2, "device", "first-contact", MAC, "--minutes", "5", "--close")

    def test_adoption_opens_it(self):
        self.boot(STRANGER, expect="unconfigured")
        self.assertEqual([row["mac"] for row in self.rows("sighting", "list")], [STRANGER])
        self.ok("sighting", "adopt", STRANGER, "--family", "polycom", "--model", "SPIP650", "--site", "vault", "--set",
                "line.1.user=300", "--set", "line.1.password=x", "--set", "line.1.registrar.host=pbx.example.net")
        self.assertEqual(self.get(STRANGER), 200)
        self.boot(STRANGER)
        self.close_follows(STRANGER)

    def test_it_outlives_the_server_open_and_closed(self):
        self.add_site_phone(OTHER)
        self.boot(OTHER)
        self.close_follows(OTHER)
        until = self.window(MAC)
        for end in (self.server.stop, lambda: self.server.kill()):
            end()
            self.serve(listen=LISTEN)
            self.assertEqual((self.get(MAC), self.get(OTHER)), (200, 401))
            self.assertEqual(self.window(MAC), until)
        self.boot(MAC)
        self.close_follows(MAC)

    def test_it_never_loosens_what_a_site_wants_more(self):
        self.ok("site", "add", "fort", "--policy", "loopback.clear=certificate", "--first-contact", "30")
        self.add_site_phone(OTHER, "fort")
        self.assertNotEqual(self.get(OTHER), 200)
        self.ok("site", "set", "fort", "--policy", "loopback.clear=never")
        self.assertNotEqual(self.get(OTHER), 200)

    def test_without_it_the_policy_alone_counts(self):
        self.ok("site", "add", "plain", "--policy", POLICY)
        self.add_site_phone(OTHER, "plain")
        self.assertEqual(self.get(OTHER), 401)
        self.boot(OTHER, expect="unconfigured")
        self.with_credentials(OTHER, expect="ready")

    def test_a_site_that_is_content_with_a_mac_is_so_for_the_first_boot_alone(self):
        self.ok("site", "add", "open", "--first-contact", "30")
        self.add_site_phone(OTHER, "open")
        self.boot(OTHER)
        self.close_follows(OTHER)
        self.with_credentials(OTHER, expect="ready")


if __name__ == "__main__":
    main()
