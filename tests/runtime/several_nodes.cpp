#include "tests/runtime/several_nodes.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <optional>

#include "crypto/check.h"
#include "tests/runtime/crash_network.h"
#include "tests/support/free_ports.h"

namespace centime::test {

std::string member_name(std::size_t i, std::size_t members) {
  if (i == 0) return "platform";
  return i + 1 == members ? "auditor" : "ngo-" + std::to_string(i);
}

SeveralNodes::SeveralNodes(std::size_t validators, std::size_t members)
    : ports_(free_ports(std::max(validators, members))),
      reopen_(ports_.size()),
      nodes_(ports_.size()) {
  genesis_.origin = {"ledger.example.org/several"};
  genesis_.time = {1'700'000'000'000};
  for (std::size_t i = 0; i < size(); ++i) {
    const auto role = i == 0            ? ledger::Role::platform
                      : i + 1 == size() ? ledger::Role::auditor
                                        : ledger::Role::ngo;
    genesis_.members.items.push_back({{name(i)}, {name(i)}, role, crash_key(name(i)).public_key()});
    if (i < validators) genesis_.validators.items.push_back({name(i)});
    keys_.push_back(name(i));
    earlier_keys_.emplace_back();
  }
  std::ranges::sort(genesis_.members.items, {}, &ledger::Member::member);
  for (std::size_t i = 0; i < size(); ++i)
    crypto::check(runtime::create_node(directory(i), genesis_).has_value(), "a new store");
}

std::filesystem::path SeveralNodes::directory(std::size_t i) const {
  return directory_.path() / name(i);
}

runtime::NodeOptions SeveralNodes::options(std::size_t i) {
  runtime::NodeOptions options;
  options.directory = directory(i);
  options.self = {name(i)};
  options.block_cache_bytes = 8 << 20;
  options.write_buffer_bytes = 4 << 20;
  options.check_threads = 1;
  for (const std::string& key : earlier_keys_[i])
    options.earlier_keys.push_back(std::make_shared<const crypto::SecretKey>(crash_key(key)));
  options.reopen = [this, i] { reopen_[i] = true; };
  options.log = [this, i](runtime::LogLevel level, std::string_view line) {
    if (std::getenv("CENTIME_TEST_LOG") != nullptr) {
      std::fprintf(stderr, "%s: %.*s\n", name(i).c_str(), static_cast<int>(line.size()),
                   line.data());
    }
    const std::lock_guard lock(lines_mutex_);
    lines_.push_back({i, level, std::string(line)});
  };
  return options;
}

void SeveralNodes::open_alone(std::size_t i) { open(i, options(i)); }

void SeveralNodes::open(std::size_t i) {
  runtime::NodeOptions options = this->options(i);
  options.peers.listen = network::Address{"127.0.0.1", ports_[i]};
  for (std::size_t j = 0; j < size(); ++j) {
    if (j != i) options.peers.addresses.push_back({{name(j)}, {"127.0.0.1", ports_[j]}});
  }
  open(i, std::move(options));
}

void SeveralNodes::open_linked(std::size_t i, const std::vector<std::size_t>& to) {
  runtime::NodeOptions options = this->options(i);
  for (const std::size_t j : to)
    options.peers.addresses.push_back({{name(j)}, {"127.0.0.1", ports_[j]}});
  open(i, std::move(options));
}

void SeveralNodes::open(std::size_t i, runtime::NodeOptions options) {
  reopen_[i] = false;
  auto node = runtime::Node::open(std::move(options), crash_key(keys_[i]));
  crypto::check(node.has_value(), node ? "" : "a node opens: " + node.error());
  nodes_[i] = std::move(*node);
}

bool SeveralNodes::votes(std::size_t i) {
  return eventually([&] { return node(i).agreement()->role == runtime::ReplicaRole::validator; });
}

std::string SeveralNodes::refusal_alone(std::size_t i) {
  auto node = runtime::Node::open(options(i), crash_key(keys_[i]));
  return node ? "none" : node.error();
}

void SeveralNodes::back_up(std::size_t i) {
  std::filesystem::remove_all(directory(i) / "backup");
  std::filesystem::copy(directory(i) / "db", directory(i) / "backup",
                        std::filesystem::copy_options::recursive);
}

void SeveralNodes::put_back(std::size_t i) {
  std::filesystem::remove_all(directory(i) / "db");
  std::filesystem::copy(directory(i) / "backup", directory(i) / "db",
                        std::filesystem::copy_options::recursive);
}

void SeveralNodes::open_all() {
  for (std::size_t i = 0; i < size(); ++i) {
    if (!running(i)) open(i);
  }
}

void SeveralNodes::close_all() {
  for (auto& node : nodes_) node.reset();
}

void SeveralNodes::wipe(std::size_t i) {
  std::filesystem::remove_all(directory(i));
  crypto::check(runtime::create_node(directory(i), genesis_).has_value(), "a new store");
}

runtime::SubmitResult SeveralNodes::submit(std::size_t i, const std::string& author,
                                           ledger::Record record) {
  return node(i).submit_and_wait(ledger::sign_submission(
      node(i).network(), {author}, crash_key(key_of(author)), {std::move(record)}));
}

const std::string& SeveralNodes::key_of(const std::string& member) const {
  for (std::size_t i = 0; i < size(); ++i) {
    if (name(i) == member) return keys_[i];
  }
  return member;
}

void SeveralNodes::rotate_key(std::size_t at, std::size_t member, const std::string& key) {
  const crypto::SecretKey fresh = crash_key(key);
  const ledger::MemberId id{name(member)};
  ASSERT_TRUE(submit(at, id.value,
                     {{"rotate-" + std::to_string(ports_[member])},
                      ledger::KeyRotation{id, fresh.public_key(),
                                          fresh.sign(ledger::key_proof_message(
                                              node(at).network(), id, fresh.public_key()))}}));
  earlier_keys_[member].push_back(std::exchange(keys_[member], key));
}

void SeveralNodes::set_up_fund() {
  ASSERT_TRUE(submit(0, name(1),
                     {{"f"}, ledger::FundProposal{{"wells"}, {"Wells"}, {"Clean water"}, {}, {}}}));
  ASSERT_TRUE(submit(0, "auditor", {{"f"}, ledger::FundApproval{{"wells"}, {}}}));
  ASSERT_TRUE(
      submit(0, "platform",
             {{"c"}, ledger::ChannelRecord{{"web"}, ledger::ChannelKind::web, {"Example"}}}));
  // A node judges by what is final there.
  ASSERT_TRUE(agree(3));
}

runtime::SubmitResult SeveralNodes::donate(std::size_t i, std::uint64_t from, std::uint64_t count) {
  std::vector<ledger::Record> records;
  for (std::uint64_t k = 0; k < count; ++k) records.push_back(crash_donation(from + k));
  return node(i).submit_and_wait(ledger::sign_submission(
      node(i).network(), {"platform"}, crash_key(key_of("platform")), std::move(records)));
}

bool SeveralNodes::said(std::size_t i, runtime::LogLevel level, std::string_view beginning) {
  const std::lock_guard lock(lines_mutex_);
  return std::ranges::any_of(lines_, [&](const Line& line) {
    return line.node == i && line.level == level && line.text.starts_with(beginning);
  });
}

std::uint64_t SeveralNodes::height(std::size_t i) const {
  return nodes_[i]->published()->snapshot->head().height.value;
}

bool SeveralNodes::agree(std::uint64_t height_min) {
  return eventually([&] {
    std::optional<crypto::Digest> hash;
    for (const auto& node : nodes_) {
      if (!node) continue;
      const auto now = node->published();
      const storage::Head& head = now->snapshot->head();
      if (head.height.value < height_min || (hash && *hash != head.hash)) return false;
      hash = head.hash;
    }
    return true;
  });
}

std::vector<crypto::Bytes> entries_of(const std::filesystem::path& directory) {
  storage::StoreOptions options;
  options.directory = directory / "db";
  options.read_only = true;
  auto store = storage::Store::open(std::move(options));
  crypto::check(store.has_value(), "a stopped node's store opens");
  const auto snapshot = (*store)->snapshot();
  std::vector<crypto::Bytes> entries;
  snapshot->for_each_entry({0}, {snapshot->head().size},
                           [&](ledger::EntryIndex, crypto::BytesView bytes) {
                             entries.push_back(crypto::to_bytes(bytes));
                             return true;
                           });
  return entries;
}

}  // namespace centime::test
