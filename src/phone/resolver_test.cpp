#include "phone/resolver.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace offhook::phone {
namespace {

namespace asio = boost::asio;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> resolved(FixedHosts fixed, std::string host) {
    asio::io_context context;
    SystemResolver resolver(context.get_executor(), std::move(fixed));
    std::vector<std::string> addresses;
    asio::co_spawn(context, resolver.resolve(std::move(host)),
                   [&](std::exception_ptr, std::vector<std::string> found) { addresses = std::move(found); });
    context.run();
    return addresses;
}

TEST(FixedHosts, AreReadFromNamesAndAddresses) {
    const std::vector<std::string> words{"Boot.example=192.0.2.1,192.0.2.2", "six=2001:db8::1",
                                         "boot.example=192.0.2.3"};
    const auto hosts = read_fixed_hosts(words);
    ASSERT_TRUE(hosts);
    EXPECT_THAT(hosts->at("boot.example"), ElementsAre("192.0.2.1", "192.0.2.2", "192.0.2.3"));
    EXPECT_THAT(hosts->at("six"), ElementsAre("2001:db8::1"));
}

TEST(FixedHosts, RefuseWhatIsNoneOfThat) {
    const std::string many = [] {
        std::string word = "a=192.0.2.1";
        for (int i = 0; i < 100; ++i) word += ",192.0.2.1";
        return word;
    }();
    for (const std::string& word : {std::string("boot"), std::string("=192.0.2.1"), std::string("boot="),
                                    std::string("boot=other.example"), std::string("boot=192.0.2.1 192.0.2.2"), many}) {
        const std::vector<std::string> words{word};
        const auto hosts = read_fixed_hosts(words);
        ASSERT_FALSE(hosts) << word;
        EXPECT_EQ(hosts.error().where, "--resolve");
    }
}

TEST(SystemResolver, TakesTheNamesByHandFirst) {
    EXPECT_THAT(resolved({{"boot", {"192.0.2.2", "192.0.2.1"}}}, "BOOT"), ElementsAre("192.0.2.2", "192.0.2.1"));
    EXPECT_THAT(resolved({}, "192.0.2.1"), IsEmpty()) << "an address is no name";
    EXPECT_THAT(resolved({}, "localhost"), ElementsAre("127.0.0.1"));
}

} // namespace
} // namespace offhook::phone
