// What belongs to one epoch: who the others are, the engine, and from when on it may sign.
#include <fmt/format.h>

#include <algorithm>

#include "crypto/check.h"
#include "node/runtime/replica.h"
#include "node/runtime/safety_state.h"

namespace centime::runtime {
namespace {

using crypto::check;

// Places of members that the ledger here does not have yet: none that it ever gives.
constexpr std::size_t introduced_places = 1'000;
static_assert(introduced_places >= ledger::members_max);

}  // namespace

// Everything that belongs to one epoch, but the engine.
void Replica::enter_epoch(const consensus::Durable& durable) {
  const std::uint64_t number = durable.final.fin.epoch;
  auto start = store_.snapshot()->epoch(number);
  check(start.has_value(), "the epoch of the safety state has begun");
  epoch_ = std::make_shared<const ledger::EpochRecord>(std::move(start->record));
  seat_.enter(*epoch_);
  shares_.emplace(genesis_.origin, *epoch_);
  seen_.clear();
  for (const ledger::EpochValidator& each : epoch_->validators.items) {
    seen_.push_back(
        {.member = each.member,
         .connected = each.member == options_.self || connected_.contains(each.member)});
  }
}

// The engine of the epoch that is over has sent its last; the next one starts from its last row.
void Replica::begin_epoch() {
  epoch_over_ = false;
  inputs_.clear();
  sign_shares();
  ending_shares_ = std::move(shares_);
  ending_size_ = head_->snapshot->head().size;
  auto durable = read_durable(store_);
  check(durable.has_value(), "the state that was just written");
  const bool known = seat_.known();
  enter_epoch(*durable);
  if (seat_.known() && !known && options_.past_known) options_.past_known();
  governance_.reset();  // The indexes are others now.
  pool_.begin_epoch();
  offer_anew();
  served_until_.clear();
  followers_.clear();
  requests_.clear();
  tell_peers();
  engine_ = make_engine(std::move(*durable));
  // Views are counted from 1 again, and so is what followers have shown.
  followers_news_ = {};
  followers_news_at_ = now_.ticks;
  asked_from_ = engine_->view();
  if (seat_.asks_followers()) say_that_it_asks();
  tell_again();
  view_ = {};
  told_pending_.reset();
  told_ingress_.reset();
  new_work_ = true;
  say(LogLevel::info,
      fmt::format("epoch {}: {} validators, {} needed; this node {}", epoch_->epoch, validators(),
                  epoch_->quorum, seat_.index() ? "votes" : "has no vote"));
}

std::unique_ptr<consensus::Engine> Replica::make_engine(consensus::Durable durable) {
  consensus::EngineOptions options = options_of(*epoch_, network_);
  if (!seat_.silent()) options.self = seat_.index();
  options.timing = options_.timing;
  options.rejoin = seat_.rejoins();
  options.sign = [this](crypto::BytesView message) { return key_.sign(message); };
  options.block_matches = [epoch = epoch_](const consensus::Block& block) {
    return read_body(block, *epoch).has_value();
  };
  return std::make_unique<consensus::Engine>(std::move(options), std::move(durable));
}

// The members that the ledger knows now, to the links.
void Replica::tell_peers() {
  auto governance = store_.snapshot()->governance();
  if (governance == governance_) return;
  governance_ = std::move(governance);
  members_.clear();
  const auto& standings = governance_->members.items;
  for (std::size_t place = 0; place < standings.size(); ++place) {
    const ledger::Standing& standing = standings[place];
    if (standing.member == options_.self) {
      const crypto::PublicKey& key = standing.keys.items.back().key;
      if (key != key_.public_key() && options_.key_changed) options_.key_changed(key);
      continue;
    }
    const auto index = ledger::validator_index(*epoch_, standing.member);
    members_.push_back({index ? *index : static_cast<consensus::PeerIndex>(validators() + place),
                        place, standing.member, standing.keys.items.back().key, index.has_value(),
                        standing.status == ledger::MemberStatus::suspended});
  }
  add_introduced();
  peers_.set_peers(members_);
}

// Those who vote in a later epoch, by the keys that they have there.
void Replica::add_introduced() {
  if (!options_.later || options_.later->epoch <= governance_->epoch.epoch) return;
  // One each, however many of the others the ledger knows already: links go by places.
  std::size_t next = introduced_places;
  for (const ledger::EpochValidator& each : options_.later->validators.items) {
    const std::size_t place = next++;
    if (each.member == options_.self) continue;
    const auto known = std::ranges::find(members_, each.member, &ReplicaPeer::member);
    if (known != members_.end()) {
      known->key = each.key;
      continue;
    }
    members_.push_back({static_cast<consensus::PeerIndex>(validators() + place), place, each.member,
                        each.key, true});
  }
}

const ReplicaPeer* Replica::find_peer(consensus::PeerIndex peer) const {
  const auto found = std::ranges::find(members_, peer, &ReplicaPeer::index);
  return found == members_.end() ? nullptr : &*found;
}

bool Replica::is_validator(consensus::PeerIndex peer) const {
  const ReplicaPeer* found = find_peer(peer);
  return found != nullptr && found->votes;
}

const ledger::MemberId* Replica::member_of(consensus::PeerIndex peer) const {
  const ReplicaPeer* found = find_peer(peer);
  return found == nullptr ? nullptr : &found->member;
}

// To the engine of a new epoch, which has heard nobody: who is ahead is asked at once. Of a node
// that was away for long each epoch is a moment only.
void Replica::tell_again() {
  for (const ReplicaPeer& peer : members_) {
    const auto told = told_.find(peer.member);
    if (told == told_.end() || told->second.fin_height <= engine_->fin().height) continue;
    inputs_.push_back(consensus::Received{peer.index, told->second});
  }
}

void Replica::end_silence() {
  if (seat_.asks_followers()) {
    if (!has_what_followers_have()) return;
    seat_.trust_followers();
    say(LogLevel::info, fmt::format("past_known: this node signs what follows block {}",
                                    engine_->fin().height.value));
  } else if (!seat_.decide(engine_->fin(), engine_->view())) {
    return;
  }
  if (seat_.rejoins()) {
    say_rejoins(
        "this node's store is new and the epoch is not, so what it signed before is not "
        "known");
  }
  // What followers have shown of views that its own votes ended, before it has anything to do: else
  // it would sign in these once more.
  std::vector<consensus::Certificate> shown;
  consensus::PeerIndex shown_by = 0;
  if (!followers_.empty()) {
    shown = engine_->certificates();
    shown_by = followers_.begin()->first;
  }
  if (!shown.empty()) {
    const consensus::View ended{engine_->view().value - 1};
    const storage::VoteRow row{consensus::abstain_key(epoch_->epoch), crypto::encode(ended)};
    store_.write_votes({&row, 1});
  }
  // A crash in between has to find it doubted still.
  if (seat_.known() && options_.past_known) options_.past_known();
  auto durable = read_durable(store_);
  check(durable.has_value(), "the state that was just written");
  told_pending_.reset();
  told_ingress_.reset();
  inputs_.clear();
  engine_ = make_engine(std::move(*durable));
  perform(engine_->start(now_));
  for (consensus::Certificate& certificate : shown) {
    perform(engine_->step(now_, consensus::Received{shown_by, std::move(certificate)}));
  }
  for (const auto& [peer, status] : seat_.take_told())
    perform(engine_->step(now_, consensus::Received{peer, status}));
}

void Replica::say_rejoins(std::string_view why) const {
  say(LogLevel::warn,
      fmt::format("rejoin: {}; {}", why,
                  validators() > epoch_->quorum
                      ? "it votes once enough others have told where they are"
                      : "the others are too few to tell, so it never votes again with this key in "
                        "this epoch (docs/operating.md, \"An alarm\")"));
}

}  // namespace centime::runtime
