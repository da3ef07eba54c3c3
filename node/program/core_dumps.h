// Keeps what is in a process's memory, such as the member's secret key, out of core dumps.
#pragma once

namespace centime::program {

// From here on this process leaves no core, neither as a file nor to a program such as
// systemd-coredump, and only root may trace it. Its children may dump again what they exec.
void leave_no_core_dumps();

}  // namespace centime::program
