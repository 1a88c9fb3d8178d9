#!/usr/bin/env python3
"""A Panasonic phone is told in three files what fleet, site, model and its own layer say, and a secret in its own alone."""
import json
import re

import house

MAC = "0080f0000001"
SECRET = "a model's own secret"


class PanasonicLayers(house.HouseTest):
    def setUp(self):
        super().setUp()
        self.serve()
        self.ok("site", "add", "berlin")
        self.ok("group", "add", "desks")
        self.ok("layer", "set", "fleet", "time.server=fleet.example.net", "time.server_interval=7200",
                "line.1.registrar.host=fleet-pbx.example.net", "audio.codecs=pcmu pcma", "line.1.display_name=Everybody")
        self.ok("layer", "set", "site/berlin", "line.1.registrar.host=berlin-pbx.example.net",
                "line.1.voicemail.number=8000")
        self.ok("model", "set", "panasonic/KX-HDV130", "line.1.registrar.host=model-pbx.example.net",
                "line.1.voicemail.number=8130", "line.1.registrar.expiry=600", "line.2.password=" + SECRET)
        self.ok("layer", "set", "group/desks", "line.1.registrar.expiry=900", "line.1.display_name=")
        self.ok("device", "add", MAC, "--family", "panasonic", "--model", "KX-HDV130", "--site", "berlin", "--group",
                "desks", "--set", "line.1.user=101", "--set", "line.1.password=" + house.PASSWORD.replace('"', ""),
                "--set", "line.1.voicemail.number=8101")

    def boot(self):
        """A boot from nothing: its report, and what the phone's flash holds after it."""
        state = self.dir + "/phone"
        done = self.cli("boot", "--family", "panasonic", "--model", "KX-HDV130", "--mac", MAC, "--json", "--state", state,
                        "--url", self.server.url("/{MODEL}.cfg"))
        report = json.loads(done.out)
        self.assertEqual((report["state"], done.code), ("ready", 0), done.err)
        with open(state + "/flash.json", encoding="utf-8") as file:
            return report, json.load(file)["parameters"]

    def file(self, name):
        answer = self.server.request("/" + name)
        self.assertEqual(answer.status, 200, name)
        return dict(re.findall(r'^(\w+)="(.*)"\r?$', answer.body.decode(), re.M))

    def test_each_layer_reaches_the_phone(self):
        # The shared files belong to the site that the request comes from; this one has the network that we are in.
        self.ok("site", "set", "berlin", "--network", "127.0.0.0/8")
        report, told = self.boot()
        self.assertEqual([file["name"] for file in report["files"]],
                         ["KX-HDV130.cfg", "Config%s.cfg" % MAC.upper(), "ConfigKX-HDV130.cfg", "ConfigCommon.cfg"])
        expected = {"NTP_ADDR": "fleet.example.net", "SIP_RGSTR_ADDR_1": "model-pbx.example.net",
                    "REG_EXPIRE_TIME_1": "900", "DISPLAY_NAME_1": "", "VM_NUMBER_1": "8101", "SIP_PASS_2": SECRET,
                    "SIP_URI_1": "101"}
        self.assertEqual({name: told.get(name) for name in expected}, expected)
        master, product = self.file("ConfigCommon.cfg"), self.file("ConfigKX-HDV130.cfg")
        self.assertEqual(master["SIP_RGSTR_ADDR_1"], "berlin-pbx.example.net")
        self.assertIn("CODEC_ENABLE0_16", master)  # no model is known there
        self.assertEqual(product, {"SIP_RGSTR_ADDR_1": "model-pbx.example.net", "SIP_PRXY_ADDR_1": "model-pbx.example.net",
                                   "VM_NUMBER_1": "8130", "REG_EXPIRE_TIME_1": "600"})
        own = self.file("Config%s.cfg" % MAC)
        self.assertNotIn("NTP_ADDR", own)
        self.assertEqual(own["VM_NUMBER_1"], "8101")

    def test_a_change_of_the_model_is_seen_by_that_model_alone(self):
        before = self.server.request("/ConfigKX-HDV230.cfg").headers["etag"]
        mine = self.server.request("/ConfigKX-HDV130.cfg").headers["etag"]
        self.ok("model", "set", "panasonic/KX-HDV130", "time.server=model.example.net")
        self.assertEqual(self.server.request("/ConfigKX-HDV230.cfg").headers["etag"], before)
        self.assertNotEqual(self.server.request("/ConfigKX-HDV130.cfg").headers["etag"], mine)
        self.assertEqual(self.file("ConfigKX-HDV130N.cfg")["NTP_ADDR"], "model.example.net")

    def test_people_are_told_whose_settings_they_are(self):
        shown = self.ok("device", "show", MAC).out
        self.assertIn("layers: fleet, site berlin, model panasonic/KX-HDV130, group desks, device", shown)
        self.assertIn("model show panasonic/KX-HDV130", self.ok("explain", MAC).out)
        product = self.ok("render", MAC, "ConfigKX-HDV130.cfg", "--provenance").out
        self.assertRegex(product, r"REG_EXPIRE_TIME_1 +600 +model +line\.1\.registrar\.expiry")
        own = self.ok("render", MAC, "Config%s.cfg" % MAC, "--provenance").out
        self.assertRegex(own, r"SIP_PASS_2 +\[secret\] +model +line\.2\.password")
        self.assertIn("ConfigCommon.cfg", self.ok("render", MAC).out)
        layer = self.ok("model", "show", "panasonic/KX-HDV130").out
        self.assertIn("line.1.registrar.expiry = 600", layer)
        self.assertNotIn(SECRET, layer)
        self.assertIn(SECRET, self.ok("model", "show", "panasonic/KX-HDV130", "--show-secrets").out)
        self.assertEqual([(row["model"], row["devices"], row["settings"]) for row in self.rows("model", "list")],
                         [("KX-HDV130", 1, 4)])
        self.fails(1, "model", "set", "panasonic/KX-HDV130N", "phone.label=x", says="did you mean KX-HDV130?")
        self.fails(2, "model", "show", "KX-HDV130", says="model/FAMILY/MODEL")

    def test_it_survives_a_restart_and_goes_with_its_last_setting(self):
        self.server.stop()
        self.serve()
        self.assertEqual(self.file("ConfigKX-HDV130.cfg")["REG_EXPIRE_TIME_1"], "600")
        self.ok("model", "set", "panasonic/KX-HDV130", "--unset", "line.1.registrar.host", "--unset",
                "line.1.voicemail.number", "--unset", "line.1.registrar.expiry", "--unset", "line.2.password")
        self.assertEqual(self.file("ConfigKX-HDV130.cfg"), {})
        self.assertEqual([row["settings"] for row in self.rows("model", "list")], [0])


if __name__ == "__main__":
    house.main()
