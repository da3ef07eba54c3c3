// Which way a submission came to this node, and who signed it.
#pragma once

#include <string>
#include <variant>

#include "consensus/step.h"
#include "node/ledger/ids.h"

namespace centime::runtime {

// Records that this node signed itself, for whoever may have it do so.
struct Own {
  auto operator<=>(const Own&) const = default;
};

// Signed elsewhere and told over HTTP, for which nobody needs a token: whoever has seen a
// submission can tell it again.
struct Client {
  std::string name;  // An address, or what stands for several (api::sharer_of): empty for a proxy.
  auto operator<=>(const Client&) const = default;
};

// The last is another node that sent it on.
using Way = std::variant<Own, Client, consensus::PeerIndex>;

struct Sender {
  Way way;
  ledger::MemberId author;  // Empty for what no member has signed.
  auto operator<=>(const Sender&) const = default;
};

}  // namespace centime::runtime
