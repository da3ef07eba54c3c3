#include "consensus/block_tree.h"

#include <algorithm>

#include "consensus/mutation.h"
#include "crypto/check.h"

namespace centime::consensus {
namespace {

ParentLink link_to(const Block& block) {
  return {block.hash, block.height, block.timestamp_ms, block.closing};
}

}  // namespace

bool extends(const ParentLink& parent, const Block& child) {
  return child.parent == parent.hash && child.height.value == parent.height.value + 1 &&
         child.timestamp_ms > parent.timestamp_ms &&
         (!parent.closing || mutated(Mutation::closing_extended));
}

const BlockPtr* BlockTree::find(const crypto::Digest& hash) const {
  const auto found = entries_.find(hash);
  return found == entries_.end() ? nullptr : &found->second.block;
}

void BlockTree::insert(BlockPtr block, Execution execution) {
  const std::size_t bytes = block->body.value.size();
  const crypto::Digest hash = block->hash;
  if (entries_.emplace(hash, Entry{std::move(block), execution, {}}).second) body_bytes_ += bytes;
}

void BlockTree::insert_from(PeerIndex source, BlockPtr block) {
  const auto found = entries_.find(block->hash);
  if (found != entries_.end()) {
    if (!found->second.source || found->second.execution != Execution::none) return;
    erase(block->hash);
  }
  body_bytes_ += block->body.value.size();
  const crypto::Digest hash = block->hash;
  entries_.emplace(hash, Entry{std::move(block), Execution::none, source});
}

void BlockTree::erase(const crypto::Digest& hash) {
  const auto found = entries_.find(hash);
  if (found == entries_.end()) return;
  body_bytes_ -= found->second.block->body.value.size();
  entries_.erase(found);
}

void BlockTree::erase_from(PeerIndex source) {
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    const auto& [block, execution, from] = entry->second;
    if (from != source || execution != Execution::none) {
      ++entry;
      continue;
    }
    body_bytes_ -= block->body.value.size();
    entry = entries_.erase(entry);
  }
}

void BlockTree::set_execution(const crypto::Digest& hash, Execution execution) {
  const auto found = entries_.find(hash);
  if (found != entries_.end()) found->second.execution = execution;
}

BlockTree::Execution BlockTree::execution(const crypto::Digest& hash) const {
  const auto found = entries_.find(hash);
  return found == entries_.end() ? Execution::none : found->second.execution;
}

std::optional<PeerIndex> BlockTree::source(const crypto::Digest& hash) const {
  const auto found = entries_.find(hash);
  return found == entries_.end() ? std::nullopt : found->second.source;
}

bool BlockTree::is_sound(const crypto::Digest& hash) const {
  const auto found = entries_.find(hash);
  if (found == entries_.end()) return false;
  return found->second.execution == Execution::valid || !found->second.source;
}

Path BlockTree::path_to(const crypto::Digest& hash) const {
  Path path;
  for (crypto::Digest at = hash; at != final_.hash;) {
    const auto found = entries_.find(at);
    if (found == entries_.end()) return {Path::State::missing, at, {}};
    const BlockPtr& block = found->second.block;
    const bool beside =
        block->height <= final_.height ||
        (block->height.value == final_.height.value + 1 && block->parent != final_.hash);
    if (beside) return {Path::State::conflicting, at, {}};
    path.blocks.push_back(block);
    at = block->parent;
  }
  std::ranges::reverse(path.blocks);
  ParentLink parent = final_;
  for (const BlockPtr& block : path.blocks) {
    path.at = block->hash;
    const Execution execution = entries_.at(block->hash).execution;
    if (execution == Execution::invalid || !extends(parent, *block)) {
      path.state = Path::State::invalid;
      return path;
    }
    if (execution != Execution::valid) {
      path.state =
          execution == Execution::running ? Path::State::executing : Path::State::unexecuted;
      return path;
    }
    parent = link_to(*block);
  }
  path.state = Path::State::ready;
  return path;
}

ParentLink BlockTree::link_of(const crypto::Digest& hash) const {
  return hash == final_.hash ? final_ : link_to(*entries_.at(hash).block);
}

void BlockTree::set_final(const crypto::Digest& hash) {
  if (hash == final_.hash) return;
  crypto::check(find(hash) != nullptr, "a final block that is here");
  final_ = link_of(hash);
}

void BlockTree::retain(const std::set<crypto::Digest>& hashes) {
  std::set<crypto::Digest> kept;
  for (crypto::Digest at : hashes) {
    for (auto found = entries_.find(at); found != entries_.end(); found = entries_.find(at)) {
      if (found->second.block->height <= final_.height || !kept.insert(at).second) break;
      at = found->second.block->parent;
    }
  }
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    if (kept.contains(entry->first)) {
      ++entry;
      continue;
    }
    body_bytes_ -= entry->second.block->body.value.size();
    entry = entries_.erase(entry);
  }
}

}  // namespace centime::consensus
