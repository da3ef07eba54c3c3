// JSON bodies: strict, and what is taken is written back the same.
#include "crypto/json_archive.h"
#include "node/ledger/submission.h"
#include "tests/fuzz/fuzz_input.h"

using namespace centime;

namespace {

fuzz::Door door;

template <class T>
void round_trip(const crypto::json::value& json) {
  const auto value = crypto::from_json<T>(json);
  if (!value) {
    crypto::check(!value.error().detail.empty(), "an error says why");
    return;
  }
  door.pass();
  const auto written = crypto::to_json(*value);
  const auto again = crypto::from_json<T>(written);
  crypto::check(again.has_value(), "what we write we read");
  crypto::check(crypto::encode(*again) == crypto::encode(*value), "and it is the same");
  // Whatever JSON lets in is canonical as well.
  crypto::check(crypto::decode<T>(crypto::encode(*value)).has_value(), "JSON is no way around");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto json = crypto::parse_json(fuzz::text_of(data, size));
  if (!json) return 0;
  round_trip<ledger::Record>(*json);
  round_trip<ledger::Submission>(*json);
  round_trip<ledger::Genesis>(*json);
  return 0;
}
