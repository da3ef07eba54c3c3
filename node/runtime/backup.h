// Copies the store of a node, which may be running, for the day when its disk is gone.
//
// A copy is older than its node from the next block on. So none is ever taken for the node's own
// memory of what it signed: a node that starts from one finds that votes may be missing
// (instance_guard.h), even if it was not started anew since the copy was made.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <string>

#include "node/storage/store.h"

namespace centime::runtime {

// Makes the copy, opens it and checks it; returns its head. `progress` and errors as of
// Store::copy_to.
std::expected<storage::Head, std::string> back_up(
    const storage::Store& store, const std::filesystem::path& directory,
    const std::function<void(std::uint64_t rows)>& progress = {});

}  // namespace centime::runtime
