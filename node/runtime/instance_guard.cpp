#include "node/runtime/instance_guard.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <sstream>
#include <system_error>

#include "crypto/canonical.h"
#include "crypto/encoding.h"
#include "node/runtime/durable_file.h"

namespace centime::runtime {
namespace {

// Below all keys of the engine's rows.
const crypto::Bytes instance_key{0};
constexpr std::string_view instance_tag = "centime-instance-v1";
constexpr std::string_view given_up = "forgotten";
constexpr std::string_view begun = "begun";

// The row: id 16 ‖ starts u64 ‖ the member's name.
struct Instance {
  std::array<std::uint8_t, 16> id{};
  std::uint64_t starts = 0;
  std::string member = {};   // Not in the file.
  bool not_counted = false;  // In the file: the row may not say so yet.
};

std::optional<Instance> from_row(const storage::Store& store) {
  for (const auto& [key, value] : store.votes()) {
    if (!is_instance_row(key) || value.size() < 24) continue;
    Instance instance;
    std::copy_n(value.begin(), 16, instance.id.begin());
    for (std::size_t i = 16; i < 24; ++i) instance.starts = instance.starts << 8 | value[i];
    instance.member.assign(value.begin() + 24, value.end());
    return instance;
  }
  return std::nullopt;
}

void to_row(const Instance& instance, storage::Store& store) {
  crypto::Bytes value(instance.id.begin(), instance.id.end());
  crypto::encode_to(instance.starts, value);
  value.insert(value.end(), instance.member.begin(), instance.member.end());
  const storage::VoteRow row{instance_key, std::move(value)};
  store.write_votes({&row, 1});
}

enum class FileState { missing, given_up, damaged, whole };

// What the file says: `instance` only if it is whole.
struct InstanceFile {
  FileState state = FileState::missing;
  Instance instance = {};
};

InstanceFile instance_in(const std::string& text) {
  std::istringstream in(text);
  std::string tag;
  std::string hex;
  Instance instance;
  if (in >> tag && tag == given_up) return {FileState::given_up};
  if (tag != instance_tag || !(in >> hex >> instance.starts)) return {FileState::damaged};
  const auto bytes = crypto::from_hex(hex);
  if (!bytes || bytes->size() != instance.id.size()) return {FileState::damaged};
  std::ranges::copy(*bytes, instance.id.begin());
  std::string more;
  instance.not_counted = in >> more && more == begun;
  return {FileState::whole, instance};
}

// One that is there and can't be read may say anything: taken for missing, it would have the node
// doubt votes that it knows.
std::expected<InstanceFile, std::string> from_file(const std::filesystem::path& path) {
  const auto fault = [&path](int error) {
    return std::unexpected(fmt::format(
        "unreadable_file: {} can't be read: {}; it tells whether the store has all that this node "
        "signed, so see that it is a file and that the node's user may read it",
        path.string(), std::generic_category().message(error)));
  };
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0 && errno == ENOENT) return InstanceFile{};
  if (file < 0) return fault(errno);
  std::array<char, 256> bytes{};  // More than there ever is.
  const ssize_t size = ::read(file, bytes.data(), bytes.size());
  const int error = errno;
  ::close(file);
  if (size < 0) return fault(error);
  return instance_in(std::string(bytes.data(), static_cast<std::size_t>(size)));
}

// Why no start can be read from the file; nothing if one can.
std::string_view fault_of(FileState file) {
  switch (file) {
    case FileState::missing:
      return "is missing";
    case FileState::given_up:
      return "was given up";
    case FileState::damaged:
      return "is damaged";
    case FileState::whole:
      break;
  }
  return "";
}

std::string fault_of(const Instance& row, const InstanceFile& noted) {
  if (noted.state != FileState::whole)
    return fmt::format("the file `instance` beside the store {}", fault_of(noted.state));
  const Instance& file = noted.instance;
  if (row.id != file.id) return "the store and the file `instance` beside it are of two nodes";
  // The file is written first, and a crash may come between: before any vote of that start.
  if (file.starts == row.starts || (file.not_counted && file.starts == row.starts + 1)) return "";
  return fmt::format("the store knows of {} starts and the file `instance` beside it of {}",
                     row.starts, file.starts);
}

// Of a store that knows of no start. Of its first one the file may know alone: a crash came before
// the row.
std::string fault_without_row(const InstanceFile& noted) {
  constexpr std::string_view begin =
      "the store knows of no start and the file `instance` beside it";
  if (noted.state == FileState::damaged) return fmt::format("{} {}", begin, fault_of(noted.state));
  if (noted.state == FileState::whole && !noted.instance.not_counted)
    return fmt::format("{} of {}", begin, noted.instance.starts);
  return "";
}

std::expected<void, std::string> write_file(const Instance& instance,
                                            const std::filesystem::path& directory,
                                            std::string_view more) {
  return write_durably(directory / "instance",
                       fmt::format("{} {} {}{}\n", instance_tag, crypto::to_hex(instance.id),
                                   instance.starts, more));
}

// On the disk before the row: after a power cut the file is never behind the store. And after it
// once more: a start that the store does not have and that is not marked was lost with its votes.
std::expected<void, std::string> keep(const Instance& instance,
                                      const std::filesystem::path& directory,
                                      storage::Store& store) {
  if (auto written = write_file(instance, directory, fmt::format(" {}", begun)); !written)
    return written;
  to_row(instance, store);
  return write_file(instance, directory, "");
}

}  // namespace

void disown(storage::Store& copy) {
  auto row = from_row(copy);
  if (!row) return;  // It never voted.
  row->id = {};      // Which no node draws; a copy of a copy has the same.
  to_row(*row, copy);
}

bool is_instance_row(crypto::BytesView key) { return std::ranges::equal(key, instance_key); }

std::expected<Start, std::string> count_start(const std::filesystem::path& directory,
                                              storage::Store& store, const ledger::MemberId& self) {
  auto row = from_row(store);
  // Another member's says nothing of this one's votes, which there may never have been.
  if (row && row->member != self.value) row.reset();
  const auto file = from_file(directory / "instance");
  if (!file) return std::unexpected(file.error());
  std::string fault = row ? fault_of(*row, *file) : fault_without_row(*file);
  if (!fault.empty())
    return Start{Past::lost, std::move(fault), row && file->state == FileState::given_up};
  if (!row) return Start{Past::fresh, ""};
  // A start that the file alone knows of has signed nothing, so its number is taken again: however
  // many are cut short one after the other, the file is one ahead.
  if (auto kept = keep({row->id, row->starts + 1, row->member}, directory, store); !kept)
    return std::unexpected(kept.error());
  return Start{Past::known, ""};
}

std::expected<void, std::string> begin_instance(const std::filesystem::path& directory,
                                                storage::Store& store,
                                                const ledger::MemberId& self) {
  Instance instance;
  instance.member = self.value;
  if (::getrandom(instance.id.data(), instance.id.size(), 0) !=
      static_cast<ssize_t>(instance.id.size())) {
    return std::unexpected("no_random: the system gives no random numbers");
  }
  instance.starts = 1;
  return keep(instance, directory, store);
}

std::expected<void, std::string> forget_instance(const std::filesystem::path& directory) {
  // Rather than removed: a name that is gone comes back with a power cut.
  return write_durably(directory / "instance", std::string(given_up) + "\n");
}

}  // namespace centime::runtime
