#include "config/dhcp_config/json_text.hpp"

#include <boost/json/serialize.hpp>

namespace offhook::config {
namespace {

/// Small and flat: it reads better on one line, and a difference shows it whole.
bool fits_a_line(const boost::json::value& value) {
    if (!value.is_object() && !value.is_array()) return true;
    constexpr std::size_t members_max = 6;
    if (value.is_array()) {
        for (const auto& item : value.get_array())
            if (!item.is_primitive()) return false;
        return value.get_array().size() <= members_max;
    }
    for (const auto& member : value.get_object())
        if (!member.value().is_primitive()) return false;
    return value.get_object().size() <= members_max;
}

void write(std::string& out, const boost::json::value& value, unsigned level);

void write_flat(std::string& out, const boost::json::value& value) {
    if (value.is_primitive()) {
        out += boost::json::serialize(value);
    } else if (value.is_array()) {
        out += '[';
        const char* between = "";
        for (const auto& item : value.get_array()) {
            out += between + boost::json::serialize(item);
            between = ", ";
        }
        out += ']';
    } else {
        const char* between = " ";
        out += '{';
        for (const auto& member : value.get_object()) {
            out += between + boost::json::serialize(boost::json::string(member.key())) + ": " +
                   boost::json::serialize(member.value());
            between = ", ";
        }
        out += value.get_object().empty() ? "}" : " }";
    }
}

void write_lines(std::string& out, const boost::json::value& value, unsigned level) {
    const bool is_array = value.is_array();
    const std::string indent(2U * (level + 1), ' ');
    const char* between = "\n";
    out += is_array ? '[' : '{';
    if (is_array) {
        for (const auto& item : value.get_array()) {
            out += between + indent;
            write(out, item, level + 1);
            between = ",\n";
        }
    } else {
        for (const auto& member : value.get_object()) {
            out += between + indent + boost::json::serialize(boost::json::string(member.key())) + ": ";
            write(out, member.value(), level + 1);
            between = ",\n";
        }
    }
    out += '\n' + std::string(2U * level, ' ') + (is_array ? ']' : '}');
}

/// As deep as the parser that made the value allows.
void write(std::string& out, const boost::json::value& value, unsigned level) { // NOLINT(misc-no-recursion)
    if (fits_a_line(value))
        write_flat(out, value);
    else
        write_lines(out, value, level);
}

} // namespace

std::string json_text(const boost::json::value& value, unsigned level) {
    std::string out;
    write(out, value, level);
    return out;
}

} // namespace offhook::config
