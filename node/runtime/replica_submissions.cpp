// Submissions: what a replica is told or sent, and how it hands on what still waits.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "node/runtime/repeats.h"
#include "node/runtime/replica.h"

namespace centime::runtime {
namespace {

// How much of what still waits is sent to the validators again at a time.
constexpr std::size_t offered_at_once = 16;
constexpr std::size_t offered_bytes_at_once = std::size_t{256} << 10;
// How often it is said of one member that its node sends again and again what is final.
constexpr std::chrono::minutes say_late_every{10};

}  // namespace

// A signature and two thousand records cost the strand many milliseconds, so whatever can be known
// without them is looked at first.
void Replica::take_submission(consensus::PeerIndex from, const network::Frame& frame) {
  const std::string_view too_often = crypto::word_of(consensus::Refusal::too_often);
  const ReplicaPeer* peer = find_peer(from);
  if (peer == nullptr) return;
  // It may follow, and nothing else.
  if (peer->suspended) {
    ++refused_[crypto::word_of(ledger::Word::member_suspended)];
    return;
  }
  now_ = options_.clock();
  if (late_.is_spent(peer->member, now_.ticks)) {
    ++refused_[too_often];
    return add_late(*peer, frame.bytes.size());
  }
  const auto start = read_start(frame.bytes);
  // An honest node checks before it sends.
  if (!start) return cut_off(from, crypto::word_of(ledger::Word::bad_encoding));
  // No record is recorded twice, so nothing can come of the rest.
  if (head_->snapshot->find_record(start->first)) {
    ++refused_[crypto::word_of(consensus::Refusal::repeated)];
    return add_late(*peer, frame.bytes.size());
  }
  pool_.forgive();
  if (pool_.is_barred(from) || pool_.is_spent({from, start->head.author})) {
    ++refused_[too_often];
    return;
  }
  if (!pool_.has_room(start->head.author, frame.bytes.size())) return;
  if (pool_.contains(crypto::sha256(frame.bytes))) return add_late(*peer, frame.bytes.size());
  pool_.freshen();
  auto checked = ledger::check_submission(network_, frame.bytes);
  if (!checked) return cut_off(from, crypto::word_of(checked.error().whole.word));
  new_work_ |= pool_.add(std::move(*checked), frame.bytes, {}, from) == Mempool::Taken::waiting;
}

// Final already, or waiting here.
void Replica::add_late(const ReplicaPeer& from, std::size_t bytes) {
  const auto standing = late_.add(from.member, bytes, now_.ticks);
  if (standing == LateSubmissions::Standing::far_above) return cut_off(from.index, "replays");
  if (standing != LateSubmissions::Standing::spent) return;
  const auto [said, first] = said_late_.try_emplace(from.member, now_.ticks);
  if (!first && now_.ticks < said->second + say_late_every) return;
  said->second = now_.ticks;
  say(LogLevel::warn,
      fmt::format("replays: {} sends again and again what is final or waits here; nothing that it "
                  "hands on is looked at for a while",
                  from.member.value));
}

void Replica::submit(ledger::CheckedSubmission submission, SubmitCallback done, Way way) {
  crypto::Bytes canonical = canonical_bytes(submission);
  if (canonical.size() > ledger::submission_bytes_max) {
    return done(std::unexpected(SubmitError(
        ledger::Rejection{{ledger::Word::too_large, "a submission is at most 1 MiB"}, {}})));
  }
  pool_.freshen();
  if (pool_.add(std::move(submission), std::move(canonical), std::move(done), std::move(way)) ==
      Mempool::Taken::waiting) {
    new_work_ = true;
    now_ = options_.clock();
    if (engine_->may_build()) {
      keep_back(pool_.newest());
    } else {
      spread(pool_.newest());
    }
  }
}

// The block that is made next goes to all, and this in it: to send it before would be the same
// bytes twice, and work for everybody just when the block comes. It counts as offered.
void Replica::keep_back(Waiting& item) {
  kept_back_.push_back(item.id);
  item.offered = now_.ticks;
}

// What is in no block after all. The rest is offered again if it is not final in a second.
void Replica::spread_kept_back() {
  for (const SubmissionId& id : std::exchange(kept_back_, {})) {
    Waiting* item = pool_.find_waiting(id);
    if (item && !open_.includes(id)) spread(*item);
  }
}

// To every validator: whoever leads next has it.
void Replica::spread(Waiting& item) {
  std::vector<consensus::PeerIndex> others;
  const auto count = static_cast<consensus::PeerIndex>(validators());
  for (consensus::PeerIndex peer = 0; peer < count; ++peer) {
    if (peer != seat_.index()) others.push_back(peer);
  }
  const auto sent = peers_.send_to(others, {submission_frame, item.canonical});
  for (std::size_t i = 0; i < others.size(); ++i) {
    if (sent[i] && seen_[others[i]].connected) pool_.reached(item, others[i]);
  }
  item.offered = now_.ticks;
  ++item.offers;
}

// Soon, for others may be there, or vote. How often they come is theirs to say, and whoever offers
// too much is cut off (late_submissions.h).
void Replica::offer_anew() {
  offer_at_ = std::min(offer_at_, offered_at_ + Mempool::offer_apart);
  for (Waiting& item : pool_.waiting()) item.offers = 0;
}

void Replica::offer_again() {
  if (now_.ticks < offer_at_) return;
  offered_at_ = now_.ticks;
  offer_at_ = now_.ticks + Mempool::offer_every;
  std::size_t bytes = 0;
  for (Waiting* item : pool_.to_offer(now_.ticks, offered_at_once)) {
    bytes += item->canonical.size();
    spread(*item);
    if (bytes >= offered_bytes_at_once) return;
  }
}

// The number alone does not tell: one may have become final while another came.
void Replica::tell_work() {
  if (!new_work_ && told_pending_ == pool_.pending()) return;
  new_work_ = false;
  told_pending_ = pool_.pending();
  input(consensus::Work{pool_.pending()});
}

// Who submitted last is expected to submit next. Leaders stay where they are while one of them has
// no link: who gave way to it would make the next submission wait.
void Replica::tell_ingress() {
  std::optional<std::uint16_t> ingress;
  if (last_author_ && std::ranges::all_of(seen_, &PeerReport::connected)) {
    ingress = ledger::validator_index(*epoch_, *last_author_);
  }
  if (ingress == told_ingress_) return;
  told_ingress_ = ingress;
  input(consensus::Ingress{ingress});
}

}  // namespace centime::runtime
