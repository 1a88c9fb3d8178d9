#include "phone/scheme_transfers.hpp"

#include "base/text.hpp"

#include <utility>

namespace offhook::phone {

void SchemeTransfers::start_stage() {
    others_.start_stage();
    tftp_.start_stage();
}

boost::asio::awaitable<TransferAnswer> SchemeTransfers::run(TransferRequest request) {
    if (request.address.empty()) {
        const auto known = fixed_.find(to_lower(request.url.host));
        if (known != fixed_.end()) request.address = known->second.front();
    }
    if (request.url.scheme == protocol::Scheme::tftp) return tftp_.run(std::move(request));
    return others_.run(std::move(request));
}

boost::asio::awaitable<void> SchemeTransfers::wait(std::chrono::milliseconds time) { return others_.wait(time); }

} // namespace offhook::phone
