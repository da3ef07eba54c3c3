#include "tests/bench/bench_network.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <fstream>
#include <mutex>
#include <numeric>

#include "crypto/check.h"

namespace centime::bench {
namespace {

using crypto::check;
using ledger::Record;

const ledger::Currency eur = *ledger::Currency::from_text("EUR");

}  // namespace

crypto::SecretKey key_of(const std::string& member) {
  return crypto::SecretKey::from_seed(
      crypto::tagged_hash("bench-key", crypto::as_bytes(member)).bytes);
}

std::string member_name(std::size_t validator) {
  static const std::array<std::string, 3> first = {"platform", "ngo", "auditor"};
  return validator < first.size() ? first[validator] : fmt::format("ngo-{}", validator);
}

ledger::Genesis genesis_of(std::size_t validators) {
  ledger::Genesis genesis;
  genesis.origin = {"ledger.example.org/bench"};
  genesis.time = {1'700'000'000'000};
  for (std::size_t i = 0; i < std::max<std::size_t>(validators, 3); ++i) {
    const std::string name = member_name(i);
    const auto role = name == "platform"  ? ledger::Role::platform
                      : name == "auditor" ? ledger::Role::auditor
                                          : ledger::Role::ngo;
    genesis.members.items.push_back({{name}, {name}, role, key_of(name).public_key()});
    if (i < validators) genesis.validators.items.push_back({name});
  }
  std::ranges::sort(genesis.members.items, {}, &ledger::Member::member);
  return genesis;
}

void create_network(const std::filesystem::path& directory) {
  std::filesystem::remove_all(directory);
  const auto created = runtime::create_node(directory, genesis_of(1));
  check(created.has_value(), "a new store");
  open_fund(*open_node(directory));
}

void open_fund(runtime::Node& node) {
  record(node, "ngo",
         {{{"fund"}, ledger::FundProposal{{"wells"}, {"Wells"}, {"Clean water"}, {}, {}}}});
  record(node, "auditor", {{{"fund"}, ledger::FundApproval{{"wells"}, {}}}});
  record(node, "platform",
         {{{"web"}, ledger::ChannelRecord{{"web"}, ledger::ChannelKind::web, {"Example"}}}});
}

std::unique_ptr<runtime::Node> open_node(const std::filesystem::path& directory,
                                         const std::string& member, runtime::PeerOptions peers) {
  auto node = runtime::Node::open(
      {.directory = directory, .self = {member}, .peers = std::move(peers)}, key_of(member));
  if (!node) fmt::print(stderr, "{}\n", node.error());
  check(node.has_value(), "the store opens");
  return std::move(*node);
}

Record donation(std::uint64_t number) {
  ledger::Donation donation;
  donation.fund = {"wells"};
  donation.amount = {500 + number * 7919 % 9'500};
  donation.currency = eur;
  donation.paid_on = {static_cast<std::uint32_t>(19'000 + number / 50'000)};
  donation.channel = {"web"};
  donation.commitment = crypto::sha256(crypto::as_bytes(fmt::format("donor {}", number)));
  return {{fmt::format("gift-{:010}", number)}, std::move(donation)};
}

Record disbursement(std::uint64_t number, std::uint64_t amount) {
  ledger::Disbursement sent;
  sent.fund = {"wells"};
  sent.to = {"ngo"};
  sent.amount = {amount};
  sent.currency = eur;
  sent.sent_on = {19'700};
  sent.purpose = {"Drilling"};
  return {{fmt::format("out-{:010}", number)}, std::move(sent)};
}

Record expenditure(std::uint64_t number, std::uint64_t amount) {
  ledger::Expenditure paid;
  paid.fund = {"wells"};
  paid.amount = {amount};
  paid.currency = eur;
  paid.paid_on = {19'701};
  paid.payee = ledger::Payee{{"Drills Ltd"}, {}};
  paid.category = ledger::Category::services;
  return {{fmt::format("bill-{:010}", number)}, std::move(paid)};
}

runtime::Receipt record(runtime::Node& node, const std::string& author,
                        std::vector<Record> records) {
  auto result = node.submit_and_wait(
      ledger::sign_submission(node.network(), {author}, key_of(author), std::move(records)));
  check(result.has_value(), "the records are accepted");
  return std::move(*result);
}

double record_donations(runtime::Node& node, std::uint64_t from, std::uint64_t to,
                        std::size_t batch, std::size_t window) {
  std::mutex mutex;
  std::condition_variable changed;
  std::size_t under_way = 0;
  const auto start = Clock::now();
  for (std::uint64_t next = from; next < to; next += batch) {
    std::vector<Record> records;
    records.reserve(batch);
    for (std::uint64_t i = next; i < std::min(to, next + batch); ++i) {
      records.push_back(donation(i));
    }
    {
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return under_way < window; });
      ++under_way;
    }
    node.record(std::move(records), [&](const runtime::SubmitResult& result) {
      check(result.has_value() && !result->repeat, "the donations are accepted");
      // Under the lock, for whoever waits for the last one leaves with both.
      const std::lock_guard lock(mutex);
      --under_way;
      changed.notify_one();
    });
  }
  std::unique_lock lock(mutex);
  changed.wait(lock, [&] { return under_way == 0; });
  return seconds_since(start);
}

void record_round(runtime::Node& node, std::uint64_t round) {
  constexpr std::uint64_t sendings = 100, bills_each = 4;
  const auto first = round * donations_a_round, last = first + donations_a_round;
  std::uint64_t sum = 0;
  for (auto number = first; number < last; ++number)
    sum += std::get<ledger::Donation>(donation(number).body).amount.value;
  record_donations(node, first, last, 1'000, 4);
  std::vector<Record> sent;
  std::vector<Record> paid;
  const std::uint64_t spent = sum - sum / 50;  // Some stays with the platform.
  for (std::uint64_t d = 0; d < sendings; ++d) {
    sent.push_back(disbursement(round * sendings + d, spent / sendings));
    for (std::uint64_t e = 0; e < bills_each; ++e)
      paid.push_back(
          expenditure((round * sendings + d) * bills_each + e, spent / sendings / bills_each - 1));
  }
  record(node, "platform", std::move(sent));
  record(node, "ngo", std::move(paid));
}

std::vector<double> record_one_by_one(runtime::Node& node, std::uint64_t from, std::uint64_t to) {
  std::vector<double> seconds;
  for (std::uint64_t next = from; next < to; ++next) {
    std::vector<Record> lone = {donation(next)};
    const auto start = Clock::now();
    const auto result = node.record_and_wait(std::move(lone));
    seconds.push_back(seconds_since(start));
    check(result.has_value() && !result->repeat, "the donation is accepted");
  }
  return seconds;
}

double total(const std::vector<double>& numbers) {
  return std::accumulate(numbers.begin(), numbers.end(), 0.0);
}

double median(std::vector<double> numbers) {
  std::ranges::nth_element(numbers,
                           numbers.begin() + static_cast<std::ptrdiff_t>(numbers.size() / 2));
  return numbers[numbers.size() / 2];
}

double resident_mib() {
  std::ifstream status("/proc/self/statm");
  double size = 0;
  double resident = 0;
  status >> size >> resident;
  return resident * 4096 / (1 << 20);
}

}  // namespace centime::bench
