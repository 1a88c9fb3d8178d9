#pragma once
/// @file  TwoEnds: a catalogue's phone boots - the server renders each file that the phone asks for by name, and the
/// virtual phone's own code reads and merges them. For families without a virtual phone, the reader of the files'
/// grammar does, in the order that their documents have.
///
/// Nothing here knows what a file means: names, order and merging are the phone's, bytes the server's.
#include "generated_catalogue.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace offhook::round_trip {

struct TwoEnds {
    explicit TwoEnds(const GeneratedCatalogue& catalogue);
    TwoEnds(const TwoEnds&) = delete;
    TwoEnds& operator=(const TwoEnds&) = delete;

    std::vector<config::Layer> layers; ///< what `refs` and `asked` are views of
    std::vector<config::LayerRef> refs;
    std::optional<config::Effective> asked;
    std::map<std::string, std::string> files;                      ///< plain, by the name that the phone asked for
    std::map<std::string, std::vector<config::Parameter>> written; ///< what the server says stands in each
    std::vector<config::MapNote> notes;                            ///< what the server said that it could not
    std::vector<config::LeftOut> left_out;                         ///< of any file: its grammar cannot carry it
    std::optional<Error> refusal;                                  ///< of the first file that the server would not make
    std::vector<std::string> complaints;                           ///< the phone's, on what it was served
    std::vector<config::Parameter> in_force;                       ///< in the phone
    config::ReadResult read;                                       ///< of what is in force

    [[nodiscard]] const config::Model* model() const { return catalogue_.model; }
    /// Null text: refused, or no such document.
    [[nodiscard]] std::optional<config::Rendered> serve(const std::string& name);

private:
    void boot_polycom();
    void boot_panasonic();
    void boot_yealink();
    void boot_plain();
    [[nodiscard]] bool take_plain(const std::string& name, std::map<std::string, std::string>& values);

    const GeneratedCatalogue& catalogue_;
    std::size_t shared_count_ = 0;
};

inline constexpr const char* origin = "http://192.0.2.1:8080";
[[nodiscard]] MacAddress mac_of(const config::Family& family);

} // namespace offhook::round_trip
