"""A phone that fetches the same image again and again is not offered it any more, until an operator says so; nor is one that
boots again and again the change that it boots for."""
import json
import os
import re
import shutil
import subprocess
import time

from house import HouseTest, main

POLYCOM, OTHER = "0004f2000001", "0004f2000002"
PANASONIC, NEIGHBOUR = "0080f0000001", "0080f0000002"
IMAGES = {"panasonic": 4, "polycom": 8}  # [loop] of the packs
FIRMWARE = "fw/hdv130-02.061.fw"
GENBAND, COLLEAGUE, BOOTS = "b40edc000001", "b40edc000002", 8
REAL_PACKS = os.environ["OFFHOOK_PACKS"]
PORT, VLAN = "sip.local_port", "network.vlan.phone"


class LoopsTest(HouseTest):
    """With packs in which a boot takes no time."""
    def setUp(self):
        super().setUp()
        packs = os.path.join(self.dir, "packs")
        shutil.copytree(REAL_PACKS, packs)
        for family in os.listdir(packs):
            path = os.path.join(packs, family, "family.toml")
            if os.path.exists(path):
                with open(path) as file:
                    text = file.read()
                with open(path, "w") as file:
                    file.write(re.sub(r"(?m)^\[loop\]$", "[loop]\nboot_seconds = 0", text))
        os.environ["OFFHOOK_PACKS"] = packs
        self.addCleanup(os.environ.__setitem__, "OFFHOOK_PACKS", REAL_PACKS)
        self.serve(listen=("http=127.0.0.1:0", "tftp=127.0.0.1:0", "ftp=127.0.0.1:0"))

    def restart(self):
        self.server.kill()
        self.serve(listen=("http=127.0.0.1:0", "tftp=127.0.0.1:0", "ftp=127.0.0.1:0"))

    def curl(self, path, agent="", over="http", source="127.0.0.1"):
        """Whether it came, by curl; what came."""
        account = "PlcmSpIp:PlcmSpIp@" if over == "ftp" else ""
        url = "%s://%s127.0.0.1:%d/%s" % (over, account, self.server.ports[over], path)
        done = subprocess.run(["curl", "-sf", "--max-time", "20", "--interface", source, "-A", agent, "-o", self.dir + "/got", url],
                              check=False)
        if done.returncode != 0:
            return None
        with open(self.dir + "/got", "rb") as file:
            return file.read()


class Images(LoopsTest):
    def firmware(self, name, content, family, version="1"):
        self.ok("firmware", "add", self.write("image", content), "--family", family, "--name", name, "--version", version)

    def agent(self, mac):
        return "Panasonic_KX-HDV130/01.000 (%s)" % mac

    def take(self, mac=PANASONIC):
        return self.curl(FIRMWARE, self.agent(mac))

    def held(self):
        return [(row["mac"], row["file"]) for row in self.rows("loop", "list")]

    def go_round(self, image):
        self.assertIsNotNone(self.curl("Config%s.cfg" % PANASONIC.upper(), self.agent(PANASONIC)))  # it is here
        for _ in range(IMAGES["panasonic"]):
            self.assertEqual(self.take(), image)
        self.assertEqual(self.held(), [])
        self.assertIsNone(self.take())
        self.assertEqual(self.held(), [(PANASONIC, FIRMWARE)])

    def test_the_image_is_held_told_of_and_released(self):
        image = os.urandom(300_000)
        for mac in (PANASONIC, NEIGHBOUR):
            self.add_phone(mac, family="panasonic", model="KX-HDV130", password="pw1")
        self.firmware(FIRMWARE, image, "panasonic")
        self.assertIn("Nothing is held", self.ok("loop", "list").err)
        self.assertNotIn("held back", self.ok("status").out)
        self.go_round(image)

        self.assertIn("1 images are held back", self.ok("status").out)
        self.assertRegex(self.server.log(), "IMAGE_LOOP.*%s fetched %s 4 times" % (PANASONIC, FIRMWARE))
        explained = self.ok("explain", PANASONIC).out
        self.assertIn("fetched %s (digest " % FIRMWARE, explained)
        self.assertIn("`offhook loop release %s %s`" % (PANASONIC, FIRMWARE), explained)
        self.wait_for(lambda: "alarm: a loop, not offered any more: " + FIRMWARE in self.ok("timeline", PANASONIC).out)
        self.assertIn("held", [row["outcome"] for row in self.rows("timeline", PANASONIC)])

        # Only that phone, and only that file.
        self.assertEqual(self.take(NEIGHBOUR), image)
        self.assertIsNotNone(self.curl("Config%s.cfg" % PANASONIC.upper(), self.agent(PANASONIC)))

        # A crash does not begin it anew.
        self.restart()
        self.assertIsNone(self.take())
        self.assertEqual(self.held(), [(PANASONIC, FIRMWARE)])

        self.fails(1, "loop", "release", NEIGHBOUR, says="nothing is held")
        self.fails(1, "loop", "release", PANASONIC, "other.fw", says="nothing is held")
        self.ok("loop", "release", PANASONIC, FIRMWARE)
        self.assertEqual(self.held(), [])
        self.wait_for(lambda: "released by an operator: " + FIRMWARE in self.ok("timeline", PANASONIC).out)
        self.restart()
        self.assertEqual(self.held(), [])
        self.go_round(image)

    def test_another_content_is_offered_at_once(self):
        self.add_phone(PANASONIC, family="panasonic", model="KX-HDV130", password="pw1")
        self.firmware(FIRMWARE, b"broken" * 1000, "panasonic")
        self.go_round(b"broken" * 1000)
        self.firmware(FIRMWARE, b"mended" * 1000, "panasonic", version="2")
        self.assertEqual(self.take(), b"mended" * 1000)
        self.assertEqual(self.held(), [])
        self.wait_for(lambda: "IMAGE_LOOP_ENDED" in self.server.log())
        time.sleep(0.5)  # it is written behind the answer
        self.restart()
        self.assertEqual(self.held(), [])

    def test_over_each_transport_and_without_a_name(self):
        """A boot ROM names nobody with its image: the one that was just heard from there, if it is alone there."""
        self.firmware("sip.ld", b"image" * 1000, "polycom")
        for over, source, mac in (("http", "127.0.0.11", POLYCOM), ("tftp", "127.0.0.12", "0004f2000011"),
                                  ("ftp", "127.0.0.13", "0004f2000012")):
            self.add_phone(mac)
            for i in range(IMAGES["polycom"]):
                self.assertIsNotNone(self.curl(mac + ".cfg", over=over, source=source), over)
                self.assertEqual(self.curl("sip.ld", over=over, source=source), b"image" * 1000, (over, i))
            self.assertIsNone(self.curl("sip.ld", over=over, source=source), over)
            self.assertIn((mac, "sip.ld"), self.held())

    def test_two_phones_behind_one_address(self):
        self.firmware("sip.ld", b"image" * 1000, "polycom")
        for mac in (POLYCOM, OTHER):
            self.add_phone(mac)
        for i in range(2 * IMAGES["polycom"]):
            self.assertIsNotNone(self.curl((POLYCOM, OTHER)[i % 2] + ".cfg"))
            self.assertEqual(self.curl("sip.ld"), b"image" * 1000)
        self.assertEqual(self.held(), [])

    def test_a_phone_with_a_broken_image(self):
        """It keeps the firmware that it has, with the image and without it, and its settings come as ever."""
        self.add_phone(POLYCOM)
        self.firmware("sip.ld", b"no image at all", "polycom")
        for i in range(IMAGES["polycom"] + 2):
            report = self.boot(POLYCOM)
            self.assertEqual(bool(self.held()), i >= IMAGES["polycom"], i)
        self.assertEqual(self.outcomes(report)[POLYCOM + "-settings.cfg"], "fetched")
        self.assertRegex(self.server.log(), "BOOT_LOOP.*%s took the same settings" % POLYCOM)
        self.wait_for(lambda: "alarm: a loop, it took the same settings" in self.ok("timeline", POLYCOM).out)
        self.assertIn("It boots again and again", self.ok("explain", POLYCOM).out)


class Changes(LoopsTest):
    def furnish(self):
        """Two phones that have run for a while, of one site."""
        self.ok("layer", "set", "fleet", PORT + "=5070")
        for mac, user in ((GENBAND, "101"), (COLLEAGUE, "102")):
            self.add_phone(mac, family="genband-ip88", model="IP8830", user=user, password="pw1")
            self.assertEqual(self.port(mac), "5070")

    def file(self, mac=GENBAND, **more):
        content = self.curl(mac, **more)
        self.assertIsNotNone(content, mac)
        return content.decode()

    def field(self, name, text):
        found = [line.partition(" ")[2] for line in text.splitlines() if line.startswith(name + " ")]
        return found[0] if found else None

    def port(self, mac=GENBAND, **more):
        return self.field("local_udp_port", self.file(mac, **more))

    def held(self):
        return [(row["mac"], row["setting"], row["former"]) for row in self.rows("loop", "list")]

    def go_round(self, value, **more):
        """It takes the same settings as often as it may, and once more."""
        for _ in range(BOOTS):
            self.assertEqual(self.port(**more), value)
        self.assertEqual(self.held(), [])
        self.assertEqual(self.port(**more), value)

    def test_the_change_is_withheld_told_of_and_released(self):
        self.furnish()
        self.ok("layer", "set", "fleet", PORT + "=5090")
        self.go_round("5090")
        self.wait_for(lambda: self.held() == [(GENBAND, PORT, "5070")])
        self.assertEqual(self.port(), "5070")
        self.assertEqual(self.port(COLLEAGUE), "5090", "only that phone")

        self.assertRegex(self.server.log(), "CHANGE_LOOP .*%s booted 9 times since .* for the change of %s" % (GENBAND, PORT))
        self.assertIn("1 changes are held back", self.ok("status").out)
        self.assertIn("5090", self.ok("loop", "list").out)
        explained = self.ok("explain", GENBAND).out
        self.assertIn("%s was changed from '5070' to '5090'" % PORT, explained)
        self.assertIn("`offhook loop release %s %s`" % (GENBAND, PORT), explained)
        self.wait_for(lambda: "alarm: a loop, not offered any more: " + PORT in self.ok("timeline", GENBAND).out)
        self.assertIn("held_back", self.ok("render", GENBAND, GENBAND, "--provenance").out)

        # Everything else arrives.
        self.ok("device", "set", GENBAND, "line.1.display_name=Zoe")
        self.ok("layer", "set", "fleet", VLAN + "=7")
        for _ in range(2):
            text = self.file()
            self.assertEqual([self.field(name, text) for name in ("line1_displayname", "phone_vlan_id", "local_udp_port")],
                             ["Zoe", "7", "5070"])
            self.restart()  # a crash does not begin it anew
        self.assertEqual(self.held(), [(GENBAND, PORT, "5070")])

        self.fails(1, "loop", "release", COLLEAGUE, says="nothing is held")
        self.fails(1, "loop", "release", GENBAND, VLAN, says="nothing is held")
        self.ok("loop", "release", GENBAND, PORT)
        self.assertEqual((self.held(), self.port()), ([], "5090"))
        self.wait_for(lambda: "released by an operator: " + PORT in self.ok("timeline", GENBAND).out)

    def test_who_is_faster_than_a_boot_loses_nothing(self):
        """An administrator who looks at a file again and again."""
        os.environ["OFFHOOK_PACKS"] = REAL_PACKS
        self.restart()
        self.furnish()
        self.ok("layer", "set", "fleet", PORT + "=5090")
        for _ in range(3 * BOOTS):
            self.assertEqual(self.port(), "5090")
        self.assertEqual(self.held(), [])

    def test_another_value_is_offered_at_once_and_ends_it(self):
        self.furnish()
        self.ok("device", "set", GENBAND, PORT + "=5090")
        self.go_round("5090")
        self.wait_for(lambda: self.held() == [(GENBAND, PORT, "5070")])
        self.assertEqual(self.port(), "5070")
        self.ok("layer", "set", "fleet", PORT + "=5080")
        self.assertEqual((len(self.held()), self.port()), (1, "5070"), "the device's own hides it")
        self.ok("device", "set", GENBAND, PORT + "=5095")
        self.assertEqual((self.held(), self.port()), ([], "5095"))
        self.assertRegex(self.server.log(), "CHANGE_LOOP_ENDED.*%s: %s" % (GENBAND, PORT))
        self.restart()
        self.assertEqual((self.held(), self.port()), ([], "5095"))

    def test_a_stranger_withholds_nothing(self):
        self.furnish()
        self.ok("device", "set", GENBAND, PORT + "=5090")
        self.go_round("5090", source="127.0.0.9")
        self.wait_for(lambda: "BOOT_LOOP" in self.server.log())
        self.assertEqual(self.port(source="127.0.0.9"), "5090")
        self.ok("device", "set", COLLEAGUE, PORT + "=5091")  # behind what the stranger's boots may have caused
        for _ in range(BOOTS + 1):
            self.port(COLLEAGUE)
        self.wait_for(lambda: [row[0] for row in self.held()] == [COLLEAGUE])

    def test_a_phone_that_forgets_what_restarts_it(self):
        """A virtual one, out of its box each time: it comes again and again, and ends with what it had."""
        self.furnish()
        self.ok("device", "set", GENBAND, VLAN + "=7")
        for boots in range(BOOTS + 1):  # it restarts within one, too, and comes again
            if self.held():
                break
            self.boot_genband()
        self.assertGreater(boots, 1)
        self.wait_for(lambda: self.held() == [(GENBAND, VLAN, None)])
        self.boot_genband()
        self.assertIsNone(self.field("phone_vlan_id", self.file()))

    def boot_genband(self):
        done = self.cli("boot", "--family", "genband-ip88", "--model", "IP8830", "--mac", GENBAND, "--json", "--timeout", "3", "--url",
                        self.server.url("", "http"))
        self.assertEqual(json.loads(done.out)["state"], "ready", done)


if __name__ == "__main__":
    main()
