#pragma once
/// @file  SchemeTransfers: tftp by our own client, everything else by libcurl; both to where a name is said to be.
#include "phone/resolver.hpp"
#include "phone/transfers.hpp"

namespace offhook::phone {

class SchemeTransfers final : public Transfers {
public:
    /// Both outlive this. `fixed`: a request that names no address goes to the first that its host has here.
    SchemeTransfers(Transfers& others, Transfers& tftp, FixedHosts fixed = {})
        : others_(others), tftp_(tftp), fixed_(std::move(fixed)) {}

    void start_stage() override;
    [[nodiscard]] boost::asio::awaitable<TransferAnswer> run(TransferRequest request) override;
    [[nodiscard]] boost::asio::awaitable<void> wait(std::chrono::milliseconds time) override;

private:
    Transfers& others_;
    Transfers& tftp_;
    FixedHosts fixed_;
};

} // namespace offhook::phone
