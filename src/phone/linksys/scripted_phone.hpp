#pragma once
/// @file  ScriptedPhone: for tests, a Linksys SPA phone whose server is a script and whose clock moves as it waits.
#include "phone/awaited.hpp"
#include "phone/fake_rows.hpp"
#include "phone/linksys/boot.hpp"
#include "phone/linksys/provisioning.hpp"
#include "phone/scripted_transfers.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace offhook::phone::linksys {

/// Waiting moves the clock.
class ClockedTransfers final : public Transfers {
public:
    explicit ClockedTransfers(ManualClock& clock) : clock_(clock) {}
    void start_stage() override { script.start_stage(); }
    boost::asio::awaitable<TransferAnswer> run(TransferRequest request) override {
        return script.run(std::move(request));
    }
    boost::asio::awaitable<void> wait(std::chrono::milliseconds time) override {
        clock_.advance(time);
        return script.wait(time);
    }
    ScriptedTransfers script;

private:
    ManualClock& clock_;
};

class ScriptedPhone : public testing::Test {
protected:
    ScriptedPhone() : flash(family_boot().factory_flash(family.model(), *MacAddress::from_text("000e08aabbcc"))) {}

    static std::string profile(std::string_view elements) {
        return fmt::format("<flat-profile>{}</flat-profile>", elements);
    }
    void set(const std::string& name, const std::string& value) { flash.parameters[name] = value; }
    [[nodiscard]] std::string value(std::string_view name) const { return std::string(flash.parameter(name)); }

    [[nodiscard]] PhoneLinks links() {
        PhoneLinks out{random};
        out.is_busy = [this] { return busy_until && clock.instant() < *busy_until; };
        out.syslog = [this](std::string line) { syslog.push_back(std::move(line)); };
        return out;
    }
    [[nodiscard]] BootSurroundings surroundings() {
        BootSurroundings out{family, family.model(), transfers, recorder, clock};
        out.own_certificate = own_certificate;
        out.own_address = [this] { return own_address; };
        return out;
    }

    /// One run of the machine alone.
    Outcome resync(ResyncReason reason = ResyncReason::reset, std::optional<OneShot> once = std::nullopt) {
        begin();
        Provisioning machine(*around_, flash, report, links());
        machine.set_server(server);
        return awaited(machine.resync(reason, std::move(once)));
    }
    Outcome upgrade(std::optional<OneShot> once = std::nullopt) {
        begin();
        Provisioning machine(*around_, flash, report, links());
        machine.set_server(server);
        return awaited(machine.upgrade(std::move(once)));
    }
    /// From power-on, or, where `found` is given, of a phone that runs.
    BootReport boot_phone(const FoundServer* found = nullptr,
                          BootSurroundings::Cause cause = BootSurroundings::Cause::power,
                          std::optional<OneShot> once = std::nullopt) {
        begin();
        auto around = surroundings();
        around.found_before = found;
        around.cause = cause;
        return awaited(run(around, flash, links(), std::move(once)));
    }

    [[nodiscard]] std::vector<std::string> asked() const {
        std::vector<std::string> urls;
        for (const auto& step : transfers.script.steps) urls.push_back(step.url);
        return urls;
    }

    FakeRows family{"linksys-spa",
                    "SPA942",
                    {{"User_ID_{}_", "user"}, {"Password_{}_", "password"}, {"Proxy_{}_", "registrar.host"}}};
    ManualClock clock;
    ClockedTransfers transfers{clock};
    Recorder recorder;
    SeededRandom random{1};
    Flash flash;
    BootReport report;
    config::RuleServer server{{}, "192.0.2.10", {}, "", ""};
    BootSurroundings::OwnCertificate own_certificate = BootSurroundings::OwnCertificate::none;
    std::string own_address;
    std::vector<std::string> syslog;
    std::optional<Instant> busy_until;

private:
    void begin() {
        transfers.script.steps.clear();
        syslog.clear();
        report = {};
        around_.emplace(surroundings());
    }
    std::optional<BootSurroundings> around_;
};

} // namespace offhook::phone::linksys
