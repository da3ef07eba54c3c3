#include "api/standing.h"

#include <algorithm>
#include <vector>

namespace centime::api {

std::uint64_t newest_height(const runtime::ReplicaReport& report, std::uint64_t height) {
  std::vector<std::uint64_t> told;
  for (const runtime::PeerReport& peer : report.validators) {
    if (peer.heard) told.push_back(peer.height);
  }
  const std::size_t liars = report.validators.empty() ? 0 : (report.validators.size() - 1) / 3;
  if (told.size() <= liars) return height;
  std::ranges::sort(told, std::ranges::greater{});
  return std::max(height, told[liars]);
}

NodeStanding standing_of(const runtime::ReplicaReport& report, std::uint64_t height) {
  NodeStanding standing;
  const auto connected = static_cast<std::uint64_t>(
      std::ranges::count_if(report.validators, &runtime::PeerReport::connected));
  // Who only follows needs one to hear of all.
  const std::uint64_t needed = report.role == runtime::ReplicaRole::follower ? 1 : report.quorum;
  standing.blocks_behind = newest_height(report, height) - height;
  if (report.role == runtime::ReplicaRole::halted || report.alarm) {
    standing.word = Standing::halted;
  } else if (connected < needed) {
    standing.word = Standing::cut_off;
  } else if (standing.blocks_behind > blocks_behind_max) {
    standing.word = Standing::behind;
  } else if (report.stuck) {
    standing.word = Standing::stuck;
  } else if (report.role == runtime::ReplicaRole::waiting) {
    standing.word = Standing::learning;
  }
  return standing;
}

}  // namespace centime::api
