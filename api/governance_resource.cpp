// GET /v1/proposals and /v1/epochs: what the members decide on, and who voted when.
#include "api/item_list.h"
#include "api/record_json.h"
#include "api/resource.h"
#include "crypto/encoding.h"
#include "crypto/json_archive.h"
#include "node/ledger/approvals.h"
#include "node/runtime/epochs.h"

namespace centime::api {
namespace {

boost::json::array names_json(const std::vector<ledger::MemberId>& members) {
  boost::json::array names;
  for (const ledger::MemberId& member : members) names.emplace_back(member.value);
  return names;
}

// In one cell, with blanks between.
std::string names_text(const std::vector<ledger::MemberId>& members) {
  std::string names;
  for (const ledger::MemberId& member : members) names += (names.empty() ? "" : " ") + member.value;
  return names;
}

boost::json::object wanted_json(const ledger::WantedApprovals& wanted) {
  return {{"validators", wanted.validators},
          {"auditor", wanted.auditor},
          {"added", names_json(wanted.added)},
          {"next_validators", wanted.next_validators}};
}

// Whose approvals a proposal has so far, which are wanted, and until when.
struct ProposalView {
  const ledger::OpenProposal& open;
  ledger::RecordEntry entry;
  ledger::WantedApprovals wanted;
  ledger::Date last;  // Void behind this day.

  ProposalView(const storage::Snapshot& snapshot, const ledger::Governance& governance,
               const ledger::OpenProposal& its_open)
      : open(its_open),
        entry(snapshot.record(its_open.entry)),
        wanted(
            ledger::wanted_approvals(governance, snapshot, its_open, entry.authored.record.body)),
        last(its_open.opened_on) {
    last.value += ledger::proposal_days_max;
  }

  boost::json::object json() const {
    return {{"id", open.id.hex()},           {"entry", open.entry.value},
            {"author", open.author.value},   {"opened_on", open.opened_on.to_text()},
            {"void_after", last.to_text()},  {"approvals", names_json(open.approvals.items)},
            {"wanted", wanted_json(wanted)}, {"record", crypto::to_json(entry.authored.record)}};
  }

  void write_row(CsvWriter& csv) const {
    csv.text(open.id.hex())
        .number(open.entry.value)
        .text(crypto::word_of(entry.authored.record.kind()))
        .text(open.author.value)
        .text(open.opened_on.to_text())
        .text(last.to_text())
        .text(names_text(open.approvals.items))
        .number(std::uint64_t{wanted.validators})
        .text(wanted.auditor ? "yes" : "no")
        .text(names_text(wanted.added))
        .number(std::uint64_t{wanted.next_validators})
        .text(members_in(entry.authored.record))
        .end_row();
  }
};

// The open proposals, oldest first.
Response list_proposals(const Request& request, const PathParams&, const ReadView& view,
                        ApiContext&) {
  const storage::Snapshot& snapshot = view.snapshot();
  const auto governance = snapshot.governance();
  auto open = ledger::open_proposals(*governance, snapshot.head().seal.time.day());
  const auto key_of = [](const ledger::OpenProposal& one) { return number_key(one.entry.value); };
  const auto describe = [&](const ledger::OpenProposal& one) {
    return ProposalView(snapshot, *governance, one);
  };
  if (wants_csv(request)) {
    if (auto kept = keep_behind(request, "proposals", open, key_of); !kept)
      return std::move(kept.error());
    // Few: open_proposals_max.
    CsvWriter csv;
    for (const auto* column :
         {"proposal", "entry", "type", "author", "opened_on", "void_after", "approvals",
          "wants_validators", "wants_auditor", "wants_added", "wants_next_validators", "member"})
      csv.text(column);
    csv.end_row();
    for (const auto& one : open) describe(one).write_row(csv);
    Response response = csv_file("proposals.csv", csv.take());
    response.etag = view_etag(view, "csv");
    return response;
  }
  auto page = items_json(request, "proposals", open, key_of,
                         [&](const ledger::OpenProposal& one) { return describe(one).json(); });
  return page ? growing_json(view, *page) : std::move(page.error());
}

boost::json::object epoch_json(const storage::Snapshot& snapshot, const ledger::EpochStart& start) {
  boost::json::object json = crypto::to_json(start.record).as_object();
  json["hash"] = crypto::to_hex(ledger::epoch_hash(start.record).bytes);
  json["after"] = start.after.value;
  json["first_height"] = snapshot.block_of(start.after).value + 1;
  if (const auto link = runtime::epoch_link(snapshot, start.record.epoch))
    json["end"] = crypto::to_base64(crypto::encode(*link));
  return json;
}

void write_epoch_row(CsvWriter& csv, const storage::Snapshot& snapshot,
                     const ledger::EpochStart& start) {
  std::vector<ledger::MemberId> voting;
  voting.reserve(start.record.validators.items.size());
  for (const auto& validator : start.record.validators.items) voting.push_back(validator.member);
  csv.number(start.record.epoch)
      .number(snapshot.block_of(start.after).value + 1)
      .number(start.after.value)
      .number(std::uint64_t{start.record.quorum})
      .text(names_text(voting))
      .text(crypto::to_hex(ledger::epoch_hash(start.record).bytes))
      .end_row();
}

Response epochs_csv(ApiContext& context, const ReadView& view, std::uint64_t first) {
  return whole_csv(context, view, "epochs.csv",
                   {"epoch", "first_height", "after", "quorum", "validators", "hash"},
                   [view, epoch = first](CsvWriter& csv) mutable {
                     const auto start = view.snapshot().epoch(epoch);
                     if (start) write_epoch_row(csv, view.snapshot(), *start);
                     ++epoch;
                     return start.has_value();
                   });
}

// From the first one on.
Response list_epochs(const Request& request, const PathParams&, const ReadView& view,
                     ApiContext& context) {
  const auto page = parse_list_page(request, "epochs");
  if (!page) return page.error();
  const auto after = parse_number(page->after);
  if (!page->after.empty() && !after) return read_problem("bad_cursor", "cursor is no epoch");
  const std::uint64_t first = after ? *after + 1 : 0;
  if (wants_csv(request)) return epochs_csv(context, view, first);
  const storage::Snapshot& snapshot = view.snapshot();
  boost::json::array items;
  std::optional<std::string> next;
  for (std::uint64_t epoch = first; const auto start = snapshot.epoch(epoch); ++epoch) {
    if (items.size() == page->limit) {
      next = encode_cursor("epochs", std::to_string(epoch - 1));
      break;
    }
    items.push_back(epoch_json(snapshot, *start));
  }
  return growing_json(view, page_json(std::move(items), std::move(next)));
}

}  // namespace

void add_governance_routes(Router& router, const SharedContext& context) {
  add_read(router, context, "/v1/proposals", list_proposals, {.list = true});
  add_read(router, context, "/v1/epochs", list_epochs, {.list = true});
}

}  // namespace centime::api
