#include "crypto/note.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "crypto/encoding.h"
#include "crypto/merkle.h"
#include "tests/crypto/vectors.h"

namespace centime::crypto {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

SecretKey key_of(std::uint8_t number) {
  std::array<std::uint8_t, seed_size> seed{};
  seed.fill(number);
  return SecretKey::from_seed(seed);
}

constexpr std::string_view text =
    "ledger.example\n7\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";

std::string note_of(std::vector<NoteSignature> signatures, std::string_view of = text) {
  return format_note({std::string(of), std::move(signatures)});
}

std::string with_first_line(std::string line) {
  return std::string(text) + "\n" + std::move(line) + "\n";
}

TEST(VerifierKey, IsSpelledWithItsNameIdTypeAndBytes) {
  const std::string spelled = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
  const auto key = parse_vkey(spelled);
  ASSERT_TRUE(key);
  EXPECT_EQ(key->name, "PeterNeumann");
  EXPECT_EQ(key->type, KeyType::ed25519);
  EXPECT_EQ(key->id(), 0xc74f20a3u);
  EXPECT_EQ(format_vkey(*key), spelled);
}

TEST(VerifierKey, OfACosignerHasAnotherIdThanTheSameKeyOfASigner) {
  const auto key = key_of(1);
  const VerifierKey signer{"w.example", KeyType::ed25519, key.public_key()};
  const VerifierKey cosigner{"w.example", KeyType::cosignature, key.public_key()};
  EXPECT_NE(signer.id(), cosigner.id());
  EXPECT_EQ(parse_vkey(format_vkey(cosigner)), cosigner);
}

TEST(VerifierKey, RefusesWrongIdsTypesLengthsNamesAndKeys) {
  const auto spell = [](const std::string& name, std::uint8_t type, const Bytes& key) {
    Bytes bytes = {type};
    bytes.insert(bytes.end(), key.begin(), key.end());
    const auto digest = sha256({as_bytes(name + "\n"), bytes});
    return name + "+" + to_hex(BytesView(digest.bytes).first(4)) + "+" + to_base64(bytes);
  };
  const auto good = to_bytes(key_of(1).public_key().bytes);
  EXPECT_TRUE(parse_vkey(spell("a.example", 1, good)));
  EXPECT_TRUE(parse_vkey(spell("a.example", 4, good)));

  auto wrong_id = spell("a.example", 1, good);
  wrong_id[10] = wrong_id[10] == '0' ? '1' : '0';
  auto upper_case = spell("a.example", 1, good);
  std::ranges::transform(upper_case, upper_case.begin(), [](char c) { return c == 'a' ? 'A' : c; });
  const auto identity = from_hex("01" + std::string(62, '0')).value();
  const std::string bad[] = {
      "",
      "a.example",
      "a.example+00000000",
      wrong_id,
      upper_case,
      spell("a.example", 2, good),
      spell("a.example", 4, Bytes(good.begin(), good.end() - 1)),
      spell("a.example", 1, identity),
      spell("", 1, good),
      spell("a b", 1, good),
      spell("a\u00a0b", 1, good),
      spell("a.example", 1, good) + "+",
      spell("a.example", 1, good) + " ",
  };
  for (const auto& vkey : bad)
    EXPECT_EQ(parse_vkey(vkey), std::unexpected(NoteError::bad_key)) << vkey;
}

TEST(OpenNote, TellsKnownFromUnknownSigners) {
  const auto origin = key_of(1);
  const auto witness = key_of(2);
  const auto stranger = key_of(3);
  const sys_seconds time(seconds(1679315147));
  const auto note = note_of({sign_note(text, {"ledger.example", origin}),
                             cosign(text, {"w.example", witness}, time),
                             cosign(text, {"stranger.example", stranger}, time),
                             cosign(text, {"stranger.example", stranger}, time)});
  const VerifierKey known[] = {{"ledger.example", KeyType::ed25519, origin.public_key()},
                               {"w.example", KeyType::cosignature, witness.public_key()}};
  const auto opened = open_note(note, known);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->text, text);
  ASSERT_EQ(opened->verified.size(), 2u);
  EXPECT_EQ(opened->verified[0].key, known[0]);
  EXPECT_EQ(opened->verified[0].time, std::nullopt);
  EXPECT_EQ(opened->verified[1].key, known[1]);
  EXPECT_EQ(opened->verified[1].time, time);
  ASSERT_EQ(opened->unverified.size(), 1u) << "identical lines count once";
  EXPECT_EQ(opened->unverified[0].name, "stranger.example");
}

TEST(OpenNote, CountsAKeyOnceHoweverOftenItSigned) {
  const auto witness = key_of(2);
  const VerifierKey known[] = {{"w.example", KeyType::cosignature, witness.public_key()}};
  const auto note = note_of({cosign(text, {"w.example", witness}, sys_seconds(seconds(1))),
                             cosign(text, {"w.example", witness}, sys_seconds(seconds(2)))});
  EXPECT_EQ(open_note(note, known)->verified.size(), 1u);
}

TEST(OpenNote, RefusesANoteWithoutAKnownSigner) {
  const auto note = note_of({sign_note(text, {"a.example", key_of(1)})});
  EXPECT_EQ(open_note(note, {}).error(), NoteError::unverified_note);
  // The same name with another key, and the same key under another name, are unknown.
  const VerifierKey other_key[] = {{"a.example", KeyType::ed25519, key_of(2).public_key()}};
  EXPECT_EQ(open_note(note, other_key).error(), NoteError::unverified_note);
  const VerifierKey other_name[] = {{"b.example", KeyType::ed25519, key_of(1).public_key()}};
  EXPECT_EQ(open_note(note, other_name).error(), NoteError::unverified_note);
  const VerifierKey other_type[] = {{"a.example", KeyType::cosignature, key_of(1).public_key()}};
  EXPECT_EQ(open_note(note, other_type).error(), NoteError::unverified_note);
}

TEST(OpenNote, RefusesTheWholeNoteForOneBadSignatureOfAKnownKey) {
  const auto good = key_of(1);
  const auto bad = key_of(2);
  const VerifierKey known[] = {{"good.example", KeyType::ed25519, good.public_key()},
                               {"bad.example", KeyType::ed25519, bad.public_key()}};
  const auto note = note_of(
      {sign_note(text, {"good.example", good}), sign_note("another text\n", {"bad.example", bad})});
  EXPECT_EQ(open_note(note, known).error(), NoteError::bad_signature);
}

// Two keys whose four bytes of id under a.example are the same, found by trying 67,285.
SecretKey one_of_a_pair(std::uint32_t number) {
  std::array<std::uint8_t, seed_size> seed{};
  for (std::size_t i = 0; i < 4; ++i) seed[i] = static_cast<std::uint8_t>(number >> (8 * i));
  return SecretKey::from_seed(seed);
}

TEST(OpenNote, TellsTwoKeysOfOneNameAndIdApartByTheirSignatures) {
  const auto victim = one_of_a_pair(58'415), other = one_of_a_pair(67'284);
  const VerifierKey known[] = {{"a.example", KeyType::ed25519, other.public_key()},
                               {"a.example", KeyType::ed25519, victim.public_key()}};
  ASSERT_EQ(known[0].id(), known[1].id());
  const auto by_victim = sign_note(text, {"a.example", victim});
  const auto by_other = sign_note(text, {"a.example", other});

  const auto opened = open_note(note_of({by_victim}), known);
  ASSERT_TRUE(opened);
  ASSERT_EQ(opened->verified.size(), 1u);
  EXPECT_EQ(opened->verified[0].key, known[1]);
  EXPECT_EQ(open_note(note_of({by_victim, by_other, by_victim}), known)->verified.size(), 2u);
  EXPECT_EQ(open_note(note_of({sign_note("another text\n", {"a.example", victim})}), known).error(),
            NoteError::bad_signature);
}

TEST(OpenNote, CountsAKeyOnceThatIsGivenTwice) {
  const auto key = key_of(1);
  const VerifierKey verifier{"a.example", KeyType::ed25519, key.public_key()};
  const VerifierKey known[] = {verifier, verifier};
  const auto line = sign_note(text, {"a.example", key});
  const auto opened = open_note(note_of({line, line}), known);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->verified.size(), 1u);
}

RC_GTEST_PROP(OpenNote, RefusesEveryFlippedBit, ()) {
  const auto witness = key_of(2);
  const VerifierKey known[] = {{"w.example", KeyType::cosignature, witness.public_key()}};
  auto note = note_of({cosign(text, {"w.example", witness}, sys_seconds(seconds(1679315147)))});
  RC_ASSERT(open_note(note, known));
  const auto position = *rc::gen::inRange<std::size_t>(0, note.size());
  note[position] ^= static_cast<char>(1 << *rc::gen::inRange(0, 8));
  RC_ASSERT(!open_note(note, known));
}

TEST(Cosignature, SignsTheHeaderTheTimeAndTheText) {
  const auto key = key_of(2);
  const auto line = cosign(text, {"w.example", key}, sys_seconds(seconds(1679315147)));
  ASSERT_EQ(line.bytes.size(), 72u);
  EXPECT_EQ(to_hex(BytesView(line.bytes).first(8)), "00000000641850cb");
  Signature signature;
  std::copy(line.bytes.begin() + 8, line.bytes.end(), signature.bytes.begin());
  EXPECT_TRUE(verify(key.public_key(),
                     as_bytes("cosignature/v1\ntime 1679315147\n" + std::string(text)), signature));
}

TEST(Cosignature, WithAnotherTimeOrLengthIsBad) {
  const auto key = key_of(2);
  const VerifierKey verifier{"w.example", KeyType::cosignature, key.public_key()};
  const auto good = cosign(text, {"w.example", key}, sys_seconds(seconds(5)));
  EXPECT_TRUE(verify_signature(verifier, text, good));
  auto later = good;
  later.bytes[7] = 6;
  EXPECT_FALSE(verify_signature(verifier, text, later));
  auto longer = good;
  longer.bytes.push_back(0);
  EXPECT_FALSE(verify_signature(verifier, text, longer));
  auto plain = good;
  plain.bytes.erase(plain.bytes.begin(), plain.bytes.begin() + 8);
  EXPECT_FALSE(verify_signature(verifier, text, plain));
}

// The specification ends time at 2^63 - 1, whoever signed a later one.
TEST(Cosignature, ThatIsValidButOfATimeBeyond63BitsIsBad) {
  const auto key = key_of(2);
  const VerifierKey verifier{"w.example", KeyType::cosignature, key.public_key()};
  const auto signed_at = [&](const std::string& time, const std::string& time_hex) {
    const auto signature =
        key.sign(as_bytes("cosignature/v1\ntime " + time + "\n" + std::string(text)));
    auto bytes = from_hex(time_hex).value();
    bytes.insert(bytes.end(), signature.bytes.begin(), signature.bytes.end());
    return NoteSignature{"w.example", verifier.id(), bytes};
  };
  EXPECT_TRUE(
      verify_signature(verifier, text, signed_at("9223372036854775807", "7fffffffffffffff")));
  EXPECT_FALSE(
      verify_signature(verifier, text, signed_at("9223372036854775808", "8000000000000000")));
}

TEST(ParseNote, SplitsAtTheLastEmptyLine) {
  const auto key = key_of(1);
  const auto note = parse_note(note_of({sign_note("a\n\nb\n", {"n", key})}, "a\n\nb\n"));
  ASSERT_TRUE(note);
  EXPECT_EQ(note->text, "a\n\nb\n");
}

TEST(ParseNote, RefusesWhatIsNotASignedNote) {
  const auto signature = "AAAAAAA=";  // A key id and one byte.
  EXPECT_TRUE(parse_note(with_first_line(std::string("— n ") + signature)));
  const std::string lines[] = {
      "",
      "— n",
      "— n ",
      "— n AAAAAA==",         // A key id alone.
      "— n AAAAAAA",          // No padding.
      "— n AAAAAAB=",         // Bits after the last byte.
      "— n AAAAAAA= ",        // A trailing space.
      "—  AAAAAAA=",          // No name.
      "— n m AAAAAAA=",       // A space in the name.
      "— n+m AAAAAAA=",       // A plus in the name.
      "— n\u2003m AAAAAAA=",  // A wide space in the name.
      "- n AAAAAAA=",         // A hyphen for the dash.
      "—n AAAAAAA=",          // No space after the dash.
      "— n AAAAAAA=\r",       // A control character.
      "— n\xff AAAAAAA=",     // Not UTF-8.
      "— n AAAAAAA=\nmore",
  };
  for (const auto& line : lines)
    EXPECT_EQ(parse_note(with_first_line(line)).error(), NoteError::malformed) << line;
  EXPECT_FALSE(parse_note(""));
  EXPECT_FALSE(parse_note("\n\n"));
  EXPECT_FALSE(parse_note("text\n— n AAAAAAA=\n"));
  EXPECT_FALSE(parse_note("text\n\n— n AAAAAAA="));
}

TEST(ParseNote, IsBoundedInSignaturesAndBytes) {
  const NoteSignature signature{"n", 1, {1}};
  auto note = note_of(std::vector<NoteSignature>(note_signatures_max, signature));
  EXPECT_EQ(parse_note(note)->signatures.size(), note_signatures_max);
  EXPECT_FALSE(parse_note(note + "— n AAAAAQE=\n"));
  const std::string long_text(note_bytes_max - 16, 'a');
  EXPECT_TRUE(parse_note("a\n\n— n AAAAAQE=\n"));
  EXPECT_FALSE(parse_note(long_text + "\n\n— n AAAAAQE=\n"));
  EXPECT_TRUE(parse_note(long_text.substr(32) + "\n\n— n AAAAAQE=\n"));
}

TEST(Checkpoint, IsThreeLines) {
  const Checkpoint checkpoint{"ledger.example", 7, Digest{}};
  EXPECT_EQ(format_checkpoint(checkpoint), text);
  EXPECT_EQ(parse_checkpoint(text), checkpoint);
}

TEST(Checkpoint, OfAnotherLogMayHaveExtensionLines) {
  const auto extended = std::string(text) + "Timestamp: 1\nmore\n";
  EXPECT_FALSE(parse_checkpoint(extended));
  EXPECT_TRUE(parse_checkpoint(extended, ExtensionLines::allow));
  EXPECT_FALSE(parse_checkpoint(std::string(text) + "\n", ExtensionLines::allow));
  EXPECT_FALSE(parse_checkpoint(std::string(text) + "cut", ExtensionLines::allow));
}

TEST(Checkpoint, RefusesOtherSpellings) {
  const std::string root = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
  EXPECT_TRUE(parse_checkpoint("o\n0\n" + root));
  EXPECT_TRUE(parse_checkpoint("o\n18446744073709551615\n" + root));
  for (const auto* head : {"\n7\n", "o\n07\n", "o\n+7\n", "o\n-7\n", "o\n 7\n", "o\n7 \n", "o\n\n",
                           "o\n7a\n", "o\n0x7\n", "o\n18446744073709551616\n", "o\n", "7\n"})
    EXPECT_FALSE(parse_checkpoint(head + root, ExtensionLines::allow)) << head;
  EXPECT_FALSE(parse_checkpoint("o\n7\nAAAA\n"));
  EXPECT_FALSE(parse_checkpoint("o\n7\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=\n"));
  EXPECT_FALSE(parse_checkpoint("o\n7\n" + root.substr(0, root.size() - 1)));
  EXPECT_FALSE(parse_checkpoint("o\r\n7\n" + root));
  EXPECT_FALSE(parse_checkpoint("\xff\n7\n" + root));
}

RC_GTEST_PROP(Checkpoint, ParsesToWhatItWrites, (std::uint64_t size)) {
  const Checkpoint checkpoint{"a.example/b", size, sha256(as_bytes(std::to_string(size)))};
  const auto parsed = parse_checkpoint(format_checkpoint(checkpoint));
  RC_ASSERT(parsed.has_value());
  RC_ASSERT(*parsed == checkpoint);
}

NoteError expected_error(const std::string& want) {
  if (want == "unverified") return NoteError::unverified_note;
  if (want == "invalid-signature") return NoteError::bad_signature;
  EXPECT_EQ(want, "malformed");
  return NoteError::malformed;
}

TEST_F(SharedVectors, SignedNotesOfC2spAndGo) {
  const auto document = read_json_vector("notes/signed-notes.json");
  int count = 0;
  for (const auto& vector : document.as_array()) {
    ++count;
    std::vector<VerifierKey> known;
    for (const auto& vkey : vector.at("vkeys").as_array())
      known.push_back(parse_vkey(text_of(vkey)).value());
    const auto opened = open_note(text_of(vector.at("note")), known);
    const auto want = text_of(vector.at("want"));
    ASSERT_EQ(opened.has_value(), want == "valid") << count;
    if (!opened) {
      EXPECT_EQ(opened.error(), expected_error(want)) << count;
      continue;
    }
    if (const auto* verified = vector.as_object().if_contains("verified"))
      EXPECT_EQ(opened->verified.size(), verified->to_number<std::size_t>());
    if (const auto* unverified = vector.as_object().if_contains("unverified"))
      EXPECT_EQ(opened->unverified.size(), unverified->to_number<std::size_t>());
  }
  EXPECT_EQ(count, 13);
}

// An add-checkpoint request: "old <size>", the proof's lines, an empty line, the note.
struct AddCheckpoint {
  std::uint64_t old_size = 0;
  std::vector<Digest> proof;
  std::string note;
};

AddCheckpoint parse_request(const std::string& request) {
  AddCheckpoint parsed;
  std::istringstream lines(request);
  std::string line;
  std::getline(lines, line);
  parsed.old_size = std::stoull(line.substr(4));
  while (std::getline(lines, line) && !line.empty())
    parsed.proof.push_back(*Digest::from(*from_base64(line)));
  parsed.note = request.substr(static_cast<std::size_t>(lines.tellg()));
  return parsed;
}

TEST_F(SharedVectors, WitnessRequestOfTheTlogWitnessSpecification) {
  std::istringstream indented(read_vector("notes/tlog-witness-example-add-checkpoint.txt"));
  std::string request;
  for (std::string line; std::getline(indented, line);) {
    if (request.empty() && line.empty()) continue;
    request += line.starts_with("    ") ? line.substr(4) : line;
    request += '\n';
  }
  while (request.ends_with("\n\n")) request.pop_back();
  const auto parsed = parse_request(request);
  EXPECT_EQ(parsed.old_size, 20852014u);
  EXPECT_EQ(parsed.proof.size(), 4u);
  const auto note = parse_note(parsed.note);
  ASSERT_TRUE(note);
  EXPECT_EQ(note->signatures.size(), 2u);
  const auto checkpoint = parse_checkpoint(note->text);
  ASSERT_TRUE(checkpoint);
  EXPECT_EQ(checkpoint->origin, "example.com/behind-the-sofa");
  EXPECT_EQ(checkpoint->size, 20852163u);
  EXPECT_EQ(format_note(*note), parsed.note);
}

std::vector<AddCheckpoint> requests_of(const std::string& script) {
  std::vector<AddCheckpoint> requests;
  const std::string fence = "```\n";
  for (auto begin = script.find(fence); begin != script.npos;) {
    begin += fence.size();
    const auto end = script.find(fence, begin);
    requests.push_back(parse_request(script.substr(begin, end - begin)));
    begin = script.find(fence, end + fence.size());
  }
  return requests;
}

// The witness script of torchwood. The signature that it broke also has bits after its last byte,
// so that our base64 calls it malformed before anyone verifies it.
TEST_F(SharedVectors, WitnessScriptOfTorchwood) {
  const auto bytes = from_hex("ffdc2d4d98e4124d3feaf788c0c2f9abfd796083d1f0495437f302ec79cf100f");
  const VerifierKey log[] = {
      {"sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562",
       KeyType::ed25519, admit_key(*bytes).value()}};
  Digest first_root;
  std::vector<std::string> outcomes;
  for (const auto& request : requests_of(read_vector("torchwood/litewitness.txt"))) {
    const auto note = open_note(request.note, log);
    if (!note) {
      outcomes.emplace_back(to_string(note.error()));
      continue;
    }
    const auto checkpoint = parse_checkpoint(note->text).value();
    if (request.old_size == 0) {
      first_root = checkpoint.root;
      outcomes.emplace_back("first");
      continue;
    }
    const auto verdict = verify_consistency(request.old_size, checkpoint.size, first_root,
                                            checkpoint.root, request.proof);
    outcomes.emplace_back(verdict ? "consistent" : to_string(verdict.error()));
  }
  ASSERT_GE(outcomes.size(), 6u);
  outcomes.resize(6);
  EXPECT_EQ(outcomes, (std::vector<std::string>{"first", "malformed", "unverified_note",
                                                "wrong_length", "wrong_root", "consistent"}));
}

// A checkpoint of Rekor with its witness's cosignature: the log's Ed25519 key is in the trusted
// root.
TEST_F(SharedVectors, CosignedRekorCheckpoint) {
  const std::string folder = "sigstore-conformance/bundle-verify/rekor2-checkpoint-cosigned/";
  const auto bundle = read_json_vector(folder + "bundle.sigstore.json");
  const auto note = text_of(
      bundle.at_pointer("/verificationMaterial/tlogEntries/0/inclusionProof/checkpoint/envelope"));
  const auto trusted = read_json_vector(folder + "trusted_root.json");
  int opened_by = 0;
  for (const auto& log : trusted.at("tlogs").as_array()) {
    const auto spki = base64_of(log.at("publicKey").at("rawBytes"));
    const auto key = spki.size() < 32 ? std::unexpected(KeyError::wrong_length)
                                      : admit_key(BytesView(spki).last(32));
    if (!key) continue;
    const VerifierKey known[] = {{"log2025-alpha1.rekor.sigstage.dev", KeyType::ed25519, *key}};
    const auto opened = open_note(note, known);
    if (!opened) continue;
    ++opened_by;
    EXPECT_EQ(opened->unverified.size(), 1u);
    EXPECT_EQ(parse_checkpoint(opened->text)->size, 736u);
  }
  EXPECT_EQ(opened_by, 1);
}

}  // namespace
}  // namespace centime::crypto
