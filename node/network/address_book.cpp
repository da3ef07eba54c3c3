#include "node/network/address_book.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <exception>
#include <system_error>
#include <thread>
#include <utility>

namespace centime::network {
namespace {

namespace asio = boost::asio;

std::optional<Tcp::endpoint> literal(const Address& address) {
  boost::system::error_code error;
  const auto ip = asio::ip::make_address(address.host, error);
  if (error) return std::nullopt;
  return Tcp::endpoint(ip, address.port);
}

bool is_ready(const std::future<std::vector<Address>>& lookup) {
  return lookup.valid() && lookup.wait_for(milliseconds(0)) == std::future_status::ready;
}

}  // namespace

AddressBook::AddressBook(LookUp look_up, Patience patience)
    : look_up_(look_up ? std::move(look_up) : ask_system), patience_(patience) {}

AddressBook::Answer AddressBook::ask(const Address& address, Clock::time_point now) {
  if (literal(address)) return Answer::found;
  Entry& entry = entries_[address];
  if (!entry.asked_at) entry.asked_at = now;
  if (!entry.lookup.valid() && !std::exchange(entry.queued, true)) queue_.push_back(address);
  begin_lookups();
  const bool ended = is_ready(entry.lookup);
  const auto patience = entry.endpoints.empty() ? patience_.unknown : patience_.known;
  if (!ended && now - *entry.asked_at < patience) return Answer::pending;
  entry.asked_at.reset();
  return ended && take_answer(entry) ? Answer::found : Answer::none;
}

AddressBook::Endpoints AddressBook::endpoints(const Address& address) const {
  if (const auto endpoint = literal(address)) return {*endpoint};
  const auto found = entries_.find(address);
  return found == entries_.end() ? Endpoints{} : found->second.endpoints;
}

void AddressBook::keep(const std::set<Address>& addresses) {
  std::erase_if(queue_, [&](const Address& name) { return !addresses.contains(name); });
  std::erase_if(entries_, [&](const auto& row) {
    const auto& lookup = row.second.lookup;
    return !addresses.contains(row.first) && (!lookup.valid() || is_ready(lookup));
  });
}

void AddressBook::begin_lookups() {
  auto under_way = std::ranges::count_if(entries_, [](const auto& row) {
    return row.second.lookup.valid() && !is_ready(row.second.lookup);
  });
  for (; !queue_.empty() && std::cmp_less(under_way, lookups_at_once); ++under_way) {
    const Address name = std::move(queue_.front());
    queue_.pop_front();
    begin(name, entries_.at(name));
  }
}

void AddressBook::begin(const Address& name, Entry& entry) {
  entry.queued = false;
  std::packaged_task<std::vector<Address>()> task(
      [look_up = look_up_, name] { return look_up(name); });
  entry.lookup = task.get_future();
  try {
    std::thread(std::move(task)).detach();
  } catch (const std::system_error&) {
    // No thread to be had: the promise is broken, which is an answer.
  }
}

bool AddressBook::take_answer(Entry& entry) {
  Endpoints found;
  try {
    for (const Address& address : entry.lookup.get()) {
      const auto endpoint = literal(address);
      if (endpoint && found.size() < endpoints_most) found.push_back(*endpoint);
    }
  } catch (const std::exception&) {
    return false;
  }
  if (found.empty()) return false;
  entry.endpoints = std::move(found);
  return true;
}

}  // namespace centime::network
