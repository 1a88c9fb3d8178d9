#!/usr/bin/env python3
"""Virtual SPA phones boot from trees that are not ours, served by nginx and tftpd-hpa: those of tests/trees, and one whose files gzip
and openssl have made. What each phone must register as is read from the tree by Python's own XML parser. tftpd-hpa is started as
root."""
import os
import shutil
import subprocess
import time
import xml.etree.ElementTree

import house
from boot_nginx import Nginx, free_port
from spa_house import SpaTest, gzip, openssl, profile

TREES = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "trees")
# Each tree with its phones, the files that a phone of it reads in their order, and the firmware that it is to run in the end.
PHONES = {"spa-wazo-style": {"000e08a0f101": "SPA942", "000e08a0f102": "SPA942", "000e08a0f103": "SPA962"},
          "spa-two-stage": {"000e08b0a201": "SPA922", "000e08b0a202": "SPA922"},
          "sealed": {"000e08c0a301": "SPA962", "000e08c0a302": "SPA962"}}
FILES = {"spa-wazo-style": ("spa%s.cfg", "spa-common.xml", "{mac}.xml"), "spa-two-stage": ("spa%s.cfg", "spa{mac}.xml")}
FIRMWARE = {"spa-wazo-style": "6.1.5(a)", "spa-two-stage": "5.1.8", "sealed": "5.2.5"}
KEY = "a phrase of the site's; 16+"


def values_of(folder, names):
    """What a phone has when it has read these, one after the other."""
    out = {}
    for name in names:
        for element in xml.etree.ElementTree.parse(os.path.join(folder, name)).getroot():
            if element.text is not None or len(element) == 0:
                out[element.tag] = (element.text or "").strip()
    return out


def lines_of(values):
    out = []
    for number in range(1, 7):
        user = values.get("User_ID_%d_" % number)
        if user and values.get("Line_Enable_%d_" % number, "Yes") == "Yes":
            has_name = values.get("Use_Auth_ID_%d_" % number) == "Yes"
            out.append((number, user, values["Auth_ID_%d_" % number] if has_name else user, values["Password_%d_" % number],
                        values["Proxy_%d_" % number]))
    return out


class SpaTrees(SpaTest):
    def plant(self, name, url):
        """The tree as a server has it, its addresses those of that server; what each phone is to register as."""
        root = self.dir + "/www"
        if name == "sealed":
            expected = self.make_sealed(root, url)
        else:
            shutil.copytree(os.path.join(TREES, name, "files"), root)
            expected = {mac: lines_of(values_of(root, [(file % model[3:] if "%" in file else file).format(mac=mac) for file in FILES[name]]))
                        for mac, model in PHONES[name].items()}
        for image in ("firmware/spa942-6-1-5a.bin", "firmware/spa962-6-1-5a.bin", "fw/spa962-5-2-5.bin"):
            self.write("www/" + image, b"software" * 20000)
        for folder, _, names in os.walk(root):
            os.chmod(folder, 0o755)
            for file_name in names:
                path = os.path.join(folder, file_name)
                with open(path, "rb") as file:
                    content = file.read()
                for old in (b"http://192.0.2.10", b"tftp://192.0.2.10"):
                    content = content.replace(old, url.encode())
                with open(path, "wb") as file:
                    file.write(content)
                os.chmod(path, 0o644)
        os.chmod(self.dir, 0o755)
        return expected

    def make_sealed(self, root, url):
        """As the guides build one: the default profile brings the key and a folder that nobody guesses, common files are gzipped, own
        ones gzipped and sealed, and the rules have conditions, assignments and options."""
        os.makedirs(root)
        leads = profile(("GPP_SA", KEY), ("GPP_B", "f3a9"), ("Resync_Periodic", "10"),
                        ("Profile_Rule", '( "$PN" eq "SPA-962" )? ( Text_Logo = "$(MAU:6)" ; )! %s/common.gz | /none.cfg' % url),
                        ("Profile_Rule_B", '( $SWVER lt 5.0.0 )? %s/old.cfg | [ --key "$SA" ] %s/$B/$MA.cfg' % (url, url)),
                        ("Profile_Rule_C", "# %s/not-yet.xml" % url), ("Profile_Rule_D", "%s/plain.xml" % url))
        self.write("www/spa962.cfg", leads)
        common = profile(("Resync_Periodic", "3600+60"), ("Primary_NTP_Server", "192.0.2.20"), ("Proxy_1_", "pbx.example.org:5070"),
                         ("Upgrade_Rule", "( $SWVER lt 5.2.5 )? %s/fw/spa962-5-2-5.bin | ( $SWVER gt 9.0.0 )? /x.bin" % url))
        self.write("www/common.gz", gzip(b'<?xml version="1.0"?>\n<!-- gzip made this -->\n' + common))
        self.write("www/plain.xml", b"<site><flat-profile><Station_Name>P&#252;blic</Station_Name></flat-profile></site>")
        out = {}
        for number, mac in enumerate(PHONES["sealed"], 1):
            password = "s3cr&t <%d>" % number
            own = profile(("User_ID_1_", "40%d" % number), ("Password_1_", password), ("Use_Auth_ID_1_", "Yes"),
                          ("Auth_ID_1_", "auth40%d" % number))
            self.write("www/f3a9/%s.cfg" % mac, openssl(gzip(own), KEY) if number == 1 else openssl(own, KEY))
            out[mac] = [(1, "40%d" % number, "auth40%d" % number, password, "pbx.example.org:5070")]
        return out

    def by_nginx(self, name):
        nginx = Nginx(self.dir)
        self.addCleanup(nginx.stop)
        return nginx.url(""), self.plant(name, nginx.url(""))

    def by_tftpd(self, name):
        port = free_port()
        url = "tftp://127.0.0.1:%d" % port
        expected = self.plant(name, url)
        server = subprocess.Popen([shutil.which("in.tftpd") or "/usr/sbin/in.tftpd", "--listen", "--foreground", "--user", "nobody",
                                   "--address", "127.0.0.1:%d" % port, "--secure", self.dir + "/www"], stdin=subprocess.DEVNULL)
        self.addCleanup(server.wait, 10)
        self.addCleanup(server.kill)
        time.sleep(0.3)
        self.assertIsNone(server.poll())
        return url, expected

    def serve_tree(self, name, server):
        url, expected = getattr(self, "by_" + server)(name)
        self.assertEqual(set(expected), set(PHONES[name]))
        for mac, model in PHONES[name].items():
            with self.subTest(mac):
                self.assertTrue(expected[mac])
                first = self.power_on(mac=mac, model=model, url=url + "/")
                again = self.power_on(mac=mac, model=model)
                for report in (first, again):
                    got = [(line["index"], line["user"], line["auth_user"] or line["user"], line["password"], line["registrar"])
                           for line in report["lines"]]
                    self.assertEqual(got, expected[mac], report["steps"])
                    self.assertEqual((report["firmware"], report["problems"]), (FIRMWARE[name], []), report["steps"])
                    self.assertEqual({file["url"].partition(":")[0] for file in report["files"]}, {url.partition(":")[0]})
                self.assertEqual(again["reboots"], 0, again["steps"])
                if name == "sealed":
                    self.check_sealed(mac, again)

    def check_sealed(self, mac, report):
        """Each step of it was one: nothing of this phone's own came to it in plain."""
        self.assertEqual(self.asked(report), ["common.gz", mac + ".cfg", "plain.xml"])
        self.assertEqual((report["steps"].count("decrypted"), report["steps"].count("inflated")), (1, 2 if mac.endswith("1") else 1))
        with open("%s/www/f3a9/%s.cfg" % (self.dir, mac), "rb") as file:
            self.assertEqual(file.read(8), b"Salted__")
        flash = self.flash(mac=mac)
        self.assertEqual([flash[name] for name in ("GPP_B", "Station_Name", "Resync_Periodic", "Text_Logo")],
                         ["f3a9", "P\u00fcblic", "3600+60", mac[6:].upper()])


def add_tests():
    """One for each tree and server, so that each has a folder of its own."""
    for name in PHONES:
        for server in ("nginx", "tftpd"):
            def test(self, name=name, server=server):
                self.serve_tree(name, server)
            setattr(SpaTrees, "test_%s_by_%s" % (name.replace("-", "_"), server), test)


add_tests()

if __name__ == "__main__":
    house.main()
