// The leaves of the log: genesis, submission heads, records with their effects, and seals.
//
// An entry's canonical bytes are its leaf: u8 tag ‖ body. They are at most entry_size_max bytes,
// the limit of the tile format's entry bundles (C2SP tlog-tiles).
#pragma once

#include <optional>
#include <variant>

#include "crypto/ed25519.h"
#include "node/ledger/records.h"

namespace centime::ledger {

inline constexpr std::size_t entry_size_max = 65'535;
inline constexpr std::size_t submission_records_max = 2'000;
inline constexpr std::size_t submission_bytes_max = 1'048'576;
// Pieces that one record may take money from; a more fragmented amount is recorded in parts.
inline constexpr std::size_t segments_max = 3'000;
// Spent intervals above an account's head.
inline constexpr std::size_t holes_max = 65'536;

// What block_bytes_max may be at most: what 8 MiB, the most that nodes send each other as one
// block, leave for submissions beside a seal.
inline constexpr std::uint32_t block_bytes_limit = (8U << 20) - 512;

// Limits that all validators must share, so they stand in the log and in no local file.
struct Policies {
  std::uint32_t block_bytes_max = 4'194'304;  // Of the entries of one block, seal aside.
  std::uint32_t block_records_max = 20'000;
  std::uint32_t days_ahead_max = 1;  // A record's day may be this far ahead of its block's day.

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CENTIME_FIELD(block_bytes_max), CENTIME_FIELD(block_records_max),
            CENTIME_FIELD(days_ahead_max));
  }
};

// A host name and path without a scheme, such as "ledger.example.org/relief": the log's name.
struct Origin {
  static constexpr std::size_t max_size = 120;
  static constexpr std::string_view format = "origin (lower-case host and path, no spaces or '+')";
  static bool valid(std::string_view text);

  std::string value;
  auto operator<=>(const Origin&) const = default;
};

struct Genesis {
  static constexpr std::string_view name = "genesis";
  std::uint16_t format_version = 1;
  Origin origin;
  TimeMs time;
  crypto::List<Member, members_max> members;
  crypto::List<MemberId, validators_max> validators;  // In leader order; each is a member.
  Policies policies;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CENTIME_FIELD(format_version), CENTIME_FIELD(origin), CENTIME_FIELD(time),
            CENTIME_FIELD(members), CENTIME_FIELD(validators), CENTIME_FIELD(policies));
  }
};

// One member's signature over a batch; its `count` records follow it in the log, in order.
struct SubmissionHead {
  static constexpr std::string_view name = "submission";
  MemberId author;
  crypto::PublicKey key;
  std::uint32_t count = 0;
  crypto::Digest root;  // RFC 6962 root over the canonical authored records.
  crypto::Signature signature;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CENTIME_FIELD(author), CENTIME_FIELD(key), CENTIME_FIELD(count), CENTIME_FIELD(root),
            CENTIME_FIELD(signature));
  }
};

// Units that left an account: the segments in ascending order; end to end they are the amount.
struct Spend {
  AccountIndex account;
  crypto::List<Interval, segments_max> segments;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CENTIME_FIELD(account), CENTIME_FIELD(segments));
  }
};

// Units that came into an account. They are the spent ones in the same order or, in an exchange,
// map to them by offset: o -> floor(o * m_to / m_from).
struct Fill {
  AccountIndex account;
  Interval units;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CENTIME_FIELD(account), CENTIME_FIELD(units));
  }
};

struct Effects {
  std::optional<Spend> spend;
  std::optional<Fill> fill;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CENTIME_FIELD(spend), CENTIME_FIELD(fill));
  }
};

struct RecordEntry {
  static constexpr std::string_view name = "record";
  AuthoredRecord authored;
  Effects effects;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CENTIME_FIELD(authored), CENTIME_FIELD(effects));
  }
};

// The end of a block. Its leaf hash is the block's hash.
struct Seal {
  static constexpr std::string_view name = "seal";
  std::uint64_t epoch = 0;
  Height height;
  MemberId proposer;
  TimeMs time;
  EntryIndex first_entry;
  std::uint32_t entry_count = 0;  // Without the seal.
  crypto::Digest previous;        // Leaf hash of the previous seal; zero in the genesis block.
  crypto::Digest log_root;        // Of the log before this seal.
  std::uint32_t account_count = 0;
  crypto::Digest state_root;  // RFC 6962 root over the account leaves (account.h).
  crypto::Digest next_epoch;  // Zero unless the block closes an epoch.

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CENTIME_FIELD(epoch), CENTIME_FIELD(height), CENTIME_FIELD(proposer),
            CENTIME_FIELD(time), CENTIME_FIELD(first_entry), CENTIME_FIELD(entry_count),
            CENTIME_FIELD(previous), CENTIME_FIELD(log_root), CENTIME_FIELD(account_count),
            CENTIME_FIELD(state_root), CENTIME_FIELD(next_epoch));
  }
};

inline bool closes_epoch(const Seal& seal) { return seal.next_epoch != crypto::Digest{}; }
std::uint64_t epoch_after(const Seal& seal);  // Of the block that follows this one.

// The alternatives' order is their tag on the wire.
using Entry = std::variant<Genesis, SubmissionHead, RecordEntry, Seal>;

inline constexpr std::uint8_t record_entry_tag = 2;

// A genesis that could start a network, or what is wrong with it in one sentence.
std::optional<std::string> fault_of(const Genesis& genesis);
// The same but for whether its keys are admissible, which takes a multiplication on the curve each.
// Enough for a verifier: no key is trusted for standing there, and none that is bad verifies.
std::optional<std::string> shape_fault_of(const Genesis& genesis);

NetworkId network_id(const Genesis& genesis);

}  // namespace centime::ledger
