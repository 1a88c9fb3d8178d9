#include "phone/discovery/told_text.hpp"
#include "phone/polycom/log_upload.hpp"
#include "phone/polycom/obtained_files.hpp"
#include "phone/polycom/stages.hpp"

#include <fmt/format.h>
#include <vector>

namespace offhook::phone::polycom {
namespace {

namespace asio = boost::asio;

/// The name with the part number in front, then the plain one.
std::vector<std::string> candidates(const Session& session, const std::string& path) {
    if (session.part_number().empty()) return {path};
    return {with_part_number(path, session.part_number()), path};
}

std::string words_for(const StoredImage& image) {
    if (!image.version.empty()) return fmt::format("{} (version {})", image.name, image.version);
    return fmt::format("{} ({} bytes, not in a format we read)", image.name, image.bytes);
}

ImageReader reader_of(Session& session, ImageKind kind) {
    const auto& flash = session.flash();
    ImageReader reader{kind, session.part_number(), std::string(last_application(session.model())), {}};
    if (kind == ImageKind::bootrom)
        reader.in_flash = flash.bootrom;
    else
        reader.in_flash = flash.application;
    return reader;
}

/// The image's verdict, or nullopt when no candidate is there.
asio::awaitable<std::optional<ImageVerdict>> look_for_image(Session& session, std::string path, ImageKind kind) {
    const auto names = candidates(session, path);
    const ImageReader reader = reader_of(session, kind);
    for (const auto& name : names) {
        const TransferAnswer answer = co_await session.fetch_image(name, reader);
        if (answer.outcome != FileOutcome::fetched && answer.outcome != FileOutcome::not_changed) continue;
        auto verdict = judge_image(answer, shown_address(name), reader);
        if (verdict.kind == ImageVerdict::Kind::unusable) {
            session.log("cfg", 5, verdict.log_line);
            session.mark_not_usable(fmt::format("{}; expected {} for {}", verdict.reason,
                                                kind == ImageKind::bootrom ? "a bootROM image" : "an application image",
                                                session.model().name));
            continue;
        }
        if (verdict.kind == ImageVerdict::Kind::not_changed)
            session.decide(fmt::format("Image {} has not changed", shown_address(name)));
        co_return verdict;
    }
    co_return std::nullopt;
}

asio::awaitable<Next> update_bootrom(Session& session) {
    auto& flash = session.flash();
    const auto verdict = co_await look_for_image(session, "bootrom.ld", ImageKind::bootrom);
    if (!verdict || verdict->kind == ImageVerdict::Kind::not_changed) co_return Next::go_on;
    const std::string running = flash.bootrom.version;
    if (verdict->kind == ImageVerdict::Kind::first_seen) {
        session.decide(fmt::format("image {} taken as the bootROM in flash: there is nothing to compare it with",
                                   words_for(verdict->image)));
        flash.bootrom = verdict->image;
        flash.bootrom.version = running;
        co_return Next::go_on;
    }
    flash.bootrom = verdict->image;
    if (flash.bootrom.version.empty()) flash.bootrom.version = running; // nobody can read it out of the image
    flash.application.reset();                                          // the file system held all this
    flash.files.clear();
    flash.digests.clear();
    flash.changes.clear();
    flash.directory.clear();
    flash.log.clear();
    flash.configuration_digest.clear();
    session.decide(fmt::format("new bootROM {}: the flash file system is formatted", words_for(verdict->image)));
    co_return Next::reboot;
}

/// Of an application that does not tell: what who knows better says, or as the one that ran before.
std::string version_assumed(const Flash& flash) {
    const auto told = flash.parameter("phone.application.version");
    if (is_version(told)) return std::string(told);
    return flash.application ? flash.application->version : std::string();
}

asio::awaitable<void> update_application(Session& session, std::string path) {
    auto& flash = session.flash();
    const auto verdict = co_await look_for_image(session, path, ImageKind::application);
    if (!verdict) {
        session.log("cfg", 5, "Error updating application");
        if (flash.application)
            session.decide(fmt::format("no usable {}: the application in flash stays", shown_address(path)));
        co_return;
    }
    if (verdict->kind == ImageVerdict::Kind::not_changed) co_return;
    StoredImage image = verdict->image;
    session.decide(fmt::format("new application {} stored in flash", words_for(image)));
    if (image.version.empty()) {
        image.version = version_assumed(flash);
        if (!image.version.empty())
            session.decide(fmt::format("it does not tell its version, and counts as {} (phone.application.version)",
                                       image.version));
    }
    flash.application = std::move(image);
}

} // namespace

asio::awaitable<Next> run_bootrom(Session& session, ObtainedFiles& obtained) {
    co_await session.enter(Stage::bootrom);
    if (session.has_server()) {
        const Next next = co_await update_bootrom(session);
        if (next != Next::go_on) co_return next;
        std::optional<MasterFile> master;
        if (!session.server_is_dead()) master = co_await session.fetch_master();
        if (master && !master->application.empty()) co_await update_application(session, master->application);
        if (master && !session.server_is_dead()) co_await obtained.in_bootrom(*master);
        if (!session.server_is_dead()) {
            std::string directory;
            if (master) directory = master->log_directory;
            co_await upload_boot_log(session, directory);
        }
    }
    if (session.flash().application) co_return Next::go_on;
    session.log("so", 6, "Application image not found in file system");
    session.problem("Error, application is not present! Neither the server nor the flash has an application image");
    co_return Next::retry;
}

asio::awaitable<bool> has_new_application(Session& session) {
    if (session.server_is_dead() || !session.flash().application) co_return false;
    const auto master = co_await session.fetch_master();
    if (!master || master->application.empty()) co_return false;
    const auto verdict = co_await look_for_image(session, master->application, ImageKind::application);
    if (!verdict || verdict->kind == ImageVerdict::Kind::not_changed) co_return false;
    session.decide(fmt::format("the server has another application image, {}", words_for(verdict->image)));
    co_return true;
}

} // namespace offhook::phone::polycom
