/// @file  TFTP packets: nothing is read beyond the datagram, and what is understood is understood again as written.
#include "base/assert.hpp"
#include "protocol/tftp/name.hpp"
#include "protocol/tftp/packet.hpp"
#include "protocol/tftp/terms.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace {

using namespace offhook::protocol::tftp;

void check_request(const Request& request) {
    const auto written = request_packet(request.opcode, request.file_name, request.mode, request.options.all());
    if (written.size() <= limits::request_bytes_max) {
        const auto again = parse_request(written);
        // An empty option's NULs count as padding when nothing follows.
        OFFHOOK_ASSERT(again && again->file_name == request.file_name && again->mode == request.mode);
        OFFHOOK_ASSERT(again->options.count <= request.options.count);
    }
    const auto agreed = negotiate(request, 3000, {[] { return 1400U; }});
    OFFHOOK_ASSERT(agreed.option_ack.size() <= 516);
    OFFHOOK_ASSERT(agreed.terms.block_bytes >= limits::block_bytes_min);
    OFFHOOK_ASSERT(agreed.terms.block_bytes <= limits::block_bytes_ethernet);
    OFFHOOK_ASSERT(agreed.terms.window_blocks >= 1 && agreed.terms.window_blocks <= limits::window_blocks_max);
    NameScratch scratch;
    const auto name = tidy_name(request.file_name, scratch);
    if (!name) return;
    OFFHOOK_ASSERT(!name->empty() && name->front() != '/' && name->find('\\') == std::string_view::npos);
    const auto framed = "/" + std::string(*name) + "/";
    OFFHOOK_ASSERT(framed.find("/../") == std::string::npos && framed.find("/./") == std::string::npos);
    NameScratch again_scratch;
    OFFHOOK_ASSERT(tidy_name(*name, again_scratch) == name);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view packet(reinterpret_cast<const char*>(bytes), size);
    if (const auto request = parse_request(packet))
        check_request(*request);
    else
        OFFHOOK_ASSERT(request.error().offset <= size);
    if (const auto options = parse_option_ack(packet)) {
        Wishes wishes;
        wishes.block_bytes = 1468;
        wishes.window_blocks = 8;
        const auto agreed = agree(wishes, *options);
        OFFHOOK_ASSERT(!agreed || (agreed->terms.block_bytes <= 1468 && agreed->terms.window_blocks <= 8));
    }
    if (const auto data = parse_data(packet)) OFFHOOK_ASSERT(data->payload.size() + 4 == size);
    if (const auto error = parse_error(packet)) OFFHOOK_ASSERT(error->text.size() + 4 <= size);
    (void)parse_ack(packet);
    return 0;
}
