// A phone's log is a stranger's text: whatever it holds, what is told of it is printable, short and few, and no line
// makes another than itself.
#include "base/assert.hpp"
#include "base/text.hpp"
#include "config/family/limits.hpp"
#include "config/family/loader.hpp"
#include "config/family/phone_log.hpp"

#include <cstddef>
#include <cstdint>

namespace {

using namespace offhook::config;

const Families& families() {
    static const auto loaded = load_families(OFFHOOK_SOURCE_DIR "/families");
    OFFHOOK_ASSERT(loaded.has_value());
    return *loaded;
}

void check(const LogFinding& finding) {
    for (const auto* text :
         {&finding.time, &finding.file, &finding.text, &finding.expected, &finding.seen, &finding.why}) {
        OFFHOOK_ASSERT(offhook::is_printable_utf8(*text));
        OFFHOOK_ASSERT(text->size() <= 4 * pack_limits::log_text_bytes_max + sizeof "…");
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    for (const auto& family : families()) {
        const auto found = read_phone_log(*family, text);
        OFFHOOK_ASSERT(found.size() <= pack_limits::log_findings_max);
        for (const auto& finding : found) {
            check(finding);
            OFFHOOK_ASSERT(finding.meaning != LogMeaning::begins && finding.meaning != LogMeaning::fetched);
            OFFHOOK_ASSERT(finding.count >= 1);
        }
        LogReader reader(*family); // as a syslog receiver feeds it: a line may hold anything
        if (const auto finding = reader.take(text)) check(*finding);
    }
    return 0;
}
