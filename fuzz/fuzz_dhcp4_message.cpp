/// @file  DHCPv4 messages: nothing is read beyond the datagram, and what is understood is understood again as written.
#include "base/assert.hpp"
#include "protocol/dhcp4/message.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using namespace offhook::protocol::dhcp4;

void check_parts(std::string_view value) {
    std::size_t bytes = 0;
    for (const SubOption& option : sub_options(value)) bytes += 2 + option.value.size();
    OFFHOOK_ASSERT(bytes <= value.size());
    std::string again;
    for (const EnterpriseBlock& block : enterprise_blocks(value))
        append_enterprise_block(again, block.enterprise, block.data);
    OFFHOOK_ASSERT(value.substr(0, again.size()) == again);
    OFFHOOK_ASSERT(user_class_of(value).size() <= value.size());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    Message message;
    if (message.read({reinterpret_cast<const char*>(bytes), size}) != MessageError::none) return 0;
    OFFHOOK_ASSERT(message.type() != Type::none && size <= datagram_bytes_max);
    for (const auto& option : message.options()) {
        check_parts(option.value);
        OFFHOOK_ASSERT(message.text(option.code)->size() <= option.value.size());
        OFFHOOK_ASSERT(message.addresses(option.code).size() <= option.value.size() / 4);
    }
    std::string written;
    std::vector<std::uint8_t> left_out;
    message.write(written, datagram_bytes_max, &left_out);
    if (!left_out.empty() || written.size() > datagram_bytes_max) return 0; // options moved out of sname and file
    Message again;
    const auto error = again.read(written);
    if (error == MessageError::bad_option) { // split for good, an option may count as one piece more
        OFFHOOK_ASSERT(message.options().size() + written.size() / 255 > options_max);
        return 0;
    }
    OFFHOOK_ASSERT(error == MessageError::none);
    OFFHOOK_ASSERT(again.op == message.op && again.xid == message.xid && again.chaddr == message.chaddr);
    OFFHOOK_ASSERT(again.broadcast == message.broadcast && again.giaddr == message.giaddr);
    OFFHOOK_ASSERT(again.file == message.file.substr(0, 127) && again.sname == message.sname.substr(0, 63));
    OFFHOOK_ASSERT(again.options().size() == message.options().size());
    for (const auto& option : message.options()) OFFHOOK_ASSERT(again.option(option.code) == option.value);
    return 0;
}
