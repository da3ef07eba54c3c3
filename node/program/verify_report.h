// How `centime verify` tells what it found, whatever kind of proof a file has.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "node/program/outcome.h"

namespace centime::program {

// A proof that was saved before the signers changed does not hold under their policy of today, and
// nothing in either file tells that from a forgery.
inline constexpr std::string_view newer_policy =
    "The policy may only be newer than the proof, if the members who sign have changed since it "
    "was saved: give the policy that was saved with the proof, or fetch a new proof";

// A word of docs/errors.md, "Words of proofs", with the step in Failure::more.
std::unexpected<Failure> failed_step(std::string_view step, std::string_view word,
                                     std::string_view detail);

// The step that a proof failed at; empty for a file that could not be read.
std::string step_of(const Failure& failure);

bool newer_policy_may_be_why(const Failure& failure);

// As it is told of a proof that was given alone.
Failure not_verified(Failure failure);

// A list of sentences below a heading, and under this name.
void add_sentences(Report& report, std::string_view heading, std::string_view name,
                   const std::vector<std::string>& sentences);

// The steps that a proof has passed.
void add_steps(Report& report, const std::vector<std::string_view>& steps);

}  // namespace centime::program
