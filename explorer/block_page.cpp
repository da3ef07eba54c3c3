// The page of one block: what is in it, what its seal commits to, and whose votes made it final.
#include <algorithm>
#include <charconv>

#include "api/block_signers.h"
#include "crypto/canonical.h"
#include "crypto/check.h"
#include "crypto/encoding.h"
#include "explorer/pages.h"
#include "explorer/record_words.h"

namespace centime::explorer {
namespace {

using ledger::EntryIndex;
using storage::Snapshot;

constexpr std::size_t listed_entries = 25;

std::optional<ledger::Height> height_of(std::string_view text) {
  ledger::Height height;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), height.value);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  if (!whole || std::to_string(height.value) != text) return std::nullopt;
  return height;
}

class BlockPage {
 public:
  BlockPage(const api::Request& request, const LedgerNow& now, const api::BlockView& block)
      : request_(request),
        now_(now),
        snapshot_(now.snapshot),
        block_(block),
        page_(request, "block.html"),
        names_(snapshot_) {}

  api::Response response() {
    const auto heading = words().text("block_title", {{"height", number(block_.height.value)}});
    page_.set_title(heading);
    page_.set_state(now_);
    page_.set_json(api_path());
    body().set("HEADING", heading);
    body().set("SHORT_HASH", crypto::to_hex(block_.hash.bytes).substr(0, 16) + "…");
    body().set("SAYS", words().text(block_.height.value == 0 ? "block_says_first" : "block_says",
                                    {{"who", names_.member(block_.seal.proposer)},
                                     {"time", words().instant(block_.seal.time)},
                                     {"count", number(block_.seal.entry_count)}}));
    fill_neighbours();
    fill_signers();
    fill_entries();
    fill_seal();
    return page_.response();
  }

 private:
  const Catalogue& words() const { return page_.words(); }
  Section& body() { return page_.body(); }
  std::string number(std::uint64_t value) const { return words().number(value); }
  std::string api_path() const { return "/v1/blocks/" + std::to_string(block_.height.value); }
  static std::string path_of(std::uint64_t height) { return "/b/" + std::to_string(height); }

  void fill_neighbours() {
    const auto height = block_.height.value;
    const auto add = [&](std::string_view section, std::string_view key, std::uint64_t to) {
      body()
          .add(section)
          .set("URL", page_.link(path_of(to)))
          .set("NAME", words().text(key, {{"height", number(to)}}));
    };
    if (height > 0) add("PREVIOUS", "block_before", height - 1);
    if (height < snapshot_.head().height.value) add("NEXT_BLOCK", "block_after", height + 1);
  }

  void fill_signers() {
    const auto epoch = snapshot_.epoch(block_.seal.epoch);
    const auto signers = epoch ? api::block_signers(epoch->record, block_) : std::nullopt;
    if (!signers) {
      body().set("SIGNED", words().text(block_.height.value == 0 ? "block_unsigned_first"
                                                                 : "block_unsigned"));
      return;
    }
    auto said = words().text("block_signed", {{"voted", number(signers->voted)},
                                              {"count", number(signers->validators.size())},
                                              {"needed", number(signers->needed)}});
    if (signers->through)
      said += " " + words().text("block_through", {{"height", number(signers->through->value)}});
    body().set("SIGNED", said);
    auto list = body().add("SIGNERS");
    set_files(list, api_path() + "/signers");
    for (const auto& [member, voted] : signers->validators) {
      list.add("SIGNER")
          .set("STATE", voted ? "done" : "waiting")
          .set("MARK", voted ? "✓" : "–")
          .set("URL", page_.link("/m/" + member.value))
          .set("NAME", names_.member(member))
          .set("WORDS", words().text(voted ? "block_voted" : "block_not_voted"));
    }
  }

  // The entry of the block that the page begins with.
  EntryIndex asked_first() const {
    const auto asked = asked_entry(request_);
    if (!asked || *asked < block_.seal.first_entry || block_.seal_entry < *asked)
      return block_.seal.first_entry;
    return *asked;
  }

  void fill_entries() {
    const auto first = asked_first();
    const auto left = block_.seal_entry - first + 1;
    const auto shown = std::min<std::uint64_t>(left, listed_entries);
    body().set("START", std::to_string(first.value));
    for (std::uint64_t i = 0; i < shown; ++i) add_entry(first + i);
    set_files(body(), api_path() + "/entries");
    const bool later = first != block_.seal.first_entry;
    if (!later && shown == left) return;
    auto pages = body().add("PAGES");
    const auto path = path_of(block_.height.value);
    if (later) pages.add("FIRST").set("URL", page_.link(path));
    if (shown < left)
      pages.add("NEXT").set(
          "URL", page_.link(path + "?from=" + std::to_string((first + shown).value) + "#entries"));
  }

  void add_entry(EntryIndex index) {
    auto row = body().add("ENTRY");
    row.set("INDEX", number(index.value));
    row.set("ENTRY_URL", "/v1/entries/" + std::to_string(index.value));
    if (is_record(snapshot_, index)) {
      const auto record = api::RecordReader(snapshot_).describe(index);
      row.add("LINKED")
          .set("URL", page_.link(record_path(record)))
          .set("TEXT", record_sentence(words(), names_, record));
      if (record.money) row.set("AMOUNT", words().amount(*record.money));
      return;
    }
    row.add("PLAIN").set("TEXT", entry_sentence(words(), names_, snapshot_, index));
  }

  void fill_seal() {
    const auto& seal = block_.seal;
    const auto hex = [](const crypto::Digest& digest) { return crypto::to_hex(digest.bytes); };
    body().set("TIME", words().instant(seal.time)).set("TIME_ISO", seal.time.to_iso());
    // Nobody proposed the first block.
    if (block_.height.value > 0)
      body()
          .add("PROPOSED")
          .set("URL", page_.link("/m/" + seal.proposer.value))
          .set("NAME", names_.member(seal.proposer));
    body().set("EPOCH", number(seal.epoch)).set("ACCOUNTS", number(seal.account_count));
    body().set("RANGE", words().text("units", {{"first", number(seal.first_entry.value)},
                                               {"last", number(block_.seal_entry.value)}}));
    body().set("HASH", hex(block_.hash)).set("PREVIOUS_HASH", hex(seal.previous));
    body().set("LOG_ROOT", hex(seal.log_root)).set("STATE_ROOT", hex(seal.state_root));
  }

  const api::Request& request_;
  const LedgerNow& now_;
  const Snapshot& snapshot_;
  const api::BlockView& block_;
  Page page_;
  Names names_;
};

}  // namespace

api::Response block_page(const api::Request& request, const LedgerNow& now,
                         std::string_view height) {
  const auto& snapshot = now.snapshot;
  const auto asked = height_of(height);
  const auto block = asked ? api::describe_block(snapshot, *asked) : std::nullopt;
  if (!block) return missing("unknown_block");
  return BlockPage(request, now, *block).response();
}

}  // namespace centime::explorer
