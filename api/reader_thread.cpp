#include "api/reader_thread.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

namespace centime::api {

void yield_to_the_ledger() {
  // On Linux a thread has a niceness of its own, and its id stands for it alone.
  const auto thread = static_cast<id_t>(::gettid());
  const int inherited = ::getpriority(PRIO_PROCESS, thread);
  (void)::setpriority(PRIO_PROCESS, thread, std::min(inherited + reader_niceness, 19));
}

}  // namespace centime::api
