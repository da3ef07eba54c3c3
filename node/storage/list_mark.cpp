#include "node/storage/list_mark.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <boost/crc.hpp>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <optional>
#include <sstream>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

namespace centime::storage {
namespace {

namespace fs = std::filesystem;

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

constexpr const char* note_name = "LISTED";
constexpr std::string_view list_prefix = "MANIFEST-";

// Of an accident, not of a forger.
using Checksum = boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true>;

// What is known of a list: its file's name, and what it begins with.
struct Known {
  std::string name;
  std::uint64_t bytes = 0;
  std::uint32_t checksum = 0;

  // "MANIFEST-000017 <20 digits of its bytes> <8 digits> <8 digits, of the line up to here>\n".
  std::string text() const {
    std::string line = fmt::format("{} {:020} {:08x}", name, bytes, checksum);
    Checksum of_line;
    of_line.process_bytes(line.data(), line.size());
    return fmt::format("{} {:08x}\n", line, of_line.checksum());
  }

  static std::optional<Known> from(const std::string& text) {
    Known known;
    std::istringstream in(text);
    in >> known.name >> known.bytes >> std::hex >> known.checksum;
    if (!in || known.text() != text) return std::nullopt;
    return known;
  }
};

class ListFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  ListFile(std::unique_ptr<rocksdb::FSWritableFile> target, fs::path path)
      : FSWritableFileOwnerWrapper(std::move(target)), path_(std::move(path)) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* context) override {
    return counted(data, FSWritableFileOwnerWrapper::Append(data, options, context));
  }
  IOStatus Append(const Slice& data, const IOOptions& options,
                  const rocksdb::DataVerificationInfo& verification,
                  IODebugContext* context) override {
    return counted(data, FSWritableFileOwnerWrapper::Append(data, options, verification, context));
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* context) override {
    return noted(FSWritableFileOwnerWrapper::Sync(options, context));
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* context) override {
    return noted(FSWritableFileOwnerWrapper::Fsync(options, context));
  }

 private:
  IOStatus counted(const Slice& data, IOStatus status) {
    if (!status.ok()) return status;
    bytes_ += data.size();
    checksum_.process_bytes(data.data(), data.size());
    return status;
  }

  IOStatus noted(IOStatus status) const {
    if (!status.ok()) return status;
    const fs::path note = path_.parent_path() / note_name;
    const int file = ::open(note.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    const std::string text = Known{path_.filename().string(), bytes_, checksum_.checksum()}.text();
    const bool written = file >= 0 && ::pwrite(file, text.data(), text.size(), 0) ==
                                          static_cast<ssize_t>(text.size());
    const int error = errno;
    if (file >= 0) ::close(file);
    if (written) return status;
    return IOStatus::IOError(note.string(), std::generic_category().message(error));
  }

  fs::path path_;
  std::uint64_t bytes_ = 0;
  Checksum checksum_;
};

class ListNoting final : public rocksdb::FileSystemWrapper {
 public:
  using FileSystemWrapper::FileSystemWrapper;
  static const char* kClassName() { return "ListNoting"; }
  const char* Name() const override { return kClassName(); }

  IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* made,
                           IODebugContext* context) override {
    auto status = FileSystemWrapper::NewWritableFile(path, options, made, context);
    const bool is_list = fs::path(path).filename().string().starts_with(list_prefix);
    if (status.ok() && is_list) *made = std::make_unique<ListFile>(std::move(*made), path);
    return status;
  }
};

// The first bytes of a file, as many as there are up to `most`.
std::string start_of(const fs::path& path, std::uint64_t most) {
  std::ifstream in(path, std::ios::binary);
  std::string bytes(most, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(most));
  bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(in.gcount(), 0)));
  return bytes;
}

bool begins_as(const fs::path& list, const Known& known) {
  std::error_code ignored;
  if (fs::file_size(list, ignored) < known.bytes || ignored) return false;
  Checksum checksum;
  const std::string bytes = start_of(list, known.bytes);
  checksum.process_bytes(bytes.data(), bytes.size());
  return checksum.checksum() == known.checksum;
}

constexpr std::size_t note_bytes_max = 128;

// One try. Whoever is overtaken by the writer finds a fault that is none the next time.
std::expected<void, std::string> look(const fs::path& directory) {
  const fs::path note = directory / note_name;
  std::error_code error;
  if (!fs::exists(note, error) && !error) return {};
  const auto known = Known::from(start_of(note, note_bytes_max));
  if (!known) {
    return std::unexpected(fmt::format(
        "store_incomplete: {} is damaged, and only it says how far the list of the store's files "
        "had been written, so what had been confirmed may be lost; restore the store from a copy",
        note.string()));
  }
  std::string in_use;
  std::ifstream(directory / "CURRENT") >> in_use;
  const fs::path list = directory / in_use;
  // One that is gone RocksDB misses itself.
  if (known->name != in_use || !fs::exists(list, error) || begins_as(list, *known)) return {};
  return std::unexpected(fmt::format(
      "store_incomplete: {}, the list of the store's files, is not what had been written, so what "
      "had been confirmed would be lost; restore the store from a copy",
      list.string()));
}

constexpr int attempts_max = 50;
constexpr std::chrono::milliseconds between_attempts{1};

}  // namespace

std::shared_ptr<rocksdb::FileSystem> list_noting(
    const std::shared_ptr<rocksdb::FileSystem>& target) {
  return std::make_shared<ListNoting>(target);
}

std::expected<void, std::string> check_list(const fs::path& directory) {
  auto found = look(directory);
  for (int i = 1; i < attempts_max && !found; ++i) {
    std::this_thread::sleep_for(between_attempts);
    found = look(directory);
  }
  return found;
}

}  // namespace centime::storage
