#include "api/standing.h"

#include <algorithm>

namespace centime::api {

NodeStanding standing_of(const runtime::ReplicaReport& report, std::uint64_t height) {
  NodeStanding standing;
  std::uint64_t connected = 0, newest = height;
  for (const runtime::PeerReport& peer : report.validators) {
    if (peer.connected) ++connected;
    if (peer.heard) newest = std::max(newest, peer.height);
  }
  standing.blocks_behind = newest - height;
  if (report.role == runtime::ReplicaRole::halted || report.alarm) {
    standing.word = Standing::halted;
  } else if (connected < report.quorum) {
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
