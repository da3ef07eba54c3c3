// GET /v1/accounts/{fund}/{holder}/{currency}: one account, and what is unspent in it.
#include "api/fund_json.h"
#include "api/resource.h"

namespace centime::api {
namespace {

Response show_account(const Request&, const PathParams& params, const ReadView& view, ApiContext&) {
  const auto fund = find_path_fund(view, params["fund"]);
  if (!fund) return fund.error();
  const auto holder = find_path_member(view, params["holder"]);
  if (!holder) return holder.error();
  const auto currency = ledger::Currency::from_text(params["currency"]);
  if (!currency) return read_problem("bad_id", "A currency is three capital letters, such as EUR.");
  const storage::Snapshot& snapshot = view.snapshot();
  const auto index = snapshot.find_account({(*fund)->proposal.fund, (*holder)->member, *currency});
  if (!index) {
    return read_problem("not_found", params["holder"] + " has never held " + params["currency"] +
                                         " of fund " + params["fund"] + ".");
  }
  return growing_json(view, account_json(*snapshot.account(*index)));
}

}  // namespace

void add_account_routes(Router& router, const SharedContext& context) {
  add_read(router, context, "/v1/accounts/{fund}/{holder}/{currency}", show_account);
}

}  // namespace centime::api
