#include "node/program/http_entry_source.h"

#include <fmt/format.h>

#include <algorithm>

#include "crypto/note.h"
#include "crypto/tiles.h"

namespace centime::program {

Expected<std::unique_ptr<HttpEntrySource>> HttpEntrySource::open(const std::string& url) {
  NodeClient client(url);
  auto checkpoint = client.get("/checkpoint");
  // What answers has none, or is no node.
  if (!checkpoint &&
      (checkpoint.error().word == "not_found" || checkpoint.error().word == "bad_answer")) {
    return fail("bad_checkpoint",
                fmt::format("{} gave no checkpoint: {}", client.url(), checkpoint.error().detail));
  }
  if (!checkpoint) return std::unexpected(checkpoint.error());
  const auto note = crypto::parse_note(*checkpoint);
  const auto head =
      note ? crypto::parse_checkpoint(note->text) : std::unexpected(crypto::NoteError::malformed);
  if (!head) {
    return fail("bad_checkpoint", fmt::format("{} gave no checkpoint of a log", client.url()));
  }
  auto spool = EntrySpool::open();
  if (!spool) return std::unexpected(spool.error());
  return std::unique_ptr<HttpEntrySource>(new HttpEntrySource(
      std::move(client), *std::move(checkpoint), head->size, *std::move(spool)));
}

bool HttpEntrySource::read(const std::function<bool(crypto::BytesView)>& visit,
                           std::string& error) {
  // Counted here and not with bundles_of: the size is only what somebody says.
  for (std::uint64_t first = 0; first < size_; first += crypto::tile_width) {
    const auto width =
        static_cast<unsigned>(std::min<std::uint64_t>(crypto::tile_width, size_ - first));
    const std::string path = "/" + crypto::bundle_path({first / crypto::tile_width, width});
    const auto bytes = client_.get(path);
    if (!bytes) {
      error = bytes.error().word + ": " + bytes.error().detail;
      return false;
    }
    const auto entries = crypto::decode_bundle(crypto::as_bytes(*bytes), width);
    if (!entries) {
      error = fmt::format("bad_bundle: {}{}: {}", client_.url(), path,
                          crypto::to_string(entries.error()));
      return false;
    }
    for (const crypto::Bytes& entry : *entries) {
      if (!spool_.append(entry)) {
        error = "unwritable_file: the temporary file can't be written; is the disk full?";
        return false;
      }
      if (!visit(entry)) return true;
    }
  }
  return true;
}

}  // namespace centime::program
