#include "phone/polycom/switches.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace offhook::phone::polycom {
namespace {

constexpr unsigned countdown_s_max = 600;

template <class T>
struct Word {
    std::string_view text;
    T value;
};

/// Reads one switch after the other.
class Reader {
public:
    Reader(const Flash& flash, std::vector<std::string>& remarks) : flash_(flash), remarks_(remarks) {}

    template <class T>
    void read(std::string_view name, std::initializer_list<Word<T>> words, T& into) {
        const auto value = flash_.parameter(name);
        std::string known;
        for (const auto& word : words) {
            if (equal_ignoring_case(value, word.text)) {
                into = word.value;
                return;
            }
            known += (known.empty() ? "" : ", ") + std::string(word.text);
        }
        if (!value.empty())
            remarks_.push_back(fmt::format("{} in flash is none of {}: it does not count", name, known));
    }

private:
    const Flash& flash_;
    std::vector<std::string>& remarks_;
};

} // namespace

Switches read_switches(const Flash& flash, const Release& release) {
    using Redirects = Release::Redirects;
    using Licences = Release::Licences;
    using S = Switches;
    Switches out;
    Reader reader(flash, out.remarks);
    out.redirects = release.application_redirects;
    out.licences = release.licences;
    reader.read<S::Nesting>("phone.redundancy.nesting",
                            {{"attempts", S::Nesting::attempts}, {"addresses", S::Nesting::addresses}}, out.nesting);
    reader.read<S::Uploads>("phone.redundancy.uploads", {{"all", S::Uploads::all}, {"first", S::Uploads::first}},
                            out.uploads);
    reader.read<Redirects>("phone.redirects", {{"followed", Redirects::followed}, {"refused", Redirects::refused}},
                           out.redirects);
    reader.read<Licences>("phone.licences", {{"asked", Licences::asked}, {"ignored", Licences::ignored}}, out.licences);
    reader.read<S::Counts>("phone.check_sync.counts", {{"listed", S::Counts::listed}, {"all", S::Counts::all}},
                           out.check_sync);
    reader.read<S::Overrides>("phone.overrides.absent",
                              {{"forgotten", S::Overrides::forgotten}, {"kept", S::Overrides::kept}},
                              out.overrides_absent);
    reader.read<S::Paths>("phone.paths", {{"strict", S::Paths::strict}, {"as_written", S::Paths::as_written}},
                          out.paths);
    for (const auto& [name, into] : {std::pair{"phone.overrides.stage", &out.overrides_stage},
                                     {"phone.licences.stage", &out.licences_stage},
                                     {"phone.directory.stage", &out.directory_stage}})
        reader.read<Stage>(name, {{"application", Stage::application}, {"bootrom", Stage::bootrom}}, *into);
    out.countdown = std::chrono::seconds(
        std::min(to_number<unsigned>(flash.parameter("phone.countdown")).value_or(0), countdown_s_max));
    return out;
}

} // namespace offhook::phone::polycom
