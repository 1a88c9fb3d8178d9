# Windows Server DHCP (PowerShell) for Offhook: phones find their boot server, everybody else sees no difference.
# NOT RUN HERE against the real thing: it is written from documentation. Read it before you run it.
# Run it on the DHCP server as an administrator, with your scopes in the next line.
#
# Why it is written like this:
# - Each value belongs to a policy. Option 66 for everybody would send PXE clients to the phones' server.
# - A policy looks at MACs by their beginning, and at vendor classes by what they are defined as below.
# - A vendor class here is text: phones with a binary option 60 are found by their MAC.
# - Windows may put a NUL behind texts; phones trim it.
# - Texts stand in apostrophes, in which PowerShell replaces nothing.
$scopes = @('10.0.0.0')

if (-not (Get-DhcpServerv4OptionDefinition -OptionId 125 -ErrorAction SilentlyContinue)) {
  Add-DhcpServerv4OptionDefinition -OptionId 125 -Name 'offhook-125' -Type BinaryData
}
if (-not (Get-DhcpServerv4OptionDefinition -OptionId 132 -ErrorAction SilentlyContinue)) {
  Add-DhcpServerv4OptionDefinition -OptionId 132 -Name 'offhook-132' -Type BinaryData
}
if (-not (Get-DhcpServerv4OptionDefinition -OptionId 150 -ErrorAction SilentlyContinue)) {
  Add-DhcpServerv4OptionDefinition -OptionId 150 -Name 'offhook-150' -Type IPv4Address -MultiValued
}
if (-not (Get-DhcpServerv4OptionDefinition -OptionId 159 -ErrorAction SilentlyContinue)) {
  Add-DhcpServerv4OptionDefinition -OptionId 159 -Name 'offhook-159' -Type String
}
if (-not (Get-DhcpServerv4OptionDefinition -OptionId 160 -ErrorAction SilentlyContinue)) {
  Add-DhcpServerv4OptionDefinition -OptionId 160 -Name 'offhook-160' -Type String
}

# Panasonic KX
# Not certain: enterprise 258: inferred (I).
# Left out: MACs in which other devices live too; a policy cannot except those that boot by PXE:
# bcc342
foreach ($scope in $scopes) {
  Add-DhcpServerv4Policy -Name 'offhook-panasonic' -ScopeId $scope -Condition OR -MacAddress EQ,'0080F0*'
  # the provisioning URL, asked for first
  Set-DhcpServerv4OptionValue -ScopeId $scope -PolicyName 'offhook-panasonic' -OptionId 160 -Value 'http://192.0.2.10:8080/prov/{MODEL}.cfg'
  # the same, where 160 is switched off
  Set-DhcpServerv4OptionValue -ScopeId $scope -PolicyName 'offhook-panasonic' -OptionId 159 -Value 'http://192.0.2.10:8080/prov/{MODEL}.cfg'
  # the same, last
  Set-DhcpServerv4OptionValue -ScopeId $scope -PolicyName 'offhook-panasonic' -OptionId 66 -Value 'http://192.0.2.10:8080/prov/{MODEL}.cfg'
}

# Polycom SoundPoint IP
Add-DhcpServerv4Class -Type Vendor -Name 'offhook-polycom-1' -Data 'Polycom'
foreach ($scope in $scopes) {
  Add-DhcpServerv4Policy -Name 'offhook-polycom' -ScopeId $scope -Condition OR -VendorClass EQ,'offhook-polycom-1*' -MacAddress EQ,'0004F2*'
  # the custom option as it is out of the box
  Set-DhcpServerv4OptionValue -ScopeId $scope -PolicyName 'offhook-polycom' -OptionId 160 -Value 'http://192.0.2.10:8080/prov'
  # the boot server
  Set-DhcpServerv4OptionValue -ScopeId $scope -PolicyName 'offhook-polycom' -OptionId 66 -Value 'http://192.0.2.10:8080/prov'
}

# Odd phones
# Left out: option 161: it names the single phone, which this configuration does not know.
# Left out: option 66: it is for tftp alone.
# Left out: option 150: an earlier rule of the family has this option already.
Add-DhcpServerv4Class -Type Vendor -Name 'offhook-odd-1' -Data 'odd''"\ phone'
foreach ($scope in $scopes) {
  Add-DhcpServerv4Policy -Name 'offhook-odd' -ScopeId $scope -Condition OR -VendorClass EQ,'offhook-odd-1*'
  # TFTP servers
  Set-DhcpServerv4OptionValue -ScopeId $scope -PolicyName 'offhook-odd' -OptionId 150 -Value '192.0.2.10'
  # with a NUL, a NUL behind it
  Set-DhcpServerv4OptionValue -ScopeId $scope -PolicyName 'offhook-odd' -OptionId 132 -Value '0x31','0x39','0x32','0x2e','0x30','0x2e','0x32','0x2e','0x31','0x30','0x00'
  # sub-option 66 http://192.0.2.10; sub-option 67 odd.cfg, a NUL behind it
  Set-DhcpServerv4OptionValue -ScopeId $scope -PolicyName 'offhook-odd' -OptionId 43 -Value '0x42','0x11','0x68','0x74','0x74','0x70','0x3a','0x2f','0x2f','0x31','0x39','0x32','0x2e','0x30','0x2e','0x32','0x2e','0x31','0x30','0x43','0x08','0x6f','0x64','0x64','0x2e','0x63','0x66','0x67','0x00'
  # sub-option 1 http://192.0.2.10
  Set-DhcpServerv4OptionValue -ScopeId $scope -PolicyName 'offhook-odd' -OptionId 125 -Value '0x00','0x00','0x1d','0x66','0x13','0x01','0x11','0x68','0x74','0x74','0x70','0x3a','0x2f','0x2f','0x31','0x39','0x32','0x2e','0x30','0x2e','0x32','0x2e','0x31','0x30'
}
