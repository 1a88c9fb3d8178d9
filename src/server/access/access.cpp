#include "server/access/access.hpp"

namespace offhook::server {

using catalogue::Proof;

Judgement Access::judge(Asked& asked, const catalogue::Snapshot& snapshot) {
    Judgement judgement;
    Identity::take_token(asked, snapshot);
    judgement.verdict = identity_.identify(asked, snapshot);
    if (judgement.verdict == Verdict::serve && !allowed(asked))
        judgement.verdict = asked.match ? Verdict::refuse : Verdict::absent;
    return judgement;
}

bool Access::allowed(const Asked& asked) {
    const Proof needed = asked.site->policy.needed(asked.request.source.source_class(), asked.request.privacy);
    return asked.proof >= needed && needed != Proof::never;
}

} // namespace offhook::server
