// Wrong rules, so that the simulator can show that it would notice them.
//
// Only a library built for that (CENTIME_MUTANTS) has them; elsewhere mutated() is false before the
// compiler is done, and no trace of them is left.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace centime::consensus {

enum class Mutation : std::uint8_t {
  none,
  quorum_too_small,        // One vote less makes a certificate.
  voices_repeated,         // A certificate may name a signer twice.
  signature_unchecked,     // Anybody signs for anybody.
  stale_certificate,       // Certificates of views that are over are let in.
  skip_unchecked,          // A proposal may pass over views that were not nullified.
  notarize_twice,          // A second NOTARIZE in a view.
  finalize_after_nullify,  // Both in one view.
  nullify_after_finalize,  // Both in one view.
  finalize_another,        // No D5: FINALIZE against the own NOTARIZE.
  votes_forgotten,         // Own votes are not read back after a restart.
  own_votes_uncounted,     // After a restart they are kept, but not counted.
  sent_before_sync,        // Votes leave before they are durable.
  body_not_durable,        // A block is voted for and not saved.
  entry_not_durable,       // The certificates by which a view was entered are not saved.
  rejoin_at_once,          // Who lost its votes asks nobody.
  closing_extended,        // A closing block gets children.
  deadline_not_disarmed,   // D3: it runs on when the work is gone.
  deadline_never,          // R7 knows no deadline.
  no_flush,                // A notarized block waits for work that may never come.
  no_retransmission,       // R10.
  votes_far_ahead,         // Votes of any view are kept.
  evidence_by_signature,   // The same vote with two signatures is evidence.
  final_repeated,          // A final block that is notarized once more has to be final once more.
  closing_notarized,       // A closing block need not be final for the next epoch to begin.
  epochs_mixed,            // Votes of the epoch before count in this one.
  old_key_kept,            // Who has a new key goes on with the old one.
  past_trusted,            // A new store's owner asks nobody.
  strangers_unasked,       // Only the epoch's validators are asked for what is final.
  alarm_forgotten,         // A restart ends an alarm.
  way_always_given,        // D6: also by whom the others gave way to.
  abstainers_unheard,      // D7: no view is passed for whoever lost its votes.
  certificates_left,       // Who rejoins does not ask for the certificates that it lost.
  executed_on_nothing,     // A block is still to be executed when another one has become final.
};
constexpr auto enum_words(Mutation) {
  return std::to_array<std::string_view>({"none",
                                          "quorum_too_small",
                                          "voices_repeated",
                                          "signature_unchecked",
                                          "stale_certificate",
                                          "skip_unchecked",
                                          "notarize_twice",
                                          "finalize_after_nullify",
                                          "nullify_after_finalize",
                                          "finalize_another",
                                          "votes_forgotten",
                                          "own_votes_uncounted",
                                          "sent_before_sync",
                                          "body_not_durable",
                                          "entry_not_durable",
                                          "rejoin_at_once",
                                          "closing_extended",
                                          "deadline_not_disarmed",
                                          "deadline_never",
                                          "no_flush",
                                          "no_retransmission",
                                          "votes_far_ahead",
                                          "evidence_by_signature",
                                          "final_repeated",
                                          "closing_notarized",
                                          "epochs_mixed",
                                          "old_key_kept",
                                          "past_trusted",
                                          "strangers_unasked",
                                          "alarm_forgotten",
                                          "way_always_given",
                                          "abstainers_unheard",
                                          "certificates_left",
                                          "executed_on_nothing"});
}

#ifdef CENTIME_MUTANTS
inline Mutation active_mutation = Mutation::none;  // Set before any engine is made.
inline bool mutated(Mutation mutation) { return mutation == active_mutation; }
#else
constexpr bool mutated(Mutation) { return false; }
#endif

}  // namespace centime::consensus
