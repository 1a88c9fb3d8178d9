#pragma once
/// @file  Switches: what no source says of Polycom phones, so that who knows better can say so in flash.
///
/// `offhook boot --flash phone.redundancy.uploads=first`. A word that is none of a switch's is as if it were not set,
/// and
///        the phone says so.
/// Source  reference: Polycom 15 lists what is unknown; each default is its recommendation, with its mark.
#include "phone/flash.hpp"
#include "phone/polycom/release.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace offhook::phone::polycom {

struct Switches {
    /// phone.redundancy.nesting: each attempt goes through all addresses, or each address gets all attempts (I).
    enum class Nesting : std::uint8_t { attempts, addresses } nesting = Nesting::attempts;
    /// phone.redundancy.uploads: to every address of the boot server, or to the first that takes it (B).
    enum class Uploads : std::uint8_t { all, first } uploads = Uploads::all;
    /// phone.redirects: "followed" or "refused", of the application; a bootROM never follows. By release (I).
    Release::Redirects redirects = Release::Redirects::refused;
    /// phone.licences: "asked" or "ignored". By release (C; of 2.2.0 it is not clear).
    Release::Licences licences = Release::Licences::ignored;
    /// phone.check_sync.counts: files that the master file lists, or the override and directory file with them (I).
    enum class Counts : std::uint8_t { listed, all } check_sync = Counts::listed;
    /// phone.overrides.absent: changes made on the phone stay where the server has no override file, or are forgotten,
    /// as the vendor's FAQ lets one fear (B).
    enum class Overrides : std::uint8_t { kept, forgotten } overrides_absent = Overrides::kept;
    /// phone.paths: the guide's rules, or whatever is written (G says how paths are to be; not what happens else).
    enum class Paths : std::uint8_t { strict, as_written } paths = Paths::strict;
    /// phone.overrides.stage, phone.licences.stage, phone.directory.stage: which program fetches them, "application" or
    /// "bootrom", and by whose protocols. The guides differ; traces of later releases show the application (C).
    Stage overrides_stage = Stage::application;
    Stage licences_stage = Stage::application;
    Stage directory_stage = Stage::application;
    /// phone.countdown: seconds on the screen before a phone that cannot go on boots anew. A real one takes about ten
    /// (B); a rehearsal need not wait.
    std::chrono::seconds countdown{0};
    /// Switches with a word that is none of theirs, each a sentence that has their words.
    std::vector<std::string> remarks = {};
};

[[nodiscard]] Switches read_switches(const Flash& flash, const Release& release);

} // namespace offhook::phone::polycom
