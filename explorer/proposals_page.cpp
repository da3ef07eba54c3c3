// The page of what the members decide on: open proposals, whose approval they want, and who voted
// when.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "explorer/pages.h"
#include "explorer/record_words.h"
#include "node/ledger/approvals.h"

namespace centime::explorer {
namespace {

constexpr std::uint64_t epochs_shown = 50;

class ProposalsPage {
 public:
  ProposalsPage(const api::Request& request, const LedgerNow& now)
      : now_(now),
        governance_(now.snapshot.governance()),
        page_(request, "proposals.html"),
        names_(now.snapshot) {}

  api::Response response() {
    page_.set_title(words().text("proposals_title"));
    page_.set_state(now_);
    page_.set_json("/v1/proposals");
    page_.body().set("LEAD",
                     words().text("proposals_lead", {{"days", number(ledger::proposal_days_max)}}));
    const auto open = ledger::open_proposals(*governance_, now_.snapshot.head().seal.time.day());
    page_.body().show(open.empty() ? "NONE" : "SOME");
    for (const auto& each : open) add_proposal(each);
    fill_epochs();
    return page_.response();
  }

 private:
  const Catalogue& words() const { return page_.words(); }
  std::string number(std::uint64_t value) const { return words().number(value); }

  template <class Members>
  std::string names_of(const Members& members) {
    std::string list;
    for (const ledger::MemberId& member : members)
      list += (list.empty() ? "" : ", ") + names_.member(member);
    return list;
  }

  void add_proposal(const ledger::OpenProposal& open) {
    const auto record = api::describe_record(now_.snapshot, open.entry);
    ledger::Date last = open.opened_on;
    last.value += ledger::proposal_days_max;
    auto row = page_.body().add("PROPOSAL");
    row.set("URL", page_.link(record_path(record)));
    row.set("SAYS", record_sentence(words(), names_, record));
    row.set("WHEN", words().text("proposals_when", {{"day", words().date(open.opened_on)},
                                                    {"last", words().date(last)}}));
    const auto approved = names_of(open.approvals.items);
    row.set("APPROVED", approved.empty() ? words().text("proposals_approved_none")
                                         : words().text("proposals_approved", {{"who", approved}}));
    const auto wanted = ledger::wanted_approvals(*governance_, now_.snapshot, open,
                                                 record.content.authored.record.body);
    for (const auto& text : wanted_words(wanted)) row.add("WANTED").set("TEXT", text);
  }

  std::vector<std::string> wanted_words(const ledger::WantedApprovals& wanted) {
    std::vector<std::string> texts;
    if (wanted.validators > 0)
      texts.push_back(
          words().text("proposals_wants_validators", {{"count", number(wanted.validators)}}));
    if (wanted.auditor) texts.push_back(words().text("proposals_wants_auditor"));
    if (!wanted.added.empty())
      texts.push_back(words().text("proposals_wants_added", {{"who", names_of(wanted.added)}}));
    if (wanted.next_validators > 0)
      texts.push_back(
          words().text("proposals_wants_next", {{"count", number(wanted.next_validators)}}));
    return texts;
  }

  // Newest first; the snapshot has all that have begun.
  void fill_epochs() {
    std::uint64_t after = 0;
    while (now_.snapshot.epoch(after)) ++after;
    for (auto epoch = after; epoch-- > 0 && epoch + epochs_shown >= after;)
      add_epoch(*now_.snapshot.epoch(epoch));
    if (after > epochs_shown) page_.body().show("MORE_EPOCHS");
  }

  void add_epoch(const ledger::EpochStart& start) {
    auto row = page_.body().add("EPOCH");
    const auto first = now_.snapshot.block_of(start.after).value + 1;
    const auto& voting = start.record.validators.items;
    row.set("NAME", words().text("proposals_epoch", {{"epoch", number(start.record.epoch)},
                                                     {"height", number(first)}}));
    row.set("QUORUM", words().text("proposals_quorum", {{"needed", number(start.record.quorum)},
                                                        {"count", number(voting.size())}}));
    for (const auto& validator : voting)
      row.add("MEMBER")
          .set("URL", page_.link("/m/" + validator.member.value))
          .set("TITLE", names_.member(validator.member));
    for (const auto& change : changes_of(start)) row.add("CHANGE").set("TEXT", change);
  }

  // Why an epoch began: what is other than in the one before.
  std::vector<std::string> changes_of(const ledger::EpochStart& start) {
    if (start.record.epoch == 0) return {words().text("proposals_epoch_first")};
    const auto before = now_.snapshot.epoch(start.record.epoch - 1)->record.validators.items;
    const auto& voting = start.record.validators.items;
    std::vector<std::string> changes;
    const auto add = [&](std::string_view key, const ledger::MemberId& member) {
      changes.push_back(words().text(key, {{"who", names_.member(member)}}));
    };
    for (const auto& [member, key] : voting) {
      const auto known = std::ranges::find(before, member, &ledger::EpochValidator::member);
      if (known == before.end())
        add("proposals_epoch_added", member);
      else if (known->key != key)
        add("proposals_epoch_key", member);
    }
    for (const auto& [member, key] : before)
      if (std::ranges::find(voting, member, &ledger::EpochValidator::member) == voting.end())
        add("proposals_epoch_removed", member);
    if (changes.empty()) changes.push_back(words().text("proposals_epoch_order"));
    return changes;
  }

  const LedgerNow& now_;
  const std::shared_ptr<const ledger::Governance> governance_;
  Page page_;
  Names names_;
};

}  // namespace

api::Response proposals_page(const api::Request& request, const LedgerNow& now) {
  return ProposalsPage(request, now).response();
}

}  // namespace centime::explorer
