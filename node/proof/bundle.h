// One file that proves where the money of one donation is, without asking anybody.
//
// JSON, application/vnd.centime.trace+json. Bytes and hashes are base64, ids hexadecimal. A proof
// is the tlog inclusion proof of the leaf, from its sibling up:
//
//   {"version": 1, "network": hex, "donation": hex, "checkpoint": "<signed note>",
//    "genesis":  {"index": 0, "bytes": base64, "proof": [base64, …]},     leaf of the log
//    "seal":     {…},                                                     the log's last leaf
//    "entries":  [{…}, …],       records on the path, ascending by index; leaves of the log
//    "accounts": [{…}, …],       every account on the path, ascending; leaves of the seal's state
//    "epochs":   [base64, …]}    canonical EpochLink of each epoch before the seal's, from epoch 0;
//                                left out if there is none
//
// Nothing in it is needless and nothing may be added: the reader refuses unknown and repeated
// fields, the verifier (verify.h) everything that no step needed. White space and the order of
// fields are free.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/digest.h"
#include "node/ledger/ids.h"

namespace centime::proof {

inline constexpr std::string_view bundle_media_type = "application/vnd.centime.trace+json";
inline constexpr std::uint64_t bundle_version = 1;
inline constexpr std::size_t bundle_bytes_max = 32 << 20;
inline constexpr std::size_t bundle_entries_max = 10'000;
inline constexpr std::size_t bundle_accounts_max = 1'000;
inline constexpr std::size_t bundle_leaf_bytes_max = 2 << 20;  // Of an account with all its holes.

inline constexpr std::size_t bundle_links_max = 4'096;
inline constexpr std::size_t bundle_link_bytes_max = 16'384;

struct ProvenLeaf {
  std::uint64_t index = 0;
  crypto::Bytes bytes;  // Canonical.
  std::vector<crypto::Digest> proof;
  bool operator==(const ProvenLeaf&) const = default;
};

struct TraceBundle {
  std::uint64_t version = bundle_version;
  ledger::NetworkId network;
  ledger::RecordId donation;
  std::string checkpoint;
  ProvenLeaf genesis;
  ProvenLeaf seal;
  std::vector<ProvenLeaf> entries;
  std::vector<ProvenLeaf> accounts;
  std::vector<crypto::Bytes> epochs;  // Canonical EpochLink each (epoch_chain.h).
  bool operator==(const TraceBundle&) const = default;
};

std::string format_bundle(const TraceBundle& bundle);

struct BundleFault {
  std::string path;              // Such as "entries[3].proof"; empty for the whole file.
  std::string detail;            // One sentence.
  bool unknown_version = false;  // It is a bundle, of another version than this program reads.
};

std::expected<TraceBundle, BundleFault> parse_bundle(std::string_view json);

}  // namespace centime::proof
