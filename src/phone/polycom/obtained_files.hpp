#pragma once
/// @file  ObtainedFiles: the files that a boot's configuration is made of, fetched or else from flash, opened and read.
///
/// The application fetches them, except what a switch gives to the bootROM (phone.*.stage): that is fetched by its
/// protocols, and counts in the application, which does not ask for it again.
///
/// What differs from the copy in flash is noted in the session's Changes; what came is in flash afterwards.
/// Source  reference: Polycom 5.1, 5.2, 8 (encrypted), 10 (directory), 12 (all but an undecryptable file goes on).
/// Threads the loop's own.
#include "phone/polycom/configuration.hpp"
#include "phone/polycom/session.hpp"

#include <boost/asio/awaitable.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace offhook::phone::polycom {

class ObtainedFiles {
public:
    /// `session` outlives this.
    explicit ObtainedFiles(Session& session) : session_(session) {}

    /// What the bootROM fetches of all this. Requires: it runs.
    [[nodiscard]] boost::asio::awaitable<void> in_bootrom(MasterFile master);

    /// The master file of this stage. nullopt: neither there nor in flash.
    [[nodiscard]] boost::asio::awaitable<std::optional<MasterFile>> master();
    /// CONFIG_FILES, MISC_FILES, then what was changed on the phone. From the strongest to the weakest.
    [[nodiscard]] boost::asio::awaitable<std::vector<ConfigurationFile>> configuration(MasterFile master);
    /// Asks for them, where the release does (switches: phone.licences); nothing here depends on what is in them.
    [[nodiscard]] boost::asio::awaitable<void> licences(MasterFile master);
    /// The phone's own directory; the seed only for a phone that has none yet.
    [[nodiscard]] boost::asio::awaitable<void> directory(MasterFile master);

    /// A file is there and cannot be decrypted: the one thing that the phone does not live with.
    [[nodiscard]] bool is_locked() const { return is_locked_; }

private:
    /// From `listed` the phone misses a file that is absent; of the others that is normal.
    enum class Kind : std::uint8_t { listed, optional };
    [[nodiscard]] boost::asio::awaitable<std::optional<ConfigurationFile>> obtain(std::string name, Kind kind);
    [[nodiscard]] boost::asio::awaitable<std::optional<ConfigurationFile>> overrides(MasterFile master,
                                                                                     std::string name);
    /// What the bootROM left of it to an application that does not ask for it itself.
    [[nodiscard]] std::optional<ConfigurationFile> overrides_of_bootrom(const MasterFile& master,
                                                                        const std::string& name);
    [[nodiscard]] boost::asio::awaitable<void> fetch_licences(MasterFile master);
    [[nodiscard]] boost::asio::awaitable<void> fetch_directory(MasterFile master);
    [[nodiscard]] boost::asio::awaitable<void> fetch_further(std::string name);
    [[nodiscard]] std::optional<ConfigurationFile> from_cache(const std::string& name);
    /// Of the last file fetched. nullopt: of no use, and said so.
    [[nodiscard]] std::optional<std::string> plain_text(const std::string& content);
    [[nodiscard]] std::optional<std::vector<config::Parameter>> read(const std::string& name,
                                                                     const std::string& content);

    Session& session_;
    bool is_locked_ = false;
    bool was_absent_ = false; ///< the last file that was obtained, on the server
    std::map<std::string, std::optional<ConfigurationFile>> of_bootrom_; ///< overrides, by name
    std::optional<std::string> directory_;                               ///< as the server sent it
};

/// The master file that the phone has read at its boot. nullopt: it found none.
[[nodiscard]] std::optional<MasterFile> master_in_flash(const Session& session);
/// What the files in flash say, opened and as far as the phone takes their values, with what its user has set: by what
/// a phone that runs goes, and the same as a boot finds that obtains them anew. From the strongest to the weakest.
[[nodiscard]] std::vector<ConfigurationFile> files_in_flash(const Session& session, const MasterFile& master);

} // namespace offhook::phone::polycom
