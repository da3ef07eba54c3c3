// The way of one donation as a flow diagram: from the gift through each hand to where it is now.
//
// Amounts are the gift's, in its currency, also behind an exchange; each layer adds up to the gift.
#pragma once

#include "api/donation_trace.h"
#include "explorer/catalogue.h"
#include "explorer/flow_diagram.h"
#include "explorer/names.h"

namespace centime::explorer {

FlowDiagram gift_flow(const Catalogue& words, Names& names, const api::DonationTrace& trace);

}  // namespace centime::explorer
