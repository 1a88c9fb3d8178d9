#pragma once
/// @file  The catalogue's tables, as the migrations that made them. Append; never edit one that was released.
#include <array>
#include <string_view>

namespace offhook::catalogue {

/// Whatever has settings is a layer, and its id is the layer's: `setting` needs one key, and deleting the layer deletes
/// all. Ids are never used twice (AUTOINCREMENT), because sealed values are bound to them.
/// MACs are integers; times are milliseconds since 1970; absent is NULL for references and '' for text.
inline constexpr std::array<std::string_view, 10> catalogue_migrations{R"sql(
CREATE TABLE catalogue (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    revision INTEGER NOT NULL,
    key_check TEXT NOT NULL
);
INSERT INTO catalogue VALUES (1, 0, '');
CREATE TABLE layer (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('fleet', 'site', 'group', 'device'))
);
INSERT INTO layer VALUES (1, 'site'), (2, 'fleet');
CREATE TABLE setting (
    layer INTEGER NOT NULL REFERENCES layer (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    value TEXT,
    sealed TEXT,
    PRIMARY KEY (layer, name),
    CHECK ((value IS NULL) <> (sealed IS NULL))
) WITHOUT ROWID;
CREATE TABLE fleet (
    id INTEGER PRIMARY KEY REFERENCES layer (id),
    revision INTEGER NOT NULL,
    phonebook_revision INTEGER NOT NULL
);
INSERT INTO fleet VALUES (2, 0, 0);
CREATE TABLE site (
    id INTEGER PRIMARY KEY REFERENCES layer (id) ON DELETE CASCADE,
    name TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    networks TEXT NOT NULL,
    token_sealed TEXT NOT NULL,
    policy TEXT NOT NULL,
    revision INTEGER NOT NULL,
    phonebook_revision INTEGER NOT NULL
);
INSERT INTO site VALUES (1, 'default', '', '', '', '', 0, 0);
CREATE TABLE device_group (
    id INTEGER PRIMARY KEY REFERENCES layer (id) ON DELETE CASCADE,
    name TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    site INTEGER REFERENCES site (id),
    revision INTEGER NOT NULL
);
CREATE TABLE device (
    id INTEGER PRIMARY KEY REFERENCES layer (id) ON DELETE CASCADE,
    mac INTEGER NOT NULL UNIQUE,
    wifi_mac INTEGER,
    serial TEXT NOT NULL,
    family TEXT NOT NULL,
    model TEXT NOT NULL,
    note TEXT NOT NULL,
    site INTEGER NOT NULL REFERENCES site (id),
    device_group INTEGER REFERENCES device_group (id),
    revision INTEGER NOT NULL
);
CREATE UNIQUE INDEX device_wifi_mac ON device (wifi_mac) WHERE wifi_mac IS NOT NULL;
CREATE UNIQUE INDEX device_serial ON device (family, serial) WHERE serial <> '';
CREATE INDEX device_site ON device (site, mac);
CREATE INDEX device_device_group ON device (device_group, mac) WHERE device_group IS NOT NULL;
CREATE TABLE former_mac (
    device INTEGER NOT NULL REFERENCES device (id) ON DELETE CASCADE,
    mac INTEGER NOT NULL,
    replaced_at INTEGER NOT NULL
);
CREATE INDEX former_mac_device ON former_mac (device);
CREATE TABLE phonebook_entry (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    site INTEGER REFERENCES site (id) ON DELETE CASCADE,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    number TEXT NOT NULL,
    label TEXT NOT NULL,
    note TEXT NOT NULL
);
CREATE INDEX phonebook_entry_site ON phonebook_entry (site, last_name, first_name);
CREATE TABLE sighting (
    mac INTEGER PRIMARY KEY,
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    count INTEGER NOT NULL,
    source TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    path TEXT NOT NULL,
    family TEXT NOT NULL
);
CREATE INDEX sighting_last_seen ON sighting (last_seen);
)sql",
                                                                       // Rotated tokens, first-contact windows.
                                                                       R"sql(
ALTER TABLE site ADD COLUMN previous_token_sealed TEXT NOT NULL DEFAULT '';
ALTER TABLE site ADD COLUMN first_contact_minutes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE device ADD COLUMN first_contact_until INTEGER NOT NULL DEFAULT 0;
)sql",
                                                                       // Uploads, firmware and assets.
                                                                       R"sql(
CREATE TABLE upload (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    device INTEGER NOT NULL REFERENCES device (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    version INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    hash TEXT NOT NULL,
    content BLOB,
    is_blob INTEGER NOT NULL,
    stored_at INTEGER NOT NULL,
    transport TEXT NOT NULL,
    source TEXT NOT NULL
);
CREATE UNIQUE INDEX upload_version ON upload (device, kind, version);
CREATE INDEX upload_blob ON upload (hash) WHERE is_blob = 1;
CREATE TABLE stored_file (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    role TEXT NOT NULL CHECK (role IN ('firmware', 'asset')),
    family TEXT NOT NULL,
    site INTEGER REFERENCES site (id),
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    models TEXT NOT NULL,
    hash TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    stored_at INTEGER NOT NULL
);
CREATE INDEX stored_file_hash ON stored_file (hash);
)sql",
                                                                       // Contents that grow, in parts.
                                                                       R"sql(
ALTER TABLE upload ADD COLUMN body INTEGER NOT NULL DEFAULT 0;
CREATE TABLE upload_part (
    body INTEGER NOT NULL,
    position INTEGER NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (body, position)
);
)sql",
                                                                       // Leases. Texts are as clients send them, any
                                                                       // bytes: in hexadecimal.
                                                                       R"sql(
CREATE TABLE lease (
    address TEXT PRIMARY KEY,
    mac INTEGER NOT NULL,
    client_id TEXT NOT NULL,
    host_name TEXT NOT NULL,
    vendor_class TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('bound', 'released', 'declined')),
    since INTEGER NOT NULL,
    until INTEGER NOT NULL
) WITHOUT ROWID;
)sql",
                                                                       // Layers of models. A check of a table cannot be
                                                                       // changed, so `layer` is made anew, with its
                                                                       // counter: an id never comes again.
                                                                       R"sql(
CREATE TABLE layer_new (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('fleet', 'site', 'model', 'group', 'device'))
);
INSERT INTO layer_new SELECT id, kind FROM layer;
UPDATE sqlite_sequence SET seq = (SELECT seq FROM sqlite_sequence WHERE name = 'layer') WHERE name = 'layer_new';
DROP TABLE layer;
ALTER TABLE layer_new RENAME TO layer;
CREATE TABLE model_layer (
    id INTEGER PRIMARY KEY REFERENCES layer (id) ON DELETE CASCADE,
    family TEXT NOT NULL,
    model TEXT NOT NULL,
    revision INTEGER NOT NULL,
    UNIQUE (family, model)
);
)sql",
                                                                       // What layers were before. Of what was changed
                                                                       // until now nothing is known.
                                                                       R"sql(
CREATE TABLE journal (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    begins INTEGER NOT NULL
);
INSERT INTO journal SELECT 1, revision FROM catalogue;
CREATE TABLE layer_journal (
    layer INTEGER PRIMARY KEY REFERENCES layer (id) ON DELETE CASCADE,
    begins INTEGER NOT NULL
);
CREATE TABLE layer_change (
    layer INTEGER NOT NULL REFERENCES layer (id) ON DELETE CASCADE,
    revision INTEGER NOT NULL,
    name TEXT NOT NULL,
    at INTEGER NOT NULL,
    stated INTEGER NOT NULL,
    value TEXT NOT NULL,
    sealed TEXT NOT NULL,
    PRIMARY KEY (layer, revision, name)
) WITHOUT ROWID;
CREATE INDEX layer_change_at ON layer_change (at);
)sql",
                                                                       // The revision that a layer came with, before
                                                                       // which it was not. 0: it was there before
                                                                       // `journal` begins, or it always was. A column,
                                                                       // because a row for each of a million devices
                                                                       // would be another table.
                                                                       R"sql(
ALTER TABLE layer ADD COLUMN made INTEGER NOT NULL DEFAULT 0;
)sql",
                                                                       // Images that are not offered to a device any
                                                                       // more. By its MAC: a phone that is taken out
                                                                       // and put back has not changed.
                                                                       R"sql(
CREATE TABLE image_hold (
    mac INTEGER NOT NULL,
    hash TEXT NOT NULL,
    name TEXT NOT NULL,
    fetches INTEGER NOT NULL,
    first INTEGER NOT NULL,
    since INTEGER NOT NULL,
    PRIMARY KEY (mac, hash, name)
) WITHOUT ROWID;
)sql",
                                                                       // Changes that are not offered to a device any
                                                                       // more, with what it is offered instead. Of the
                                                                       // device, and gone with it: another phone in its
                                                                       // place may take them.
                                                                       R"sql(
CREATE TABLE change_hold (
    device INTEGER NOT NULL REFERENCES device (id) ON DELETE CASCADE,
    setting TEXT NOT NULL,
    former_stated INTEGER NOT NULL,
    former TEXT NOT NULL,
    former_sealed TEXT NOT NULL,
    withheld_stated INTEGER NOT NULL,
    withheld TEXT NOT NULL,
    withheld_sealed TEXT NOT NULL,
    revision INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    first INTEGER NOT NULL,
    since INTEGER NOT NULL,
    boots INTEGER NOT NULL,
    PRIMARY KEY (device, setting)
) WITHOUT ROWID;
CREATE INDEX change_hold_setting ON change_hold (setting);
)sql"};

} // namespace offhook::catalogue
