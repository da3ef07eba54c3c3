#include <fmt/format.h>

#include <map>
#include <optional>
#include <set>

#include "crypto/encoding.h"
#include "node/program/commands.h"
#include "node/program/files.h"
#include "node/program/printing.h"
#include "node/program/record_name.h"
#include "node/program/row_cells.h"
#include "node/program/verify_entry.h"
#include "node/program/verify_report.h"
#include "node/proof/verify.h"

namespace centime::program {
namespace {

using crypto::word_of;

struct TrustRoot {
  proof::Policy policy;
  std::string fingerprint;
};

Expected<TrustRoot> read_policy(const std::filesystem::path& path) {
  const auto file = read_file(path, proof::policy_bytes_max);
  if (!file) return std::unexpected(file.error());
  auto policy = proof::parse_policy(*file);
  if (!policy) {
    const auto& [line, why] = policy.error();
    return fail("bad_policy", line == 0 ? fmt::format("{} is no policy: {}", path.string(), why)
                                        : fmt::format("{}, line {}: {}", path.string(), line, why));
  }
  return TrustRoot{*std::move(policy), proof::policy_fingerprint(*file)};
}

// The bundle's text, from the file or the node, and which donation it must be about.
struct GivenBundle {
  std::string bundle;
  std::string id;  // Hexadecimal, or its beginning; empty for a file.
};

Expected<GivenBundle> read_bundle(const std::filesystem::path& path) {
  auto file = read_file(path, proof::bundle_bytes_max);
  if (!file) return std::unexpected(file.error());
  return GivenBundle{*std::move(file), ""};
}

Expected<GivenBundle> fetch_bundle(const VerifyOptions& options) {
  NodeClient node(options.node);
  auto id = donation_id(node, options.id);
  if (!id) return std::unexpected(id.error());
  auto bundle = node.get("/v1/donations/" + *id + "/proof");
  if (!bundle) return std::unexpected(bundle.error());
  if (!options.save.empty()) {
    if (auto saved = write_new_file(options.save, *bundle, mode_public); !saved) {
      return std::unexpected(saved.error());
    }
  }
  return GivenBundle{*std::move(bundle), *std::move(id)};
}

std::string title_of(const proof::VerifiedTrace& trace, const ledger::MemberId& id) {
  for (const ledger::Member& member : trace.genesis.members.items) {
    if (member.member == id) return fmt::format("{} ({})", member.title.value, id.value);
  }
  return id.value;
}

// What became of the gift, by kind and by who had it last.
struct PartSum {
  std::uint64_t units = 0;
  std::uint64_t given = 0;
};
using PartSums = std::map<std::tuple<proof::LeafKind, std::string, ledger::Currency>, PartSum>;

PartSums sum_parts(const proof::VerifiedTrace& trace) {
  PartSums sums;
  for (const proof::Leaf& leaf : trace.leaves) {
    const ledger::AccountKey& account = trace.path.accounts.at(leaf.account);
    PartSum& sum = sums[{leaf.kind, title_of(trace, account.holder), account.currency}];
    sum.units += leaf.units.size();
    sum.given += leaf.given;
  }
  return sums;
}

void add_parts(Report& report, const proof::VerifiedTrace& trace) {
  const ledger::Donation& gift = trace.path.gift();
  boost::json::array parts;
  for (const auto& [key, sum] : sum_parts(trace)) {
    const auto& [kind, holder, currency] = key;
    const std::string amount = ledger::format_amount({sum.units}, currency);
    const std::string share =
        currency == gift.currency
            ? ""
            : fmt::format(", {} of the gift", ledger::format_amount({sum.given}, gift.currency));
    report.text +=
        fmt::format("  {:>20}  {} {} {}{}\n", amount, word_of(kind),
                    kind == proof::LeafKind::held ? "by" : "from the hands of", holder, share);
    parts.push_back({{"kind", word_of(kind)},
                     {"holder", holder},
                     {"amount", sum.units},
                     {"currency", currency.text()},
                     {"given", sum.given}});
  }
  report.text +=
      fmt::format("  {:>20}  the whole gift\n", ledger::format_amount(gift.amount, gift.currency));
  report.json["parts"] = std::move(parts);
  report.json["gift"] = {{"amount", gift.amount.value}, {"currency", gift.currency.text()}};
}

// As it is named on the command line: "author/reference".
std::string name_of(const proof::VerifiedTrace& trace) {
  const ledger::AuthoredRecord& gift = trace.path.record(trace.path.donation).entry.authored;
  return gift.author.value + "/" + gift.record.reference.value;
}

// Whether the proof is of the donation that was asked for: by its id, which may be in capitals, or
// by name. Which id has that name is only what the node says.
bool is_named(const proof::VerifiedTrace& trace, const std::string& name) {
  const std::string id = in_small_letters(name);
  if (name.empty() || (is_record_id(id) && trace.donation.hex().starts_with(id))) return true;
  const std::string proven = name_of(trace);
  return name == proven || name == proven.substr(proven.find('/') + 1);
}

Report describe(const proof::VerifiedTrace& trace, const std::string& fingerprint) {
  Report report;
  const auto& checkpoint = trace.checkpoint;
  const std::string commitment = crypto::to_hex(trace.path.gift().commitment.bytes);
  report.text = fmt::format(
      "VERIFIED\n\nDonation  {}\n          {}\nReceipt   commitment {}\nBlock     {} of {}, {} "
      "entries\nSigned by {} of {} validators, "
      "{} needed\nPolicy    {}\n\n",
      trace.donation.hex(), name_of(trace), commitment, trace.height.value,
      trace.block_time.to_iso(), checkpoint.checkpoint.size, checkpoint.cosigners.size(),
      checkpoint.known, checkpoint.needed, fingerprint);
  report.json = {{"verified", true},
                 {"donation", trace.donation.hex()},
                 {"name", name_of(trace)},
                 {"commitment", commitment},
                 {"height", trace.height.value},
                 {"time", trace.block_time.to_iso()},
                 {"signed_by", checkpoint.cosigners.size()},
                 {"signatures_needed", checkpoint.needed},
                 {"epoch", trace.epoch.epoch},
                 {"epoch_changes", trace.epoch_changes},
                 {"policy_fingerprint", fingerprint}};
  add_parts(report, trace);
  constexpr auto steps = enum_words(proof::VerifyStep{});
  add_steps(report, {steps.begin(), steps.end()});
  add_sentences(report, "What this proves", "proves", trace.proves);
  add_sentences(report, "What it does not prove", "does_not_prove", trace.does_not_prove);
  return report;
}

// Of a file or of what a node sent, whether it holds. `name` is what was asked for, or empty.
Expected<proof::VerifiedTrace> check(const GivenBundle& given, const proof::Policy& policy,
                                     const std::string& name) {
  const auto bundle = proof::parse_bundle(given.bundle);
  if (!bundle) {
    return failed_step("bundle", bundle.error().unknown_version ? "unknown_version" : "bad_bundle",
                       bundle.error().path.empty()
                           ? bundle.error().detail
                           : bundle.error().path + ": " + bundle.error().detail);
  }
  if (!bundle->donation.hex().starts_with(given.id)) {
    return failed_step("entries", word_of(proof::VerifyWord::wrong_donation),
                       "the node sent the proof of another donation");
  }
  auto trace = proof::verify_bundle(*bundle, policy, bundle->donation);
  if (!trace) {
    const auto& [step, word, detail] = trace.error();
    return failed_step(word_of(step), word_of(word), detail);
  }
  if (!is_named(*trace, name)) {
    return failed_step(
        "entries", word_of(proof::VerifyWord::wrong_donation),
        fmt::format("the node sent the proof of {} and not of {}", name_of(*trace), name));
  }
  return *std::move(trace);
}

// What became of many files: a line each, in their order, and what the gifts of those that hold add
// up to. A gift whose proof is given twice counts once.
class Sample {
 public:
  // Of proofs of either kind.
  template <class Verified>
  void add(const std::filesystem::path& file, const Expected<Verified>& verified) {
    boost::json::object proof{{"file", file.string()}, {"verified", verified.has_value()}};
    ++files_;
    if (verified) {
      add_holding(file, *verified, proof);
    } else {
      add_failed(file, verified.error(), proof);
    }
    proofs_.emplace_back(std::move(proof));
  }

  // Requires a file.
  Outcome told(const std::string& fingerprint) && {
    if (failed_ > 0) {
      Failure failure{"not_verified", fmt::format("{} of {} proofs do not hold", failed_, files_)};
      failure.more["proofs"] = std::move(proofs_);
      failure.more["policy_fingerprint"] = fingerprint;
      failure.lines = std::move(lines_);
      if (newer_policy_may_be_why_) {
        failure.lines += fmt::format("{}.\n", newer_policy);
        failure.more["advice"] = newer_policy;
      }
      return std::unexpected(std::move(failure));
    }
    Report report;
    report.text = fmt::format(
        "VERIFIED: {} proofs of {} donations{}\n\n{}\n", files_, donations_.size(),
        entries_.empty() ? "" : fmt::format(" and {} entries", entries_.size()), lines_);
    boost::json::object gifts;
    for (const auto& [currency, sum] : sums_) {
      report.text +=
          sum ? fmt::format("  {:>28}  given, all in all\n", ledger::format_amount(*sum, currency))
              : fmt::format("  more than {}  given, all in all; no exact sum fits\n",
                            ledger::format_amount({ledger::amount_max}, currency));
      gifts[currency.text()] = sum ? boost::json::value(sum->value) : nullptr;
    }
    report.text += fmt::format(
        "\nPolicy    {}\nGive a file alone to see where its gift went, and "
        "what its proof does not prove.\n",
        fingerprint);
    report.json = {{"verified", true},
                   {"donations", donations_.size()},
                   {"entries", entries_.size()},
                   {"gifts", std::move(gifts)},
                   {"policy_fingerprint", fingerprint},
                   {"proofs", std::move(proofs_)}};
    return report;
  }

 private:
  // Each gift is within amount_max, which JSON readers hold exactly; what many add up to need not
  // be. The proofs hold all the same, so that is no failure: there is no sum, and that is told.
  using Sum = std::optional<ledger::Amount>;

  void add_holding(const std::filesystem::path& file, const proof::VerifiedTrace& trace,
                   boost::json::object& proof) {
    const ledger::Donation& gift = trace.path.gift();
    const std::string amount = ledger::format_amount(gift.amount, gift.currency);
    if (donations_.insert(trace.donation.hex()).second) {
      Sum& sum = sums_.try_emplace(gift.currency, ledger::Amount{}).first->second;
      if (sum) sum = ledger::checked_add(*sum, gift.amount);
    }
    add_line("holds", amount, file, name_of(trace));
    proof["donation"] = trace.donation.hex();
    proof["name"] = name_of(trace);
    proof["height"] = trace.height.value;
    proof["gift"] = {{"amount", gift.amount.value}, {"currency", gift.currency.text()}};
  }

  void add_holding(const std::filesystem::path& file, const proof::VerifiedEntry& verified,
                   boost::json::object& proof) {
    entries_.emplace(verified.checkpoint.checkpoint.origin, verified.index.value);
    add_line("holds", fmt::format("entry {}", verified.index.value), file, entry_name(verified));
    for (auto& [name, value] : entry_json(verified)) proof[name] = std::move(value);
  }

  void add_failed(const std::filesystem::path& file, const Failure& failure,
                  boost::json::object& proof) {
    ++failed_;
    newer_policy_may_be_why_ |= newer_policy_may_be_why(failure);
    const std::string step = step_of(failure);
    add_line("FAILED", failure.word, file,
             step.empty() ? failure.detail : fmt::format("step {}: {}", step, failure.detail));
    boost::json::object error = failure.more;
    error["code"] = failure.word;
    error["detail"] = failure.detail;
    proof["error"] = std::move(error);
  }

  // A file's name, and what a damaged file says of itself, may hold line breaks that look like the
  // line of another file.
  void add_line(std::string_view outcome, std::string_view word, const std::filesystem::path& file,
                std::string_view told) {
    lines_ += for_line(fmt::format("  {:<6}  {:>20}  {}  {}", outcome, word, file.string(), told));
    lines_ += '\n';
  }

  std::size_t files_ = 0;
  std::size_t failed_ = 0;
  bool newer_policy_may_be_why_ = false;
  std::set<std::string> donations_;
  std::set<std::pair<std::string, std::uint64_t>> entries_;  // By log and index.
  std::map<ledger::Currency, Sum> sums_;
  std::string lines_;
  boost::json::array proofs_;
};

}  // namespace

Outcome verify(const VerifyOptions& options) {
  const bool fetches = !options.id.empty() || !options.node.empty();
  if (fetches && !options.bundles.empty()) {
    return called_wrongly("conflicting_options",
                          "give proofs' files, or --id and --node to fetch one");
  }
  if (options.bundles.empty() && (options.id.empty() || options.node.empty())) {
    return called_wrongly("missing_option", "give a proof's file, or --id and --node to fetch one");
  }
  if (!fetches && !options.save.empty()) {
    return called_wrongly("conflicting_options",
                          "--save keeps a proof that is fetched with --id and --node");
  }
  const auto trust = read_policy(options.policy);
  if (!trust) return std::unexpected(trust.error());
  if (options.bundles.size() > 1) {
    Sample sample;
    for (const std::filesystem::path& file : options.bundles) {
      const auto given = read_bundle(file);
      if (!given) {
        sample.add(file, Expected<proof::VerifiedTrace>(std::unexpected(given.error())));
      } else if (is_entry_proof(given->bundle)) {
        sample.add(file, check_entry_proof(given->bundle, trust->policy));
      } else {
        sample.add(file, check(*given, trust->policy, ""));
      }
    }
    return std::move(sample).told(trust->fingerprint);
  }
  const auto given =
      options.bundles.empty() ? fetch_bundle(options) : read_bundle(options.bundles.front());
  if (!given) return std::unexpected(given.error());
  // Who asks a node for a donation's proof takes nothing less.
  if (!fetches && is_entry_proof(given->bundle)) {
    const auto entry = check_entry_proof(given->bundle, trust->policy);
    if (!entry) return std::unexpected(not_verified(entry.error()));
    return describe_entry(*entry, trust->fingerprint);
  }
  const auto trace = check(*given, trust->policy, options.id);
  if (!trace) return std::unexpected(not_verified(trace.error()));
  return describe(*trace, trust->fingerprint);
}

}  // namespace centime::program
