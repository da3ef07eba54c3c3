#include "node/program/core_dumps.h"

#include <sys/prctl.h>
#include <sys/resource.h>

namespace centime::program {

void leave_no_core_dumps() {
  // A core that is piped to a program is not held by the limit; for that the process must not be
  // dumpable.
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

}  // namespace centime::program
