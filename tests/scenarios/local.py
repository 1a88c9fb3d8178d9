"""What a phone changed itself, what was changed since, and what came from an address: shown by the whole program."""
import house

MAC = "0004f2000001"
OTHER = "0004f2000002"
OVERRIDES = '<PHONE_CONFIG><OVERRIDES reg.1.label="Desk" reg.1.auth.password="hunter2" up.own="hunter2"/></PHONE_CONFIG>'


class Local(house.HouseTest):
    def setUp(self):
        super().setUp()
        self.serve()
        self.add_phone(MAC, user="1001", password="first")

    def send(self, content, name=MAC + "-phone.cfg"):
        head = "PUT /%s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % (name, len(content))
        answer = self.server.raw((head + content).encode())
        self.assertIn(b" 201 ", answer.splitlines()[0] if answer else b"", answer)

    def test_a_change_on_the_phone_is_shown_adopted_and_discarded(self):
        self.send(OVERRIDES)
        shown = self.ok("device", "show", MAC).out
        self.assertIn("CHANGED ON THE PHONE", shown)
        self.assertIn("line.1.label", shown)
        for words in (["device", "show", MAC], ["device", "local", MAC], ["--json", "device", "local", MAC],
                      ["render", MAC, MAC + "-settings.cfg", "--provenance"], ["explain", MAC]):
            self.assertNotIn("hunter2", self.ok(*words).out, words)
        self.assertIn("hunter2", self.ok("device", "local", MAC, "--show-secrets").out)
        table = self.ok("render", MAC, MAC + "-settings.cfg", "--provenance").out
        self.assertIn("LOCAL", table)
        self.assertNotIn("Desk", self.ok("render", MAC, MAC + "-settings.cfg").out)

        self.fails(2, "device", "local", MAC, "line.1.label", says="--adopt")
        self.fails(1, "device", "local", MAC, "--adopt", "line.2.label", says="line.2.label")
        self.assertEqual(self.ok("device", "local", MAC, "--adopt", "line.1.label").out, "line.1.label\n")
        self.assertIn('reg.1.label="Desk"', self.ok("render", MAC, MAC + "-settings.cfg").out)
        self.ok("device", "local", MAC, "--discard")
        self.assertNotIn("CHANGED", self.ok("device", "show", MAC).out)
        self.assertNotIn("Desk", self.server.request("/" + MAC + "-phone.cfg").body.decode())
        self.assertEqual([row["version"] for row in self.rows("upload", "list", MAC)], [2, 1])

    def test_a_phone_that_was_changed_verifies_as_it_was_changed(self):
        self.send(OVERRIDES)
        report = self.boot(MAC, "--verify")
        self.assertEqual(report["lines"][0]["password"], "hunter2")

    def test_a_file_that_cannot_be_read_is_kept_and_told(self):
        self.send("<PHONE_CONFIG><OVERRIDES a=")
        self.assertIn("overrides, line 1", self.ok("device", "local", MAC).err)
        self.assertEqual(self.ok("upload", "show", MAC, "overrides").out, "<PHONE_CONFIG><OVERRIDES a=")

    def test_what_was_changed_since_a_revision_and_against_a_file(self):
        (before,) = self.rows("device", "history", MAC)
        old = self.ok("render", MAC, MAC + "-settings.cfg", "--show-secrets").out
        self.ok("device", "set", MAC, "line.1.label=Anna", "line.1.password=second")
        self.ok("layer", "set", "fleet", "time.server=ntp.example.net")
        since = self.ok("render", MAC, "--diff", str(before["revision"])).out
        self.assertIn("reg.1.label (line.1.label, device): (not there) -> Anna", since)
        self.assertIn("reg.1.auth.password (line.1.password, device): [secret] -> [secret]", since)
        self.assertIn("tcpIpApp.sntp.address (time.server, fleet)", since)
        self.assertNotIn("first", since)
        one = self.ok("render", MAC, MAC + "-settings.cfg", "--diff", str(before["revision"]), "--show-secrets").out
        self.assertIn("first -> second", one)
        self.assertNotIn("sntp", one)

        path = self.write("old.cfg", old)
        self.assertIn("reg.1.label (line.1.label, device): (not there) -> Anna",
                      self.ok("render", MAC, MAC + "-settings.cfg", "--diff", path).out)
        self.fails(2, "render", MAC, MAC + "-settings.cfg", "--diff", self.dir + "/none.cfg", says="cannot be read")
        self.fails(2, "render", MAC, "--diff", path, says="FILE")
        self.fails(2, "render", MAC, MAC + "-settings.cfg", "--diff", self.write("bad.cfg", "<x a="), says="line 1")
        self.fails(1, "render", MAC, "--diff", "99999", says="revision")

        table = self.ok("device", "history", MAC).out
        self.assertIn("line.1.label", table)
        self.assertNotIn("second", table)
        self.assertIn("time.server", self.ok("layer", "history", "fleet").out)
        self.fails(2, "layer", "history", "nowhere")

    def test_a_former_version_is_there_after_a_restart(self):
        (before,) = self.rows("device", "history", MAC)
        self.ok("device", "set", MAC, "line.1.label=Anna")
        self.server.stop()
        self.serve()
        self.assertIn("(not there) -> Anna", self.ok("render", MAC, "--diff", str(before["revision"])).out)

    def test_an_address_is_explained(self):
        self.server.request("/" + MAC + ".cfg")
        self.server.request("/" + OTHER + ".cfg")
        self.server.request("/no-such-file.xml")
        told = self.ok("explain", "127.0.0.1").out
        self.assertIn(MAC + " is there (polycom SPIP650)", told)
        self.assertIn("offhook sighting adopt " + OTHER, told)
        self.assertIn("Nothing was heard from 192.0.2.9", self.ok("explain", "192.0.2.9").out)
        self.fails(2, "explain", "phone", says="neither a MAC address nor an IP address")


if __name__ == "__main__":
    house.main()
