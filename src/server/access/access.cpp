#include "server/access/access.hpp"

#include "protocol/http_auth/digest.hpp"

#include <algorithm>

namespace offhook::server {
namespace {

using catalogue::Proof;

std::string_view method_of(Verb verb) { return verb == Verb::get ? "GET" : verb == Verb::head ? "HEAD" : "PUT"; }

bool is_http(Transport transport) { return transport == Transport::http || transport == Transport::https; }

/// UDP says who asks without proof.
GuardScope scope_of(Transport transport) { return transport == Transport::tftp ? GuardScope::tftp : GuardScope::all; }

/// Whether the name holds another MAC than the one whose device is judged.
bool names_another(const Asked& asked) {
    return asked.match && asked.match->mac && asked.match->mac->bits() != 0 && asked.match->mac != asked.mac;
}

} // namespace

Judgement Access::judge(Asked& asked, const catalogue::Snapshot& snapshot, Trace trace) {
    Judgement judgement;
    const FileRequest& request = asked.request;
    const auto standing = shared_.guard.standing(request.source, scope_of(request.transport));
    judgement.hold = standing.hold;
    Identity::take_token(asked, snapshot);
    Identity::find_device(asked, snapshot);
    if (standing.is_shut_out) return judgement;

    Presented presented;
    if (!request.authorization.empty() || request.login != nullptr) presented = present(asked, snapshot, trace);
    const bool is_wrong = presented.outcome == Presented::Outcome::wrong;
    // Whatever the answer will be: it tells a guesser that he was wrong.
    if (is_wrong && trace == Trace::kept) count_wrong(request, presented);
    const bool is_anothers = is_no_help(asked, snapshot, presented);
    if (is_anothers) presented = {};
    if (presented.outcome == Presented::Outcome::good || request.certificate != nullptr)
        credit(asked, snapshot, presented);
    judgement.verdict = identity_.identify(asked, snapshot);
    if (names_another(asked)) judgement.verdict = Verdict::refuse;
    if (judgement.verdict == Verdict::serve &&
        (contradicts(asked) || !allowed(asked) || (is_wrong && challenges(request, snapshot))))
        judgement.verdict = Verdict::refuse;
    judgement.holds_found = is_wrong || is_anothers;
    if (judgement.verdict != Verdict::serve) refuse(asked, snapshot, presented, judgement, trace);
    return judgement;
}

bool Access::challenges(const FileRequest& request, const catalogue::Snapshot& snapshot) {
    return is_http(request.transport) && snapshot.credentials_help(request.source.source_class(), request.privacy);
}

/// What wrong credentials get must never be better than what right ones of somebody else get, or the answer tells which
/// they were. So where anybody is challenged, wrong ones are challenged, whatever they came with, even a name that the
/// MAC alone would open; phones send none there unless they are asked for them. Where nobody is, neither kind changes
/// anything: a phone that was left with an old password boots as if it gave none, held back only when the guard says
/// so.
bool Access::is_no_help(const Asked& asked, const catalogue::Snapshot& snapshot, const Presented& presented) {
    const FileRequest& request = asked.request;
    if (presented.outcome != Presented::Outcome::good || request.login != nullptr || asked.device == nullptr ||
        challenges(request, snapshot))
        return false;
    const Proven& proven = presented.proven;
    if (proven.kind == Proven::Kind::device) return proven.device != asked.device;
    return proven.kind == Proven::Kind::site && !proven.belongs_to(snapshot.site(asked.device->site));
}

void Access::count_wrong(const FileRequest& request, const Presented& presented) {
    if (presented.secret_is == Presented::Secret::response)
        shared_.guard.failed_answer(request.source, presented.user, presented.secret);
    else
        shared_.guard.failed_login(request.source, presented.user, presented.secret);
}

void Access::count_macs(const Asked& asked) {
    const FileRequest& request = asked.request;
    const auto count = [&](MacAddress mac) {
        shared_.guard.unknown_mac(request.source, scope_of(request.transport), mac);
    };
    if (asked.mac) count(*asked.mac);
    if (names_another(asked)) count(*asked.match->mac);
}

/// A device's phone has to ask once without credentials before it is told to give them, and a whole office does so at
/// once: that is no guessing.
bool Access::waits_for_credentials(const Asked& asked) {
    if (asked.device == nullptr || asked.site == nullptr || asked.site->id != asked.device->site) return false;
    const Proof needed = asked.site->policy.needed(asked.request.source.source_class(), asked.request.privacy);
    return needed <= Proof::credentials && !names_another(asked);
}

void Access::refuse(const Asked& asked, const catalogue::Snapshot& snapshot, const Presented& presented,
                    Judgement& judgement, Trace trace) {
    using Outcome = Presented::Outcome;
    const FileRequest& request = asked.request;
    if (trace == Trace::none) return;
    // Who has proven to be somebody learns nothing by proving it again; a factory account proves nothing.
    const bool proven = presented.outcome == Outcome::good && presented.proven.kind != Proven::Kind::factory;
    const bool challenged = !proven && challenges(request, snapshot);
    // A challenge tells nothing of a MAC, unless there are others for whom the MAC alone would have done.
    const bool learns = !challenged || (snapshot.mac_suffices(request.source.source_class(), request.privacy) &&
                                        !waits_for_credentials(asked));
    if (learns) count_macs(asked);
    if (challenged) {
        judgement.verdict = Verdict::challenge;
        write_challenge(asked,
                        presented.outcome == Outcome::stale ? protocol::NonceAge::stale : protocol::NonceAge::good);
        judgement.challenge = challenge_;
        return;
    }
    if (!asked.match) judgement.verdict = Verdict::absent;
}

Access::Presented Access::present(const Asked& asked, const catalogue::Snapshot& snapshot, Trace trace) {
    const FileRequest& request = asked.request;
    if (request.login != nullptr) return present_login(*request.login, snapshot);
    auto read = protocol::parse_authorization(request.authorization);
    if (!read) return {};
    if (auto* basic = std::get_if<protocol::BasicCredentials>(&*read))
        return present_basic(asked, snapshot, std::move(*basic));
    return present_digest(asked, snapshot, std::get<protocol::DigestCredentials>(*read), trace);
}

/// The password was checked when the session began; what it opened may be gone since.
Access::Presented Access::present_login(const Login& login, const catalogue::Snapshot& snapshot) const {
    Presented out;
    out.outcome = Presented::Outcome::good;
    if (login.kind == Login::Kind::factory) {
        out.proven.kind = Proven::Kind::factory;
    } else if (login.kind == Login::Kind::site) {
        const auto* site = snapshot.site(login.site);
        if (site == nullptr) return {};
        out.proven.kind = Proven::Kind::site;
        out.proven.sites.push_back(site);
    } else {
        out.proven.kind = Proven::Kind::device;
        out.proven.device = snapshot.find_lan(login.mac);
        if (out.proven.device == nullptr) return {};
    }
    return out;
}

Access::Presented Access::present_basic(const Asked& asked, const catalogue::Snapshot& snapshot,
                                        protocol::BasicCredentials basic) const {
    const bool in_clear = asked.request.privacy == catalogue::Privacy::clear;
    if (in_clear && !shared_.options.basic_in_clear) return {};
    Presented out;
    out.proven = accounts_.find(snapshot, basic.user, asked.device, basic.password);
    out.outcome = out.proven.kind == Proven::Kind::nobody ? Presented::Outcome::wrong : Presented::Outcome::good;
    out.user = std::move(basic.user);
    out.secret = std::move(basic.password);
    return out;
}

Access::Presented Access::present_digest(const Asked& asked, const catalogue::Snapshot& snapshot,
                                         const protocol::DigestCredentials& digest, Trace trace) {
    const FileRequest& request = asked.request;
    Presented out;
    if (digest.realm != shared_.options.realm || !protocol::same_target(digest.uri, request.target)) return out;
    if (digest.qop == protocol::DigestQop::none && !shared_.options.digest_without_qop) return out;
    const Instant now = clock_.instant();
    const auto nonce = shared_.nonces.judge(digest.nonce, now);
    if (!nonce) {
        // Not ours may mean from before a restart: a client that is not told so would take its password for wrong.
        out.outcome = Presented::Outcome::stale;
        return out;
    }
    const protocol::DigestCheck check(digest, method_of(request.verb));
    out.proven = accounts_.find(snapshot, digest.user, asked.device,
                                [&](std::string_view password) { return check.matches(password); });
    if (out.proven.kind == Proven::Kind::nobody) {
        out.outcome = Presented::Outcome::wrong;
        out.user = digest.user;
        out.secret = digest.response;
        out.secret_is = Presented::Secret::response;
        return out;
    }
    out.outcome = Presented::Outcome::good;
    if (trace == Trace::kept && digest.qop == protocol::DigestQop::auth &&
        shared_.nonces.use(*nonce, digest.count(), now) == DigestNonces::Use::stale)
        return {Presented::Outcome::stale, {}, {}, {}, {}};
    return out;
}

void Access::credit(Asked& asked, const catalogue::Snapshot& snapshot, const Presented& presented) const {
    const auto at_least = [&](Proof proof) { asked.proof = std::max(asked.proof, proof); };
    if (presented.proven.device != nullptr) {
        asked.holder = presented.proven.device;
        at_least(Proof::credentials);
    } else if (presented.proven.kind == Proven::Kind::site) {
        asked.accounts = presented.proven.sites;
        at_least(Proof::token);
    }
    if (asked.request.certificate == nullptr) return;
    const DeviceCertificate& certificate = *asked.request.certificate;
    const auto* its_device = snapshot.find(certificate.mac);
    if (its_device == nullptr) {
        asked.is_anothers = true; // of a phone that is nobody's here
        return;
    }
    if (its_device->family != certificate.family) return; // that vendor's CA has no say about this phone
    if (asked.holder != nullptr && asked.holder != its_device) asked.is_anothers = true;
    asked.holder = its_device;
    at_least(Proof::certificate);
}

bool Access::contradicts(const Asked& asked) {
    if (asked.device == nullptr) return asked.holder != nullptr && asked.is_anothers;
    if (asked.is_anothers) return true;
    if (asked.holder != nullptr) return asked.holder != asked.device;
    return !asked.accounts.empty() &&
           std::find(asked.accounts.begin(), asked.accounts.end(), asked.site) == asked.accounts.end();
}

bool Access::allowed(const Asked& asked) const {
    Proof needed = asked.site->policy.needed(asked.request.source.source_class(), asked.request.privacy);
    if (needed == Proof::never) return false;
    if (asked.site->first_contact_minutes != 0 && asked.device != nullptr) {
        const bool open = asked.device->first_contact_until > clock_.wall();
        if (open && needed <= Proof::credentials) return true;
        needed = std::max(needed, Proof::token);
    }
    return asked.proof >= needed;
}

void Access::write_challenge(const Asked& asked, protocol::NonceAge age) {
    challenge_.clear();
    protocol::DigestChallenge challenge;
    challenge.realm = shared_.options.realm;
    challenge.nonce = shared_.nonces.issue(clock_.instant());
    challenge.age = age;
    protocol::append_challenge(challenge_, challenge);
    if (shared_.options.digest_sha256) {
        // Behind MD5: clients in the field take the first that they know, and some fail on any other.
        challenge.algorithm = protocol::DigestAlgorithm::sha256;
        protocol::append_challenge(challenge_, challenge);
    }
    if (asked.request.privacy == catalogue::Privacy::tls)
        protocol::append_basic_challenge(challenge_, shared_.options.realm);
}

LoginAnswer Access::log_in(const LoginRequest& request, const catalogue::Snapshot& snapshot) {
    LoginAnswer answer;
    const auto standing = shared_.guard.standing(request.source, GuardScope::all);
    answer.hold = standing.hold;
    const Proven proven = accounts_.find(snapshot, request.user, nullptr, request.password);
    if (standing.is_shut_out) return answer;
    if (proven.kind == Proven::Kind::nobody) {
        shared_.guard.failed_login(request.source, request.user, request.password);
        return answer;
    }
    answer.hold = std::chrono::milliseconds(0);
    Login login;
    login.user = request.user;
    if (proven.device != nullptr) {
        login.kind = Login::Kind::device;
        login.mac = proven.device->mac;
    } else if (!proven.sites.empty()) {
        const auto* by_source = &snapshot.site_of_source(request.source);
        login.kind = Login::Kind::site;
        login.site = proven.belongs_to(by_source) ? by_source->id : proven.sites.front()->id;
    }
    answer.login = std::move(login);
    return answer;
}

Door::Welcome Access::admit(Transport transport, const IpAddress& source) const {
    return shared_.guard.standing(source, scope_of(transport)).is_shut_out ? Door::Welcome::shut_out
                                                                           : Door::Welcome::yes;
}

} // namespace offhook::server
