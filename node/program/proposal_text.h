// What a member is asked to approve, in sentences for whoever decides about it.
#pragma once

#include <boost/json.hpp>
#include <string>

#include "node/ledger/records.h"
#include "node/program/outcome.h"

namespace centime::program {

// "Suspend wells: It does not answer." With every fact that an approval consents to: keys and
// digests in full. Requires a record of a kind that is proposed (governance_records.h).
std::string proposal_sentence(const ledger::RecordBody& proposal);

// One open proposal as GET /v1/proposals lists it: id, sentence, author and days, approvals and who
// else has to approve, a line each. Fails with bad_answer if it is none.
Expected<std::string> proposal_text(const boost::json::value& item);

}  // namespace centime::program
