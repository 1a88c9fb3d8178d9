#include "cli/firmware_bundle.hpp"

#include "base/digest.hpp"
#include "base/hex.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "cli/api_client.hpp"
#include "cli/output.hpp"
#include "cli/stored_file_commands.hpp"
#include "phone/genband/version_file.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

namespace offhook::cli {
namespace {

namespace fs = std::filesystem;

Result<std::string> read_version_text(const std::string& path) {
    std::error_code error;
    if (fs::file_size(path, error) > limits::document_bytes_max || error)
        return fail(ErrorCode::invalid, "no version file: not there, or too large for one", path);
    std::ifstream in(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(in), {}};
    if (!in) return fail(ErrorCode::not_found, "the file cannot be read", path);
    return text;
}

Result<std::string> digest_of(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    if (!fs::is_regular_file(path) || !in)
        return fail(ErrorCode::not_found, "the version file names it, and it is not beside it", path.string());
    RunningSha256 digest;
    for (std::vector<char> piece(1U << 16U); in.good();) {
        in.read(piece.data(), static_cast<std::streamsize>(piece.size()));
        digest.add({piece.data(), static_cast<std::size_t>(in.gcount())});
    }
    if (!in.eof()) return fail(ErrorCode::invalid, "cannot be read to its end", path.string());
    return to_hex(digest.finish());
}

/// Whether the same bytes are what phones get by that name now.
bool is_served_already(const boost::json::value& listed, const std::string& name, const std::string& version,
                       const std::string& hash) {
    for (const auto& row : array_of(listed, "firmware"))
        if (text_of(row, "name") == name && text_of(row, "version") == version && text_of(row, "sha256") == hash &&
            text_of(row, "served") == "true")
            return true;
    return false;
}

} // namespace

int import_bundle(const Cli& cli, const BundleArguments& arguments) {
    const auto text = read_version_text(arguments.version_file);
    if (!text) return failed(text.error());
    const auto bundle = phone::genband::read_version_file(*text);
    if (bundle.version.empty())
        return failed({ErrorCode::invalid, "names no version: not a version file", arguments.version_file});
    for (const std::string& note : bundle.notes) std::cerr << arguments.version_file << ": " << note << ".\n";
    const fs::path folder = fs::path(arguments.version_file).parent_path();
    std::vector<std::pair<std::string, std::string>> files; // by name: their digests
    for (const auto& load : bundle.loads) {
        const auto digest = digest_of(folder / load.name);
        if (!digest) return failed(digest.error());
        files.emplace_back(load.name, *digest);
    }
    const std::string own = fs::path(arguments.version_file).filename().string();
    files.emplace_back(own, to_hex(sha256(*text)));
    const auto listed = ApiClient(cli).get("/v1/firmware?family=" + percent_encoded(arguments.family));
    if (!listed) return failed(listed.error());
    for (const auto& [name, digest] : files) {
        if (is_served_already(*listed, name, bundle.version, digest)) {
            std::cerr << name << " is stored already.\n";
            continue;
        }
        StoredFileArguments file;
        file.file = (folder / name).string();
        file.family = arguments.family;
        file.name = name;
        file.version = bundle.version;
        file.models = arguments.models;
        if (const int done = add_stored_file(cli, "firmware", file); done != exit_done) return done;
    }
    return exit_done;
}

} // namespace offhook::cli
