#include "tests/simulator/payload.h"

#include <algorithm>

#include "crypto/check.h"

namespace centime::simulator {
namespace {

void put(crypto::Bytes& bytes, std::uint64_t number) {
  for (int shift = 56; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<std::uint8_t>(number >> shift));
  }
}

std::uint64_t get(crypto::BytesView bytes, std::size_t word) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i) number = (number << 8) | bytes[8 * word + i];
  return number;
}

}  // namespace

std::uint64_t state_after(std::uint64_t state, const std::vector<SubmissionId>& submissions) {
  for (const SubmissionId submission : submissions) {
    state = (state ^ submission) * 0x9fb21c651e98df25;
    state ^= state >> 29;
  }
  return state;
}

std::optional<Content> content_of(const consensus::Block& block) {
  const crypto::Bytes& bytes = block.body.value;
  if (bytes.size() < 16 || bytes.size() % 8 != 0) return std::nullopt;
  Content content{get(bytes, 0), get(bytes, 1), {}};
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

void fill(consensus::Block& block, const Content& content) {
  crypto::Bytes bytes;
  put(bytes, content.state_before);
  put(bytes, content.state);
  for (const SubmissionId submission : content.submissions) put(bytes, submission);
  block.body.value = std::move(bytes);
  block.hash = hash_of(block);
}

consensus::BlockPtr genesis_block() {
  consensus::Block block;
  fill(block, {});
  return std::make_shared<const consensus::Block>(std::move(block));
}

Payload::Payload(const std::vector<consensus::BlockPtr>& chain) {
  for (const consensus::BlockPtr& block : chain) {
    const auto content = content_of(*block);
    crypto::check(content.has_value(), "a stored block can be read");
    final_.insert(content->submissions.begin(), content->submissions.end());
    tip_state_ = content->state;
    tip_ = block->hash;
  }
}

const Payload::Open* Payload::open(const crypto::Digest& block) const {
  const auto found = open_.find(block);
  return found == open_.end() ? nullptr : &found->second;
}

std::optional<std::set<SubmissionId>> Payload::included(const crypto::Digest& block) const {
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

consensus::Verdict Payload::execute(const consensus::Block& block) {
  const auto content = content_of(block);
  if (!content || content->submissions.empty()) return consensus::Verdict::invalid;
  const auto before = included(block.parent);
  if (!before) return consensus::Verdict::invalid;
  const Open* parent = open(block.parent);
  const std::uint64_t state = parent == nullptr ? tip_state_ : parent->content.state;
  if (content->state_before != state ||
      content->state != state_after(state, content->submissions)) {
    return consensus::Verdict::invalid;
  }
  std::set<SubmissionId> own;
  for (const SubmissionId submission : content->submissions) {
    if (final_.contains(submission) || before->contains(submission) ||
        !own.insert(submission).second) {
      return consensus::Verdict::invalid;
    }
  }
  const bool closes = std::ranges::any_of(content->submissions,
                                          [](SubmissionId id) { return (id & closing_bit) != 0; });
  if (closes != block.closing) return consensus::Verdict::invalid;
  open_.try_emplace(block.hash, Open{block.parent, *content});
  return consensus::Verdict::valid;
}

std::optional<consensus::Block> Payload::build(const consensus::Build& request,
                                               std::uint16_t proposer, std::uint64_t wall_clock_ms,
                                               std::size_t submissions_max) {
  const auto before = included(request.parent);
  if (!before) return std::nullopt;
  consensus::Block block;
  Content content;
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

void Payload::commit(const consensus::Block& block) {
  const auto content = content_of(block);
  crypto::check(content && block.parent == tip_, "blocks become final in order");
  for (const SubmissionId submission : content->submissions) {
    final_.insert(submission);
    pending_.erase(submission);
  }
  tip_ = block.hash;
  tip_state_ = content->state;
  open_.erase(block.hash);
  // What does not lead to the final block any more can never be final.
  for (auto at = open_.begin(); at != open_.end();) {
    at = included(at->first) ? std::next(at) : open_.erase(at);
  }
}

bool Payload::add(SubmissionId submission) {
  return !final_.contains(submission) && pending_.insert(submission).second;
}

}  // namespace centime::simulator
