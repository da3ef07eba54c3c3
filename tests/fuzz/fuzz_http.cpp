// The request line's target, the Accept header and page cursors.
#include "api/http_message.h"
#include "api/page_cursor.h"
#include "crypto/wire_types.h"
#include "tests/fuzz/fuzz_input.h"

using namespace centime;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  if (const auto target = api::parse_target(text)) {
    crypto::check(!target->segments.empty(), "a path has a segment");
    crypto::check(crypto::is_clean_text(target->path), "a path is clean text");
    for (const std::string& segment : target->segments) {
      crypto::check(segment != ".." && segment != ".", "a path stays where it is");
    }
  }
  (void)api::preferred_format(text);
  (void)api::decode_cursor("list", text);
  return 0;
}
