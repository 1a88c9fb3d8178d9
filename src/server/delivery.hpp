#pragma once
/// @file  Delivery: the one door. Who asks, which file is it, may he have it, and the file itself.
///
/// identify (a MAC in the path, else the site) -> catalogue -> access -> cache -> render on a miss -> timeline.
/// A request is answered the same whether the device is unknown, the name is, or the asker may not: design 6.
/// Threads  its loop's own, publish() included.
#include "base/clock.hpp"
#include "catalogue/snapshot.hpp"
#include "catalogue/timeline/event_ring.hpp"
#include "config/family/family.hpp"
#include "server/access/access.hpp"
#include "server/acquaintances.hpp"
#include "server/directories.hpp"
#include "server/discovery/offer_origin.hpp"
#include "server/door.hpp"
#include "server/file_cache.hpp"
#include "server/file_shelf.hpp"
#include "server/layers.hpp"
#include "server/loops/loop_guard.hpp"
#include "server/uploads.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::server {

struct DeliveryOptions {
    std::vector<ListenerTraits> listeners;
    std::size_t cache_bytes_max = 256U << 20U;        ///< per loop
    std::shared_ptr<SharedAccess> shared_access = {}; ///< of all loops; null: one of its own
    std::shared_ptr<LoopGuard> loop_guard = {};       ///< of all loops; null: nothing is counted
    /// A device of this revision has got its new file key. Called on a loop, so it hands the work to a pool:
    /// Store::end_key_rotation(). Empty: nobody wants to know.
    std::function<void(MacAddress mac, catalogue::Revision revision)> end_key_rotation = {};
    /// A device boots again and again for settings of its own. The same: ChangeGuard::judge(). Empty: it is told of
    /// only.
    std::function<void(const BootLoop& loop)> on_boot_loop = {};
};

/// The device whose MAC a User-Agent tells, for a file that names none. It opens nothing and makes nobody known: the
/// timeline has it, and what it fetches is counted. Null: no such device.
[[nodiscard]] const catalogue::Device* named_by_agent(const Asked& asked, const config::Families& families,
                                                      const catalogue::Snapshot& snapshot);

/// A rendered file, ready to go out.
[[nodiscard]] std::shared_ptr<const ReadyFile> baked_file(std::string text, std::string_view media_type);

class Delivery final : public Door {
public:
    /// All references outlive it. `ring` is this loop's own.
    Delivery(const config::Families& families, catalogue::EventRing& ring, Acquaintances& acquaintances,
             const Clock& clock, DeliveryOptions options);

    /// Without it there are no uploads, firmware and assets. Before the first request.
    void use_storage(const StorageParts& parts);
    /// Where phones reach us otherwise, for files that they do not take over TLS.
    void set_origins(std::vector<OfferOrigin> origins) { listening_ = std::move(origins); }
    /// From now on requests are answered from this snapshot.
    void publish(std::shared_ptr<const catalogue::Snapshot> snapshot);

    [[nodiscard]] FileAnswer open(const FileRequest& request) override;
    void answered(std::uint16_t status, std::uint64_t body_bytes) override;
    void broken_off(const Ticket& ticket, std::uint64_t bytes_sent) override;
    void went_out(const Ticket& ticket) override;
    void refused(Transport transport, const IpAddress& source, std::string_view why) override;
    [[nodiscard]] Welcome admit(Transport transport, const IpAddress& source) override;
    void bring(const FileRequest& request, std::function<void(const FileAnswer&)> done) override;
    [[nodiscard]] UploadStart begin_upload(const UploadRequest& request) override;
    [[nodiscard]] LoginAnswer log_in(const LoginRequest& request) override;
    [[nodiscard]] std::vector<ListedFile> list(const FileRequest& directory) override;

    // Onto a device's timeline: an image that an operator let it have again, or a change; a change that is withheld.
    void tell_of_release(MacAddress mac, std::string_view name);
    void tell_of_hold(MacAddress mac, std::string_view name);

    [[nodiscard]] std::size_t cached_files() const { return cache_.size(); }

private:
    [[nodiscard]] const std::shared_ptr<const ReadyFile>& ready(const Asked& asked);
    [[nodiscard]] std::shared_ptr<const ReadyFile> make(const Asked& asked, const FileCache::Entry* before) const;
    void note(const Asked& asked, Verdict verdict);
    [[nodiscard]] std::uint32_t origin_number(const std::string& origin);
    void note_serial(const Asked& asked);
    [[nodiscard]] bool may_be_given(MacAddress mac, const ReadyFile& upload);
    void note_first_contact(const Asked& asked, std::uint64_t body_bytes);
    [[nodiscard]] static bool is_whole(catalogue::EventTransport transport, std::uint16_t status,
                                       std::uint64_t body_bytes, std::uint64_t whole_bytes);

    // Phones that go round in circles.
    struct Fetch { // of a firmware file
        ImageRequest request;
        std::shared_ptr<const catalogue::StoredFile> file;
    };
    struct Own { // a device's own settings
        OwnTaken taken;
        const config::Family* family = nullptr;
        IpAddress source;
        BootLoop::Sender sender = BootLoop::Sender::placed;
        std::uint64_t bytes = 0;
    };
    enum class Withheld : std::uint8_t { no, yes };
    [[nodiscard]] const catalogue::Device* fetching_device(const Asked& asked) const;
    [[nodiscard]] static bool is_proven(const Asked& asked, const catalogue::Device& device);
    [[nodiscard]] ImageRequest::Sender sender_of(const Asked& asked, const catalogue::Device& device) const;
    void tell_of_claims(const Asked& asked, const ImageRequest& request);
    [[nodiscard]] Withheld judge_fetch(const Asked& asked, const WantedContent& wanted);
    void judge_boot(const Asked& asked, const ReadyFile& file);
    void count_for_loops(std::uint16_t status, std::uint64_t body_bytes);
    [[nodiscard]] bool asks_often_by_itself(const Own& own, const config::LoopLimits& limits) const;
    void tell_of_boots(const Own& own, const config::LoopLimits& limits);
    void give_notice(MacAddress mac, std::string_view text);

    // What is stored, and not rendered.
    struct Pending { // opened, and to be fetched
        WantedContent wanted;
        const config::Document* directory = nullptr; ///< what is made of it; null: it is the file itself
        const config::Family* family = nullptr;      ///< of `directory`
        catalogue::SiteId site{};                    ///< whose phonebook goes into it
        catalogue::TimelineEvent event;
        Ticket ticket;
        std::chrono::milliseconds hold{0};
        std::string path;
        IpAddress source;
        std::uint16_t source_port = 0;
        std::optional<Fetch> fetch;
    };
    /// What is asked for, where it is here, or what has to be fetched for it.
    struct AtHand {
        WantedContent wanted;
        const std::shared_ptr<const ReadyFile>* file = nullptr; ///< null: `wanted` first
        bool is_part = false;   ///< `wanted`, where it is anything, is not the file, but goes into it
        bool is_absent = false; ///< there is no such file
    };
    [[nodiscard]] AtHand stored_at_hand(const Asked& asked);
    /// What is to be fetched, and the facts that it is answered by.
    void put_off(const Asked& asked, AtHand at_hand, const config::Document* directory);
    void keep_pending(const FileRequest& request, const FileAnswer& answer);
    [[nodiscard]] AtHand directory_at_hand(const Asked& asked);
    [[nodiscard]] bool may_see_phonebook(const Asked& asked) const;
    [[nodiscard]] FileStamp directory_stamp(const DirectoryQuestion& question) const;
    [[nodiscard]] const FileCache::Entry* compose_at_hand(const DirectoryQuestion& question, const FileStamp& stamp,
                                                          AtHand& out);
    [[nodiscard]] std::optional<DirectoryQuestion> question_of(const Pending& pending) const;
    using Done = std::function<void(const FileAnswer&)>;
    void compose_pending(Pending pending, const std::shared_ptr<const ReadyFile>& uploaded, Done done, unsigned tries);
    void finish(const Pending& pending, const std::shared_ptr<const ReadyFile>& file, const Done& done);
    void finish_later(Pending pending, std::shared_ptr<const ReadyFile> file, Done done);
    /// `device` is null for what many share.
    [[nodiscard]] FileStamp stamp_of(const config::Family& family, const catalogue::Site& site,
                                     const catalogue::Device* device) const;
    [[nodiscard]] std::optional<ListedFile> facts_of(const FileRequest& request);
    [[nodiscard]] std::optional<WantedContent> wanted_content(const Asked& asked) const;
    [[nodiscard]] std::shared_ptr<const ComposedVersion> compose_version(const Asked& asked,
                                                                         const StoredQuestion& question) const;
    void bring_pending(Pending pending, Done done, unsigned tries);
    void answer_later(const FileAnswer& answer, std::function<void(const FileAnswer&)> done);

    const config::Families& families_;
    catalogue::EventRing& ring_;
    Acquaintances& acquaintances_;
    const Clock& clock_;
    DeliveryOptions options_;
    std::shared_ptr<const catalogue::Snapshot> snapshot_;
    Access access_;
    std::optional<FirstContacts::Step> step_; ///< of the request opened last, where its device's window is open
    std::uint64_t step_bytes_ = 0;            ///< of the whole file that step_ is about
    std::optional<Fetch> fetch_;              ///< of the request opened last, where its answer counts
    MacAddress fetching_;                     ///< whose fetch it is, where it is firmware; zero: nobody's
    std::optional<Own> own_;                  ///< the same
    FileCache cache_;
    [[nodiscard]] std::string clear_origin_of(const FileRequest& request) const;
    std::vector<OfferOrigin> listening_;
    std::vector<std::string> origins_; ///< where phones reached us, with the token they showed; by number from 1
    FileShelf shelf_{cache_};
    Uploads uploads_{ring_};
    static constexpr std::size_t told_max = 1024; ///< each
    std::set<MacAddress> serials_told_;           ///< whose certificate and User-Agent were told to disagree
    std::set<MacAddress> closed_told_;            ///< of whose uploads it was told that no key opens them
    std::optional<Pending> pending_;              ///< of the request opened last
    catalogue::TimelineEvent event_;              ///< of the request opened last, until answered() completes it
};

} // namespace offhook::server
