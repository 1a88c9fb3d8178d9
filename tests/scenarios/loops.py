"""A phone that fetches the same image again and again is not offered it any more, until an operator says so."""
import os
import subprocess
import time

from house import HouseTest, main

POLYCOM, OTHER = "0004f2000001", "0004f2000002"
PANASONIC, NEIGHBOUR = "0080f0000001", "0080f0000002"
IMAGES = {"panasonic": 4, "polycom": 8}  # [loop] of the packs
FIRMWARE = "fw/hdv130-02.061.fw"


class Loops(HouseTest):
    def setUp(self):
        super().setUp()
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


if __name__ == "__main__":
    main()
