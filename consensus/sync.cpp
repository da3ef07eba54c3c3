// What peers ask for, and what is asked of them. "Not found" is no answer at all, and normal.
#include "consensus/core.h"

namespace centime::consensus {
namespace {

// Of the bodies in one answer; one block is always sent.
constexpr std::size_t answer_bytes_max = std::size_t{8} << 20;

bool ascending(const std::vector<View>& views) {
  return std::ranges::adjacent_find(views, std::greater_equal<>{}) == views.end();
}

}  // namespace

Core::Refused Core::receive(GetCertificates&& request, PeerIndex from) {
  if (const auto elsewhere = place(request.epoch, from)) return elsewhere;
  if (!ascending(request.views.items)) return Refusal::unsorted_views;
  if (!certificates_.pass(from, now_.ticks)) return Refusal::too_often;
  bool behind = false;
  for (const View view : request.views.items) {
    behind |= view <= final_.fin.view;
    const OpenView* open = open_view(view);
    bool certified = false;
    for (std::size_t kind = 0; open && kind < vote_kinds; ++kind) {
      if (!open->certificates[kind]) continue;
      send(from, *open->certificates[kind]);
      certified = true;
    }
    if (!certified) send_own_votes(from, view);
  }
  if (behind) send_finalization(from);
  return std::nullopt;
}

Core::Refused Core::receive(GetBlocks&& request, PeerIndex from) {
  if (!blocks_.pass(from, now_.ticks)) return Refusal::too_often;
  std::vector<BlockPtr> open;
  std::size_t bytes = 0;
  const std::size_t wanted = std::min<std::size_t>(request.ancestors + 1U, sent_blocks_max);
  crypto::Digest at = request.block;
  // What was not executed is nobody's to hand on: who sent it answers for it.
  while (const BlockPtr* block = tree_.is_sound(at) ? tree_.find(at) : nullptr) {
    bytes += (*block)->body.value.size();
    if (open.size() == wanted) break;
    if (!open.empty() && bytes > answer_bytes_max) break;
    open.push_back(*block);
    at = (*block)->parent;
  }
  out_.effects.push_back(ServeBlocks{from, request, std::move(open)});
  return std::nullopt;
}

Core::Refused Core::receive(GetChain&& request, PeerIndex from) {
  if (request.from > final_.fin.height) return std::nullopt;
  if (!blocks_.pass(from, now_.ticks)) return Refusal::too_often;
  out_.effects.push_back(ServeChain{from, request});
  return std::nullopt;
}

Core::Refused Core::receive(Blocks&& blocks, PeerIndex from) {
  auto& items = blocks.blocks.items;
  if (items.empty()) return Refusal::unrequested_blocks;
  const auto request = block_requests_.find(items.front().hash);
  if (request == block_requests_.end() || request->second.asked.erase(from) == 0) {
    return Refusal::unrequested_blocks;
  }
  for (std::size_t i = 0; i < items.size() && i <= request->second.ancestors; ++i) {
    if (items[i].height <= final_.fin.height) break;
    const bool linked = i == 0 || (items[i - 1].parent == items[i].hash &&
                                   items[i - 1].height.value == items[i].height.value + 1);
    if (!linked || !options_.block_matches(items[i])) return Refusal::wrong_block;
    const crypto::Digest parent = items[i].parent;
    tree_.insert_from(from, std::make_shared<const Block>(std::move(items[i])));
    if (tree_.find(parent)) break;
  }
  return std::nullopt;
}

Core::Refused Core::receive(Chain&& chain, PeerIndex from) {
  // Late, and asked for by the engine of the epoch before: the answer to this one is to come.
  if (chain.finalization.epoch != options_.rules.epoch) return Refusal::wrong_epoch;
  auto& items = chain.blocks.items;
  if (chain_asked_of_.erase(from) == 0 || items.empty()) return Refusal::unrequested_blocks;
  const Certificate& finalization = chain.finalization;
  if (finalization.kind != VoteKind::finalize) return Refusal::wrong_kind;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const bool linked = i == 0 || (items[i].parent == items[i - 1].hash &&
                                   items[i].height.value == items[i - 1].height.value + 1);
    if (!linked || !options_.block_matches(items[i])) return Refusal::wrong_block;
  }
  if (items.back().hash != finalization.value.block) return Refusal::wrong_block;
  const auto refused = admit(finalization);
  if (refused && *refused != Refusal::repeated) return refused;
  if (items.back().height > final_.fin.height) sources_.gave(from);
  for (Block& block : items) {
    if (block.height <= final_.fin.height) continue;
    tree_.insert_from(from, std::make_shared<const Block>(std::move(block)));
  }
  chain_asked_ = now_.ticks - options_.timing.request;  // The next part at once.
  chain_attempts_ = 0;
  return std::nullopt;
}

void Core::request_certificates(std::vector<View> views) {
  const Millis next = certificates_asked_ + options_.timing.request;
  if (validators() == 1 || views.empty()) return;
  if (now_.ticks < next) return wake_at(next);
  certificates_asked_ = now_.ticks;
  wake_at(now_.ticks + options_.timing.request);
  // The newest: the walk down ends at the first that is notarized.
  std::ranges::sort(views, std::greater<>{});
  if (views.size() > asked_views_max) views.resize(asked_views_max);
  std::ranges::reverse(views);
  send({}, GetCertificates{options_.rules.epoch, {std::move(views)}});
}

// Whether it is time to ask for this block, or what ends with it: it may be on its way.
bool Core::has_waited_for(const crypto::Digest& block, Millis patience) {
  const auto [found, fresh] = block_requests_.try_emplace(block);
  BlockRequest& request = found->second;
  if (request.attempts == 0) {
    const Millis first = now_.ticks + patience;
    request.next = fresh ? first : std::min(first, request.next);
  }
  if (now_.ticks >= request.next) return true;
  wake_at(request.next);
  return false;
}

// Asks one peer, then twice as many each time, and after twice as long: bodies are large, and what
// is asked for twice is sent twice. `patience`: before it is asked for at all.
void Core::request_block(const crypto::Digest& block, View view, std::uint64_t ancestors,
                         Millis patience) {
  // Who proposed it has it.
  const std::vector<PeerIndex> sources = sources_.all(leader(view), final_.fin.height, now_.ticks);
  if (sources.empty()) return wake_at(now_.ticks + options_.timing.request);
  if (!has_waited_for(block, patience)) return;
  BlockRequest& request = block_requests_.at(block);
  request.next = now_.ticks + options_.timing.request *
                                  (1U << std::min(request.attempts, Engine::request_doublings_max));
  wake_at(request.next);
  const std::size_t most = std::max<std::size_t>(validators(), 2) - 1;
  std::size_t asked =
      std::min({std::size_t{1} << std::min(request.attempts, 6U), sources.size(), most});
  ++request.attempts;
  request.ancestors =
      static_cast<std::uint8_t>(std::min<std::uint64_t>(ancestors, sent_blocks_max - 1));
  for (; asked > 0; --asked) {
    const PeerIndex peer = sources[request.turn++ % sources.size()];
    request.asked.insert(peer);
    send(peer, GetBlocks{block, request.ancestors});
  }
}

// One peer after the other, and each after four times as long: who was asked may be sending it,
// over a line that takes its time, and what all others sent would take that line too.
void Core::request_chain() {
  // From where the part ends that is here, once it is executed.
  if (executing_final_) {
    chain_wanted_ = true;
    return;
  }
  const std::uint32_t attempts = std::max(chain_attempts_, 1U);
  const std::uint32_t doublings = std::min(2 * (attempts - 1), Engine::chain_doublings_max);
  const Millis next = chain_asked_ + options_.timing.request * (1U << doublings);
  if (now_.ticks < next) return wake_at(next);
  chain_asked_ = now_.ticks;
  wake_at(now_.ticks + options_.timing.request);
  const auto source = sources_.next(final_.fin.height, now_.ticks);
  if (!source) return;
  ++chain_attempts_;
  chain_asked_of_.insert(*source);
  send(source, GetChain{{final_.fin.height.value + 1}});
}

// It sent a body that is not its block's. The hashes of all that it sent with it may be as good as
// that one's was, and the bodies as wrong.
void Core::distrust(PeerIndex peer) {
  tree_.erase_from(peer);
  sources_.distrust(peer, now_.ticks + options_.timing.distrust);
}

// A certificate is short and may have come before the body that it is of. The body of a network's
// only validator comes to those who ask; what somebody was asked for just now is waited for first.
Millis Core::patience() const {
  const auto is_coming = [&](const auto& request) {
    return !request.second.asked.empty() && now_.ticks < request.second.next;
  };
  const bool alone = validators() == 1 && std::ranges::none_of(block_requests_, is_coming);
  return alone ? Millis{0} : options_.timing.request;
}

// A certificate says that this block exists and is good; what is in the way of using it?
void Core::request_missing(const Path& path, const Certificate& certificate) {
  const bool final = certificate.kind == VoteKind::finalize;
  if (path.state == Path::State::invalid) {
    return raise(final ? Alarm::finalized_invalid : Alarm::notarized_invalid);
  }
  if (path.state == Path::State::conflicting) return raise(Alarm::finalized_conflict);
  if (path.state != Path::State::missing) return;
  const std::uint64_t height = certificate.value.height.value;
  const std::uint64_t above = final_.fin.height.value;
  const std::uint64_t missing = height > above ? height - above : 1;
  if (missing > sent_blocks_max / 2) return request_chain();
  // In parts that each have a finalization: from the tip down it would be all at once, in memory
  // here, and then in one piece for whoever asks this node.
  if (final && missing > 1) {
    if (has_waited_for(path.at, patience())) request_chain();
    return;
  }
  request_block(path.at, certificate.view, missing - 1, patience());
}

}  // namespace centime::consensus
