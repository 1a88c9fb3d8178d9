#pragma once
/// @file  KeaParts: what Offhook puts into a Kea configuration, as JSON, and how it gets into one and out again.
///
/// Only what is ours is touched: classes and option definitions whose names begin with "offhook-", and options of the
/// flex-option hook that ask for such a class. Everything else stays as it is, control-socket included.
/// Shape   `server` is the content of "Dhcp4" or "Dhcp6".
/// Errors  invalid for a configuration that is not shaped as Kea's are.
#include "config/dhcp_config/told.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace offhook::config {

struct KeaParts {
    boost::json::array classes;
    boost::json::array hook_options; ///< of flex-option, for what Kea would not send as text otherwise
    std::string hook_library;        ///< path of flex-option
};

[[nodiscard]] KeaParts kea_parts(const std::vector<ToldPhones>& phones, const DhcpConfigRequest& request);
/// The same from a request. Errors: as write_dhcp_config().
[[nodiscard]] Result<KeaParts> make_kea_parts(const DhcpConfigRequest& request);
/// The class of one family.
[[nodiscard]] boost::json::object kea_class(const ToldPhones& phones, DhcpVersion version);

/// The same for people's eyes: what Kea logs into databases with stands in its configuration.
[[nodiscard]] boost::json::object without_passwords(boost::json::object server);

/// The same configuration with our former parts taken out and these put in. A class that says the same already, in
/// Kea's own spelling, stays as Kea spells it: nothing to change is then no change.
[[nodiscard]] Result<boost::json::object> with_kea_parts(boost::json::object server, const KeaParts& parts);

} // namespace offhook::config
