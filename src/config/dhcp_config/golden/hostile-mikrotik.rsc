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
add name=offhook-panasonic-160 code=160 value="0x687474703a2f2f682f612c62276322645c65246660673b6823697b4d4f44454c7d3f6a2534317d6b2f7b4d4f44454c7d2e636667"
# the same, where 160 is switched off
add name=offhook-panasonic-159 code=159 value="0x687474703a2f2f682f612c62276322645c65246660673b6823697b4d4f44454c7d3f6a2534317d6b2f7b4d4f44454c7d2e636667"
# the same, last
add name=offhook-panasonic-66 code=66 value="0x687474703a2f2f682f612c62276322645c65246660673b6823697b4d4f44454c7d3f6a2534317d6b2f7b4d4f44454c7d2e636667"
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
add name=offhook-polycom-160 code=160 value="s'tftp://192.0.2.1'"
# the boot server
add name=offhook-polycom-66 code=66 value="s'tftp://192.0.2.1'"
/ip dhcp-server option sets
add name=offhook-polycom options=offhook-polycom-160,offhook-polycom-66
/ip dhcp-server matcher
add name=offhook-polycom-1 server=dhcp1 code=60 matching-type=substring value="Polycom" option-set=offhook-polycom
add name=offhook-polycom-2 server=dhcp1 code=60 matching-type=substring value="0x0000363d" option-set=offhook-polycom
/ip dhcp-server lease
set [find where dynamic=no mac-address~"^00:04:F2"] dhcp-option-set=offhook-polycom
