// A member: an organisation on the ledger, its role, and the key that it signs with.
#pragma once

#include <array>
#include <string_view>

#include "crypto/ed25519.h"
#include "node/ledger/field.h"
#include "node/ledger/ids.h"

namespace centime::ledger {

inline constexpr std::size_t members_max = 256;
inline constexpr std::size_t validators_max = 50;

enum class Role : std::uint8_t { platform, ngo, auditor };
constexpr auto enum_words(Role) {
  return std::to_array<std::string_view>({"platform", "ngo", "auditor"});
}

struct Member {
  MemberId member;
  Line title;
  Role role{};
  crypto::PublicKey key;  // The one that it signs with now.

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CENTIME_FIELD(member), CENTIME_FIELD(title), CENTIME_FIELD(role), CENTIME_FIELD(key));
  }
};

// A suspended member signs no records and votes on no blocks; its money and its records stay.
enum class MemberStatus : std::uint8_t { active, suspended };
constexpr auto enum_words(MemberStatus) {
  return std::to_array<std::string_view>({"active", "suspended"});
}

}  // namespace centime::ledger
