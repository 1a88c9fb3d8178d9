#include "phone/discovery/address_lease.hpp"

#include "phone/awaited.hpp"
#include "phone/discovery/scripted_clients.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace offhook::phone {
namespace {

using testing::ElementsAre;

class AddressLease : public testing::Test {
protected:
    void run(IpMode mode) {
        clients.order.clear();
        recorder.events.clear();
        boost::asio::io_context context;
        boost::asio::co_spawn(context, lease_address(clients, mode, recorder), [](std::exception_ptr failure) {
            if (failure) std::rethrow_exception(failure);
        });
        context.run();
    }
    [[nodiscard]] bool has_problem() const { return recorder.told(BootEvent::Kind::problem, "has no address"); }

    ScriptedClients clients{*MacAddress::from_text("0080f0c571eb")};
    Recorder recorder;
};

TEST_F(AddressLease, IsAskedForInThePhonesMode) {
    run(IpMode::ipv4);
    EXPECT_THAT(clients.order, ElementsAre("lease"));
    run(IpMode::ipv6);
    EXPECT_THAT(clients.order, ElementsAre("solicit"));
    run(IpMode::dual);
    EXPECT_THAT(clients.order, ElementsAre("lease", "solicit"));
}

TEST_F(AddressLease, IsMissedOnlyWhereNeitherGaveOne) {
    run(IpMode::dual);
    EXPECT_TRUE(has_problem());
    clients.answers4 = {ScriptedClients::ack({})};
    run(IpMode::dual);
    EXPECT_FALSE(has_problem());
    auto reply = ScriptedClients::reply(23, "");
    clients.answers6 = {reply};
    run(IpMode::ipv6);
    EXPECT_TRUE(has_problem()) << "information, but no address";
    reply.address = IpAddress::from_text("fd99::1");
    clients.answers6 = {reply};
    run(IpMode::ipv6);
    EXPECT_FALSE(has_problem());
}

} // namespace
} // namespace offhook::phone
