// How a donation names its donor without telling who it is: a commitment, and the salt that opens
// it.
//
//   commitment = SHA-256("centime/donor/v1" || salt, 32 bytes || donor reference)
//
// Only the commitment is recorded. The salt stays with the donor, in the receipt, and with the
// collector, who may erase it; without it the commitment says nothing about the donor, even to
// somebody who can guess all donor references.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "crypto/digest.h"

namespace centime::ledger {

// 32 bytes from a random source that nobody can predict, new for every donation.
struct DonorSalt {
  std::array<std::uint8_t, 32> bytes{};
  bool operator==(const DonorSalt&) const = default;
};

// `donor_reference` is the collector's own name for the donor, such as a customer number.
crypto::Digest donor_commitment(const DonorSalt& salt, std::string_view donor_reference);

}  // namespace centime::ledger
