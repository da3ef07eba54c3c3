#include "tests/runtime/crash_network.h"

#include "crypto/check.h"

namespace centime::test {
namespace {

using ledger::Record;

void submit(runtime::Node& node, const std::string& author, Record record) {
  const auto result = node.submit_and_wait(
      ledger::sign_submission(node.network(), {author}, crash_key(author), {std::move(record)}));
  crypto::check(result.has_value(), "the crash network's set-up is accepted");
}

}  // namespace

crypto::SecretKey crash_key(const std::string& member) {
  return crypto::SecretKey::from_seed(
      crypto::tagged_hash("test-key", crypto::as_bytes(member)).bytes);
}

void create_crash_network(const std::filesystem::path& directory) {
  ledger::Genesis genesis;
  genesis.origin = {"ledger.example.org/crash"};
  genesis.time = {1'700'000'000'000};
  const auto member = [](const std::string& name, ledger::Role role) {
    return ledger::Member{{name}, {name}, role, crash_key(name).public_key()};
  };
  genesis.members.items = {member("auditor", ledger::Role::auditor),
                           member("ngo", ledger::Role::ngo),
                           member("platform", ledger::Role::platform)};
  genesis.validators.items = {{"platform"}};
  crypto::check(runtime::create_node(directory, genesis).has_value(), "a new store");

  auto node =
      runtime::Node::open({.directory = directory, .self = {"platform"}}, crash_key("platform"));
  crypto::check(node.has_value(), "the new store opens");
  submit(**node, "ngo",
         {{"f"}, ledger::FundProposal{{"wells"}, {"Wells"}, {"Clean water"}, {}, {}}});
  submit(**node, "auditor", {{"f"}, ledger::FundApproval{{"wells"}, {}}});
  submit(**node, "platform",
         {{"c"}, ledger::ChannelRecord{{"web"}, ledger::ChannelKind::web, {"Example"}}});
}

Record crash_donation(std::uint64_t number) {
  ledger::Donation donation;
  donation.fund = {"wells"};
  donation.amount = {100 + number % 900};
  donation.currency = *ledger::Currency::from_text("EUR");
  donation.paid_on = {19'700};
  donation.channel = {"web"};
  donation.commitment = crypto::sha256(crypto::as_bytes(std::to_string(number)));
  return {{"gift-" + std::to_string(number)}, std::move(donation)};
}

}  // namespace centime::test
