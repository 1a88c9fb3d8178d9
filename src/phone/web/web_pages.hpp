#pragma once
/// @file  WebPages: what a phone's own web server answers. No socket: web_listener.hpp has it.
///
/// Threads  one at a time; a page sees the flash as it is when it is asked for.
#include "base/ip_address.hpp"
#include "phone/phone_order.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace offhook::phone {

struct WebRequest {
    std::string method, target; ///< as sent
    std::string authorization;  ///< "": none
    IpAddress from = {};
};

struct WebAnswer {
    std::uint16_t status = 200;
    std::string type = "text/html";
    std::string body = {};
    std::string fields = {};              ///< whole header lines, each with its CRLF
    std::optional<PhoneOrder> order = {}; ///< what the phone then does, once the answer is out
    std::string told = {};                ///< for who watches
};

class WebPages {
public:
    virtual ~WebPages() = default;
    /// As configured; nullopt: its web server is switched off.
    [[nodiscard]] virtual std::optional<std::uint16_t> port() const = 0;
    [[nodiscard]] virtual WebAnswer answer(const WebRequest& request) = 0;
};

} // namespace offhook::phone
