#include "node/program/donor_salts.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <set>
#include <system_error>
#include <utility>

#include "api/csv_reader.h"
#include "crypto/check.h"
#include "crypto/encoding.h"
#include "node/runtime/durable_file.h"

namespace centime::program {
namespace {

constexpr std::string_view header = "author,reference,record,commitment,salt\n";

std::string key_of(const ledger::MemberId& author, const ledger::Reference& reference) {
  return author.value + "/" + reference.value;
}

// Quoted as RFC 4180 says and nothing more: what is read back must be what was written.
std::string quoted_cell(std::string_view cell) {
  std::string out = "\"";
  for (const char c : cell) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

ledger::DonorSalt new_salt() {
  ledger::DonorSalt salt;
  const ssize_t got = ::getrandom(salt.bytes.data(), salt.bytes.size(), 0);
  crypto::check(got == static_cast<ssize_t>(salt.bytes.size()), "random bytes from the system");
  return salt;
}

// With the reason in errno.
std::unexpected<Failure> cannot_write_salts(const std::filesystem::path& path) {
  return fail("unwritable_file", fmt::format("cannot write {}: {}", path.string(),
                                             std::generic_category().message(errno)));
}

}  // namespace

DonorSalts::DonorSalts() = default;

DonorSalts::Unwritten::~Unwritten() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove(path_, ignored);
}

DonorSalts DonorSalts::thrown_away() {
  DonorSalts salts;
  salts.usable_ = true;
  return salts;
}

Expected<DonorSalts> DonorSalts::open(const std::filesystem::path& path, bool read_only) {
  DonorSalts salts;
  salts.usable_ = true;
  salts.path_ = path;
  std::error_code ignored;
  const bool is_new = !std::filesystem::exists(path, ignored);
  if (read_only && is_new) return salts;
  const int flags = (read_only ? O_RDONLY : O_RDWR | O_CREAT | O_APPEND) | O_CLOEXEC;
  salts.file_ = FileDescriptor(::open(path.c_str(), flags, mode_secret));
  struct stat status{};
  if (!salts.file_.open() || ::fstat(salts.file_.get(), &status) != 0) {
    return fail(
        read_only ? "unreadable_file" : "unwritable_file",
        fmt::format("cannot open {}: {}", path.string(), std::generic_category().message(errno)));
  }
  if ((status.st_mode & 077) != 0) {
    return fail(
        "insecure_file",
        fmt::format("others may read the donors' salts in {0}; run: chmod 600 {0}", path.string()));
  }
  if (!read_only) {
    // Who held it before may have removed it again: what is written into such a file is lost.
    struct stat named{};
    const bool held = ::flock(salts.file_.get(), LOCK_EX | LOCK_NB) == 0 &&
                      ::stat(path.c_str(), &named) == 0 && named.st_dev == status.st_dev &&
                      named.st_ino == status.st_ino;
    if (!held) return fail("file_in_use", fmt::format("another import is using {}", path.string()));
  }
  auto content = read_file(path);
  if (!content) return std::unexpected(content.error());
  // Behind the last line end stands a row without its own, as some editors leave it; or what was
  // being written when the machine stopped. Nothing that needs that was sent, since it waits for
  // the disk.
  const std::size_t lines = content->rfind('\n') + 1;
  const std::string tail = content->substr(lines);
  const bool torn = lines == 0 ? header.starts_with(tail)
                               : !is_row(content->substr(0, content->find('\n') + 1), tail);
  if (torn) content->resize(lines);
  // Before anything is cut: of a file of something else nothing is.
  if (auto done = salts.read(*content); !done) return std::unexpected(done.error());
  if (!tail.empty() && !read_only) {
    const int file = salts.file_.get();
    const bool mended = torn ? ::ftruncate(file, static_cast<off_t>(lines)) == 0
                             : runtime::write_all(file, "\n") && ::fsync(file) == 0;
    if (!mended) return cannot_write_salts(path);
  }
  if (content->empty() && !read_only) {
    salts.rows_.push_back({{}, std::string(header)});
    if (is_new) salts.unwritten_ = std::make_unique<Unwritten>(path);
    sync_directory(path.parent_path());
  }
  return salts;
}

bool DonorSalts::is_row(const std::string& header_line, const std::string& line) {
  DonorSalts alone;
  return alone.read(header_line + line) && alone.salts_.size() == 1;
}

Expected<void> DonorSalts::read(const std::string& content) {
  if (content.empty()) return {};
  const auto bad = [&](std::uint64_t line, std::string_view why) {
    return fail("bad_receipts", fmt::format("{}, line {}: {}", path_.string(), line, why));
  };
  api::CsvReader reader{std::string_view(content)};
  const auto names = reader.header();
  if (!names) return bad(names.error().line, names.error().detail);
  const auto author = reader.column("author"), reference = reader.column("reference"),
             record = reader.column("record"), salt = reader.column("salt");
  if (!author || !reference || !record || !salt) {
    return bad(1,
               "this is not a file of receipts: it needs the columns author, reference, record, "
               "salt");
  }
  while (true) {
    auto row = reader.next();
    if (!row) return bad(row.error().line, row.error().detail);
    if (!*row) return {};
    const auto bytes = crypto::from_hex((*row)->cells[*salt]);
    ledger::DonorSalt value;
    if (!bytes || bytes->size() != value.bytes.size()) {
      return bad((*row)->line, "the salt is not 64 hexadecimal digits");
    }
    std::ranges::copy(*bytes, value.bytes.begin());
    const std::string key = (*row)->cells[*author] + "/" + (*row)->cells[*reference];
    salts_.insert_or_assign(key, value);
    noted_[key] = (*row)->cells[*record];
  }
}

ledger::DonorSalt DonorSalts::salt_for(const ledger::MemberId& author,
                                       const ledger::Reference& reference) {
  const std::string key = key_of(author, reference);
  if (const auto known = salts_.find(key); known != salts_.end()) return known->second;
  const ledger::DonorSalt salt = new_salt();
  ++made_;
  salts_.emplace(key, salt);
  return salt;
}

void DonorSalts::note(const ledger::MemberId& author, const ledger::Reference& reference,
                      const ledger::RecordId& record, const crypto::Digest& commitment) {
  const std::string key = key_of(author, reference);
  const auto salt = salts_.find(key);
  if (salt == salts_.end()) return;
  // A row that was corrected before it was recorded has another id, and its salt still.
  if (std::exchange(noted_[key], record.hex()) == record.hex()) return;
  rows_.push_back(
      {record,
       fmt::format("{},{},{},{},{}\n", author.value, quoted_cell(reference.value), record.hex(),
                   crypto::to_hex(commitment.bytes), crypto::to_hex(salt->second.bytes))});
}

Expected<std::size_t> DonorSalts::save(const std::vector<ledger::RecordId>& wanted) {
  const std::set<ledger::RecordId> ids(wanted.begin(), wanted.end());
  std::string text;
  std::size_t count = 0;
  for (const Row& row : rows_) {
    if (row.text == header) {
      text += row.text;
    } else if (ids.contains(row.record)) {
      text += row.text;
      ++count;
    }
  }
  if (count == 0) return 0;
  rows_.clear();
  if (!runtime::write_all(file_.get(), text) || ::fsync(file_.get()) != 0) {
    return cannot_write_salts(path_);
  }
  if (unwritten_) unwritten_->keep();
  return count;
}

}  // namespace centime::program
