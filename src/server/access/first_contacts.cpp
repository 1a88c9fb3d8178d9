#include "server/access/first_contacts.hpp"

#include <algorithm>

namespace offhook::server {
namespace {

constexpr std::size_t documents_max = 64;

std::uint64_t needed_by(const config::Family& family) {
    std::uint64_t out = 0;
    const auto documents = family.documents();
    for (std::size_t i = 0; i < std::min(documents.size(), documents_max); ++i)
        if (documents[i].needed && documents[i].scope != config::DocumentScope::family) out |= std::uint64_t{1} << i;
    return out;
}

template <class Is>
std::uint64_t bits_of(const config::Family& family, Is is) {
    std::uint64_t out = 0;
    const auto documents = family.documents();
    for (std::size_t i = 0; i < std::min(documents.size(), documents_max); ++i)
        if (is(documents[i])) out |= std::uint64_t{1} << i;
    return out;
}

/// A sealed file stands for its plain twin.
bool counts_as(const config::Document& needed, const config::Document& got) {
    using Sealed = config::Document::Sealed;
    return &needed == &got || (needed.has_sealed_twin() && got.sealed == Sealed::always);
}

} // namespace

void FirstContacts::served(const Step& step) {
    {
        const std::scoped_lock guard(lock_);
        auto [at, fresh] = booting_.try_emplace(step.mac);
        Progress& progress = at->second;
        if (fresh) order_.push_back(step.mac);
        if (fresh || progress.opened_until != step.opened_until || progress.family != step.family)
            progress = {step.opened_until, step.family, needed_by(*step.family)};
        progress.missing &=
            ~bits_of(*step.family, [&](const auto& document) { return counts_as(document, *step.document); });
        const bool complete = progress.missing == 0;
        if (complete || booting_.size() > devices_max) {
            const MacAddress out = complete ? step.mac : order_.front();
            booting_.erase(out);
            order_.erase(std::find(order_.begin(), order_.end(), out));
        }
        size_.store(booting_.size(), std::memory_order_relaxed);
        if (!complete) return;
    }
    if (close_) close_(step.mac, step.opened_until);
}

void FirstContacts::broken_off(MacAddress mac, std::string_view kind) {
    if (size_.load(std::memory_order_relaxed) == 0) return;
    const std::scoped_lock guard(lock_);
    const auto at = booting_.find(mac);
    if (at == booting_.end()) return;
    const config::Family& family = *at->second.family;
    for (const config::Document& got : family.documents())
        if (got.kind == kind)
            at->second.missing |=
                bits_of(family, [&](const auto& document) { return counts_as(document, got); }) & needed_by(family);
}

} // namespace offhook::server
