#include "tests/simulator/numbers.h"

#include <algorithm>
#include <cstring>

#include "crypto/check.h"
#include "tests/simulator/big_endian.h"
#include "tests/simulator/quorums.h"

namespace centime::simulator {
namespace {

std::uint64_t get(crypto::BytesView bytes, std::size_t word) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i) number = (number << 8) | bytes[8 * word + i];
  return number;
}

struct Numbers {
  std::uint64_t state_before = 0;
  std::uint64_t state = 0;
  std::vector<SubmissionId> submissions;
};

std::uint64_t state_after(std::uint64_t state, const std::vector<SubmissionId>& submissions) {
  for (const SubmissionId submission : submissions) {
    state = (state ^ submission) * 0x9fb21c651e98df25;
    state ^= state >> 29;
  }
  return state;
}

std::optional<Numbers> numbers_of(const consensus::Block& block) {
  const crypto::Bytes& bytes = block.body.value;
  if (bytes.size() < 16 || bytes.size() % 8 != 0) return std::nullopt;
  Numbers content{get(bytes, 0), get(bytes, 1), {}};
  for (std::size_t word = 2; word < bytes.size() / 8; ++word) {
    content.submissions.push_back(get(bytes, word));
  }
  return content;
}

crypto::Digest hash_of(const consensus::Block& block) {
  crypto::Bytes fields;
  put(fields, block.height.value);
  put(fields, block.closing ? 1 : 0);
  put(fields, block.proposer);
  put(fields, block.timestamp_ms);
  return crypto::tagged_hash("simulated-block", {block.parent.bytes, fields, block.body.value});
}

void fill(consensus::Block& block, const Numbers& content) {
  crypto::Bytes bytes;
  put(bytes, content.state_before);
  put(bytes, content.state);
  for (const SubmissionId submission : content.submissions) put(bytes, submission);
  block.body.value = std::move(bytes);
  block.hash = hash_of(block);
}

crypto::Digest digest_of(std::uint64_t state) {
  crypto::Digest digest;
  std::memcpy(digest.bytes.data(), &state, sizeof state);
  return digest;
}

class NumberPayload final : public Payload {
 public:
  NumberPayload(const NumberKind& kind, const std::vector<consensus::BlockPtr>& chain);

  consensus::BlockVerdict execute(const consensus::Block& block) override;
  bool stands(const crypto::Digest& block) const override { return included(block).has_value(); }
  std::optional<consensus::Block> build(const consensus::Build& request, std::uint16_t proposer,
                                        std::uint64_t wall_clock_ms,
                                        std::size_t submissions_max) override;
  void commit(const consensus::Block& block) override;
  void add(SubmissionId submission) override {
    if (!final_.contains(submission)) pending_.insert(submission);
  }
  std::vector<SubmissionId> waiting() const override { return {pending_.begin(), pending_.end()}; }
  std::uint32_t pending() const override { return static_cast<std::uint32_t>(pending_.size()); }
  bool is_settled(SubmissionId submission) const override { return final_.contains(submission); }
  crypto::Digest state() const override { return digest_of(tip_state_); }
  const std::vector<ledger::EpochRecord>& epochs() const override { return epochs_; }
  std::optional<crypto::PublicKey> key_of(std::size_t participant) const override {
    return kind_.first_key(participant);
  }
  std::optional<std::string> fault() const override { return std::nullopt; }

 private:
  struct Open {
    crypto::Digest parent;
    Numbers content;
  };

  const Open* open(const crypto::Digest& block) const;
  // Of the open blocks up to this one; nothing if it does not lead to the final one.
  std::optional<std::set<SubmissionId>> included(const crypto::Digest& block) const;

  const NumberKind& kind_;
  std::vector<ledger::EpochRecord> epochs_;
  crypto::Digest tip_;
  std::uint64_t tip_state_ = 0;
  std::set<SubmissionId> final_;
  std::set<SubmissionId> pending_;
  std::map<crypto::Digest, Open> open_;
};

NumberPayload::NumberPayload(const NumberKind& kind, const std::vector<consensus::BlockPtr>& chain)
    : kind_(kind), epochs_{kind.epoch(0)} {
  for (const consensus::BlockPtr& block : chain) {
    const auto content = numbers_of(*block);
    crypto::check(content.has_value(), "a stored block can be read");
    final_.insert(content->submissions.begin(), content->submissions.end());
    tip_state_ = content->state;
    tip_ = block->hash;
    if (block->closing) epochs_.push_back(kind_.epoch(epochs_.size()));
  }
}

const NumberPayload::Open* NumberPayload::open(const crypto::Digest& block) const {
  const auto found = open_.find(block);
  return found == open_.end() ? nullptr : &found->second;
}

std::optional<std::set<SubmissionId>> NumberPayload::included(const crypto::Digest& block) const {
  std::set<SubmissionId> found;
  crypto::Digest at = block;
  while (at != tip_) {
    const Open* here = open(at);
    if (here == nullptr) return std::nullopt;
    found.insert(here->content.submissions.begin(), here->content.submissions.end());
    at = here->parent;
  }
  return found;
}

consensus::BlockVerdict NumberPayload::execute(const consensus::Block& block) {
  const auto content = numbers_of(block);
  if (!content || content->submissions.empty()) return consensus::BlockVerdict::invalid;
  const auto before = included(block.parent);
  if (!before) return consensus::BlockVerdict::invalid;
  const Open* parent = open(block.parent);
  const std::uint64_t state = parent == nullptr ? tip_state_ : parent->content.state;
  if (content->state_before != state ||
      content->state != state_after(state, content->submissions)) {
    return consensus::BlockVerdict::invalid;
  }
  std::set<SubmissionId> own;
  for (const SubmissionId submission : content->submissions) {
    if (final_.contains(submission) || before->contains(submission) ||
        !own.insert(submission).second) {
      return consensus::BlockVerdict::invalid;
    }
  }
  const bool closes = std::ranges::any_of(content->submissions,
                                          [](SubmissionId id) { return (id & closing_bit) != 0; });
  if (closes != block.closing) return consensus::BlockVerdict::invalid;
  open_.try_emplace(block.hash, Open{block.parent, *content});
  return consensus::BlockVerdict::valid;
}

std::optional<consensus::Block> NumberPayload::build(const consensus::Build& request,
                                                     std::uint16_t proposer,
                                                     std::uint64_t wall_clock_ms,
                                                     std::size_t submissions_max) {
  const auto before = included(request.parent);
  if (!before) return std::nullopt;
  consensus::Block block;
  Numbers content;
  for (const SubmissionId submission : pending_) {
    if (before->contains(submission)) continue;
    if (content.submissions.size() == submissions_max) break;
    content.submissions.push_back(submission);
    // What closes an epoch ends its block.
    block.closing = (submission & closing_bit) != 0;
    if (block.closing) break;
  }
  if (content.submissions.empty()) return std::nullopt;
  const Open* parent = open(request.parent);
  content.state_before = parent == nullptr ? tip_state_ : parent->content.state;
  content.state = state_after(content.state_before, content.submissions);
  block.height = request.height;
  block.parent = request.parent;
  block.proposer = proposer;
  block.timestamp_ms = std::max(wall_clock_ms, request.earliest_ms);
  fill(block, content);
  open_.try_emplace(block.hash, Open{block.parent, content});
  return block;
}

void NumberPayload::commit(const consensus::Block& block) {
  const auto content = numbers_of(block);
  crypto::check(content && block.parent == tip_, "blocks become final in order");
  for (const SubmissionId submission : content->submissions) {
    final_.insert(submission);
    pending_.erase(submission);
  }
  tip_ = block.hash;
  tip_state_ = content->state;
  if (block.closing) epochs_.push_back(kind_.epoch(epochs_.size()));
  open_.erase(block.hash);
  // What does not lead to the final block any more can never be final.
  for (auto at = open_.begin(); at != open_.end();) {
    at = included(at->first) ? std::next(at) : open_.erase(at);
  }
}

class NumberElectorate final : public Electorate {
 public:
  explicit NumberElectorate(const Scenario& scenario) : scenario_(scenario) {}

  void read(const consensus::Block& block) override { epoch_ += block.closing ? 1 : 0; }
  std::uint64_t epoch() const override { return epoch_; }
  std::vector<Seat> seats() const override {
    std::vector<Seat> seats;
    for (const std::size_t each : validators_of(scenario_, epoch_)) {
      seats.push_back({each, scenario_.key_of(each)});
    }
    return seats;
  }

 private:
  const Scenario& scenario_;
  std::uint64_t epoch_ = 0;
};

}  // namespace

std::unique_ptr<Electorate> NumberKind::electorate() const {
  return std::make_unique<NumberElectorate>(scenario_);
}

ledger::MemberId NumberKind::member(std::size_t participant) const {
  return {std::to_string(participant)};
}

std::size_t NumberKind::participant(const ledger::MemberId& member) const {
  return std::stoul(member.value);
}

ledger::EpochRecord NumberKind::epoch(std::uint64_t number) const {
  ledger::EpochRecord record{number, {}, 0};
  for (const std::size_t each : validators_of(scenario_, number)) {
    record.validators.items.push_back({member(each), first_key(each)});
  }
  record.quorum = static_cast<std::uint32_t>(quorum_of(record.validators.items.size()));
  return record;
}

consensus::BlockPtr NumberKind::genesis() const {
  consensus::Block block;
  fill(block, {});
  return std::make_shared<const consensus::Block>(std::move(block));
}

std::unique_ptr<Payload> NumberKind::start(const std::vector<consensus::BlockPtr>& chain) const {
  return std::make_unique<NumberPayload>(*this, chain);
}

bool NumberKind::matches(const consensus::Block& block, const ledger::EpochRecord&) const {
  return hash_of(block) == block.hash;
}

std::optional<Content> NumberKind::content(const consensus::Block& block) const {
  auto numbers = numbers_of(block);
  if (!numbers) return std::nullopt;
  return Content{digest_of(numbers->state), std::move(numbers->submissions)};
}

// It differs in its time only, so it is just as valid.
consensus::Block NumberKind::another(const consensus::Block& block) const {
  consensus::Block other = block;
  other.timestamp_ms += 1;
  other.hash = hash_of(other);
  return other;
}

consensus::Block NumberKind::made_up(consensus::BlockHeight height,
                                     const crypto::Digest& parent) const {
  consensus::Block block;
  block.height = height;
  block.parent = parent;
  fill(block, {1, 2, {3}});
  return block;
}

}  // namespace centime::simulator
