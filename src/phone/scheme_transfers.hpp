#pragma once
/// @file  SchemeTransfers: tftp by our own client, everything else by libcurl.
#include "phone/transfers.hpp"

namespace offhook::phone {

class SchemeTransfers final : public Transfers {
public:
    /// Both outlive this.
    SchemeTransfers(Transfers& others, Transfers& tftp) : others_(others), tftp_(tftp) {}

    void start_stage() override;
    [[nodiscard]] boost::asio::awaitable<TransferAnswer> run(TransferRequest request) override;
    [[nodiscard]] boost::asio::awaitable<void> wait(std::chrono::milliseconds time) override;

private:
    Transfers& others_;
    Transfers& tftp_;
};

} // namespace offhook::phone
