#include "phone/polycom/complaint.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

namespace offhook::phone::polycom {
namespace {

/// libcurl's words for a TLS server that was reached and not believed.
bool is_about_certificate(std::string_view detail) { return to_lower(detail).find("certificate") != std::string::npos; }

} // namespace

std::string complaint(std::string_view name, const TransferRequest& request, const TransferAnswer& answer) {
    const std::string origin = request.url.origin();
    const std::string detail = printable(answer.detail, 300);
    switch (answer.outcome) {
    case FileOutcome::fetched:
    case FileOutcome::not_changed:
    case FileOutcome::stored:
    case FileOutcome::absent:
    case FileOutcome::not_usable: // its reader says why
        break;
    case FileOutcome::not_built_in:
        return fmt::format("{}: {}", name, detail);
    case FileOutcome::unreachable:
        if (is_about_certificate(detail))
            return fmt::format("{}: {} showed a certificate that the phone does not take ({}), using existing "
                               "configuration; expected one for {} that is valid today, from an authority that the "
                               "phone trusts",
                               name, origin, detail, request.url.host);
        [[fallthrough]];
    case FileOutcome::timed_out:
        return fmt::format("could not contact {} ({}), using existing configuration", origin, detail);
    case FileOutcome::denied:
        return fmt::format("{}: the server takes neither Server User and Server Password nor those in the address ({})",
                           name, detail);
    case FileOutcome::redirected:
        return fmt::format("{}: the server sends the phone elsewhere ({}); expected the file itself", name, detail);
    case FileOutcome::cut_off:
        return fmt::format("{}: the transfer ended early after {} bytes ({}); expected all that the server announced",
                           name, answer.bytes, detail);
    case FileOutcome::too_large:
        return fmt::format("{}: it is too large ({}); expected at most {} bytes", name, detail, request.bytes_max);
    case FileOutcome::refused:
        return fmt::format("{}: the server answered {}; expected the file, or that there is none", name, detail);
    }
    return {};
}

} // namespace offhook::phone::polycom
