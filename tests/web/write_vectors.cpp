// Writes bundles, right and wrong, with the verdict of the node's verifier, one JSON per line:
//
//   {"bundle": text, "policy": text}                      what the lines after it change
//   {"class": word, "at", "cut", "put": base64,           bytes [at, at + cut) replaced in the
//    "in": "bundle" or "policy", "step", "word"}          bundle or policy; "" and "" if it holds
//   {"class": "decode", "type": "entry" or "account", "bytes": base64, "word"}
//
// Random histories, with random damage of each kind of byte; and damage under valid signatures,
// where a quorum lies, so that every step has something to find. Same seed, same file.
//
//   write_vectors [histories] > vectors.jsonl
#include <boost/json.hpp>
#include <cstdlib>
#include <iostream>

#include "crypto/encoding.h"
#include "crypto/json_archive.h"
#include "tests/proof/epoch_world.h"
#include "tests/web/forged_log.h"

namespace centime::test {
namespace {

namespace json = boost::json;
using crypto::Bytes;
using crypto::word_of;
using proof::TraceBundle;

struct Verdict {
  std::string_view step;
  std::string_view word;
};

// As `centime verify` says it.
Verdict verdict_of(std::string_view bundle_text, std::string_view policy_text) {
  const auto policy = proof::parse_policy(policy_text);
  if (!policy) return {"policy", "bad_policy"};
  const auto bundle = proof::parse_bundle(bundle_text);
  if (!bundle) return {"bundle", bundle.error().unknown_version ? "unknown_version" : "bad_bundle"};
  const auto verified = proof::verify_bundle(*bundle, *policy);
  if (verified) return {"", ""};
  return {word_of(verified.error().step), word_of(verified.error().word)};
}

class Random {
 public:
  explicit Random(std::uint64_t seed) : random_(seed) {}

 protected:
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
  template <class Items>
  auto& any(Items& items) {
    return items[below(items.size())];
  }

  std::mt19937_64 random_;
};

class Writer : Random {
 public:
  Writer(std::uint64_t seed, const LedgerWorld& world, const ledger::RecordId& gift)
      : Writer(seed, world, bundle_of(world, gift)) {}

  Writer(std::uint64_t seed, const LedgerWorld& world, TraceBundle bundle)
      : Random(seed),
        world_(world),
        bundle_(std::move(bundle)),
        text_(proof::format_bundle(bundle_)),
        policy_(proof::format_policy(world_policy())) {
    std::cout << json::serialize(json::object{{"bundle", text_}, {"policy", policy_}}) << '\n';
    put("whole", text_, policy_);
  }

  // Of a bundle over the ends of epochs.
  void run_epochs(std::size_t each) {
    for (std::size_t i = 0; i < each; ++i) {
      leaf("genesis", [](TraceBundle& in) -> proof::ProvenLeaf& { return in.genesis; });
      leaf("seal", [](TraceBundle& in) -> proof::ProvenLeaf& { return in.seal; });
      file();
      policy();
      later_policy();
      for (int k = 0; k < 4; ++k) link();
      links();
    }
  }

  void run(std::size_t each) {
    for (std::size_t i = 0; i < each; ++i) {
      leaf("genesis", [](TraceBundle& in) -> proof::ProvenLeaf& { return in.genesis; });
      leaf("seal", [](TraceBundle& in) -> proof::ProvenLeaf& { return in.seal; });
      leaf("entry", [this](TraceBundle& in) -> proof::ProvenLeaf& { return any(in.entries); });
      leaf("head", [this](TraceBundle& in) -> proof::ProvenLeaf& { return any(in.accounts); });
      checkpoint();
      parts();
      needless();
      file();
      policy();
      for (int k = 0; k < 6; ++k) forged();
      decode();
    }
  }

 private:
  // One or a few bytes changed, put in or taken out.
  template <class Container>
  void damage(Container& bytes) {
    using Byte = typename Container::value_type;
    const std::size_t at = below(bytes.size() + 1);
    const auto where = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    const std::uint64_t how = below(8);
    if (how == 0 || at == bytes.size()) {
      bytes.insert(where, static_cast<Byte>(random_()));
    } else if (how == 1) {
      bytes.erase(where);
    } else if (how == 2) {
      bytes[at] = static_cast<Byte>(random_());
    } else {
      bytes[at] = static_cast<Byte>(bytes[at] ^ (1 << below(8)));
    }
  }

  void put(std::string_view kind, const std::string& bundle, const std::string& policy) {
    const Verdict verdict = verdict_of(bundle, policy);
    const bool in_policy = policy != policy_;
    const std::string& before = in_policy ? policy_ : text_;
    const std::string& after = in_policy ? policy : bundle;
    const std::size_t shorter = std::min(before.size(), after.size());
    std::size_t at = 0;
    while (at < shorter && before[at] == after[at]) ++at;
    std::size_t tail = 0;
    while (tail < shorter - at &&
           before[before.size() - 1 - tail] == after[after.size() - 1 - tail])
      ++tail;
    const auto put = std::string_view(after).substr(at, after.size() - tail - at);
    std::cout << json::serialize(json::object{{"class", kind},
                                              {"in", in_policy ? "policy" : "bundle"},
                                              {"at", at},
                                              {"cut", before.size() - tail - at},
                                              {"put", crypto::to_base64(crypto::as_bytes(put))},
                                              {"step", verdict.step},
                                              {"word", verdict.word}})
              << '\n';
  }
  void put(std::string_view kind, const TraceBundle& changed) {
    put(kind, proof::format_bundle(changed), policy_);
  }

  template <class Select>
  void leaf(std::string_view kind, const Select& select) {
    TraceBundle changed = bundle_;
    damage(select(changed).bytes);
    put(kind, changed);
    changed = bundle_;
    proof::ProvenLeaf& in = select(changed);
    switch (below(4)) {
      case 0:
        in.index += below(5) - 2;
        in.index &= crypto::json_integer_max;
        break;
      case 1:
        in.proof.push_back(digest_of("more"));
        break;
      case 2:
        if (!in.proof.empty()) in.proof.pop_back();
        break;
      default:
        if (!in.proof.empty()) any(in.proof).bytes[below(32)] ^= 4;
    }
    put("path", changed);
  }

  void checkpoint() {
    TraceBundle changed = bundle_;
    damage(changed.checkpoint);
    // JSON has UTF-8 only, so what is none is spelled by the text's own damage.
    if (crypto::is_utf8(changed.checkpoint)) put("checkpoint", changed);

    // Signed anew, by others or by too few; with a line too many.
    const std::vector<std::vector<ledger::MemberId>> signers = {
        {open_giving},
        {open_giving, tender},
        {tender, red_aid, clean_water},
        {field_crew, red_aid},
        {open_giving, red_aid},
        {open_giving, tender, red_aid, clean_water},
        {red_aid, red_aid, tender}};
    const auto& members = any(signers);
    RawSource source = source_of(world_, members);
    changed.checkpoint = source.checkpoint();
    put("cosignature", changed);
    if (below(2) == 0) damage(changed.checkpoint);
    const auto line = changed.checkpoint.rfind("\xe2\x80\x94");
    if (line != std::string::npos) changed.checkpoint += changed.checkpoint.substr(line);
    if (crypto::is_utf8(changed.checkpoint)) put("cosignature", changed);
  }

  // Whole leaves gone, repeated or swapped; another network or donation.
  void parts() {
    TraceBundle changed = bundle_;
    auto& leaves = below(2) == 0 ? changed.entries : changed.accounts;
    const std::size_t i = below(leaves.size());
    const std::size_t j = below(leaves.size());
    switch (below(6)) {
      case 0:
        leaves.erase(leaves.begin() + static_cast<std::ptrdiff_t>(i));
        break;
      case 1:
        leaves.push_back(leaves[i]);
        break;
      case 2:
        std::swap(leaves[i], leaves[j]);
        break;
      case 3:
        std::swap(leaves[i].bytes, leaves[j].bytes);
        break;
      case 4:
        changed.network.bytes[below(32)] ^= 1;
        break;
      default:
        changed.donation =
            below(2) == 0 ? changed.donation : world_.id_of({any(bundle_.entries).index});
        changed.version += below(2);
    }
    put("parts", changed);
  }

  // What is in the log and in the state, and not on the gift's path.
  void needless() {
    TraceBundle changed = bundle_;
    RawSource source = source_of(world_);
    const auto insert = [](std::vector<proof::ProvenLeaf>& leaves, proof::ProvenLeaf leaf) {
      const auto at = std::ranges::lower_bound(leaves, leaf.index, {}, &proof::ProvenLeaf::index);
      leaves.insert(at, std::move(leaf));
    };
    const auto& entries = world_.state().entries();
    if (below(2) == 0) {
      const std::uint64_t index = below(entries.size());
      auto proof = crypto::inclusion_proof(source.log_hashes(), index, entries.size());
      insert(changed.entries, {index, entries[index], std::move(proof)});
    } else {
      const ledger::AccountIndex index{
          static_cast<std::uint32_t>(below(world_.state().account_count()))};
      auto proofs = source.account_proofs({&index, 1});
      insert(changed.accounts, {index.value, crypto::encode(*world_.state().account(index)),
                                std::move(proofs->front())});
    }
    put("needless", changed);
  }

  void file() {
    std::string changed = text_;
    damage(changed);
    put("file", changed, policy_);
    // Other spellings of one JSON value.
    const std::vector<std::pair<std::string, std::string>> spellings = {
        {"\"version\":1", "\"version\":1.0"},
        {"\"version\":1", "\"version\":1e0"},
        {"\"version\":1", "\"version\":2"},
        {"\"version\":1", "\"version\":0"},
        {"\"version\":1", "\"version\":-1"},
        {"\"version\":1", "\"version\":65536"},
        {"\"version\":1", "\"version\":9007199254740991"},
        {"\"version\":1", "\"version\":9007199254740992"},
        {"\"version\":1", "\"version\":2.0"},
        {"\"version\":1", "\"version\":01"},
        {"\"version\":1", "\"version\": 1 "},
        {"\"version\":1", "\"version\":\"1\""},
        {"\"version\":1", "\"version\":1,\"version\":1"},
        {"\"version\":1", "\"v\\u0065rsion\":1"},
        {"\"version\":1", "\"version\":1,\"more\":null"},
        {"\"index\":0", "\"index\":-0"},
        {"\"index\":0", "\"index\":9007199254740992"},
        {"\"index\":0", "\"index\":null"},
        {"{", "\xef\xbb\xbf{"},
        {"{", "[{"},
        {"{", " \t\r\n{"},
        {"\"checkpoint\":\"", "\"checkpoint\":\"\\ud800"},
        {"\"checkpoint\":\"", "\"checkpoint\":\"\x80"},
        {"\"checkpoint\":\"", "\"checkpoint\":\"\t"},
        {"=\"", "\""},
        {"\"network\":\"", "\"network\":\"A"},
    };
    const auto& [from, to] = any(spellings);
    const auto at = text_.find(from);
    if (at == std::string::npos) return;
    changed = text_;
    changed.replace(at, from.size(), to);
    put("file", changed, policy_);
  }

  void policy() {
    std::string changed = policy_;
    damage(changed);
    put("policy", text_, changed);
    proof::Policy other = world_policy();
    switch (below(5)) {
      case 0:
        other.network->bytes[below(32)] ^= 1;
        break;
      case 1:
        other.groups[0].threshold = 1 + below(4);
        break;
      case 2:
        other.witnesses.erase(other.witnesses.begin());
        other.groups[0].members.erase(other.groups[0].members.begin());
        other.groups[0].threshold = 2;
        break;
      case 3:
        other.logs.erase(other.logs.begin() + static_cast<std::ptrdiff_t>(below(4)));
        break;
      default:
        other.network.reset();
    }
    put("policy", text_, proof::format_policy(other));
  }

  // Of the validators of any epoch, or nearly so.
  void later_policy() {
    std::vector<ledger::EpochRecord> epochs;
    for (const Bytes& bytes : bundle_.epochs)
      epochs.push_back(crypto::decode<proof::EpochLink>(bytes)->next);
    proof::Policy later = proof::policy_of(world_.network(), world_.genesis().origin, any(epochs));
    if (below(4) == 0) later.groups[0].threshold = 1 + below(4);
    if (below(4) == 0) later.network.reset();
    if (below(3) == 0) std::swap(later.logs[0], later.logs[1]);
    if (below(3) == 0) later.logs[0].url = "https://ledger.test/";
    put("policy", text_, proof::format_policy(later));
  }

  // The end of one epoch with another byte, field or signature.
  void link() {
    TraceBundle changed = bundle_;
    damage(any(changed.epochs));
    put("epoch", changed);

    changed = bundle_;
    Bytes& bytes = any(changed.epochs);
    proof::EpochLink other = *crypto::decode<proof::EpochLink>(bytes);
    auto& signatures = other.signatures.items;
    auto& validators = other.next.validators.items;
    switch (below(12)) {
      case 0:
        damage(other.seal.value);
        break;
      case 1:
        other.view += 1 + below(3);
        break;
      case 2:
        other.parent_view ^= 1;
        break;
      case 3:
        any(signatures).signature.bytes[below(64)] ^= 2;
        break;
      case 4:
        any(signatures).signer += 1;
        break;
      case 5:
        signatures.pop_back();
        break;
      case 6:
        signatures.push_back(signatures.back());
        break;
      case 7:
        any(validators).key = fixed_key("an attacker").public_key();
        break;
      case 8:
        any(validators).member = {"attacker"};
        break;
      case 9:
        other.next.quorum -= 1;
        break;
      case 10:
        other.next.epoch += 1;
        break;
      default:
        validators.pop_back();
    }
    bytes = crypto::encode(other);
    put("epoch", changed);
  }

  // Whole ends gone, repeated or swapped, or those that are not needed damaged.
  void links() {
    TraceBundle changed = bundle_;
    switch (below(4)) {
      case 0:
        changed.epochs.pop_back();
        break;
      case 1:
        changed.epochs.erase(changed.epochs.begin());
        break;
      case 2:
        changed.epochs.push_back(any(changed.epochs));
        break;
      default:
        std::swap(changed.epochs.front(), changed.epochs.back());
    }
    put("epoch", changed);
  }

  // Signed by a quorum, in the log and in the state, and still wrong.
  void forged() {
    ForgedLog log(world_);
    const std::uint64_t how = below(8);
    if (how == 0) {
      damage(log.accounts[any(bundle_.accounts).index]);
    } else if (how == 1) {
      log.change_account(any(bundle_.accounts).index, random_());
    } else if (how == 2) {
      damage(log.entries[any(bundle_.entries).index]);
    } else if (how == 3) {
      log.change_seal(random_());
    } else if (how == 4) {
      damage(log.entries[0]);
    } else {
      log.change_effects(any(bundle_.entries).index, random_());
    }
    put("effect", log.bundle_like(bundle_));
  }

  // Bytes by themselves: what the decoder says.
  void decode() {
    const bool entry = below(3) != 0;
    Bytes bytes = entry ? world_.state().entries()[below(world_.state().entries().size())]
                        : any(bundle_.accounts).bytes;
    const std::uint64_t times = below(3);
    for (std::uint64_t i = 0; i < times; ++i) damage(bytes);
    std::string_view word;
    if (entry) {
      const auto read = crypto::decode<ledger::Entry>(bytes);
      if (!read) word = word_of(read.error());
    } else {
      const auto read = crypto::decode<ledger::Account>(bytes);
      if (!read) word = word_of(read.error());
    }
    std::cout << json::serialize(json::object{{"class", "decode"},
                                              {"type", entry ? "entry" : "account"},
                                              {"bytes", crypto::to_base64(bytes)},
                                              {"word", word}})
              << '\n';
  }

  const LedgerWorld& world_;
  TraceBundle bundle_;
  std::string text_;
  std::string policy_;
};

void write_all(std::size_t histories) {
  const Story story;
  Writer(1, story.world, story.gift).run(60);
  const ShortStory small;
  Writer(2, small.world, small.gift).run(30);
  const EpochWorld changing;
  Writer(3, changing.world, changing.bundle()).run_epochs(60);
  for (std::uint64_t seed = 3; seed < 3 + histories; ++seed) {
    LedgerWorld world;
    RandomHistory history(world, seed);
    history.run(20 + seed * 7 % 100);
    const auto& gifts = history.donations();
    if (gifts.empty()) continue;
    // The earliest have gone furthest.
    for (std::size_t i = 0; i < std::min<std::size_t>(3, gifts.size()); ++i)
      Writer(seed * 1'000 + i, world, gifts[i * seed % gifts.size()]).run(12);
  }
}

}  // namespace
}  // namespace centime::test

int main(int count, char** arguments) {
  const std::size_t histories = count > 1 ? std::strtoul(arguments[1], nullptr, 10) : 15;
  centime::test::write_all(histories);
  return std::cout.flush() ? 0 : 1;
}
