#include "node/storage/write_mark.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

namespace centime::storage {
namespace {

constexpr const char* file_name = "SYNCED";
constexpr std::size_t digits = 20;

// The number twice, so that half a write is seen: "<20 digits> <20 digits>\n".
std::string text_of(std::uint64_t sequence) { return fmt::format("{0:020} {0:020}\n", sequence); }

std::optional<std::uint64_t> sequence_of(std::string_view text) {
  if (text.size() < digits) return std::nullopt;
  std::uint64_t sequence = 0;
  std::from_chars(text.data(), text.data() + digits, sequence);
  if (text != text_of(sequence)) return std::nullopt;
  return sequence;
}

// Half a note is also what a reader sees whom the writer overtakes, but not for so long.
constexpr int read_attempts_max = 100;
constexpr std::chrono::milliseconds between_attempts{1};

// The error is errno's.
std::expected<std::string, int> read_file(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return std::unexpected(errno);
  std::array<char, 2 * digits + 3> bytes{};  // One more than there should be.
  const ssize_t size = ::read(file, bytes.data(), bytes.size());
  const int error = errno;
  ::close(file);
  if (size < 0) return std::unexpected(error);
  return std::string(bytes.data(), static_cast<std::size_t>(size));
}

bool sync_directory(const std::filesystem::path& directory) {
  const int file = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return false;
  const bool synced = ::fsync(file) == 0;
  ::close(file);
  return synced;
}

// A note that says nothing yet, under its name only once it is on the disk. -1, with errno, if it
// can't be made.
int make(const std::filesystem::path& directory) {
  const auto fresh = directory / (std::string(file_name) + ".new");
  const int file = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) return -1;
  const std::string text = text_of(0);
  if (::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      ::fsync(file) == 0 && ::rename(fresh.c_str(), (directory / file_name).c_str()) == 0 &&
      sync_directory(directory)) {
    return file;
  }
  const int error = errno;
  ::close(file);
  errno = error;
  return -1;
}

}  // namespace

std::expected<std::optional<std::uint64_t>, std::string> WriteMark::read(
    const std::filesystem::path& directory) {
  const auto path = directory / file_name;
  for (int i = 0; i < read_attempts_max; ++i) {
    const auto text = read_file(path);
    if (!text && text.error() == ENOENT) return std::nullopt;
    if (!text) {
      return std::unexpected(fmt::format(
          "store_unreadable: {} can't be read: {}; it says how far the store had been written, so "
          "see to its rights and to the disk",
          path.string(), std::generic_category().message(text.error())));
    }
    if (const auto sequence = sequence_of(*text)) return sequence;
    std::this_thread::sleep_for(between_attempts);
  }
  return std::unexpected(fmt::format(
      "store_incomplete: {} is damaged, and only it says how far the store had been written, so "
      "what had been confirmed may be lost; restore the store from a copy",
      path.string()));
}

std::expected<WriteMark, std::string> WriteMark::open(const std::filesystem::path& directory) {
  const auto path = directory / file_name;
  int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0 && errno == ENOENT) file = make(directory);
  if (file < 0)
    return std::unexpected(fmt::format("{} can't be written: {}", path.string(),
                                       std::generic_category().message(errno)));
  return WriteMark(file);
}

WriteMark::WriteMark(WriteMark&& other) noexcept : file_(std::exchange(other.file_, -1)) {}

WriteMark::~WriteMark() {
  if (file_ >= 0) ::close(file_);
}

bool WriteMark::note(std::uint64_t sequence) {
  const std::string text = text_of(sequence);
  return ::pwrite(file_, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
}

}  // namespace centime::storage
