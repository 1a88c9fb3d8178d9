#pragma once
/// @file  ScriptedPhone: for tests, a phone at a port of 127.0.0.1 that answers each NOTIFY as it is told.
///
/// Threads  one of its own, from construction to destruction.
#include "protocol/sip/message.hpp"

#include <atomic>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <fmt/format.h>
#include <functional>
#include <string>
#include <thread>

namespace offhook::server {

class ScriptedPhone {
public:
    /// "": silence. `number` counts what came, from 1, repeats too.
    using Script = std::function<std::string(const protocol::sip::Message& request, unsigned number)>;
    enum class Over : std::uint8_t { udp, tcp };

    explicit ScriptedPhone(Script script, Over over = Over::udp) : script_(std::move(script)) {
        using boost::asio::ip::address_v4;
        if (over == Over::udp) {
            udp_.open(boost::asio::ip::udp::v4());
            udp_.bind({address_v4::loopback(), 0});
            port_ = udp_.local_endpoint().port();
            receive();
        } else {
            acceptor_.open(boost::asio::ip::tcp::v4());
            acceptor_.bind({address_v4::loopback(), 0});
            acceptor_.listen();
            port_ = acceptor_.local_endpoint().port();
            acceptor_.async_accept(stream_, [this](const boost::system::error_code& error) {
                if (!error) read();
            });
        }
        thread_ = std::thread([this] { context_.run(); });
    }
    ~ScriptedPhone() {
        context_.stop();
        thread_.join();
    }
    ScriptedPhone(const ScriptedPhone&) = delete;
    ScriptedPhone& operator=(const ScriptedPhone&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] unsigned heard() const { return heard_; }

    static std::string answer(const protocol::sip::Message& request, unsigned status, std::string_view headers = "") {
        using protocol::sip::HeaderName;
        return fmt::format("SIP/2.0 {} Reason\r\nVia: {}\r\nFrom: {}\r\nTo: {};tag=1\r\nCall-ID: {}\r\nCSeq: {}\r\n{}"
                           "Content-Length: 0\r\n\r\n",
                           status, request.value(HeaderName::via), request.value(HeaderName::from),
                           request.value(HeaderName::to), request.value(HeaderName::call_id),
                           request.value(HeaderName::cseq), headers);
    }

private:
    std::string reply_to(std::string_view bytes) {
        protocol::sip::Message request;
        if (request.read(bytes) != protocol::sip::MessageError::none) return {};
        return script_(request, ++heard_);
    }
    void receive() {
        udp_.async_receive_from(boost::asio::buffer(buffer_), from_,
                                [this](const boost::system::error_code& error, std::size_t bytes) {
                                    if (error) return;
                                    const std::string reply = reply_to(std::string_view(buffer_).substr(0, bytes));
                                    if (!reply.empty()) udp_.send_to(boost::asio::buffer(reply), from_);
                                    receive();
                                });
    }
    void read() {
        stream_.async_read_some(
            boost::asio::buffer(buffer_), [this](const boost::system::error_code& error, std::size_t bytes) {
                if (error) return;
                read_.append(buffer_, 0, bytes);
                const auto length = protocol::sip::first_message_length(read_);
                if (length.bytes && *length.bytes <= read_.size()) {
                    const std::string reply = reply_to(std::string_view(read_).substr(0, *length.bytes));
                    read_.erase(0, *length.bytes);
                    if (reply.empty()) return read();
                    // In two pieces: a stream has no borders.
                    boost::asio::write(stream_, boost::asio::buffer(reply.substr(0, 20)));
                    std::this_thread::sleep_for(std::chrono::milliseconds(5));
                    boost::asio::write(stream_, boost::asio::buffer(reply.substr(20)));
                }
                read();
            });
    }

    Script script_;
    boost::asio::io_context context_;
    boost::asio::ip::udp::socket udp_{context_};
    boost::asio::ip::udp::endpoint from_;
    boost::asio::ip::tcp::acceptor acceptor_{context_};
    boost::asio::ip::tcp::socket stream_{context_};
    std::string buffer_ = std::string(8192, '\0'), read_;
    std::atomic<unsigned> heard_{0};
    std::uint16_t port_ = 0;
    std::thread thread_;
};

} // namespace offhook::server
