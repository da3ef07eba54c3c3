#include "node/runtime/instance_guard.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>

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

std::optional<Instance> from_file(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::string tag;
  std::string hex;
  Instance instance;
  if (!(in >> tag >> hex >> instance.starts) || tag != instance_tag) return std::nullopt;
  const auto bytes = crypto::from_hex(hex);
  if (!bytes || bytes->size() != instance.id.size()) return std::nullopt;
  std::ranges::copy(*bytes, instance.id.begin());
  std::string more;
  instance.not_counted = in >> more && more == begun;
  return instance;
}

bool is_given_up(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::string tag;
  return in >> tag && tag == given_up;
}

std::string fault_of(const Instance& row, const std::optional<Instance>& file,
                     const ledger::MemberId& self) {
  if (row.member != self.value)
    return fmt::format("the store has the votes of another member than {}", self.value);
  if (!file) return "the file `instance` beside the store is missing or was given up";
  if (row.id != file->id) return "the store and the file `instance` beside it are of two nodes";
  // The file is written first, and a crash may come between: before any vote of that start.
  if (file->starts == row.starts || (file->not_counted && file->starts == row.starts + 1))
    return "";
  return fmt::format("the store knows of {} starts and the file `instance` beside it of {}",
                     row.starts, file->starts);
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

bool is_instance_row(crypto::BytesView key) { return std::ranges::equal(key, instance_key); }

std::expected<Start, std::string> count_start(const std::filesystem::path& directory,
                                              storage::Store& store, const ledger::MemberId& self) {
  const auto row = from_row(store);
  const auto file = from_file(directory / "instance");
  // Of its first start the file may know alone: a crash came before the row.
  if (!row && file && !file->not_counted) {
    return Start{Past::lost, fmt::format("the store knows of no start and the file `instance` "
                                         "beside it of {}",
                                         file->starts)};
  }
  if (!row) return Start{Past::fresh, ""};
  std::string fault = fault_of(*row, file, self);
  if (!fault.empty())
    return Start{Past::lost, std::move(fault), is_given_up(directory / "instance")};
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
