#pragma once
/// @file  RunningDigest: SHA-256 of something that arrives in pieces and is never kept, as an image of 100 MB.
#include "base/digest.hpp"

#include <memory>
#include <string_view>

struct evp_md_ctx_st; // OpenSSL's, whose header is heavy

namespace offhook::phone {

class RunningDigest {
public:
    RunningDigest();
    void add(std::string_view bytes);
    /// Of everything added. Requires not called before.
    [[nodiscard]] Sha256 finish();

private:
    struct Free {
        void operator()(evp_md_ctx_st* context) const;
    };
    std::unique_ptr<evp_md_ctx_st, Free> context_;
};

} // namespace offhook::phone
