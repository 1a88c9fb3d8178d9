/// `offhook compile`: an SPA profile's plain text or XML to what a phone reads. No server is asked.
#include "base/limits.hpp"
#include "base/mac_address.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/key_option.hpp"
#include "cli/private_file.hpp"
#include "cli/serve_config.hpp"
#include "cli/spc_tool.hpp"
#include "config/compile/compiled_profile.hpp"
#include "config/compile/limits.hpp"
#include "config/compile/profile_check.hpp"
#include "config/compile/spc_source.hpp"
#include "config/family/loader.hpp"
#include "config/seal/gzip.hpp"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>

namespace offhook::cli {
namespace {

using config::Family;
using config::Profile;

struct CompileArguments {
    std::string source = "-", output = "-", family = "linksys-spa", key, key_file, target, spc, config_file;
    bool gzip = false, binary = false, allow_unknown = false, sample = false;

    bool is_key_stated = false; ///< --key, whatever it says: an empty one seals nothing

    [[nodiscard]] bool has_key() const { return is_key_stated || !key_file.empty(); }
};

int wrong_compile(const std::string& text) {
    std::cerr << "offhook: " << text << '\n';
    return exit_wrong_use;
}

/// A wrong profile is no wrong use of the command, as an invalid word would be.
int refused_source(const Error& error) {
    (void)failed(error);
    return exit_failed;
}

Result<std::string> read_all(std::istream& in, const std::string& name) {
    std::string out(limits::source_bytes_max + 1, '\0');
    in.read(out.data(), static_cast<std::streamsize>(out.size()));
    out.resize(static_cast<std::size_t>(in.gcount()));
    if (out.size() > limits::source_bytes_max)
        return fail(ErrorCode::too_large,
                    "a profile's source is at most " + std::to_string(limits::source_bytes_max) + " bytes long", name);
    return out;
}

Result<std::string> read_source(const std::string& path) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error))
        return fail(ErrorCode::not_found, "there is no such file", path);
    std::ifstream file(path, std::ios::binary);
    if (!file) return fail(ErrorCode::not_found, "cannot be read", path);
    return read_all(file, path);
}

/// Either form, told by how it begins.
Result<Profile> read_profile(const CompileArguments& arguments) {
    auto text = arguments.source == "-" ? read_all(std::cin, "stdin") : read_source(arguments.source);
    if (!text) return tl::unexpected(text.error());
    const std::string shown = arguments.source == "-" ? "stdin" : arguments.source;
    if (config::looks_like_xml(*text)) return config::read_xml_profile(*text, shown);
    bool first = true; // stdin is read once
    const auto load = [&](const std::string& path) -> Result<std::string> {
        if (!std::exchange(first, false)) return read_source(path);
        return std::move(*text);
    };
    auto profile = config::read_spc_source(shown, load);
    if (!profile) return tl::unexpected(profile.error());
    return config::settled(std::move(*profile));
}

/// The seal of the family's documents.
Result<const config::Seal*> seal_of(const Family& family) {
    for (const config::Document& document : family.documents())
        if (document.seal != nullptr) return document.seal;
    return fail(ErrorCode::not_found, "this family's pack has no sealed documents", std::string(family.name()));
}

Result<std::string> spc_path(const CompileArguments& arguments) {
    if (!arguments.spc.empty() || arguments.config_file.empty()) return arguments.spc;
    const auto stated = read_serve_config(arguments.config_file);
    if (!stated) return tl::unexpected(stated.error().front());
    return stated->spc_tool.string();
}

/// By the vendor's program. The key is on its command line: it takes it nowhere else.
Result<std::string> compile_by_tool(const CompileArguments& arguments, Profile profile, const Family& family,
                                    const std::string& tool, const std::string& key) {
    for (config::ProfileEntry& entry : profile.entries) entry.name = config::source_name(family, entry.name);
    const auto source = config::to_source(profile);
    if (!source) return tl::unexpected(source.error());
    std::vector<std::string> options;
    if (!arguments.target.empty()) options = {"--target", MacAddress::from_text(arguments.target)->text()};
    if (!key.empty()) options.insert(options.end(), {"--aes", "--ascii-key", key});
    return SpcTool(tool).run(options, *source);
}

Result<std::string> compile_binary(const CompileArguments& arguments, const Profile& profile, const Family& family,
                                   const std::string& key) {
    const auto tool = spc_path(arguments);
    if (!tool) return tl::unexpected(tool.error());
    if (!tool->empty()) return compile_by_tool(arguments, profile, family, *tool, key);
    std::cerr << "compiled profile: " << config::compiled_profile_label
              << (arguments.target.empty() ? "" : "; its target is no secret") << '\n';
    return config::write_compiled(config::to_document(profile), MacAddress::from_text(arguments.target));
}

Result<std::string> compile(const CompileArguments& arguments, const Profile& profile, const Family& family) {
    const auto key = read_key(arguments.key, arguments.key_file);
    if (!key) return tl::unexpected(key.error());
    if (arguments.has_key() && key->empty()) return fail(ErrorCode::invalid, "the key is empty", arguments.key_file);
    auto out = arguments.binary ? compile_binary(arguments, profile, family, *key) : config::to_xml(profile);
    if (!out) return out;
    if (arguments.gzip) *out = config::gzip(*out);
    const bool by_tool = arguments.binary && !config::looks_compiled(*out); // sealed already, as the vendor does it
    if (key->empty() || by_tool) return out;
    const auto seal = seal_of(family);
    if (!seal) return tl::unexpected(seal.error());
    return (*seal)->seal(*out, *key, "");
}

int write_output(const CompileArguments& arguments, const std::string& bytes) {
    if (arguments.output == "-") {
        std::cout.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        return std::cout.flush() ? exit_done : failed({ErrorCode::unavailable, "cannot write to stdout"});
    }
    const auto written = write_private_file(arguments.output, bytes); // a profile holds passwords
    return written ? exit_done : failed(written.error());
}

std::string misuse(const CompileArguments& arguments) {
    if (!arguments.key.empty() && !arguments.key_file.empty()) return "either --key or --key-file, not both";
    if (arguments.gzip && arguments.binary) return "--gzip is for the XML form, not for --binary";
    if (!arguments.target.empty() && !arguments.binary) return "--target is for --binary: XML is for any phone";
    if (!arguments.target.empty() && !MacAddress::from_text(arguments.target))
        return "'" + printable(arguments.target, 40) + "' is no MAC address";
    return {};
}

int run(const Cli& cli, const CompileArguments& arguments) {
    if (arguments.is_key_stated && arguments.key.empty())
        return wrong_compile("the key of --key is empty: without a key the profile would be readable by anybody");
    if (const std::string wrong = misuse(arguments); !wrong.empty()) return wrong_compile(wrong);
    const auto families = config::load_families(cli.packs_directory);
    if (!families) return refused_source(families.error().front());
    const auto* family = config::find_family(*families, arguments.family);
    if (family == nullptr)
        return failed(
            {ErrorCode::not_found, "no pack for this family; `offhook pack list` names them", arguments.family});
    if (arguments.sample) return write_output(arguments, config::sample_source(*family));
    const auto profile = read_profile(arguments);
    if (!profile) return refused_source(profile.error());
    for (const std::string& warning : profile->warnings) std::cerr << "warning: " << warning << '\n';
    const auto unknown = arguments.allow_unknown ? config::UnknownNames::allowed : config::UnknownNames::refused;
    const auto problems = config::check_profile(*profile, *family, unknown);
    for (const Error& problem : problems) (void)failed(problem);
    if (!problems.empty()) return exit_failed;
    const auto out = compile(arguments, *profile, *family);
    return out ? write_output(arguments, *out) : refused_source(out.error());
}

} // namespace

void add_compile(CLI::App& app, Cli& cli) {
    auto arguments = std::make_shared<CompileArguments>();
    auto* command = app.add_subcommand("compile", "Make an SPA phone's profile of plain text or XML");
    command->add_option("source", arguments->source, "The profile's source; - for stdin")->type_name("FILE");
    command->add_option("-o,--output", arguments->output, "Where to; - for stdout")->type_name("FILE");
    command->add_option("--family", arguments->family, "Whose parameters to check against")->capture_default_str();
    command->add_flag("--sample", arguments->sample, "Print a plain-text profile with all parameters and defaults");
    command->add_flag("--allow-unknown", arguments->allow_unknown, "Take parameters that the pack does not know");
    command->add_flag("--gzip", arguments->gzip, "Compress it");
    command->add_option("--key", arguments->key, "Seal it with this key; the process list shows it");
    command->add_option("--key-file", arguments->key_file, "A file whose first line is the key")->type_name("FILE");
    command->add_flag("--binary", arguments->binary, "A compiled profile instead of XML");
    command->add_option("--target", arguments->target, "Of --binary: only the phone of this MAC address reads it")
        ->type_name("MAC");
    command->add_option("--spc", arguments->spc, "The vendor's profile compiler, for --binary")->type_name("FILE");
    command->add_option("--config", arguments->config_file, "offhook.toml, which may say where that is: [compile] spc")
        ->type_name("FILE");
    command->footer(std::string("The vendor's binary format is not public. Without the vendor's compiler --binary is "
                                "Offhook's own: ") +
                    std::string(config::compiled_profile_label) + ". Virtual phones read it.");
    command->callback([&cli, arguments, command] {
        arguments->is_key_stated = command->count("--key") > 0;
        cli.run = [&cli, arguments] { return run(cli, *arguments); };
    });
}

} // namespace offhook::cli
