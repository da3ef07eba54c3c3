// The request line's target, the Accept and Accept-Encoding headers, and page cursors.
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
  const auto taken = api::accepted_codings(text);
  // What comes behind names no coding, so it takes nothing back and adds nothing.
  crypto::check(api::accepted_codings(std::string(text) + ",identity") == taken,
                "each element stands for itself");
  (void)api::decode_cursor("list", text);
  return 0;
}
