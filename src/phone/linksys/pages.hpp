#pragma once
/// @file  Pages: the web server of a Linksys SPA phone - its functional URLs and its running configuration.
///
/// Accounts  admin and user; without a password nobody is asked. Digest, MD5, no qop (C); the realm is a switch.
/// Answers   what a functional URL answers is not in print: a small page that says what comes when the phone is idle,
///           and the same where Provision_Enable or Upgrade_Enable keeps it from coming.
/// Source    reference: Linksys 3, 8.6.
#include "base/clock.hpp"
#include "base/random.hpp"
#include "phone/flash.hpp"
#include "phone/linksys/switches.hpp"
#include "phone/web/web_pages.hpp"
#include "protocol/http_auth/authorization.hpp"
#include "protocol/http_auth/nonce.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace offhook::phone::linksys {

class Pages final : public WebPages {
public:
    static constexpr std::chrono::minutes nonce_time{5};

    /// All outlive it.
    Pages(const Flash& flash, std::string model, const Clock& clock, Random& random)
        : flash_(flash), model_(std::move(model)), clock_(clock), random_(random), nonces_(random) {}

    [[nodiscard]] std::optional<std::uint16_t> port() const override;
    [[nodiscard]] WebAnswer answer(const WebRequest& request) override;

private:
    struct Account {
        std::string_view user, password;
    };
    [[nodiscard]] bool is_let_in(const IpAddress& from, const Switches& switches) const;
    /// nullopt: who asks has the password, or there is none.
    [[nodiscard]] std::optional<WebAnswer> want_password(const WebRequest& request, const Account& account,
                                                         const Switches& switches);
    [[nodiscard]] WebAnswer challenge(const Switches& switches, protocol::NonceAge age, std::string told);
    [[nodiscard]] WebAnswer page(std::string_view path, std::string_view argument, const WebRequest& request) const;
    [[nodiscard]] WebAnswer start_page() const;

    const Flash& flash_;
    std::string model_;
    const Clock& clock_;
    Random& random_;
    protocol::NonceCodec nonces_;
};

} // namespace offhook::phone::linksys
