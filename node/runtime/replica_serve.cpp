// What a replica answers to others: blocks from its store.
#include <algorithm>

#include "node/runtime/replica.h"

namespace centime::runtime {
namespace {

using std::chrono::milliseconds;

// Of the bodies in one answer; one block is always sent. Whoever asks over a slow line has to have
// it before it asks others too.
constexpr std::size_t answer_bytes_max = std::size_t{2} << 20;
// What a chain message holds at most, fields of blocks aside. A run of blocks above it, none of
// which has a finalization of its own, is left to peers that committed them otherwise.
constexpr std::size_t chain_bytes_max = std::size_t{15} << 20;
static_assert(consensus::Engine::open_bytes_max + consensus::body_bytes_max <= chain_bytes_max,
              "what honest leaders let become final together can be sent");
// How far behind the head a block is looked for by its hash: who lacks older ones asks by height.
constexpr std::uint64_t searched_blocks = 64;
// 32 MiB a second to one peer: more than executing them there takes.
constexpr std::size_t served_bytes_each_ms = (std::size_t{32} << 20) / 1'000;

}  // namespace

// Blocks are put together, and those that are final made again from the log, on the strand: whoever
// asks on and on gets no more of that than an honest node on a good line needs, and all together no
// more than the votes can spare.
void Replica::take_request(WaitingRequests::Request request) {
  const consensus::PeerIndex peer = std::visit([](const auto& each) { return each.to; }, request);
  const auto served = served_until_.find(peer);
  if (served == served_until_.end() || now_.ticks >= served->second) {
    requests_.add(std::move(request));
  } else {
    ++refused_[crypto::word_of(consensus::Refusal::too_often)];
  }
}

// After what came in was dealt with: votes go first.
void Replica::serve_next() {
  const auto request = requests_.next(now_.ticks);
  if (!request) return;
  const milliseconds begun = options_.clock().ticks;
  std::visit([this](const auto& each) { serve(each); }, *request);
  now_ = options_.clock();
  requests_.answered(now_.ticks, now_.ticks - begun);
}

void Replica::send_served(consensus::PeerIndex to, const consensus::Message& answer) {
  const network::Frame frame = to_frame(answer);
  served_until_[to] = now_.ticks + milliseconds(frame.bytes.size() / served_bytes_each_ms);
  peers_.send(to, frame);
}

// Open blocks, or such as became final here while somebody still asked for them by hash.
void Replica::serve(const consensus::ServeBlocks& request) {
  if (!request.open.empty()) {
    consensus::Blocks open;
    for (const consensus::BlockPtr& block : request.open) open.blocks.items.push_back(*block);
    return send_served(request.to, std::move(open));
  }
  const auto snapshot = store_.snapshot();
  const auto newest = find_block(*snapshot, request.request.block, searched_blocks);
  if (!newest) return;
  consensus::Blocks answer;
  std::size_t bytes = 0;
  const std::size_t wanted =
      std::min<std::size_t>(request.request.ancestors + 1U, consensus::sent_blocks_max);
  for (std::uint64_t height = newest->value; height > 0; --height) {
    consensus::Block block = block_from_log(*snapshot, {height});
    bytes += block.body.value.size();
    if (!answer.blocks.items.empty() && bytes > answer_bytes_max) break;
    answer.blocks.items.push_back(std::move(block));
    if (answer.blocks.items.size() == wanted) break;
  }
  send_served(request.to, std::move(answer));
}

void Replica::serve(const consensus::ServeChain& request) {
  const auto snapshot = store_.snapshot();
  consensus::Chain chain;
  std::size_t bytes = 0;
  std::size_t finalized = 0;  // Blocks up to one that has a finalization of its own.
  for (std::uint64_t height = std::max<std::uint64_t>(request.request.from.value, 1);
       height <= snapshot->head().height.value; ++height) {
    consensus::Block block = block_from_log(*snapshot, {height});
    bytes += block.body.value.size();
    if (bytes > (finalized > 0 ? answer_bytes_max : chain_bytes_max)) break;
    if (chain.blocks.items.size() == consensus::sent_blocks_max) break;
    const auto row = snapshot->block({height});
    const auto certificate = crypto::decode<BlockCertificate>(row->certificate);
    const bool own = certificate && certificate->finalization.value.block == block.hash;
    const bool closing = block.closing;
    chain.blocks.items.push_back(std::move(block));
    if (own) {
      finalized = chain.blocks.items.size();
      chain.finalization = certificate->finalization;
    }
    // What follows is for another epoch's engine.
    if (closing) break;
  }
  chain.blocks.items.resize(finalized);
  if (finalized > 0) send_served(request.to, std::move(chain));
}

// Who is still in an epoch that is over learns how it ended: then it asks for what it lacks.
void Replica::serve(const consensus::ServeEpochEnd& request) {
  const auto snapshot = store_.snapshot();
  const auto next = snapshot->epoch(request.epoch + 1);
  if (!next) return;
  const auto row = snapshot->block(snapshot->block_of(next->after));
  auto certificate = crypto::decode<BlockCertificate>(row->certificate);
  if (certificate) peers_.send(request.to, to_frame(std::move(certificate->finalization)));
}

}  // namespace centime::runtime
