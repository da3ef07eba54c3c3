// `centime verify` of a tlog-proof: one entry of the log, and who signed the log with it in.
//
// It is what a record's page and /v1/records/{id}/proof hand out. Pure.
#pragma once

#include <string>
#include <string_view>

#include "node/program/outcome.h"
#include "node/proof/entry_proof.h"

namespace centime::program {

// By its first line; whether the rest is one shows when it is checked.
bool is_entry_proof(std::string_view text);

// Fails as failed_step does.
Expected<proof::VerifiedEntry> check_entry_proof(std::string_view text,
                                                 const proof::Policy& policy);

// "platform/gift-1", or what else it is, such as "the seal of block 7".
std::string entry_name(const proof::VerifiedEntry& verified);

// What a program wants to know of it: its kind and place and, of a record, id and name.
boost::json::object entry_json(const proof::VerifiedEntry& verified);

Report describe_entry(const proof::VerifiedEntry& verified, const std::string& policy_fingerprint);

}  // namespace centime::program
