// The small network that the crash tests run: one platform with one open fund.
#pragma once

#include <filesystem>

#include "node/runtime/node.h"

namespace centime::test {

crypto::SecretKey crash_key(const std::string& member);

// Makes the store in `directory` and opens a fund and a channel in it.
void create_crash_network(const std::filesystem::path& directory);

// The donation with this number: always the same record.
ledger::Record crash_donation(std::uint64_t number);

}  // namespace centime::test
