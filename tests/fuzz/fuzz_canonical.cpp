// The canonical decoder of each structure: what it takes, it gives back byte for byte.
#include <algorithm>

#include "consensus/engine.h"
#include "node/ledger/state_view.h"
#include "node/ledger/submission.h"
#include "node/proof/epoch_chain.h"
#include "node/runtime/block_body.h"
#include "node/runtime/evidence_book.h"
#include "node/runtime/peer_frames.h"
#include "tests/fuzz/fuzz_input.h"

using namespace centime;

namespace {

fuzz::Door door;

template <class T>
void round_trip(crypto::BytesView bytes) {
  const auto value = crypto::decode<T>(bytes);
  if (!value) return;
  door.pass();
  const crypto::Bytes again = crypto::encode(*value);
  crypto::check(std::ranges::equal(again, bytes), "encode(decode(x)) == x");
}

using RoundTrip = void (*)(crypto::BytesView);
constexpr RoundTrip structures[] = {
    round_trip<ledger::Entry>,
    round_trip<ledger::Submission>,
    round_trip<ledger::Account>,
    round_trip<ledger::Fund>,
    round_trip<ledger::Channel>,
    round_trip<ledger::AuthoredRecord>,
    round_trip<ledger::Effects>,
    round_trip<ledger::Genesis>,
    round_trip<ledger::Seal>,
    round_trip<ledger::SubmissionHead>,
    round_trip<ledger::RecordEntry>,
    round_trip<ledger::Record>,
    round_trip<ledger::Member>,
    round_trip<consensus::Vote>,
    round_trip<consensus::Certificate>,
    round_trip<consensus::Finalized>,
    round_trip<consensus::Message>,
    round_trip<consensus::OwnVotes>,
    round_trip<consensus::FinalRow>,
    round_trip<consensus::Block>,
    round_trip<ledger::Governance>,
    round_trip<ledger::EpochStart>,
    round_trip<proof::EpochLink>,
    round_trip<consensus::View>,
    round_trip<runtime::BlockBody>,
    round_trip<runtime::KeptEvidence>,
    round_trip<runtime::BlockCertificate>,
    round_trip<runtime::CheckpointShare>,
    round_trip<runtime::PassedShares>,
    round_trip<consensus::RaisedAlarm>,
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  structures[data[0] % std::size(structures)]({data + 1, size - 1});
  return 0;
}
