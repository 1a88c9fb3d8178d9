#include "phone/family_boot.hpp"

#include "base/text.hpp"
#include "phone/genband/boot.hpp"
#include "phone/linksys/boot.hpp"
#include "phone/panasonic/boot.hpp"
#include "phone/polycom/boot.hpp"

#include <array>
#include <fmt/format.h>
#include <vector>

namespace offhook::phone {
namespace {

std::array<const FamilyBoot*, 4> all() {
    return {&polycom::family_boot(), &panasonic::family_boot(), &linksys::family_boot(), &genband::family_boot()};
}

} // namespace

Result<void> FamilyBoot::set_ip_mode(IpMode mode, Flash&) const {
    if (mode == IpMode::ipv4) return {};
    return fail(ErrorCode::invalid, fmt::format("{} phones of these generations speak IPv4 only", family()),
                "--ip-mode");
}

boost::asio::awaitable<void> FamilyBoot::send_logs(BootSurroundings, Flash&, BootReport&) const { co_return; }

boost::asio::awaitable<void> FamilyBoot::send_report(BootSurroundings surroundings, Flash&, BootReport&) const {
    surroundings.observer.on_event({BootEvent::Kind::decision, "reports are not uploaded by these phones here"});
    co_return;
}

Result<void> FamilyBoot::check_changes(const UserChanges&, const config::Family&) const {
    return fail(ErrorCode::invalid, fmt::format("{} phones have no user here who could change them", family()),
                "--change");
}

boost::asio::awaitable<Result<void>> FamilyBoot::change(BootSurroundings surroundings, Flash&, UserChanges changes,
                                                        BootReport&) const {
    co_return check_changes(changes, surroundings.family);
}

const FamilyBoot* find_family_boot(std::string_view family) {
    for (const auto* boot : all())
        if (boot->family() == family) return boot;
    return nullptr;
}

std::string families_with_pages() {
    std::vector<std::string> names;
    for (const auto* boot : all())
        if (boot->has_web_pages()) names.emplace_back(boot->family());
    return join(names, ", ");
}

std::string booting_families() {
    std::vector<std::string> names;
    for (const auto* boot : all()) names.emplace_back(boot->family());
    return join(names, ", ");
}

} // namespace offhook::phone
