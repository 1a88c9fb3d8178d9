// What commands ask of the API, seen by a server that writes the request down.
#include "cli/command.hpp"
#include "server/api/socket_path.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <thread>

namespace offhook::cli {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

class RequestTest : public testing::Test {
protected:
    RequestTest() {
        std::string name = (std::filesystem::temp_directory_path() / "offhook-cli-XXXXXX").string();
        directory_ = ::mkdtemp(name.data());
    }
    ~RequestTest() override { std::filesystem::remove_all(directory_); }

    /// Runs the command; `asked_` is "METHOD target body" of its first request, empty where it made none.
    int run(std::vector<std::string> arguments) {
        asked_.clear();
        const auto opened = server::SocketPath::open(directory_ + "/offhook.sock");
        if (!opened) throw std::runtime_error(opened.error().text());
        const std::string& path = opened->address();
        asio::io_context context;
        asio::local::stream_protocol::acceptor acceptor(context, asio::local::stream_protocol::endpoint(path));
        std::thread answering([&] {
            while (answer_one(acceptor)) {
            }
        });
        const int exit_code = parse_and_run(std::move(arguments));
        // The server waits for more: a connection that says nothing ends it.
        asio::local::stream_protocol::socket nobody(context);
        boost::system::error_code ignored;
        nobody.connect(asio::local::stream_protocol::endpoint(path), ignored);
        nobody.close(ignored);
        answering.join();
        std::filesystem::remove(path);
        return exit_code;
    }

    std::string asked_, directory_;

private:
    int parse_and_run(std::vector<std::string> arguments) {
        Cli cli;
        cli.data_directory = directory_;
        CLI::App app;
        app.require_subcommand(1);
        app.fallthrough();
        add_device(app, cli);
        add_site(app, cli);
        add_group(app, cli);
        add_model(app, cli);
        add_layer(app, cli);
        add_render(app, cli);
        add_timeline(app, cli);
        add_explain(app, cli);
        add_sighting(app, cli);
        add_import(app, cli);
        add_credentials(app, cli);
        add_guard(app, cli);
        add_loop(app, cli);
        add_firmware(app, cli);
        add_asset(app, cli);
        add_upload(app, cli);
        std::reverse(arguments.begin(), arguments.end()); // as CLI11 wants it
        try {
            app.parse(std::move(arguments));
        } catch (const CLI::ParseError&) {
            return exit_wrong_use;
        }
        return cli.run();
    }

    /// Whether somebody asked.
    bool answer_one(asio::local::stream_protocol::acceptor& acceptor) {
        boost::system::error_code error;
        auto socket = acceptor.accept(error);
        boost::beast::flat_buffer buffer;
        http::request<http::string_body> request;
        http::read(socket, buffer, request, error);
        if (error) return false;
        const auto asked =
            std::string(request.method_string()) + " " + std::string(request.target()) + " " + request.body();
        if (asked_.empty()) asked_ = asked;
        http::response<http::string_body> answer(http::status::ok, 11);
        answer.body() = "{}";
        answer.prepare_payload();
        http::write(socket, answer, error);
        return true;
    }
};

TEST_F(RequestTest, CredentialsTokensFirstContactAndGuardAskWhatTheySay) {
    const std::string phone = "/v1/devices/0004f2000001";
    const struct {
        std::vector<std::string> arguments;
        std::string asks;
    } rows[] = {
        {{"credentials", "set", "0004f2000001", "--random"},
         "PATCH " + phone + R"(/credentials {"password":"random"})"},
        {{"credentials", "set", "--site", "lab", "--user", "u"}, R"(PATCH /v1/sites/lab/credentials {"user":"u"})"},
        {{"credentials", "rotate", "0004f2000001"}, "POST " + phone + "/credentials/rotate {}"},
        {{"credentials", "finish", "--site", "lab"}, "POST /v1/sites/lab/credentials/finish {}"},
        {{"credentials", "remove", "0004f2000001"}, "DELETE " + phone + "/credentials "},
        {{"credentials", "show", "0004f2000001", "--show-secrets"}, "GET " + phone + "/credentials?show_secrets=1 "},
        {{"device", "rotate-key", "0004f2000001"}, "POST " + phone + "/file-key/rotate {}"},
        {{"device", "make-key", "0004f2000001"}, "POST " + phone + "/file-key/make {}"},
        {{"site", "rotate-token", "lab"}, "POST /v1/sites/lab/token/rotate {}"},
        {{"site", "finish-token", "lab"}, "POST /v1/sites/lab/token/finish {}"},
        {{"site", "set", "lab", "--first-contact", "60"}, R"(PATCH /v1/sites/lab {"first_contact_minutes":60})"},
        {{"device", "first-contact", "0004f2000001"}, "POST " + phone + "/first-contact {}"},
        {{"device", "first-contact", "0004f2000001", "--minutes", "5"},
         "POST " + phone + R"(/first-contact {"minutes":5})"},
        {{"device", "first-contact", "0004f2000001", "--close"}, "POST " + phone + R"(/first-contact {"minutes":0})"},
        {{"guard", "lift", "2001:db8::/64"},
         "DELETE /v1/guard/2001%3A"
         "db8%3A%3A%2F64 "},
        {{"loop", "list"}, "GET /v1/loops "},
        {{"loop", "release", "0004f2000001"}, "DELETE /v1/loops/0004f2000001 "},
        {{"loop", "release", "0004f2000001", "dir/sip.ld"}, "DELETE /v1/loops/0004f2000001/dir%2Fsip.ld "},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(run(row.arguments), exit_done) << row.asks;
        EXPECT_EQ(asked_, row.asks);
    }
}

TEST_F(RequestTest, LayersAreNamedByTheirScope) {
    const std::string model = "/v1/layers/model/panasonic/KX-HDV130 ";
    const struct {
        std::vector<std::string> arguments;
        std::string asks;
    } rows[] = {
        {{"layer", "show", "fleet"}, "GET /v1/layers/fleet "},
        {{"layer", "show", "site/a b"}, "GET /v1/layers/site/a%20b "},
        {{"layer", "show", "site/a/b"}, "GET /v1/layers/site/a%2Fb "},
        {{"layer", "show", "group/desks"}, "GET /v1/layers/group/desks "},
        {{"layer", "show", "model/panasonic/KX-HDV130"}, "GET " + model},
        {{"model", "show", "panasonic/KX-HDV130"}, "GET " + model},
        {{"model", "show", "panasonic/KX-HDV130", "--show-secrets"},
         "GET /v1/layers/model/panasonic/KX-HDV130?show_secrets=1 "},
        {{"model", "list"}, "GET /v1/models "},
        {{"model", "set", "panasonic/KX-HDV130", "time.server=x", "--unset", "time.zone"},
         "PATCH " + model + R"({"settings":{"time.server":"x","time.zone":null}})"},
        {{"layer", "set", "model/panasonic/KX-HDV130", "time.server=x"},
         "PATCH " + model + R"({"settings":{"time.server":"x"}})"},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(run(row.arguments), exit_done) << row.asks;
        EXPECT_EQ(asked_, row.asks);
    }
    const std::vector<std::string> wrong[] = {
        {"layer", "show", ""},
        {"layer", "show", "fleet/x"},
        {"layer", "show", "site"},
        {"layer", "show", "site/"},
        {"layer", "show", "fleets/x"},
        {"layer", "show", "model/panasonic"},
        {"layer", "show", "device/x"},
        {"model", "show", "panasonic"},
        {"model", "show", "panasonic/"},
        {"model", "show", "/x"},
        {"model", "show", "panasonic/a/b"},
        {"model", "set", "panasonic/KX-HDV130"},
        {"model", "set", "x", "a=b"},
        {"model", "show"},
        {"model"},
    };
    for (const auto& row : wrong) {
        EXPECT_EQ(run(row), exit_wrong_use) << row.back();
        EXPECT_EQ(asked_, "");
    }
}

TEST_F(RequestTest, EmptyTextIsAValueThatTakesOut) {
    const struct {
        std::vector<std::string> arguments;
        std::string asks;
    } rows[] = {
        {{"device", "set", "0004f2000001", "--group", ""}, R"(PATCH /v1/devices/0004f2000001 {"group":""})"},
        {{"device", "set", "0004f2000001", "--wifi-mac", "", "--serial", "", "--note", ""},
         R"(PATCH /v1/devices/0004f2000001 {"serial":"","wifi_mac":"","note":""})"},
        {{"device", "set", "0004f2000001", "--site", "lab"}, R"(PATCH /v1/devices/0004f2000001 {"site":"lab"})"},
        {{"site", "set", "lab", "--token", ""}, R"(PATCH /v1/sites/lab {"token":""})"},
        {{"site", "set", "lab", "--title", "", "--policy", ""}, R"(PATCH /v1/sites/lab {"title":"","policy":""})"},
        {{"site", "set", "lab", "--network", ""}, R"(PATCH /v1/sites/lab {"networks":[]})"},
        {{"site", "set", "lab", "--network", "10.0.0.0/8", "--network", "::/0"},
         R"(PATCH /v1/sites/lab {"networks":["10.0.0.0/8","::/0"]})"},
        {{"site", "add", "lab"}, R"(POST /v1/sites {"name":"lab"})"},
        {{"device", "replace", "0004f2000001", "0004f2000002"},
         R"(POST /v1/devices/0004f2000001/replace {"mac":"0004f2000002"})"},
        {{"device", "replace", "0004f2000001", "0004f2000002", "--model", "SPIP335", "--serial", "S2", "--wifi-mac",
          "0004f20000aa"},
         R"(POST /v1/devices/0004f2000001/replace {"model":"SPIP335","serial":"S2","wifi_mac":"0004f20000aa","mac":"0004f2000002"})"},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(run(row.arguments), exit_done) << row.asks;
        EXPECT_EQ(asked_, row.asks);
    }
}

TEST_F(RequestTest, WhatIsNoMacAddressIsWrongUseAndAsksNothing) {
    const std::vector<std::string> rows[] = {
        {"device", "show", "xyz"},
        {"device", "show", ""},
        {"device", "remove", "0004f200000"},
        {"device", "set", "0004f200000g", "--note", "x"},
        {"device", "set", "0004f2000001", "--wifi-mac", "wifi"},
        {"device", "add", "xyz", "--family", "polycom"},
        {"device", "replace", "0004f2000001", "new"},
        {"device", "replace", "old", "0004f2000001"},
        {"render", "xyz"},
        {"timeline", "xyz"},
        {"explain", "xyz"},
        {"sighting", "adopt", "xyz"},
        {"sighting", "forget", "xyz"},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(run(row), exit_wrong_use) << row[0] << ' ' << row[1];
        EXPECT_EQ(asked_, "");
    }
    EXPECT_EQ(run({"device", "show", "00:04:F2:00:00:01"}), exit_done);
    EXPECT_EQ(run({"explain", "0004.f200.0001"}), exit_done);
}

TEST_F(RequestTest, ADeepDataDirectoryIsReached) {
    const std::string top = directory_;
    directory_ += "/" + std::string(120, 'd');
    std::filesystem::create_directory(directory_);
    EXPECT_EQ(run({"device", "show", "0004f2000001"}), exit_done);
    EXPECT_EQ(asked_, "GET /v1/devices/0004f2000001 ");
    directory_ = top;
}

TEST_F(RequestTest, ALargeFileArrivesWhole) {
    std::string text;
    for (int i = 0; text.size() < 900'000; ++i) text += std::to_string(i) + '\n';
    const std::string file = directory_ + "/large.csv";
    std::ofstream(file) << text;
    EXPECT_EQ(run({"import", file}), exit_done);
    EXPECT_TRUE(asked_ == "POST /v1/import " + text) << asked_.size();
}

TEST_F(RequestTest, FilesAreStreamedWithWhatIsSaidOfThem) {
    std::string image;
    for (int i = 0; image.size() < 600'000; ++i) image += std::to_string(i) + '\n';
    const std::string file = directory_ + "/image.ld", empty = directory_ + "/empty";
    std::ofstream(file) << image;
    std::ofstream{empty};
    EXPECT_EQ(run({"firmware", "add", file, "--family", "polycom", "--name", "sip.ld", "--version", "2.2.0 beta",
                   "--model", "SPIP650", "--model", "SPIP430"}),
              exit_done);
    EXPECT_TRUE(asked_ ==
                "POST /v1/firmware?name=sip.ld&family=polycom&version=2.2.0%20beta&model=SPIP650%2CSPIP430 " + image)
        << asked_.substr(0, 200);
    EXPECT_EQ(run({"asset", "add", empty, "--name", "a b/ring.wav", "--site", "lab"}), exit_done);
    EXPECT_EQ(asked_, "POST /v1/assets?name=a%20b%2Fring.wav&site=lab ");
    EXPECT_EQ(run({"firmware", "add", directory_ + "/nosuch", "--family", "f", "--name", "n", "--version", "1"}),
              exit_failed);
    EXPECT_EQ(asked_, "");
    EXPECT_EQ(run({"firmware", "add", directory_, "--family", "f", "--name", "n", "--version", "1"}), exit_failed);
    EXPECT_EQ(run({"firmware", "add", file, "--name", "n", "--version", "1"}), exit_wrong_use);
}

TEST_F(RequestTest, StoredFilesAndUploadsAreAskedForByNumberAndName) {
    const struct {
        std::vector<std::string> arguments;
        std::string asks;
    } rows[] = {
        {{"firmware", "list"}, "GET /v1/firmware?family= "},
        {{"firmware", "remove", "7"}, "DELETE /v1/firmware/7 "},
        {{"asset", "list", "--family", "polycom"}, "GET /v1/assets?family=polycom "},
        {{"asset", "remove", "8"}, "DELETE /v1/assets/8 "},
        {{"upload", "list", "0004f2000001"}, "GET /v1/devices/0004f2000001/uploads "},
        {{"upload", "show", "0004f2000001", "boot log", "--out", directory_ + "/out"},
         "GET /v1/devices/0004f2000001/uploads/boot%20log "},
        {{"upload", "show", "0004f2000001", "logs/x.log", "--version", "3", "--out", directory_ + "/out"},
         "GET /v1/devices/0004f2000001/uploads/logs%2Fx.log?version=3 "},
        {{"upload", "remove", "0004f2000001", "overrides"}, "DELETE /v1/devices/0004f2000001/uploads/overrides "},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(run(row.arguments), exit_done) << row.asks;
        EXPECT_EQ(asked_, row.asks);
    }
    std::ifstream out(directory_ + "/out");
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(out), {}), "{}");
    EXPECT_EQ(run({"upload", "show", "xyz", "overrides"}), exit_wrong_use);
    EXPECT_EQ(run({"firmware", "remove", "sip.ld"}), exit_wrong_use);
}

TEST_F(RequestTest, NothingToChangeIsWrongUse) {
    EXPECT_EQ(run({"device", "set", "0004f2000001"}), exit_wrong_use);
    EXPECT_EQ(asked_, "");
    EXPECT_EQ(run({"site", "set", "lab"}), exit_wrong_use);
    EXPECT_EQ(asked_, "");
}

} // namespace
} // namespace offhook::cli
