#include "node/runtime/places.h"

#include <algorithm>

namespace centime::runtime {
namespace {

// One at least, however small the whole.
Places::Limits part_of(Places::Limits whole, std::size_t of, std::size_t parts) {
  return {std::max<std::size_t>(1, whole.submissions * of / parts), whole.bytes / parts * of};
}

}  // namespace

Places::Places(Limits limits)
    : limits_(limits),
      of_clients_max_(part_of(limits, 3, 4)),
      of_one_max_(part_of(of_clients_max_, 1, 4)) {}

bool Places::take(const Way& way, std::size_t bytes) {
  const auto* client = std::get_if<Client>(&way);
  const std::lock_guard lock(mutex_);
  if (!all_.has_room(limits_, bytes)) return false;
  if (client != nullptr) {
    if (!of_clients_.has_room(of_clients_max_, bytes)) return false;
    if (!client->name.empty()) {
      const auto own = of_one_.find(client->name);
      if (own != of_one_.end() && !own->second.has_room(of_one_max_, bytes)) return false;
      Part& part = of_one_[client->name];
      ++part.submissions;
      part.bytes += bytes;
    }
    ++of_clients_.submissions;
    of_clients_.bytes += bytes;
  }
  ++all_.submissions;
  all_.bytes += bytes;
  return true;
}

void Places::give_back(const Way& way, std::size_t bytes) {
  const auto* client = std::get_if<Client>(&way);
  const std::lock_guard lock(mutex_);
  --all_.submissions;
  all_.bytes -= bytes;
  if (client == nullptr) return;
  --of_clients_.submissions;
  of_clients_.bytes -= bytes;
  const auto own = of_one_.find(client->name);
  if (own == of_one_.end()) return;
  own->second.bytes -= bytes;
  if (--own->second.submissions == 0) of_one_.erase(own);
}

std::size_t Places::taken() const {
  const std::lock_guard lock(mutex_);
  return all_.submissions;
}

}  // namespace centime::runtime
