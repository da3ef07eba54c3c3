#include "node/program/import_rows.h"

#include <algorithm>
#include <fstream>
#include <optional>
#include <streambuf>
#include <string_view>

#include "crypto/check.h"
#include "crypto/encoding.h"
#include "node/program/import_record.h"
#include "node/program/json_text.h"
#include "node/program/key_file.h"
#include "node/program/progress.h"

namespace centime::program {
namespace {

// A file whose next bytes can be looked at before they are read: those of a pipe come only once.
class LookedAt : public std::streambuf {
 public:
  explicit LookedAt(std::streambuf& file) : file_(file), bytes_(std::size_t{16} * 1024) { fill(); }

  // What comes next, as far as it is here.
  std::string_view ahead() const { return {gptr(), static_cast<std::size_t>(egptr() - gptr())}; }

 protected:
  int_type underflow() override {
    return fill() ? traits_type::to_int_type(*gptr()) : traits_type::eof();
  }

 private:
  bool fill() {
    const auto got = file_.sgetn(bytes_.data(), static_cast<std::streamsize>(bytes_.size()));
    setg(bytes_.data(), bytes_.data(), bytes_.data() + got);
    return got > 0;
  }

  std::streambuf& file_;
  std::vector<char> bytes_;
};

// What tells how a file is written, from its beginning. Nothing of an empty one and of one that is
// no text, which have sentences of their own.
std::optional<std::string_view> first_line(std::string_view beginning) {
  const std::string_view line = beginning.substr(0, beginning.find('\n'));
  const bool is_utf16 = line.starts_with('\xff') || line.starts_with('\xfe');
  if (beginning.empty() || is_utf16 || line.contains('\0')) return std::nullopt;
  return line;
}

class FileReading {
 public:
  FileReading(const std::filesystem::path& file, const ImportKeys& keys, NodeClient& node,
              DonorSalts& salts)
      : base_(file.parent_path()), keys_(keys), salts_(salts), finder_(node) {}

  Expected<ImportRows> read(std::istream& file) {
    LookedAt bytes(*file.rdbuf());
    const auto line = first_line(bytes.ahead());
    const auto separator = line ? separator_of(*line) : Expected<char>(',');
    if (!separator) return std::unexpected(separator.error());
    std::istream input(&bytes);
    api::CsvReader reader(input, {.delimiter = *separator});
    const auto names = reader.header();
    if (!names) return bad_csv(names.error());
    auto header = ImportHeader::from(*names, *separator);
    if (!header) return std::unexpected(header.error());
    Progress progress("reading rows");
    for (std::uint64_t count = 0;; ++count) {
      progress.at(count, 0);
      auto row = reader.next();
      if (!row && row.error().in_row) {
        ++rows_.bad_rows;
        rows_.faults.push_back({row.error().line, "", "", "bad_csv", row.error().detail});
        continue;
      }
      if (!row) return bad_csv(row.error());
      if (!*row) return std::move(rows_);
      if (auto read = read_row(*header, **row); !read) return std::unexpected(read.error());
    }
  }

 private:
  static std::unexpected<Failure> bad_csv(const api::CsvFault& fault) {
    return fail("bad_csv", fmt::format("line {}: {}", fault.line, fault.detail));
  }

  Expected<void> read_row(const ImportHeader& header, const api::CsvRow& row) {
    RowCells cells(header, row, base_);
    const ledger::MemberId* author = author_of(cells);
    // Of a row that is no record, such as a spreadsheet's "Total", only that is said.
    const auto kind = kind_of(cells);
    if (kind && author == nullptr) add_author_fault(cells);
    if (kind && author != nullptr) {
      auto record = record_of(*kind, cells, {*author, finder_, salts_});
      if (!record) return std::unexpected(record.error());
      if (cells.faults().empty()) add(cells, *author, *record);
      if (cells.faults().empty()) return {};
    }
    if (author != nullptr) {
      finder_.add_refused(*author, std::string(cells.text("reference")), cells.line());
    }
    ++rows_.bad_rows;
    rows_.faults.insert(rows_.faults.end(), cells.faults().begin(), cells.faults().end());
    return {};
  }

  // Nothing if nobody here can sign for who is named, or nobody is.
  const ledger::MemberId* author_of(const RowCells& cells) const {
    if (!cells.filled("author")) return keys_.default_author ? &*keys_.default_author : nullptr;
    const auto found = keys_.keys.find(ledger::MemberId{std::string(cells.text("author"))});
    return found == keys_.keys.end() ? nullptr : &found->first;
  }

  static void add_author_fault(RowCells& cells) {
    if (!cells.filled("author")) {
      cells.fault("author", "missing_field", "each row needs an author when --keys is used");
    } else {
      cells.fault("author", "missing_key",
                  fmt::format("there is no key here to sign as '{}'", cells.text("author")));
    }
  }

  void add(RowCells& cells, const ledger::MemberId& author, const RowRecord& read) {
    ImportRow row;
    row.line = cells.line();
    row.author = &author;
    row.id = ledger::record_id(crypto::encode(ledger::AuthoredRecord{author, read.record}));
    row.currency = read.currency;
    row.named = read.named;
    row.new_salt = read.new_salt;
    row.record = crypto::encode(read.record);
    // One record to the ledger, and perhaps two gifts to who wrote the file: nobody else can tell.
    if (const FoundRecord* first = finder_.in_file(row.id)) {
      cells.fault(
          "", "repeated_row",
          fmt::format("line {} repeats line {}; if these are two {}, give each its own "
                      "reference, else delete one",
                      row.line, first->line,
                      read.record.kind() == ledger::RecordKind::donation ? "gifts" : "records"));
      return;
    }
    finder_.add(author, read.record.reference, {row.id, read.currency, row.line});
    if (const auto* donation = std::get_if<ledger::Donation>(&read.record.body)) {
      salts_.note(author, read.record.reference, row.id, donation->commitment);
    }
    rows_.rows.push_back(std::move(row));
  }

  const std::filesystem::path base_;
  const ImportKeys& keys_;
  DonorSalts& salts_;
  RecordFinder finder_;
  ImportRows rows_;
};

// Of a member's keys, of which a rotation leaves the old one beside the new, the one that the
// ledger has now. Where it has none of them it is the first: the ledger's word for it stands at
// each row. Requires one or more.
Expected<crypto::SecretKey> key_of_now(const ledger::MemberId& member,
                                       std::vector<crypto::SecretKey> keys, NodeClient& node) {
  if (keys.size() == 1) return std::move(keys.front());
  const auto known = node.get_json("/v1/members/" + member.value);
  if (!known && known.error().word != "unknown_member") return std::unexpected(known.error());
  const std::string wanted = known ? text_at(*known, "key") : "";
  if (known && wanted.empty()) {
    return fail("bad_answer", fmt::format("the node does not say which key {} has", member.value));
  }
  const auto found = std::ranges::find(keys, wanted, [](const crypto::SecretKey& key) {
    return crypto::to_hex(key.public_key().bytes);
  });
  return std::move(found == keys.end() ? keys.front() : *found);
}

}  // namespace

ledger::Record ImportRow::decoded() const {
  auto decoded = crypto::decode<ledger::Record>(record);
  crypto::check(decoded.has_value(), "a row's own bytes");
  return *std::move(decoded);
}

Expected<ImportKeys> read_import_keys(const std::filesystem::path& directory, NodeClient& node) {
  std::error_code error;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    if (entry.path().extension() == ".key") files.push_back(entry.path());
  }
  if (error) {
    return fail("unreadable_file",
                fmt::format("cannot read {}: {}", directory.string(), error.message()));
  }
  std::ranges::sort(files);
  std::map<ledger::MemberId, std::vector<crypto::SecretKey>> found;
  for (const auto& file : files) {
    auto key = read_key_file(file);
    if (!key) return std::unexpected(key.error());
    found[key->member].push_back(std::move(key->key));
  }
  ImportKeys keys;
  for (auto& [member, candidates] : found) {
    auto key = key_of_now(member, std::move(candidates), node);
    if (!key) return std::unexpected(key.error());
    keys.keys.emplace(member, *std::move(key));
  }
  if (keys.keys.empty()) {
    return fail("missing_key", fmt::format("{} has no file *.key", directory.string()));
  }
  return keys;
}

Expected<ImportRows> read_import_rows(const std::filesystem::path& file, const ImportKeys& keys,
                                      NodeClient& node, DonorSalts& salts) {
  std::ifstream input(file, std::ios::binary);
  std::error_code error;
  if (!input || std::filesystem::is_directory(file, error)) {
    return fail("missing_file", fmt::format("cannot read {}", file.string()));
  }
  auto rows = FileReading(file, keys, node, salts).read(input);
  // Nothing else tells a file that the disk gave back in part from a shorter one.
  if (rows && input.bad()) {
    return fail("unreadable_file", fmt::format("{} could not be read to its end", file.string()));
  }
  return rows;
}

}  // namespace centime::program
