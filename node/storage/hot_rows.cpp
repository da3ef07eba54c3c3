#include "node/storage/hot_rows.h"

namespace centime::storage {

void HotRows::publish(Version version, const ledger::Changes& changes) {
  members.publish(version, [&](const auto& put) {
    for (const auto& member : changes.members)
      put(member.member.value, std::make_shared<const ledger::Member>(member));
  });
  governance.publish(version, [&](const auto& put) {
    if (changes.governance) put(0, changes.governance);
  });
  funds.publish(version, [&](const auto& put) {
    for (const auto& [id, fund] : changes.funds)
      put(id.value, std::make_shared<const ledger::Fund>(fund));
  });
  channels.publish(version, [&](const auto& put) {
    for (const auto& [id, channel] : changes.channels)
      put(id.value, std::make_shared<const ledger::Channel>(channel));
  });
  accounts.publish(version, [&](const auto& put) {
    for (const auto& [index, account] : changes.accounts) put(index.value, account);
  });
  account_indexes.publish(version, [&](const auto& put) {
    for (const auto index : changes.new_accounts)
      put(changes.accounts.at(index)->key(), std::make_shared<const ledger::AccountIndex>(index));
  });
}

}  // namespace centime::storage
