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
  Set-DhcpServerv4OptionValue -ScopeId $scope -PolicyName 'offhook-panasonic' -OptionId 160 -Value 'http://h/a,b''c"d\e$f`g;h#i{MODEL}?j%41}k/{MODEL}.cfg'
  # the same, where 160 is switched off
  Set-DhcpServerv4OptionValue -ScopeId $scope -PolicyName 'offhook-panasonic' -OptionId 159 -Value 'http://h/a,b''c"d\e$f`g;h#i{MODEL}?j%41}k/{MODEL}.cfg'
  # the same, last
  Set-DhcpServerv4OptionValue -ScopeId $scope -PolicyName 'offhook-panasonic' -OptionId 66 -Value 'http://h/a,b''c"d\e$f`g;h#i{MODEL}?j%41}k/{MODEL}.cfg'
}

# Polycom SoundPoint IP
Add-DhcpServerv4Class -Type Vendor -Name 'offhook-polycom-1' -Data 'Polycom'
foreach ($scope in $scopes) {
  Add-DhcpServerv4Policy -Name 'offhook-polycom' -ScopeId $scope -Condition OR -VendorClass EQ,'offhook-polycom-1*' -MacAddress EQ,'0004F2*'
  # the custom option as it is out of the box
  Set-DhcpServerv4OptionValue -ScopeId $scope -PolicyName 'offhook-polycom' -OptionId 160 -Value 'tftp://192.0.2.1'
  # the boot server
  Set-DhcpServerv4OptionValue -ScopeId $scope -PolicyName 'offhook-polycom' -OptionId 66 -Value 'tftp://192.0.2.1'
}
