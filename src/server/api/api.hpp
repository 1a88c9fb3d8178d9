#pragma once
/// @file  Api: the REST resources as plain calls - request in, answer out, no socket.
///
/// Shape    JSON objects; errors are {"error": sentence, "where": field or place, "code": ErrorCode}. docs/api.md lists
/// all. Errors   404 not_found, 409 conflict, 403 forbidden, 413 too_large, 503 unavailable, 400 what else the input
/// decides.
///          catalogue::StoreFailure passes through: the server answers 500 and logs it.
/// Threads  any but the event loops': handlers wait for disks. A handler keeps no state between calls.
#include "base/clock.hpp"
#include "base/result.hpp"
#include "catalogue/catalogue.hpp"
#include "catalogue/timeline/timeline.hpp"
#include "config/family/family.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::server {

class Guard;
class LoopGuard;
class OfferLengths;
class Resyncs;

struct ApiRequest {
    std::string method; ///< "GET"
    std::string target; ///< "/v1/devices?limit=10", percent-encoded
    std::string body;
    std::shared_ptr<catalogue::BlobDraft> file = {}; ///< instead of a body where takes_file()
};

/// An answer that is no JSON: bytes as they are stored.
struct ApiContent {
    std::string_view bytes;
    std::string_view media_type = "application/octet-stream";
    std::shared_ptr<const void> held; ///< what the bytes live in
};

struct ApiAnswer {
    unsigned status = 200;
    boost::json::value body = {};
    std::optional<ApiContent> content = {}; ///< instead of `body`
};

/// What the resources work on. References outlive the Api.
struct ApiContext {
    catalogue::Catalogue& catalogue;
    catalogue::Timeline& timeline;
    const config::Families& families;
    const Clock& clock;
    std::function<boost::json::object()> status; ///< of the process: listeners, loops; merged into /v1/status
    /// Sites that a listener's configuration names, each with that listener: they cannot be removed.
    std::map<std::string, std::string, std::less<>> listener_of_site = {};
    Guard* guard = nullptr;                      ///< null: nobody is guarded
    const OfferLengths* offer_lengths = nullptr; ///< null: nothing is offered
    std::uint64_t file_bytes_max = 1ULL << 30U;  ///< of one firmware image or asset
    Resyncs* resyncs = nullptr;                  ///< null: phones cannot be told anything
    LoopGuard* loop_guard = nullptr;             ///< null: nothing is held
    /// Onto the device's timeline; may be empty.
    std::function<void(MacAddress mac, const std::string& name)> tell_of_release = {};
};

/// A request whose target is taken apart.
struct ApiCall {
    const ApiContext& context;
    std::vector<std::string> words; ///< what stood for {…} in the route, decoded
    std::map<std::string, std::string, std::less<>> query;
    std::string_view body;
    std::shared_ptr<catalogue::BlobDraft> file = {};

    [[nodiscard]] std::string_view option(std::string_view name) const;
    [[nodiscard]] bool flag(std::string_view name) const { return option(name) == "1"; }
    /// The body as a JSON object with no member outside `members`. Errors: invalid.
    [[nodiscard]] Result<boost::json::object> object(std::initializer_list<std::string_view> members) const;
    /// The first word as a MAC address. Errors: invalid.
    [[nodiscard]] Result<MacAddress> mac() const;
};

using ApiHandler = Result<ApiAnswer> (*)(const ApiCall& call);

struct ApiRoute {
    std::string_view method;
    std::string_view pattern; ///< "/v1/devices/{mac}"
    ApiHandler handler;
};

[[nodiscard]] ApiAnswer handle(const ApiContext& context, const ApiRequest& request);
/// Whether the body of such a request is a file that is streamed to the disk, and never in memory.
[[nodiscard]] bool takes_file(std::string_view method, std::string_view target);
[[nodiscard]] ApiAnswer error_answer(const Error& error);

// The resources, one file each.
[[nodiscard]] std::vector<ApiRoute> device_routes();
[[nodiscard]] std::vector<ApiRoute> scope_routes();
[[nodiscard]] std::vector<ApiRoute> credential_routes();
[[nodiscard]] std::vector<ApiRoute> file_key_routes();
[[nodiscard]] std::vector<ApiRoute> guard_routes();
[[nodiscard]] std::vector<ApiRoute> loop_routes();
[[nodiscard]] std::vector<ApiRoute> file_routes();
[[nodiscard]] std::vector<ApiRoute> file_diff_routes();
[[nodiscard]] std::vector<ApiRoute> history_routes();
[[nodiscard]] std::vector<ApiRoute> layer_history_routes();
[[nodiscard]] std::vector<ApiRoute> local_routes();
[[nodiscard]] std::vector<ApiRoute> phonebook_routes();
[[nodiscard]] std::vector<ApiRoute> import_routes();
[[nodiscard]] std::vector<ApiRoute> import_tree_routes();
[[nodiscard]] std::vector<ApiRoute> status_routes();
[[nodiscard]] std::vector<ApiRoute> stored_routes();
[[nodiscard]] std::vector<ApiRoute> upload_routes();
[[nodiscard]] std::vector<ApiRoute> resync_routes();

} // namespace offhook::server
