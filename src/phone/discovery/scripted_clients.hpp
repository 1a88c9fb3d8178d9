#pragma once
/// @file  ScriptedClients: for tests, a network whose answers are set beforehand; what was asked is kept.
///
/// Answers of a kind are handed out in order; when they are used up, nobody answers.
#include "phone/discovery/discovery_clients.hpp"

#include <array>
#include <deque>
#include <utility>
#include <vector>

namespace offhook::phone {

class ScriptedClients final : public DiscoveryClients {
public:
    explicit ScriptedClients(MacAddress mac) : mac_(mac) {}

    using Options4 = std::vector<std::pair<std::uint8_t, std::string>>;
    /// An ACK with these options from 10.0.0.1, for 10.0.0.77.
    static Dhcp4Answer ack(const Options4& options) {
        Dhcp4Answer answer;
        answer.ack.op = protocol::dhcp4::Message::Op::reply;
        answer.ack.set_type(protocol::dhcp4::Type::ack);
        answer.ack.yiaddr = IpAddress::v4(0x0a00004d);
        answer.ack.set_address(protocol::dhcp4::server_id, IpAddress::v4(0x0a000001));
        for (const auto& [code, value] : options) answer.ack.set(code, value);
        return answer;
    }
    static Dhcp4Answer nak() {
        Dhcp4Answer answer = ack({});
        answer.ack.set_type(protocol::dhcp4::Type::nak);
        return answer;
    }
    static Dhcp6Answer reply(std::uint16_t code, std::string_view value) {
        Dhcp6Answer answer;
        answer.reply.type = protocol::dhcp6::Type::reply;
        answer.reply.options.add(code, value);
        return answer;
    }

    boost::asio::awaitable<std::optional<Dhcp4Answer>> dhcp4(Dhcp4Ask ask) override {
        order.push_back(ask.kind == Dhcp4Ask::Kind::lease ? "lease" : "inform");
        asked4.push_back(std::move(ask));
        co_return next(answers4);
    }
    boost::asio::awaitable<std::optional<Dhcp6Answer>> dhcp6(Dhcp6Ask ask) override {
        order.push_back(ask.kind == Dhcp6Ask::Kind::address ? "solicit" : "information");
        asked6.push_back(std::move(ask));
        co_return next(answers6);
    }
    boost::asio::awaitable<std::optional<PnpAnswer>> pnp(PnpAsk ask) override {
        order.push_back("pnp");
        asked_pnp.push_back(std::move(ask));
        co_return next(answers_pnp);
    }
    [[nodiscard]] MacAddress mac() const override { return mac_; }

    std::deque<std::optional<Dhcp4Answer>> answers4;
    std::deque<std::optional<Dhcp6Answer>> answers6;
    std::deque<std::optional<PnpAnswer>> answers_pnp;
    std::vector<Dhcp4Ask> asked4;
    std::vector<Dhcp6Ask> asked6;
    std::vector<PnpAsk> asked_pnp;
    std::vector<std::string> order; ///< "lease", "pnp" …

private:
    template <class Answer>
    static std::optional<Answer> next(std::deque<std::optional<Answer>>& answers) {
        if (answers.empty()) return std::nullopt;
        auto answer = std::move(answers.front());
        answers.pop_front();
        return answer;
    }

    MacAddress mac_;
};

} // namespace offhook::phone
