// A member's secret key as a file: one line of text that a person may copy, and nobody else read.
//
//   # comment lines
//   centime-secret-key-v1 <member> <base64 of the 32-byte seed>
//
// Files that the group or others may read are refused, as ssh does.
#pragma once

#include <filesystem>

#include "crypto/ed25519.h"
#include "node/ledger/ids.h"
#include "node/program/outcome.h"

namespace centime::program {

struct KeyFile {
  ledger::MemberId member;
  crypto::SecretKey key;
};

// Fails with missing_file, unreadable_file, insecure_file or bad_key_file.
Expected<KeyFile> read_key_file(const std::filesystem::path& path);

// The same, for another author than the file's member unless `author` is empty.
Expected<KeyFile> read_author_key(const std::filesystem::path& path, const std::string& author);

// Makes the file with mode 0600. Fails as write_new_file.
Expected<void> write_key_file(const std::filesystem::path& path, const KeyFile& key);

// "slug" options of the command line. Fails with bad_value.
Expected<ledger::MemberId> member_id(const std::string& text);

}  // namespace centime::program
