#include "node/storage/log_file.h"

#include <gtest/gtest.h>
// Before rapidcheck's own.
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/runtime/temporary_directory.h"

namespace centime::storage {
namespace {

constexpr std::size_t length = std::size_t{1} << 20;

std::string bytes_of(const std::filesystem::path& path) {
  std::string bytes(std::filesystem::file_size(path), '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return bytes;
}

std::unique_ptr<rocksdb::FSWritableFile> open_log(const std::filesystem::path& path) {
  const auto files = log_preallocating(rocksdb::FileSystem::Default());
  rocksdb::DBOptions options;
  const auto log_options = files->OptimizeForLogWrite({}, options);
  std::unique_ptr<rocksdb::FSWritableFile> log;
  EXPECT_TRUE(files->NewWritableFile(path.string(), log_options, &log, nullptr).ok());
  log->SetPreallocationBlockSize(length);
  return log;
}

void append(rocksdb::FSWritableFile& log, std::size_t offset, const std::string& piece) {
  log.PrepareWrite(offset, piece.size(), {}, nullptr);
  EXPECT_TRUE(log.Append(piece, {}, nullptr).ok());
  EXPECT_TRUE(log.Sync({}, nullptr).ok());
}

// The first is, and each is as the one before: quick under sanitizers too.
bool all_zeros(std::string_view bytes) {
  return bytes.empty() ||
         (bytes.front() == '\0' && bytes.substr(1) == bytes.substr(0, bytes.size() - 1));
}

// Small pieces have zeros written ahead of them, large ones have not: none may touch another.
RC_GTEST_PROP(LogFile, HoldsWhatWasAppendedAndZerosBehindIt, ()) {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "000001.log";
  const auto log = open_log(path);
  std::string appended;
  const auto sizes = *rc::gen::container<std::vector<std::size_t>>(rc::gen::oneOf(
      rc::gen::inRange<std::size_t>(1, 5'000), rc::gen::inRange<std::size_t>(30'000, 100'000)));
  for (std::size_t i = 0; i < std::min<std::size_t>(sizes.size(), 12); ++i) {
    const std::string piece(sizes[i], static_cast<char>('a' + i % 26));
    append(*log, appended.size(), piece);
    appended += piece;
    const std::string held = bytes_of(path);
    RC_ASSERT(held.size() >= appended.size());
    RC_ASSERT(held.starts_with(appended));
    RC_ASSERT(all_zeros(std::string_view(held).substr(appended.size())));
  }
  RC_ASSERT(log->Close({}, nullptr).ok());
  RC_ASSERT(bytes_of(path) == appended);
}

TEST(LogFile, HasItsLengthFromTheFirstByte) {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "000001.log";
  const auto log = open_log(path);
  append(*log, 0, "x");
  EXPECT_EQ(std::filesystem::file_size(path), length);
}

TEST(LogFile, LeavesOtherFilesAsTheyAre) {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "000002.sst";
  const auto files = log_preallocating(rocksdb::FileSystem::Default());
  std::unique_ptr<rocksdb::FSWritableFile> file;
  ASSERT_TRUE(files->NewWritableFile(path.string(), {}, &file, nullptr).ok());
  ASSERT_TRUE(file->Append("x", {}, nullptr).ok());
  ASSERT_TRUE(file->Sync({}, nullptr).ok());
  EXPECT_EQ(bytes_of(path), "x");
}

}  // namespace
}  // namespace centime::storage
