// Signatures that cost nothing, for validators that nobody attacks by arithmetic.
//
// A signature is a keyed 64-bit sum over the message and eight free bytes. So one message has many
// valid signatures, as with schemes that draw a nonce: who compares signatures instead of what was
// signed is found out. The oracle writes the signed bytes itself, from the format's description.
#pragma once

#include "consensus/vote.h"

namespace centime::simulator {

enum class Signing : std::uint8_t {
  cheap,    // As above.
  ed25519,  // As the program does it; a hundred thousand times as slow.
};

// The key of a participant, the same in every epoch. Which signatures hold is the key's to say.
crypto::PublicKey key_of(std::size_t participant, Signing signing = Signing::cheap);

// What votes under a key of the ledger: itself, or one for cheap signatures that follows from it.
crypto::PublicKey voting_key(const crypto::PublicKey& key, Signing signing);
// Lets `sign` sign with it.
void add_secret(crypto::SecretKey key);

crypto::Signature sign(const crypto::PublicKey& key, crypto::BytesView message,
                       std::uint64_t free_bytes = 0);
bool verify(const crypto::PublicKey& key, crypto::BytesView message,
            const crypto::Signature& signature);

// The network that validators are on where nothing else is said.
const crypto::Digest& network();

// The bytes of a vote that are signed, by the description in docs/protocol.md.
crypto::Bytes signed_bytes(const consensus::Vote& vote,
                           const crypto::Digest& network = simulator::network());

void sign_vote(consensus::Vote& vote, const crypto::PublicKey& key, std::uint64_t free_bytes = 0,
               const crypto::Digest& network = simulator::network());
bool verify_signed(const consensus::Vote& vote, const crypto::PublicKey& key,
                   const crypto::Digest& network = simulator::network());

}  // namespace centime::simulator
