#pragma once
/// @file  ScriptedTransfers: for tests, a boot server that is a map from URL to answer.
///
/// What is not in the map is absent. Waiting takes no time; it is counted.
#include "phone/transfers.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace offhook::phone {

class ScriptedTransfers final : public Transfers {
public:
    struct Step {
        TransferRequest request;
        std::string url; ///< as shown
    };

    void serve(const std::string& url, std::string content) { files_[url] = std::move(content); }
    void remove(const std::string& url) { files_.erase(url); }
    /// From now on this URL ends so, however often it is asked.
    void fail(const std::string& url, FileOutcome outcome) { failures_[url] = outcome; }
    /// The step of this number, from 0, ends so; whatever it asks for.
    void fail_step(std::size_t step, FileOutcome outcome) { step_failures_[step] = outcome; }
    /// Whatever is asked for at this address of a server ends so.
    void fail_address(const std::string& address, FileOutcome outcome) { address_failures_[address] = outcome; }
    /// Once so many more stages have begun, this URL has other content.
    void serve_after_stages(const std::string& url, unsigned more, std::string content) {
        later_[stages + more] = {url, std::move(content)};
    }
    /// Whoever asks for this URL is sent on.
    void send_on(const std::string& url, const std::string& to) { sent_on_[url] = to; }
    void heal(const std::string& url) { failures_.erase(url); }
    /// nullopt: no more.
    void fail_all(std::optional<FileOutcome> outcome) { all_ = outcome; }

    void start_stage() override {
        if (const auto found = later_.find(stages); found != later_.end())
            serve(found->second.first, found->second.second);
        ++stages;
    }

    boost::asio::awaitable<TransferAnswer> run(TransferRequest request) override {
        const std::string url = request.url.shown();
        const std::size_t step = steps.size();
        steps.push_back({request, url});
        TransferAnswer answer;
        answer.outcome = outcome_of(url, step, request);
        answer.detail = std::string(file_outcome_text.to_text(answer.outcome));
        if (const auto to = sent_on_.find(url); to != sent_on_.end()) {
            answer.outcome = FileOutcome::redirected;
            if (request.redirects == TransferRequest::Redirects::followed_in_clear) answer.secure_url = to->second;
        }
        if (answer.outcome != FileOutcome::fetched) co_return answer;
        if (request.keep == TransferRequest::Keep::size) {
            answer.size = files_.at(url).size();
            co_return answer;
        }
        const std::string& content = files_.at(url);
        answer.bytes = content.size();
        if (request.keep == TransferRequest::Keep::whole) {
            answer.body = content;
            co_return answer;
        }
        answer.body = content.substr(0, limits::image_head_bytes);
        const HeadDecision decision = request.on_head(answer.body);
        if (decision.rest == HeadDecision::Rest::not_wanted) {
            answer.outcome = FileOutcome::not_changed;
            answer.bytes = answer.body.size();
        } else {
            const auto from = std::min<std::uint64_t>(decision.digest_from, content.size());
            const auto counted = std::string_view(content).substr(from, decision.digest_bytes);
            answer.digest = sha256(counted);
            for (const char c : counted) answer.byte_sum += static_cast<unsigned char>(c);
        }
        co_return answer;
    }

    boost::asio::awaitable<void> wait(std::chrono::milliseconds time) override {
        waited += time;
        co_return;
    }

    std::vector<Step> steps;
    unsigned stages = 0;
    std::chrono::milliseconds waited{0};

private:
    FileOutcome outcome_of(const std::string& url, std::size_t step, const TransferRequest& request) const {
        if (all_) return *all_;
        if (const auto found = step_failures_.find(step); found != step_failures_.end()) return found->second;
        if (const auto found = address_failures_.find(request.address); found != address_failures_.end())
            return found->second;
        if (const auto found = failures_.find(url); found != failures_.end()) return found->second;
        const auto known = files_.find(url);
        if (request.append_below && known != files_.end() && known->second.size() >= *request.append_below)
            return FileOutcome::too_large;
        if (request.direction == Direction::put) return FileOutcome::stored;
        return files_.contains(url) ? FileOutcome::fetched : FileOutcome::absent;
    }

    std::map<std::string, std::string> files_, sent_on_;
    std::map<unsigned, std::pair<std::string, std::string>> later_; ///< by the count of stages
    std::map<std::string, FileOutcome> failures_;
    std::map<std::string, FileOutcome> address_failures_;
    std::map<std::size_t, FileOutcome> step_failures_;
    std::optional<FileOutcome> all_;
};

} // namespace offhook::phone
