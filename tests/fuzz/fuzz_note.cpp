// Signed notes, keys, checkpoints, tile paths and bundles: what is parsed is written back the same.
#include <algorithm>

#include "crypto/note.h"
#include "crypto/tiles.h"
#include "tests/fuzz/fuzz_input.h"

using namespace centime;

namespace {

fuzz::Door checkpoints, keys, tiles;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  if (const auto note = crypto::parse_note(text)) {
    crypto::check(crypto::format_note(*note) == text, "a note has one spelling");
    if (const auto checkpoint = crypto::parse_checkpoint(note->text)) {
      checkpoints.pass();
      crypto::check(crypto::format_checkpoint(*checkpoint) == note->text, "so has a checkpoint");
    }
  }
  if (const auto key = crypto::parse_vkey(text)) {
    keys.pass();
    crypto::check(crypto::format_vkey(*key) == text, "so has a key");
  }
  if (const auto tile = crypto::parse_tile_path(text)) {
    tiles.pass();
    crypto::check(crypto::tile_path(*tile) == text, "so has a tile path");
  }
  if (const auto bundle = crypto::parse_bundle_path(text)) {
    crypto::check(crypto::bundle_path(*bundle) == text, "so has a bundle path");
  }
  if (size > 0) {
    const crypto::BytesView bytes{data + 1, size - 1};
    if (const auto entries = crypto::decode_bundle(bytes, 1U + data[0])) {
      crypto::check(std::ranges::equal(crypto::encode_bundle(*entries), bytes), "so has a bundle");
    }
  }
  return 0;
}
