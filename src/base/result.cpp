#include "base/result.hpp"

namespace offhook {

std::string_view to_text(ErrorCode code) {
    switch (code) {
    case ErrorCode::invalid:
        return "invalid";
    case ErrorCode::not_found:
        return "not_found";
    case ErrorCode::conflict:
        return "conflict";
    case ErrorCode::forbidden:
        return "forbidden";
    case ErrorCode::too_large:
        return "too_large";
    case ErrorCode::unavailable:
        return "unavailable";
    }
    return "invalid";
}

std::string Error::text() const { return where.empty() ? message : where + ": " + message; }

} // namespace offhook
