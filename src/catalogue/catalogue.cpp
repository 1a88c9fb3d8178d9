#include "catalogue/catalogue.hpp"

namespace offhook::catalogue {

Catalogue::Catalogue(std::unique_ptr<Store> store) : store_(std::move(store)) {
    snapshot_ = store_->load();
    store_->observe_commits([this](const ChangeSet& change) { advance(change); });
}

Catalogue::~Catalogue() {
    store_.reset(); // its writer thread calls advance() until it is joined
}

SnapshotPtr Catalogue::snapshot() const {
    const std::scoped_lock guard(lock_);
    return snapshot_;
}

void Catalogue::set_publish(Publish publish) {
    const std::scoped_lock in_order(publishing_);
    publish_ = std::move(publish);
    if (publish_) publish_(snapshot());
}

void Catalogue::advance(const ChangeSet& change) {
    if (change.empty()) return;
    const SnapshotPtr before = snapshot(); // kept until the end: the loops drop theirs first, so it is freed here
    const SnapshotPtr after = before->advanced(change);
    const std::scoped_lock in_order(publishing_);
    {
        const std::scoped_lock guard(lock_);
        snapshot_ = after;
    }
    if (publish_) publish_(after);
}

} // namespace offhook::catalogue
