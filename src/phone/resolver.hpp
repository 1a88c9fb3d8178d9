#pragma once
/// @file  Resolver: which addresses a boot server's name has, for phones that try one after the other.
///
/// Limits   limits::lookup_time for a name.
/// Threads  the loop's own.
#include "base/result.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::phone {

class Resolver {
public:
    virtual ~Resolver() = default;
    /// Of a name, in the order of the answer, without doubles. Empty: it has none that are known here, and who
    /// connects is to ask for itself, and to say what is wrong.
    [[nodiscard]] virtual boost::asio::awaitable<std::vector<std::string>> resolve(std::string host) = 0;
};

/// Names whose addresses are given by hand, for rehearsals: by name in lower case.
using FixedHosts = std::map<std::string, std::vector<std::string>, std::less<>>;

/// "boot.example.net=192.0.2.1,192.0.2.2", one a name. Limits: limits::fixed_hosts_max names, as many addresses.
/// Errors: invalid, saying which word is wrong.
[[nodiscard]] Result<FixedHosts> read_fixed_hosts(std::span<const std::string> words);

/// The names by hand first, then the system's resolver: A records only, for these phones know no others.
class SystemResolver final : public Resolver {
public:
    SystemResolver(boost::asio::any_io_executor executor, FixedHosts fixed);

    [[nodiscard]] boost::asio::awaitable<std::vector<std::string>> resolve(std::string host) override;

private:
    boost::asio::any_io_executor executor_;
    FixedHosts fixed_;
};

} // namespace offhook::phone
