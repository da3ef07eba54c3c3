// GET /v1/blocks, /v1/blocks/{height}, its entries and signers, and /v1/entries/{index}.
#include <fmt/format.h>

#include "api/block_signers.h"
#include "api/record_json.h"
#include "api/resource.h"
#include "crypto/json_archive.h"

namespace centime::api {
namespace {

// Heights of a page, one more than asked for if there are more.
std::vector<BlockView> blocks_of(const ReadView& view, const EntryPage& page, std::uint64_t limit) {
  const bool newest = page.query.order == storage::Order::newest_first;
  const std::uint64_t last = view.height().value;
  const std::uint64_t begin = page.query.from ? page.query.from->value : (newest ? last : 0);
  std::vector<BlockView> blocks;
  for (std::uint64_t i = 0; i < limit; ++i) {
    if (newest ? i > begin : begin + i > last) break;
    auto block = describe_block(view.snapshot(), {newest ? begin - i : begin + i});
    if (!block) break;
    blocks.push_back(std::move(*block));
  }
  return blocks;
}

void write_block_row(CsvWriter& csv, const BlockView& block) {
  const ledger::Seal& seal = block.seal;
  csv.number(block.height.value)
      .text(seal.time.to_iso())
      .text(seal.proposer.value)
      .number(seal.first_entry.value)
      .number(std::uint64_t{seal.entry_count})
      .text(crypto::to_hex(block.hash.bytes))
      .text(crypto::to_hex(seal.previous.bytes))
      .text(crypto::to_hex(seal.log_root.bytes))
      .text(crypto::to_hex(seal.state_root.bytes))
      .end_row();
}

Response blocks_csv(ApiContext& context, const ReadView& view, EntryPage page) {
  return whole_csv(context, view, "blocks.csv",
                   {"height", "time", "proposer", "first_entry", "entry_count", "hash", "previous",
                    "log_root", "state_root"},
                   [view, page](CsvWriter& csv) mutable {
                     const auto blocks = blocks_of(view, page, rows_at_once + 1);
                     for (std::size_t i = 0; i < std::min(blocks.size(), rows_at_once); ++i)
                       write_block_row(csv, blocks[i]);
                     if (blocks.size() <= rows_at_once) return false;
                     page.query.from = ledger::EntryIndex{blocks.back().height.value};
                     return true;
                   });
}

// {"needed", "voted": […], "others": […], "through"?}
boost::json::object signers_json(const BlockSigners& signers) {
  boost::json::array voted, others;
  for (const BlockSigner& signer : signers.validators)
    (signer.voted ? voted : others).emplace_back(signer.member.value);
  boost::json::object json{
      {"needed", signers.needed}, {"voted", std::move(voted)}, {"others", std::move(others)}};
  if (signers.through) json["through"] = signers.through->value;
  return json;
}

boost::json::object block_with_signers(const BlockView& block, const storage::Snapshot& snapshot) {
  boost::json::object json = block_json(block);
  const auto epoch = snapshot.epoch(block.seal.epoch);
  const auto signers = epoch ? block_signers(epoch->record, block) : std::nullopt;
  if (signers) json["signers"] = signers_json(*signers);
  return json;
}

Response list_blocks(const Request& request, const PathParams&, const ReadView& view,
                     ApiContext& context) {
  const auto page = parse_entry_page(request, "blocks");
  if (!page) return page.error();
  if (wants_csv(request)) return blocks_csv(context, view, *page);
  auto blocks = blocks_of(view, *page, page->query.limit + 1);
  std::optional<std::string> next;
  if (blocks.size() > page->query.limit) {
    next = page->cursor({blocks.back().height.value});
    blocks.pop_back();
  }
  boost::json::array items;
  for (const BlockView& block : blocks) items.push_back(block_with_signers(block, view.snapshot()));
  return growing_json(view, page_json(std::move(items), std::move(next)));
}

std::expected<BlockView, Response> find_path_block(const ReadView& view,
                                                   const std::string& height) {
  const auto number = parse_number(height);
  if (!number) return std::unexpected(read_problem("bad_id", "A height is a whole number."));
  auto block = describe_block(view.snapshot(), {*number});
  if (!block) {
    return std::unexpected(read_problem(
        "not_found", "The last block is " + std::to_string(view.height().value) + "."));
  }
  return std::move(*block);
}

Response show_block(const Request&, const PathParams& params, const ReadView& view, ApiContext&) {
  const auto block = find_path_block(view, params["height"]);
  if (!block) return block.error();
  return immutable_json(block_with_signers(*block, view.snapshot()));
}

Response entries_csv(ApiContext& context, const ReadView& view, const BlockView& block,
                     ledger::EntryIndex begin) {
  return whole_csv(context, view, fmt::format("block-{}-entries.csv", block.height.value),
                   {"index", "type", "author", "reference", "id", "count"},
                   [view, index = begin, end = block.seal_entry + 1](CsvWriter& csv) mutable {
                     if (index >= end) return false;
                     const auto line = entry_line(index, view.snapshot().entry(index));
                     csv.number(index.value);
                     for (const auto* name : {"type", "author", "reference", "id"}) {
                       const auto* cell = line.if_contains(name);
                       csv.text(cell ? std::string_view(cell->as_string()) : std::string_view());
                     }
                     if (const auto* count = line.if_contains("count"))
                       csv.number(count->to_number<std::uint64_t>());
                     else
                       csv.blank();
                     csv.end_row();
                     index = index + 1;
                     return index < end;
                   });
}

Response list_entries(const Request& request, const PathParams& params, const ReadView& view,
                      ApiContext& context) {
  const auto block = find_path_block(view, params["height"]);
  if (!block) return block.error();
  const std::string list = "blocks/" + params["height"] + "/entries";
  const auto page = parse_list_page(request, list);
  if (!page) return page.error();
  const auto asked = parse_number(page->after);
  const ledger::EntryIndex end = block->seal_entry + 1;
  ledger::EntryIndex index =
      std::clamp(ledger::EntryIndex{asked.value_or(0)}, block->seal.first_entry, end);
  if (wants_csv(request)) return entries_csv(context, view, *block, index);
  boost::json::array items;
  for (; index < end && items.size() < page->limit; index = index + 1)
    items.push_back(entry_line(index, view.snapshot().entry(index)));
  std::optional<std::string> next;
  if (index < end) next = encode_cursor(list, std::to_string(index.value));
  return immutable_json(page_json(std::move(items), std::move(next)));
}

// The validators in leader order; none of a block that nobody's votes are known of.
Response list_signers(const Request& request, const PathParams& params, const ReadView& view,
                      ApiContext&) {
  const auto block = find_path_block(view, params["height"]);
  if (!block) return block.error();
  const auto epoch = view.snapshot().epoch(block->seal.epoch);
  const auto signers = epoch ? block_signers(epoch->record, *block) : std::nullopt;
  const auto validators = signers ? signers->validators : std::vector<BlockSigner>();
  if (wants_csv(request)) {
    CsvWriter csv;
    csv.text("member").text("voted").end_row();
    for (const auto& [member, voted] : validators)
      csv.text(member.value).text(voted ? "yes" : "no").end_row();
    Response response = csv_file(fmt::format("block-{}-signers.csv", params["height"]), csv.take());
    response.etag = view_etag(view, "csv");
    return response;
  }
  boost::json::array items;
  for (const auto& [member, voted] : validators)
    items.push_back(boost::json::object{{"member", member.value}, {"voted", voted}});
  return growing_json(view, page_json(std::move(items), std::nullopt));
}

Response show_entry(const Request&, const PathParams& params, const ReadView& view, ApiContext&) {
  const auto index = parse_number(params["index"]);
  if (!index) return read_problem("bad_id", "An index is a whole number.");
  const std::uint64_t size = view.snapshot().head().size;
  if (*index >= size)
    return read_problem("not_found", "The log has " + std::to_string(size) + " entries.");
  const crypto::Bytes bytes = view.snapshot().entry({*index});
  const auto entry = crypto::decode<ledger::Entry>(bytes);
  crypto::check(entry.has_value(), "an entry of the log is an entry");
  return immutable_json(
      boost::json::object{{"index", *index},
                          {"height", view.snapshot().block_of({*index}).value},
                          {"leaf_hash", crypto::to_hex(crypto::hash_leaf(bytes).bytes)},
                          {"canonical", crypto::to_hex(bytes)},
                          {"entry", crypto::to_json(*entry)}});
}

}  // namespace

void add_block_routes(Router& router, const SharedContext& context) {
  add_read(router, context, "/v1/blocks", list_blocks, {.list = true});
  add_read(router, context, "/v1/blocks/{height}", show_block);
  add_read(router, context, "/v1/blocks/{height}/entries", list_entries, {.list = true});
  add_read(router, context, "/v1/blocks/{height}/signers", list_signers, {.csv = true});
  add_read(router, context, "/v1/entries/{index}", show_entry);
}

}  // namespace centime::api
