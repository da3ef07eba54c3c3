// A store of which no more has to be whole than its log.
#pragma once

#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "node/storage/store.h"

namespace centime::runtime {

// Opens the node's store as storage::StoreOptions::salvage says. Fails with store_incomplete, too,
// if this node's safety state knows of a final block that the log lacks. The error is a word, a
// colon and a sentence; what can't be read is thrown as storage::StorageFailure, later also.
// `on_warning` as of StoreOptions.
std::expected<std::unique_ptr<storage::Store>, std::string> open_salvaged(
    const std::filesystem::path& directory,
    std::function<void(const std::string&)> on_warning = {});

}  // namespace centime::runtime
