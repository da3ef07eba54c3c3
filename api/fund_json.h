// Funds, members, channels and their totals as the API shows them.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <vector>

#include "api/queries.h"

namespace centime::api {

boost::json::object fund_json(const ledger::Fund& fund);
boost::json::object member_json(const ledger::Member& member, const ledger::Governance& governance);
boost::json::object channel_json(const ledger::Channel& channel);
boost::json::object account_json(const ledger::Account& account);

// One object a currency, each sum as {"amount", "currency", "formatted"}.
boost::json::array fund_totals_json(const std::vector<FundTotals>& totals);
boost::json::array member_totals_json(const std::vector<MemberTotals>& totals);

boost::json::object flow_json(const storage::Flow& flow);

}  // namespace centime::api
