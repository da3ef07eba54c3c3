// Why a link between members was refused or ended: one word each, for counters, logs and
// docs/errors.md.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace centime::network {

enum class LinkWord : std::uint8_t {
  // Before anything is known of the other side.
  rate_limited,
  too_many_handshakes,
  handshake_timeout,
  tls_failed,
  wrong_tls_version,
  // Its key.
  unknown_key,
  wrong_key,
  self_connection,
  cut_off,
  refused_by_peer,
  // Its first frame.
  bad_hello,
  wrong_network,
  wrong_version,
  // What it sent.
  oversized_frame,
  unknown_kind,
  truncated_frame,
  slow_frame,
  misbehaved,
  // How it went silent.
  idle_link,
  stalled_link,
  // Ordinary ends.
  duplicate_link,
  not_a_peer,
  closed_by_peer,
  stopping,
  // Dialling.
  unknown_host,
  connect_failed,
};

constexpr auto enum_words(LinkWord) {
  return std::to_array<std::string_view>(
      {"rate_limited",      "too_many_handshakes", "handshake_timeout", "tls_failed",
       "wrong_tls_version", "unknown_key",         "wrong_key",         "self_connection",
       "cut_off",           "refused_by_peer",     "bad_hello",         "wrong_network",
       "wrong_version",     "oversized_frame",     "unknown_kind",      "truncated_frame",
       "slow_frame",        "misbehaved",          "idle_link",         "stalled_link",
       "duplicate_link",    "not_a_peer",          "closed_by_peer",    "stopping",
       "unknown_host",      "connect_failed"});
}

inline constexpr std::size_t link_word_count = enum_words(LinkWord{}).size();
static_assert(link_word_count == static_cast<std::size_t>(LinkWord::connect_failed) + 1);

// How often each word was met.
using WordCounts = std::array<std::uint64_t, link_word_count>;

// Words that no honest member's node brings about, whatever the network does to its packets. Only
// these cut a member off: a lost line, an old version or a slow one may not.
constexpr bool is_misbehaviour(LinkWord word) {
  return word == LinkWord::bad_hello || word == LinkWord::oversized_frame ||
         word == LinkWord::unknown_kind || word == LinkWord::misbehaved;
}

}  // namespace centime::network
