#include "phone/panasonic/boot.hpp"

#include "base/text.hpp"
#include "phone/discovery/told_text.hpp"
#include "phone/effective_lines.hpp"
#include "phone/file_fetcher.hpp"
#include "phone/panasonic/discovery.hpp"

#include <array>
#include <fmt/format.h>
#include <map>

namespace offhook::phone::panasonic {
namespace {

namespace asio = boost::asio;

constexpr std::string_view family_name = "panasonic";
constexpr std::string_view syntax_name = "panasonic-text";
constexpr std::string_view factory_version = "01.103"; // one that HDV phones were sold with (C)
constexpr std::string_view default_names_switch = "phone.DEFAULT_FILE_NAMES";

struct DeviceFile {
    std::string_view parameter;
    std::string_view default_name; ///< where the value ends in '/' (R)
};
constexpr std::array<DeviceFile, 3> device_files{{{"CFG_STANDARD_FILE_PATH", "Config{mac}.cfg"},
                                                  {"CFG_PRODUCT_FILE_PATH", "Config{MODEL}.cfg"},
                                                  {"CFG_MASTER_FILE_PATH", "ConfigCommon.cfg"}}};

using Values = std::map<std::string, std::string, std::less<>>;

/// What is there already counts: the first file, and the first line in a file.
void lay_under(const std::vector<config::Parameter>& parameters, Values& values) {
    for (const auto& [name, value] : parameters) values.try_emplace(name, value);
}

std::vector<config::Parameter> as_list(const Values& values) {
    std::vector<config::Parameter> out;
    for (const auto& [name, value] : values) out.push_back({name, value});
    return out;
}

class Boot {
public:
    Boot(const BootSurroundings& around, Flash& flash, BootReport& report)
        : around_(around), flash_(flash),
          report_(report), macros_{flash.mac, around.model.name, flash.application ? flash.application->version : ""},
          files_(around, habits(macros_), report) {}

    asio::awaitable<void> run() {
        around_.observer.on_event(around_.beginning());
        around_.observer.on_event({BootEvent::Kind::stage, fmt::format("{} {}", around_.model.name, macros_.version)});
        around_.transfers.start_stage();
        report_.firmware = macros_.version;
        const std::string address = co_await find_address();
        std::vector<config::Parameter> first;
        if (!address.empty()) first = co_await obtain(address, "pre-provisioning address");
        Values device;
        for (const auto& file : device_files) {
            const auto parameters = co_await obtain(place_of(file, device, first), file.parameter);
            lay_under(parameters, device);
        }
        lay_under(first, device);
        settle(device);
    }

private:
    static FetchHabits habits(const Macros& macros) {
        FetchHabits habits;
        habits.user_agent = fmt::format("Panasonic_{}/{} ({})", macros.model, macros.version, macros.mac.text());
        return habits;
    }

    asio::awaitable<std::string> find_address() {
        if (around_.looks_for_server()) {
            report_.discovery =
                co_await discover(*around_.clients, flash_, around_.model, around_.discovery, around_.observer);
            if (!report_.discovery.address.empty()) co_return report_.discovery.address;
            files_.problem("no pre-provisioning address was found");
            co_return std::string();
        }
        if (around_.found_before != nullptr && !around_.found_before->address.empty()) {
            report_.discovery.address = around_.found_before->address;
            report_.discovery.how = around_.found_before->how;
            co_return report_.discovery.address;
        }
        co_return std::string(flash_.parameter(typed_address));
    }

    /// Where a device file is, as the files so far or the flash say; "": nowhere.
    [[nodiscard]] std::string place_of(const DeviceFile& file, const Values& device,
                                       const std::vector<config::Parameter>& first) const {
        Values values = device;
        lay_under(first, values);
        const auto found = values.find(file.parameter);
        std::string place(found == values.end() ? flash_.parameter(file.parameter) : std::string_view(found->second));
        const bool wants_name = place.ends_with('/') && flash_.parameter(default_names_switch) != "N";
        if (wants_name) place += file.default_name;
        return place;
    }

    /// The file's parameters; none where it is not there or of no use.
    asio::awaitable<std::vector<config::Parameter>> obtain(std::string place, std::string_view what) {
        if (place.empty()) co_return std::vector<config::Parameter>();
        const std::string expanded = expand(place, macros_);
        if (place.size() > url_bytes_max || expanded.size() > url_bytes_max) {
            files_.problem(fmt::format("{} is {} characters long, the phone takes {}", what,
                                       std::max(place.size(), expanded.size()), url_bytes_max));
            co_return std::vector<config::Parameter>();
        }
        auto url = protocol::parse_url(expanded);
        if (!url || !url->scheme) {
            files_.problem(fmt::format("{} \"{}\": {}", what, shown_address(expanded),
                                       url ? "it has no scheme (tftp, ftp, http, https)" : url.error().message));
            co_return std::vector<config::Parameter>();
        }
        around_.observer.on_event({BootEvent::Kind::address, fmt::format("{} ({})", url->shown(), what)});
        const std::string name = url->path.substr(url->path.rfind('/') + 1);
        const protocol::Url::Credentials none; // the phone has those in the URL alone
        auto parameters = co_await files_.fetch_parameters(name, std::move(*url), syntax_name, none);
        if (!parameters) {
            if (report_.files.empty() || report_.files.back().outcome == FileOutcome::absent)
                files_.problem(fmt::format("{} names {}, which the server does not have", what, name));
            co_return std::vector<config::Parameter>();
        }
        co_return std::move(*parameters);
    }

    void settle(const Values& fetched) {
        files_.decide(fmt::format("parameters of this boot: {}", fetched.size()));
        for (const auto& [name, value] : fetched) flash_.parameters[name] = value;
        const auto fresh = lines_of(as_list(fetched), around_.family, &around_.model);
        report_.lines = lines_of(as_list(flash_.parameters), around_.family, &around_.model);
        report_.state = state_of(report_.lines, fresh);
        report_.parameters = flash_.parameters;
        for (auto& sentence : what_is_missing(report_.state, report_.lines)) files_.problem(std::move(sentence));
    }

    const BootSurroundings& around_;
    Flash& flash_;
    BootReport& report_;
    Macros macros_;
    FileFetcher files_;
};

class PanasonicBoot final : public FamilyBoot {
public:
    [[nodiscard]] std::string_view family() const override { return family_name; }
    [[nodiscard]] bool discovers_by(DiscoveryChoice) const override { return true; }

    [[nodiscard]] Flash factory_flash(const config::Model& model, MacAddress mac) const override {
        Flash flash;
        flash.family = family_name;
        flash.model = model.name;
        flash.mac = mac;
        flash.parameters = {{"IP_ADDR_MODE", "0"},
                            {"CONNECTION_TYPE_IPV6", "1"},
                            {"SIPPNP_PROV_ENABLE", "Y"},
                            {"OPTION66_ENABLE", "Y"},
                            {"OPTION159_PROV_ENABLE", "Y"},
                            {"OPTION160_PROV_ENABLE", "Y"},
                            {"DHCPV6_OPTION17_PROV_ENABLE", "Y"}};
        flash.application = StoredImage{"", std::string(factory_version), "", 0};
        return flash;
    }

    [[nodiscard]] Result<void> type_in(const TypedServer& typed, Flash& flash) const override {
        if (typed.url.empty()) return {};
        const auto base = complete_url(typed, "tftp");
        if (!base) return tl::unexpected(base.error());
        flash.parameters[std::string(typed_address)] = typed_url(*base);
        return {};
    }

    [[nodiscard]] Result<void> check_address(const Flash& flash) const override {
        if (!flash.parameter(typed_address).empty()) return {};
        for (const auto& file : device_files)
            if (!flash.parameter(file.parameter).empty()) return {};
        return fail(ErrorCode::not_found, "the phone has no address to start from; give it with --url or let it look");
    }

    [[nodiscard]] IpMode ip_mode(const Flash& flash) const override { return read_discovery_settings(flash).ip_mode; }
    [[nodiscard]] Result<void> set_ip_mode(IpMode mode, Flash& flash) const override {
        flash.parameters["IP_ADDR_MODE"] = std::to_string(static_cast<unsigned>(mode));
        return {};
    }

    [[nodiscard]] asio::awaitable<BootReport> boot(BootSurroundings surroundings, Flash& flash,
                                                   std::function<void(const Flash&)> keep_flash) const override {
        return panasonic::boot(surroundings, flash, std::move(keep_flash));
    }
};

} // namespace

const FamilyBoot& family_boot() {
    static const PanasonicBoot boot;
    return boot;
}

asio::awaitable<BootReport> boot(BootSurroundings surroundings, Flash& flash,
                                 std::function<void(const Flash&)> keep_flash) {
    BootReport report;
    Boot phone(surroundings, flash, report);
    co_await phone.run();
    keep_flash(flash);
    co_return report;
}

} // namespace offhook::phone::panasonic
