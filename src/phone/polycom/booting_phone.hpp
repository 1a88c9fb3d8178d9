#pragma once
/// @file  BootingPhone: for tests, a Polycom phone, a scripted boot server and a loop; run() boots once.
#include "base/hex.hpp"
#include "phone/awaited.hpp"
#include "phone/discovery/scripted_clients.hpp"
#include "phone/fake_family.hpp"
#include "phone/polycom/boot.hpp"
#include "phone/resolver.hpp"
#include "phone/scripted_transfers.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <map>
#include <string>
#include <vector>

namespace offhook::phone::polycom {

namespace asio = boost::asio;

inline constexpr const char* base = "http://boot/spip/";

inline std::string stub(std::string_view kind, std::string_view version, std::string_view parts,
                        std::string_view payload) {
    return fmt::format("offhook-image 1\nkind: {}\nversion: {}\nparts: {}\ndigest: {}\n\n{}", kind, version, parts,
                       to_hex(sha256(payload)), payload);
}

/// A phone, a server and a loop; run() boots once.
class BootingPhone : public testing::Test {
protected:
    BootingPhone() {
        flash = factory_flash(model(), *MacAddress::from_text("0004f2aabbcc"));
        flash.parameters["device.prov.serverName"] = "http://boot/spip";
        serve("000000000000.cfg", "<APPLICATION APP_FILE_PATH=\"sip.ld\" CONFIG_FILES=\"[PHONE_MAC_ADDRESS]-reg.cfg, "
                                  "sip.cfg\" LOG_FILE_DIRECTORY=\"logs/\"/>");
        serve("0004f2aabbcc-reg.cfg", "<a reg.1.address=\"101\" reg.1.auth.password=\"secret\"/>");
        serve("sip.cfg", "<a><b voIpProt.server.1.address=\"pbx\" reg.1.address=\"999\"/></a>");
    }
    void serve(const std::string& name, std::string content) { server.serve(base + name, std::move(content)); }
    [[nodiscard]] const config::Model& model() const { return *family.find_model(model_name); }

    BootReport run() { return run(boot); }
    /// What a running phone does at a check-sync.
    BootReport look() {
        const FoundServer typed_in;
        const auto* before = found_before;
        if (found_before == nullptr) found_before = &typed_in;
        auto report = run(check);
        found_before = before;
        return report;
    }
    BootReport run(asio::awaitable<BootReport> (*what)(Surroundings, Flash&, std::function<void(const Flash&)>)) {
        server.steps.clear();
        asio::io_context context;
        BootReport report;
        Surroundings around{family, model(), server, recorder, clock, {}, &clients, looks, found_before, cause};
        around.resolver = resolver;
        asio::co_spawn(context, what(around, flash, [this](const Flash&) { ++flash_writes; }),
                       [&](std::exception_ptr failure, BootReport result) {
                           if (failure) std::rethrow_exception(failure);
                           report = std::move(result);
                       });
        context.run();
        return report;
    }
    [[nodiscard]] std::vector<std::string> asked() const {
        std::vector<std::string> names;
        for (const auto& step : server.steps)
            names.push_back((step.request.direction == Direction::put ? "put " : "") +
                            step.url.substr(std::min(step.url.size(), std::string_view(base).size())));
        return names;
    }

    /// What it sent under that name, in whatever folder.
    [[nodiscard]] std::string sent_log(std::string_view name) const {
        std::string out;
        for (const auto& step : server.steps)
            if (step.request.direction == Direction::put && step.url.ends_with(name)) out += step.request.body;
        return out;
    }

    FakeFamily family;
    ScriptedTransfers server;
    Recorder recorder;
    ManualClock clock;
    ScriptedClients clients{*MacAddress::from_text("0004f2aabbcc")};
    DiscoveryRequest looks;
    const FoundServer* found_before = nullptr;
    BootSurroundings::Cause cause = BootSurroundings::Cause::power;
    Resolver* resolver = nullptr;
    std::string model_name = "SPIP650";
    Flash flash;
    unsigned flash_writes = 0;
};

/// A resolver whose answers are a table.
class ScriptedResolver final : public Resolver {
public:
    asio::awaitable<std::vector<std::string>> resolve(std::string host) override {
        asked.push_back(host);
        const auto found = hosts.find(host);
        co_return found == hosts.end() ? std::vector<std::string>{} : found->second;
    }
    FixedHosts hosts;
    std::vector<std::string> asked;
};

} // namespace offhook::phone::polycom
