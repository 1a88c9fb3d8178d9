#pragma once
/// @file  TreeImport: what a directory of another boot server's files becomes, as one write: all of it or nothing.
#include "catalogue/device.hpp"
#include "catalogue/phonebook.hpp"

#include <string>
#include <vector>

namespace offhook::catalogue {

/// Settings for the layer that all phones of a model share.
struct ModelSettings {
    std::string family, model;
    std::vector<SettingText> settings;
};

/// A device that is there already, and what is set over its own settings.
struct DeviceSettings {
    MacAddress mac;
    std::vector<SettingText> settings;
    std::vector<std::string> unset = {}; ///< what others tell it from now on; it need not have stated it
};

struct TreeImport {
    std::string site; ///< whose layer and phonebook the shared part goes to; empty: the default site
    std::vector<SettingText> site_settings = {};
    std::vector<ModelSettings> models = {};
    std::vector<DeviceDraft> added = {};
    std::vector<DeviceSettings> changed = {};
    std::vector<PhonebookEntry> entries = {}; ///< of `site`, whatever they say
};

} // namespace offhook::catalogue
