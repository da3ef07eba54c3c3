// The network that all benchmarks run: one platform, one NGO, one open fund per 100,000 donations.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>

#include "node/runtime/node.h"

namespace centime::bench {

using Clock = std::chrono::steady_clock;

inline double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

crypto::SecretKey key_of(const std::string& member);

// Makes the store in `directory`, which is emptied first, and opens its funds.
void create_network(const std::filesystem::path& directory);

std::unique_ptr<runtime::Node> open_node(const std::filesystem::path& directory);

// Donation `number` of a long list: the same every time, references ascending.
ledger::Record donation(std::uint64_t number);

// Disbursement `number`, of `amount` euro cents from the platform to the NGO.
ledger::Record disbursement(std::uint64_t number, std::uint64_t amount);
ledger::Record expenditure(std::uint64_t number, std::uint64_t amount);

// Records by any member; stops the program if they are refused.
runtime::Receipt record(runtime::Node& node, const std::string& author,
                        std::vector<ledger::Record> records);

// Records donations [from, to) in submissions of `batch`, `window` of them under way at once.
// Seconds from the first to the last answer.
double record_donations(runtime::Node& node, std::uint64_t from, std::uint64_t to,
                        std::size_t batch, std::size_t window);

// Memory of this process in MiB, as the kernel counts it.
double resident_mib();

}  // namespace centime::bench
