#include "server/boot_server.hpp"

#include "server/test_house.hpp"

#include <filesystem>
#include <gmock/gmock.h>
#include <stdexcept>

namespace offhook::server {
namespace {

class BootServerTest : public testing::Test {
protected:
    BootServerTest() {
        std::string name = (std::filesystem::temp_directory_path() / "offhook-boot-XXXXXX").string();
        directory_ = ::mkdtemp(name.data());
    }
    ~BootServerTest() override { std::filesystem::remove_all(directory_); }

    [[nodiscard]] BootServerOptions options(std::vector<ListenerOptions> listeners) const {
        BootServerOptions out;
        out.data_directory = directory_;
        out.listeners = std::move(listeners);
        out.loops = 1;
        return out;
    }
    /// Why it does not start; "" where it does.
    std::string refusal(const BootServerOptions& options) {
        try {
            const BootServer server(options, house_families(), clock_, {});
        } catch (const std::runtime_error& error) {
            return error.what();
        }
        return {};
    }

    SystemClock clock_;
    std::filesystem::path directory_;
};

TEST_F(BootServerTest, RefusesAListenersSiteThatIsNotThere) {
    EXPECT_EQ(refusal(options({{"http", "127.0.0.1:0", "default"}})), "");
    EXPECT_THAT(refusal(options({{"http", "127.0.0.1:0", {}}, {"http/lobby", "127.0.0.1:0", "nosuch"}})),
                testing::AllOf(testing::HasSubstr("http/lobby"), testing::HasSubstr("'nosuch'")));
}

TEST_F(BootServerTest, StartsOnADeepDataDirectory) {
    directory_ /= std::string(120, 'd');
    const BootServer server(options({{"http", "127.0.0.1:0", {}}}), house_families(), clock_, {});
    EXPECT_TRUE(std::filesystem::is_socket(directory_ / "offhook.sock"));
    directory_ = directory_.parent_path();
}

} // namespace
} // namespace offhook::server
