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

// Of this many validators: "platform", "ngo", "auditor", then "ngo-3" and so on.
ledger::Genesis genesis_of(std::size_t validators);
std::string member_name(std::size_t validator);

// Makes the store of a network of one in `directory`, which is emptied first, and opens its funds.
void create_network(const std::filesystem::path& directory);

// What donations need: a fund and a channel.
void open_fund(runtime::Node& node);

// Stops the program, with its reason, if it does not open.
std::unique_ptr<runtime::Node> open_node(const std::filesystem::path& directory,
                                         const std::string& member = "platform",
                                         runtime::PeerOptions peers = {});

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

// Round `round` of an appeal: its 10,000 donations, then 100 disbursements and 400 expenditures
// over nearly all of their sum. Requires that the rounds before were recorded, and nothing else.
inline constexpr std::uint64_t donations_a_round = 10'000;
inline constexpr std::uint64_t records_a_round = 10'500;
void record_round(runtime::Node& node, std::uint64_t round);

// Records donations [from, to), each after the answer to the one before. Seconds that each took;
// the donations themselves are made in between.
std::vector<double> record_one_by_one(runtime::Node& node, std::uint64_t from, std::uint64_t to);

double total(const std::vector<double>& numbers);
double median(std::vector<double> numbers);  // Requires one or more.

// Memory of this process in MiB, as the kernel counts it.
double resident_mib();

}  // namespace centime::bench
