#include "config/seal/seal.hpp"

#include "config/seal/genband_project.hpp"
#include "config/seal/openssl_enc.hpp"
#include "config/seal/panasonic_project.hpp"
#include "config/seal/polycom_project.hpp"

#include <array>

namespace offhook::config {
namespace {

const auto& all_seals() {
    static const PolycomProject polycom;
    static const PanasonicProject panasonic;
    static const GenbandProject genband;
    using Form = OpensslEnc::Form;
    static const OpensslEnc enc_128("openssl-enc", {16, Form::Text::base64});
    static const OpensslEnc enc_192("openssl-enc-192", {24, Form::Text::base64});
    static const OpensslEnc enc_256("openssl-enc-256", {32, Form::Text::base64});
    static const OpensslEnc raw_md5("openssl-raw-256", {32, Form::Text::raw, Form::Digest::md5});
    static const OpensslEnc raw_sha256("openssl-raw-256-sha256", {32, Form::Text::raw, Form::Digest::sha256});
    static const std::array<const Seal*, 8> seals{&polycom, &panasonic, &genband, &enc_128,
                                                  &enc_192, &enc_256,   &raw_md5, &raw_sha256};
    return seals;
}

} // namespace

const Seal* find_seal(std::string_view name) {
    for (const Seal* seal : all_seals())
        if (seal->name() == name) return seal;
    return nullptr;
}

std::string seal_names() {
    std::string out;
    for (const Seal* seal : all_seals()) (out += out.empty() ? "" : ", ") += seal->name();
    return out;
}

std::string_view label(const Seal& seal) {
    return seal.interop() == Seal::Interop::project_defined ? "project-defined, not interoperable with real phones"
                                                            : "";
}

} // namespace offhook::config
