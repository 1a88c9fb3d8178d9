#include "phone/flash.hpp"

#include "base/digest.hpp"
#include "base/hex.hpp"
#include "base/text.hpp"
#include "phone/limits.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <set>
#include <sys/stat.h>
#include <unistd.h>

namespace offhook::phone {
namespace {

namespace json = boost::json;

constexpr std::string_view format_name = "offhook-flash 1";
constexpr const char* file_name = "flash.json";

using Texts = std::map<std::string, std::string, std::less<>>;
constexpr std::string_view hex_mark = "hex:";

/// A server's words may be in any encoding: those that are no UTF-8 are kept as {"hex": …}.
json::value content_to_json(const std::string& content) {
    if (is_printable_utf8(content, LineBreaks::allowed)) return json::string(content);
    return json::object{{"hex", to_hex(std::as_bytes(std::span(content)))}};
}

/// The same for the name of a member, which can only be text.
std::string key_to_json(const std::string& name) {
    if (is_printable_utf8(name) && !name.starts_with(hex_mark)) return name;
    return fmt::format("{}{}", hex_mark, to_hex(std::as_bytes(std::span(name))));
}

json::object map_to_json(const Texts& texts) {
    json::object out;
    for (const auto& [name, text] : texts) out[key_to_json(name)] = content_to_json(text);
    return out;
}

json::object image_to_json(const StoredImage& image) {
    return {{"name", content_to_json(image.name)},
            {"version", content_to_json(image.version)},
            {"digest", content_to_json(image.digest)},
            {"bytes", image.bytes}};
}

tl::unexpected<Error> wrong(std::string_view member, std::string_view what) {
    return fail(ErrorCode::invalid, fmt::format("'{}' {}", member, what));
}

/// Reads members off an object, and knows at the end which nobody asked for.
class StrictObject {
public:
    explicit StrictObject(const json::object& object) : object_(object) {}

    Result<std::string> text(std::string_view member) {
        const auto* value = find(member);
        if (value == nullptr || !value->is_string()) return wrong(member, "is missing or no text");
        return std::string(value->get_string());
    }
    Result<std::uint64_t> number(std::string_view member) {
        const auto* value = find(member);
        if (value == nullptr || !value->is_int64() || value->get_int64() < 0)
            return wrong(member, "is missing or no whole number");
        return static_cast<std::uint64_t>(value->get_int64());
    }
    Result<const json::object*> object(std::string_view member) {
        const auto* value = find(member);
        if (value == nullptr || !value->is_object()) return wrong(member, "is missing or no object");
        return &value->get_object();
    }
    const json::value* find(std::string_view member) {
        asked_.insert(std::string(member));
        return object_.if_contains(member);
    }
    Result<void> finish() const {
        for (const auto& item : object_)
            if (!asked_.contains(std::string(item.key()))) return wrong(std::string(item.key()), "is not known here");
        return {};
    }

private:
    const json::object& object_;
    std::set<std::string> asked_;
};

Result<std::string> content_from_json(std::string_view name, const json::value& value) {
    if (value.is_string()) return std::string(value.get_string());
    if (value.is_object() && value.get_object().size() == 1) {
        const auto* hex = value.get_object().if_contains("hex");
        const auto bytes = hex != nullptr && hex->is_string() ? from_hex(hex->get_string()) : std::nullopt;
        if (bytes) return std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size());
    }
    return wrong(name, "is neither text nor {\"hex\": …}");
}

Result<StoredImage> image_from_json(const json::object& object) {
    StrictObject reader(object);
    StoredImage image;
    for (const auto& [member, into] :
         {std::pair("name", &image.name), {"version", &image.version}, {"digest", &image.digest}}) {
        const auto* value = reader.find(member);
        if (value == nullptr) return wrong(member, "is missing or no text");
        auto content = content_from_json(member, *value);
        if (!content) return tl::unexpected(content.error());
        *into = std::move(*content);
    }
    const auto bytes = reader.number("bytes");
    if (!bytes) return tl::unexpected(bytes.error());
    if (const auto done = reader.finish(); !done) return tl::unexpected(done.error());
    image.bytes = *bytes;
    return image;
}

Result<std::string> key_from_json(std::string_view key) {
    if (!key.starts_with(hex_mark)) return std::string(key);
    const auto bytes = from_hex(key.substr(hex_mark.size()));
    if (!bytes) return wrong(key, "is no name in hexadecimal digits");
    return std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size());
}

Result<Texts> map_from_json(const json::object& object) {
    Texts out;
    for (const auto& item : object) {
        auto name = key_from_json(std::string_view(item.key().data(), item.key().size()));
        if (!name) return tl::unexpected(name.error());
        auto content = content_from_json(*name, item.value());
        if (!content) return tl::unexpected(content.error());
        out.emplace(std::move(*name), std::move(*content));
    }
    return out;
}

struct FlashDescriptor {
    int fd = -1;
    ~FlashDescriptor() {
        if (fd >= 0) ::close(fd);
    }
};

tl::unexpected<Error> system_failure(const std::filesystem::path& path, std::string_view what) {
    return fail(ErrorCode::unavailable, fmt::format("{}: {}", what, std::strerror(errno)), path.string());
}

Result<void> write_all(int fd, std::string_view text, const std::filesystem::path& path) {
    while (!text.empty()) {
        const auto written = ::write(fd, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return system_failure(path, "cannot write");
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

} // namespace

std::string_view Flash::parameter(std::string_view name) const {
    const auto found = parameters.find(name);
    return found == parameters.end() ? std::string_view{} : std::string_view(found->second);
}

void Flash::cache(std::string_view name, std::string_view content) {
    std::size_t others = 0;
    for (const auto& [other, text] : files)
        if (other != name) others += text.size();
    if (const auto old = files.find(name); old != files.end()) files.erase(old);
    if (others + content.size() > limits::cached_bytes_max || files.size() >= limits::cached_files_max) return;
    files.emplace(name, content);
}

std::string flash_to_json(const Flash& flash) {
    return json::serialize(json::object{
        {"format", format_name},
        {"family", flash.family},
        {"model", flash.model},
        {"mac", flash.mac.text()},
        {"bootrom", image_to_json(flash.bootrom)},
        {"application", flash.application ? json::value(image_to_json(*flash.application)) : json::value(nullptr)},
        {"configuration_digest", flash.configuration_digest},
        {"parameters", map_to_json(flash.parameters)},
        {"origins", map_to_json(flash.origins)},
        {"changes", map_to_json(flash.changes)},
        {"directory", content_to_json(flash.directory)},
        {"log", content_to_json(flash.log)},
        {"digests", map_to_json(flash.digests)},
        {"files", map_to_json(flash.files)}});
}

namespace {

/// What its user did and what it has not uploaded yet. All may be missing: earlier versions wrote none.
Result<void> read_own(StrictObject& reader, Flash& flash) {
    for (const auto& [member, into] :
         {std::pair("changes", &flash.changes), {"origins", &flash.origins}, {"digests", &flash.digests}})
        if (const auto* value = reader.find(member); value != nullptr) {
            if (!value->is_object()) return wrong(member, "is no object");
            auto map = map_from_json(value->get_object());
            if (!map) return tl::unexpected(map.error());
            *into = std::move(*map);
        }
    for (const auto& [member, into] : {std::pair("directory", &flash.directory), std::pair("log", &flash.log)})
        if (const auto* value = reader.find(member); value != nullptr) {
            auto content = content_from_json(member, *value);
            if (!content) return tl::unexpected(content.error());
            *into = std::move(*content);
        }
    return {};
}

} // namespace

Result<Flash> flash_from_json(std::string_view text) {
    boost::system::error_code error;
    const auto parsed = json::parse(text, error);
    if (error) return fail(ErrorCode::invalid, fmt::format("not JSON: {}", error.message()));
    if (!parsed.is_object()) return fail(ErrorCode::invalid, "not a JSON object");
    StrictObject reader(parsed.get_object());
    const auto format = reader.text("format");
    if (!format) return tl::unexpected(format.error());
    if (*format != format_name)
        return fail(ErrorCode::invalid,
                    fmt::format("its format is '{}', this program knows '{}'", printable(*format, 40), format_name));
    const auto family = reader.text("family");
    const auto model = reader.text("model");
    const auto mac = reader.text("mac");
    const auto digest = reader.text("configuration_digest");
    for (const auto* member : {&family, &model, &mac, &digest})
        if (!*member) return tl::unexpected(member->error());
    Flash flash;
    const auto address = MacAddress::from_text(*mac);
    if (!address) return wrong("mac", "is no MAC address");
    flash.family = *family, flash.model = *model, flash.mac = *address, flash.configuration_digest = *digest;
    const auto bootrom_object = reader.object("bootrom");
    if (!bootrom_object) return tl::unexpected(bootrom_object.error());
    auto bootrom = image_from_json(**bootrom_object);
    if (!bootrom) return tl::unexpected(bootrom.error());
    flash.bootrom = std::move(*bootrom);
    if (const auto* application = reader.find("application"); application == nullptr || !application->is_null()) {
        const auto object = reader.object("application");
        if (!object) return tl::unexpected(object.error());
        auto image = image_from_json(**object);
        if (!image) return tl::unexpected(image.error());
        flash.application = std::move(*image);
    }
    for (const auto& [member, into] : {std::pair("parameters", &flash.parameters), std::pair("files", &flash.files)}) {
        const auto object = reader.object(member);
        if (!object) return tl::unexpected(object.error());
        auto map = map_from_json(**object);
        if (!map) return tl::unexpected(map.error());
        *into = std::move(*map);
    }
    if (const auto own = read_own(reader, flash); !own) return tl::unexpected(own.error());
    if (const auto done = reader.finish(); !done) return tl::unexpected(done.error());
    return flash;
}

Result<Flash> load_flash(const std::filesystem::path& directory) {
    const auto path = directory / file_name;
    std::error_code error;
    const auto size = std::filesystem::file_size(path, error);
    if (error == std::errc::no_such_file_or_directory)
        return fail(ErrorCode::not_found, "there is no flash yet", path.string());
    if (error) return fail(ErrorCode::unavailable, error.message(), path.string());
    if (size > limits::flash_file_bytes_max)
        return fail(ErrorCode::too_large, fmt::format("more than {} bytes", limits::flash_file_bytes_max),
                    path.string());
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (!file) return fail(ErrorCode::unavailable, "cannot be read", path.string());
    auto flash = flash_from_json(text);
    if (!flash)
        return fail(ErrorCode::invalid,
                    flash.error().message + "; delete the file to start with a phone out of its box", path.string());
    return flash;
}

Result<void> save_flash(const Flash& flash, const std::filesystem::path& directory) {
    std::error_code error;
    std::filesystem::create_directories(directory, error);
    if (error) return fail(ErrorCode::unavailable, error.message(), directory.string());
    const auto path = directory / file_name;
    auto beside = path;
    beside += ".new";
    {
        const FlashDescriptor file{::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR)};
        if (file.fd < 0) return system_failure(beside, "cannot create");
        if (auto written = write_all(file.fd, flash_to_json(flash), beside); !written) return written;
        if (::fsync(file.fd) != 0) return system_failure(beside, "cannot sync");
    }
    if (::rename(beside.c_str(), path.c_str()) != 0) return system_failure(path, "cannot replace");
    const FlashDescriptor holder{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (holder.fd < 0 || ::fsync(holder.fd) != 0) return system_failure(directory, "cannot sync");
    return {};
}

} // namespace offhook::phone
