#pragma once
/// @file  The files of a new pack. @NAME@ and @TITLE@ are the family's.
///
/// They are read by whoever writes his first pack: each says in comments what else may stand there.
#include <string_view>
#include <utility>

namespace offhook::config {

inline constexpr std::pair<std::string_view, std::string_view> scaffold_texts[] = {
    {"family.toml", R"(# @TITLE@: who asks, for which files. The language is docs/packs.md.
# What stands here is an example. Whatever you have not read in a guide or seen on a phone is marked I.
schema = 1
name = "@NAME@"
title = "@TITLE@"
ouis = [] # the first six digits of its phones' addresses: "0004f2"

# How its phones name themselves to an HTTP server; {mac} {model} {version} {stage} where they do.
[[request]]
user_agent = "@NAME@ {model} {version} {mac}"
source = "an example"
confidence = "I"

# The phone's own file: lines, passwords, and all else that differs from the shared file.
[[document]]
kind = "phone"
path = "@NAME@-{mac}.cfg"
syntax = "polycom-attributes" # the grammars are listed where you write one that is none
scope = "device"
content = "own"
needed = true
summary = "this phone's own settings: without it the phone has nothing to register"

# What fleet and site say, for all of its phones; never a secret.
[[document]]
kind = "site"
path = "@NAME@-common.cfg"
syntax = "polycom-attributes"
scope = "site"
content = "shared"
needed = false
summary = "the settings that all phones of a site share"

# What phones send, what else they ask for, and what they have by themselves:
#
# [[upload]]
# kind = "log"
# path = "@NAME@-{mac}.log"
# append = "allowed"
# summary = "what the phone writes about itself"
# source = "…"
# confidence = "I"
#
# [[firmware]]
# kind = "image"
# path = "@NAME@-{part}.img"
# needed = false
# summary = "the phone's software; without it the phone keeps its own"
# source = "…"
# confidence = "I"
#
# [defaults]
# "web.port" = 80
)"},
    {"models.toml",
     R"(# One table for each model. Part numbers stand in names of files, aliases in what phones call themselves.
[model.EXAMPLE-1]
lines = 2
keys = 4
aliases = ["EXAMPLE1"]

# [columns]            # facts of your own about models
# wifi = "has Wi-Fi"
# [series.desk]        # what models share
# lines = 6
# [model.EXAMPLE-2]
# series = "desk"
)"},
    {"parameters.toml",
     R"(# What its phones call their parameters, mapped or not. Marks: G guide, C code or capture, U later documents,
# I inferred, B common knowledge. README.md, Sources, says what a short name means.
# Further columns: range = "1..65535" or "a|b", default = "…", reboots = true, since = "3.2".
"account.{n}.user" = { type = "text", source = "an example", confidence = "I" }
"account.{n}.password" = { type = "text", secret = true, source = "an example", confidence = "I" }
"account.{n}.server" = { type = "host", source = "an example", confidence = "I" }
"account.{n}.transport" = { type = "choice", range = "0|1|2", source = "an example", confidence = "I" }
"time.server" = { type = "host", source = "an example", confidence = "I" }
)"},
    {"settings.toml",
     R"(# Our settings in its phones' words, both ways. `offhook setting list` has all of ours, docs/packs.md what else a row
# may say. A row whose words are from elsewhere than its parameter states `source` and `confidence` of its own.
["line.{n}.user"]
write = "account.{n}.user"

["line.{n}.password"]
write = "account.{n}.password"

["line.{n}.registrar.host"]
write = "account.{n}.server"

["line.{n}.registrar.transport"]
write = "account.{n}.transport"
source = "an example: the numbers are made up"
confidence = "I"
values = { udp = "0", tcp = "1", tls = "2" }

["time.server"]
write = "time.server"

# Several settings in one parameter:
#
# [[text]]
# write = "account.{n}.server"
# with = { host = "line.{n}.registrar.host", port = "line.{n}.registrar.port" }
# forms = ["{host}:{port}", "{host}"]

# What the family has no place for, and why: operators are told so.
[unmapped]
"phone.label" = "an example: nobody has looked yet whether its screen has a place for it"
)"},
    {"discovery.toml",
     R"(# How its phones look for their server, and what they can be told. Schemes: what they fetch by, the best first.
schemes = ["https", "http", "tftp"]

[[notify]]
event = "check-sync"
source = "an example: most makes have it"
confidence = "I"

[[offer]]
method = "dhcp4"
option = 66
value = "<url>"
summary = "the address of the server"
source = "an example"
confidence = "I"

# [[class]]
# option_60 = "@NAME@{name}"   # how DHCP knows its phones
# source = "…"
# confidence = "I"
)"},
    {"samples/requests.txt",
     R"(# What its phones ask, recorded or composed, and what the pack must say of it. MACs are made up.
# Source  an example.

GET /@NAME@-02005e100001.cfg
User-Agent: @NAME@ EXAMPLE1 1.0.2 02005e100001
=> document phone; model EXAMPLE-1; version 1.0.2; mac 02005e100001

GET /@NAME@-common.cfg
=> document site

GET /@NAME@-02005e1000.cfg
=> nothing
)"},
    {"golden/line.txt", R"(model EXAMPLE-1
line.1.user = 201
line.1.password = s3cret
line.1.registrar.host = pbx.example.net
line.1.registrar.transport = tls
time.server = ntp.example.net
--- parameters
account.1.user = 201
account.1.password = s3cret
account.1.server = pbx.example.net
account.1.transport = 2
time.server = ntp.example.net
)"},
    {"golden/documents/phone.txt", R"(document phone
model EXAMPLE-1
mac 02005e100001
--- site
time.server = ntp.example.net
--- device
line.1.user = 201
line.1.password = s3cret
--- text
<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<polycomConfig>
  <account
    account.1.user="201"
    account.1.password="s3cret"/>
</polycomConfig>
)"},
    {"golden/documents/site.txt", R"(document site
--- site
time.server = ntp.example.net
--- text
<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<polycomConfig>
  <time
    time.server="ntp.example.net"/>
</polycomConfig>
)"},
    {"README.md", R"(# @TITLE@

Which models and firmware this pack is for, and what is not in it yet.

## Identification

* Paths: `@NAME@-{mac}.cfg` names the phone.
* User-Agent: an example (I).
* OUIs: none yet.

## Boot order

1. How a phone out of its box finds the server.
2. What it asks for, in which order, and what it does where something is missing.

## Files

What each file holds, and which counts where two say the same.

## Formats

What a file looks like, and what cannot stand in it.

## Security

How passwords travel, what its phones check, which files can be encrypted.

## Quirks

* What surprised you.

## Sources

What the short names in the pack's sources mean. Marks as in docs/packs.md.

## Verified on

No real phone yet. samples/ and golden/ are examples.
)"},
};

} // namespace offhook::config
