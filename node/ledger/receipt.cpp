#include "node/ledger/receipt.h"

namespace centime::ledger {

crypto::Digest donor_commitment(const DonorSalt& salt, std::string_view donor_reference) {
  // The salt has a fixed length, so no two pairs give the same bytes.
  return crypto::sha256(
      {crypto::as_bytes("centime/donor/v1"), salt.bytes, crypto::as_bytes(donor_reference)});
}

}  // namespace centime::ledger
