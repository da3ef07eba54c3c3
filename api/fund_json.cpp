#include "api/fund_json.h"

#include <algorithm>

#include "api/money_json.h"
#include "crypto/json_archive.h"

namespace centime::api {

boost::json::object fund_json(const ledger::Fund& fund) {
  const ledger::FundProposal& proposal = fund.proposal;
  boost::json::object json{{"fund", proposal.fund.value},
                           {"title", proposal.title.value},
                           {"purpose", proposal.purpose.value},
                           {"status", crypto::word_of(fund.status)},
                           {"ngo", fund.ngo.value},
                           {"agreement", crypto::to_hex(proposal.agreement.bytes)},
                           {"proposed_in", fund.proposed_in.value}};
  if (proposal.goal) json["goal"] = money_json({proposal.goal->amount, proposal.goal->currency});
  return json;
}

boost::json::object member_json(const ledger::Member& member,
                                const ledger::Governance& governance) {
  boost::json::object json = crypto::to_json(member).as_object();
  json["validator"] = ledger::validator_index(governance.epoch, member.member).has_value();
  if (const ledger::Standing* standing = ledger::find_standing(governance, member.member)) {
    json["status"] = crypto::word_of(standing->status);
    json["joined_in"] = standing->keys.items.front().since.value;
    json["keys"] = crypto::to_json(standing->keys);
  }
  return json;
}

boost::json::object channel_json(const ledger::Channel& channel) {
  boost::json::object json = crypto::to_json(channel.channel).as_object();
  json["platform"] = channel.platform.value;
  return json;
}

boost::json::object account_json(const ledger::Account& account) {
  const ledger::Currency& currency = account.key().currency;
  boost::json::object json = crypto::to_json(account).as_object();
  json["balance"] = money_json(account.balance(), currency);
  json["received_money"] = money_json(account.received().value, currency);
  return json;
}

boost::json::array fund_totals_json(const std::vector<FundTotals>& totals) {
  boost::json::array rows;
  for (const FundTotals& row : totals) {
    const auto money = [&](std::uint64_t units) { return money_json(units, row.currency); };
    rows.push_back(boost::json::object{{"currency", row.currency.text()},
                                       {"donations", row.donations},
                                       {"donated", money(row.donated)},
                                       {"exchanged_in", money(row.exchanged_in)},
                                       {"spent", money(row.spent)},
                                       {"refunded", money(row.refunded)},
                                       {"exchanged_out", money(row.exchanged_out)},
                                       {"held", money(row.held)}});
  }
  return rows;
}

boost::json::array member_totals_json(const std::vector<MemberTotals>& totals) {
  boost::json::array rows;
  for (const MemberTotals& row : totals) {
    const auto money = [&](std::uint64_t units) { return money_json(units, row.currency); };
    rows.push_back(boost::json::object{{"currency", row.currency.text()},
                                       {"collected", money(row.collected)},
                                       {"received", money(row.received)},
                                       {"exchanged_in", money(row.exchanged_in)},
                                       {"sent", money(row.sent)},
                                       {"returned", money(row.returned)},
                                       {"spent", money(row.spent)},
                                       {"refunded", money(row.refunded)},
                                       {"exchanged_out", money(row.exchanged_out)},
                                       {"held", money(row.held)}});
  }
  return rows;
}

boost::json::object flow_json(const storage::Flow& flow) {
  const auto& [key, total] = flow;
  boost::json::object json{{"type", crypto::word_of(key.kind)},
                           {"from", key.from},
                           {"to", key.to},
                           {"money", money_json(total.amount, key.currency)},
                           {"count", total.count}};
  const auto target = ledger::Currency::from_text(key.to);
  if (key.kind == ledger::RecordKind::exchange && target)
    json["became"] = money_json(total.to_amount, *target);
  return json;
}

}  // namespace centime::api
