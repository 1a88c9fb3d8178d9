# MikroTik RouterOS 7 for Offhook: phones find their boot server, everybody else sees no difference.
# NOT RUN HERE against the real thing: it is written from documentation. Read it before you paste it.
# Put the name of your server in place of dhcp1.
#
# Why it is written like this:
# - Each option set belongs to phones. Option 66 for everybody would send PXE clients to the phones' server: so do
#   not attach these sets to a network or a server.
# - s'...' is text; '10.0.0.1' without the s would go out as 4 bytes. 0x... are bytes as they are.
# - Options go out only to a phone that asks for them (its option 55).
# - RouterOS cannot match the beginning of a MAC. Where a family tells no class, make its leases static and give them
#   the set, as the last line of each family does.

# Panasonic KX
# Not certain: enterprise 258: inferred (I).
/ip dhcp-server option
# the provisioning URL, asked for first
add name=offhook-panasonic-160 code=160 value="s'http://192.0.2.10:8080/prov/{MODEL}.cfg'"
# the same, where 160 is switched off
add name=offhook-panasonic-159 code=159 value="s'http://192.0.2.10:8080/prov/{MODEL}.cfg'"
# the same, last
add name=offhook-panasonic-66 code=66 value="s'http://192.0.2.10:8080/prov/{MODEL}.cfg'"
/ip dhcp-server option sets
add name=offhook-panasonic options=offhook-panasonic-160,offhook-panasonic-159,offhook-panasonic-66
/ip dhcp-server matcher
add name=offhook-panasonic-1 server=dhcp1 code=60 matching-type=substring value="0x00000102" option-set=offhook-panasonic
# Left out: MACs in which other devices live too; RouterOS cannot except those that boot by PXE:
# bcc342
/ip dhcp-server lease
set [find where dynamic=no mac-address~"^00:80:F0"] dhcp-option-set=offhook-panasonic

# Polycom SoundPoint IP
/ip dhcp-server option
# the custom option as it is out of the box
add name=offhook-polycom-160 code=160 value="s'http://192.0.2.10:8080/prov'"
# the boot server
add name=offhook-polycom-66 code=66 value="s'http://192.0.2.10:8080/prov'"
/ip dhcp-server option sets
add name=offhook-polycom options=offhook-polycom-160,offhook-polycom-66
/ip dhcp-server matcher
add name=offhook-polycom-1 server=dhcp1 code=60 matching-type=substring value="Polycom" option-set=offhook-polycom
add name=offhook-polycom-2 server=dhcp1 code=60 matching-type=substring value="0x0000363d" option-set=offhook-polycom
/ip dhcp-server lease
set [find where dynamic=no mac-address~"^00:04:F2"] dhcp-option-set=offhook-polycom

# Odd phones
# Left out: option 161: it names the single phone, which this configuration does not know.
# Left out: option 66: it is for tftp alone.
# Left out: option 150: an earlier rule of the family has this option already.
/ip dhcp-server option
# TFTP servers
add name=offhook-odd-150 code=150 value="0xc000020a"
# with a NUL, a NUL behind it
add name=offhook-odd-132 code=132 value="0x3139322e302e322e313000"
# sub-option 66 http://192.0.2.10; sub-option 67 odd.cfg, a NUL behind it
add name=offhook-odd-43 code=43 value="0x4211687474703a2f2f3139322e302e322e313043086f64642e63666700"
# sub-option 1 http://192.0.2.10
add name=offhook-odd-125 code=125 value="0x00001d66130111687474703a2f2f3139322e302e322e3130"
/ip dhcp-server option sets
add name=offhook-odd options=offhook-odd-150,offhook-odd-132,offhook-odd-43,offhook-odd-125
/ip dhcp-server matcher
add name=offhook-odd-1 server=dhcp1 code=60 matching-type=substring value="odd'\"\\ phone" option-set=offhook-odd
