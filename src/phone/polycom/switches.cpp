#include "phone/polycom/switches.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace offhook::phone::polycom {
namespace {

constexpr unsigned countdown_s_max = 600;

template <class T>
struct Word {
    std::string_view text;
    T value;
};

template <class T>
void read(const Flash& flash, std::string_view name, std::initializer_list<Word<T>> words, T& into) {
    const auto value = flash.parameter(name);
    for (const auto& word : words)
        if (equal_ignoring_case(value, word.text)) into = word.value;
}

} // namespace

Switches read_switches(const Flash& flash, const Release& release) {
    using Redirects = Release::Redirects;
    using Licences = Release::Licences;
    using S = Switches;
    Switches out;
    out.redirects = release.application_redirects;
    out.licences = release.licences;
    read<S::Nesting>(flash, "phone.redundancy.nesting",
                     {{"attempts", S::Nesting::attempts}, {"addresses", S::Nesting::addresses}}, out.nesting);
    read<S::Uploads>(flash, "phone.redundancy.uploads", {{"all", S::Uploads::all}, {"first", S::Uploads::first}},
                     out.uploads);
    read<Redirects>(flash, "phone.redirects", {{"followed", Redirects::followed}, {"refused", Redirects::refused}},
                    out.redirects);
    read<Licences>(flash, "phone.licences", {{"asked", Licences::asked}, {"ignored", Licences::ignored}}, out.licences);
    read<S::Counts>(flash, "phone.check_sync.counts", {{"listed", S::Counts::listed}, {"all", S::Counts::all}},
                    out.check_sync);
    read<S::Overrides>(flash, "phone.overrides.absent",
                       {{"forgotten", S::Overrides::forgotten}, {"kept", S::Overrides::kept}}, out.overrides_absent);
    read<S::Paths>(flash, "phone.paths", {{"strict", S::Paths::strict}, {"as_written", S::Paths::as_written}},
                   out.paths);
    out.countdown = std::chrono::seconds(
        std::min(to_number<unsigned>(flash.parameter("phone.countdown")).value_or(0), countdown_s_max));
    return out;
}

} // namespace offhook::phone::polycom
