// A submission as it comes in over the network, up to its rejection or acceptance, and a log of
// entries as an audit reads it.
#include "node/ledger/replay.h"
#include "tests/fuzz/fuzz_input.h"

using namespace centime;

namespace {

fuzz::Door submissions, logs;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const crypto::BytesView bytes{data, size};
  const auto checked = ledger::check_submission(ledger::NetworkId{}, bytes);
  if (checked) submissions.pass();
  if (!checked) crypto::check(!checked.error().whole.detail.empty(), "a rejection says why");

  // The same bytes as entries with u16 lengths.
  ledger::BlockParser parser(ledger::NetworkId{}, {2});
  std::size_t at = 0;
  while (at + 2 <= size) {
    const std::size_t length = static_cast<std::size_t>(data[at]) << 8 | data[at + 1];
    at += 2;
    if (length > size - at) break;
    if (!parser.add({data + at, length})) break;
    logs.pass();
    at += length;
  }
  return 0;
}
