// The only validator of an epoch, where its store may lack blocks that it signed: those who follow
// have them, and the engine asks whoever told of more.
#include <fmt/format.h>

#include <algorithm>

#include "node/runtime/replica.h"

namespace centime::runtime {
namespace {

using std::chrono::milliseconds;

// For links to come about, and for followers to show what they say that they have: a certificate
// takes them no longer than a few statuses.
constexpr milliseconds followers_patience{10'000};

}  // namespace

bool Replica::is_only_validator() const {
  return validators() == 1 && validator(0) == options_.self;
}

// A follower passes a view by the certificate that makes its block final, and may lack the block.
bool Replica::is_further(const consensus::Status& status) const {
  const consensus::Finalized& fin = engine_->fin();
  return status.epoch > fin.epoch ||
         (status.epoch == fin.epoch &&
          (status.fin_height > fin.height || status.view > engine_->view()));
}

// What one says that it has and does not show counts for a while only: else one liar would keep the
// network from starting. What it has shown counts until it is here.
bool Replica::has_what_followers_have() {
  const consensus::Finalized& fin = engine_->fin();
  // Its own votes may have ended views above the last final block, which nobody can show more of.
  if (followers_news_at_ == milliseconds{}) asked_from_ = engine_->view();
  const auto news = std::pair(fin.height, followers_.size());
  if (news != followers_news_ || followers_news_at_ == milliseconds{}) {
    followers_news_ = news;
    followers_news_at_ = now_.ticks;
  }
  // A view that its votes ended without a block lacks none.
  const bool shown = engine_->newest_decided() >= std::max(fin.view.next(), asked_from_);
  const bool new_network = options_.past == Past::fresh && fin.height.value == 0;
  if (shown || (followers_.empty() && !new_network)) return false;
  const bool all_told =
      followers_.size() >= members_.size() &&
      std::ranges::none_of(followers_, [&](const auto& each) { return is_further(each.second); });
  return all_told || now_.ticks >= followers_news_at_ + followers_patience;
}

void Replica::say_that_it_asks() const {
  say(LogLevel::error,
      fmt::format("past_unknown: this node is the only validator, and its store, of block {}, may "
                  "lack blocks that it signed; it signs nothing until it has what its followers "
                  "have",
                  engine_->fin().height.value));
}

}  // namespace centime::runtime
