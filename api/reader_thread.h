// Makes a thread that answers readers give way to those that agree, write and check signatures.
//
// Where cores are short the scheduler then serves consensus and storage first, however many
// strangers ask. Not to starve: a reader's thread still gets a tenth of a core that it shares with
// one of the others, so none of them waits long for a lock that a reader holds.
#pragma once

namespace centime::api {

// What is added to the niceness (nice(2)) that the process was started with; 19 is the most.
inline constexpr int reader_niceness = 10;

// For the calling thread. Where the system does not let it, nothing changes.
void yield_to_the_ledger();

}  // namespace centime::api
