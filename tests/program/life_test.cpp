// A node's life with the program alone: made, run, filled, followed, verified, audited, stopped.
#include <gmock/gmock.h>

#include <algorithm>
#include <cctype>
#include <functional>
#include <sstream>

#include "api/http_client.h"
#include "api/server.h"
#include "node/program/trace_text.h"
#include "tests/program/network_fixture.h"

namespace centime::program::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class Life : public Network {
 protected:
  void SetUp() override {
    Network::SetUp();
    start();
    const Result imported =
        import(csv("good.csv", good_rows()), {"--receipts", path("receipts.csv")});
    ASSERT_EQ(imported.code, 0) << imported.out << imported.err;
  }

  std::string network() const {
    const Result shown = centime({"network", "show", path("net/genesis.json"), "--json"});
    return std::string(json::parse(shown.out).at("network").as_string());
  }

  // Of gift-1, gift-2 and so on.
  void save_proofs(const std::vector<std::string>& files) {
    for (std::size_t i = 0; i < files.size(); ++i) {
      const Result saved =
          centime({"verify", "--id", "platform/gift-" + std::to_string(i + 1), "--node", url(),
                   "--policy", path("net/policy.txt"), "--save", files[i]});
      ASSERT_EQ(saved.code, 0) << saved.err;
    }
  }

  static std::vector<std::string> lines_of(const std::string& text) {
    std::istringstream in(text);
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
  }
};

TEST_F(Life, ADonationIsFollowedToTheLastCent) {
  const Result text = centime({"trace", "platform/gift-1", "--node", url()});
  ASSERT_EQ(text.code, 0) << text.err;
  EXPECT_THAT(text.out, StartsWith("50.00 EUR given to Water for all (water) on 2026-01-05\n"));
  EXPECT_THAT(text.out, HasSubstr("├─ 40.00 EUR sent to relief on 2026-01-07, acknowledged: First "
                                  "pump, 2026 [platform/send-1]\n"
                                  "│  ├─ 37.50 EUR paid on 2026-01-09 for goods to Pump Ltd "
                                  "[relief/pump]\n"
                                  "│  └─ 2.50 EUR held by relief\n"
                                  "└─ 10.00 EUR held by platform\n"));
  EXPECT_THAT(text.out, HasSubstr("37.50 EUR spent + 12.50 EUR held = 50.00 EUR, the whole gift."));
  EXPECT_THAT(text.out, HasSubstr("Rule: "));

  const Result by_json = centime({"trace", "gift-1", "--node", url(), "--json"});
  ASSERT_EQ(by_json.code, 0) << by_json.out;
  const std::string id(json::parse(by_json.out).at("donation").at("id").as_string());
  const Result by_id = centime({"trace", id.substr(0, 20), "--data", path("node"), "--json"});
  ASSERT_EQ(by_id.code, 0) << by_id.out;
  EXPECT_EQ(json::parse(by_id.out).at("leaves"), json::parse(by_json.out).at("leaves"));

  const Result absent = centime({"trace", "platform/gift-9", "--node", url()});
  EXPECT_EQ(absent.code, 1);
  EXPECT_THAT(absent.err, HasSubstr("centime: unknown_record: "));
}

TEST_F(Life, WhatIsNoDonationIsSaidToBeWhatItIs) {
  const std::vector<Arguments> places{{"--node", url()}, {"--data", path("node")}};
  for (const Arguments& place : places) {
    const auto trace = [&](const std::string& name) {
      Arguments arguments{"trace", name, "--json"};
      arguments.insert(arguments.end(), place.begin(), place.end());
      return centime(arguments);
    };
    const Result sent = trace("platform/send-1");
    EXPECT_EQ(sent.code, 1);
    EXPECT_EQ(json::parse(sent.out).at("error").at("code"), "wrong_record_kind");
    EXPECT_THAT(sent.out, HasSubstr("'platform/send-1' is a disbursement, not a donation"));
    EXPECT_THAT(trace("relief/pump").out, HasSubstr("is an expenditure, not a donation"));

    const Result gift = trace("platform/gift-1");
    ASSERT_EQ(gift.code, 0) << gift.out;
    std::string id(json::parse(gift.out).at("donation").at("id").as_string());
    std::ranges::transform(id, id.begin(), [](unsigned char c) { return std::toupper(c); });
    const Result large = trace(id);
    EXPECT_EQ(large.code, 0) << large.out;
    EXPECT_EQ(large.out, gift.out);
    EXPECT_THAT(trace(std::string(64, 'A')).out, HasSubstr("unknown_record"));
  }
}

TEST_F(Life, ATraceWhosePartsAreNotTheGiftIsNotShown) {
  const Result result = centime({"trace", "platform/gift-1", "--node", url(), "--json"});
  ASSERT_EQ(result.code, 0) << result.out;
  json::object trace = json::parse(result.out).as_object();
  ASSERT_TRUE(trace_text(trace));
  trace["leaves"].as_array()[0].at("given").as_object()["amount"] = 1;
  const auto less = trace_text(trace);
  ASSERT_FALSE(less);
  EXPECT_EQ(less.error().word, "wrong_sum");
  trace.erase("leaves");
  EXPECT_EQ(trace_text(trace).error().word, "bad_answer");
}

TEST_F(Life, AReferenceOfTwoAuthorsIsAmbiguousWithoutItsAuthor) {
  const Cells second = with(gift("gift-1", "7.00"), {{"author", "relief"}});
  const Result imported = import(csv("second.csv", {second}), {"--receipts", path("receipts.csv")});
  ASSERT_EQ(imported.code, 0) << imported.out << imported.err;
  const Result both = centime({"trace", "gift-1", "--node", url(), "--json"});
  EXPECT_EQ(both.code, 1);
  EXPECT_EQ(json::parse(both.out).at("error").at("code"), "ambiguous_id");
  EXPECT_EQ(centime({"trace", "relief/gift-1", "--node", url()}).code, 0);
}

// A true proof, of another donation than the one that has the name.
TEST_F(Life, ANodeCanNotChooseWhichDonationIsVerified) {
  ASSERT_EQ(
      import(csv("other.csv", {gift("gift-77", "7.00")}), {"--receipts", path("receipts.csv")})
          .code,
      0);
  const Result traced = centime({"trace", "gift-77", "--node", url(), "--json"});
  const std::string other(json::parse(traced.out).at("donation").at("id").as_string());
  api::Router router;
  router.get("/v1/search", [&](const api::Request&, api::PathParams, api::Reply reply) {
    const json::object record{{"type", "donation"}, {"reference", "gift-1"}};
    reply(api::json_response(json::object{
        {"records",
         json::array{json::object{{"id", other}, {"author", "platform"}, {"record", record}}}}}));
  });
  router.get("/v1/donations/{id}/proof",
             [&](const api::Request& request, api::PathParams, api::Reply reply) {
               auto proof = api::HttpClient().get(url() + request.path);
               reply(api::text_response("application/json", std::move(proof->body)));
             });
  api::Server liar(std::move(router), {});
  ASSERT_TRUE(liar.start());
  const Result told = centime({"verify", "--id", "platform/gift-1", "--node",
                               "http://127.0.0.1:" + std::to_string(liar.port()), "--policy",
                               path("net/policy.txt")});
  EXPECT_EQ(told.code, 1) << told.out;
  EXPECT_THAT(told.err, HasSubstr("wrong_donation"));
  EXPECT_THAT(told.err, HasSubstr("the proof of platform/gift-77 and not of platform/gift-1"));
}

TEST_F(Life, AProofIsFetchedByAnIdInCapitalsToo) {
  const Result traced = centime({"trace", "platform/gift-1", "--node", url(), "--json"});
  ASSERT_EQ(traced.code, 0) << traced.out;
  const std::string id(json::parse(traced.out).at("donation").at("id").as_string());
  std::string capitals = id;
  std::ranges::transform(capitals, capitals.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  for (const std::string& name : {capitals, capitals.substr(0, 20), id.substr(0, 32)}) {
    const Result told = centime(
        {"verify", "--id", name, "--node", url(), "--policy", path("net/policy.txt"), "--json"});
    ASSERT_EQ(told.code, 0) << name << told.out;
    EXPECT_EQ(json::parse(told.out).at("donation"), json::string(id));
  }
}

TEST_F(Life, AProofVerifiesAndATamperedOneNamesTheStep) {
  const std::string policy = path("net/policy.txt"), bundle = path("gift.trace.json");
  const Result fetched = centime(
      {"verify", "--id", "platform/gift-1", "--node", url(), "--policy", policy, "--save", bundle});
  ASSERT_EQ(fetched.code, 0) << fetched.err;
  EXPECT_THAT(fetched.out, StartsWith("VERIFIED\n"));
  EXPECT_THAT(fetched.out, HasSubstr("What it does not prove"));
  EXPECT_THAT(fetched.out, HasSubstr("platform/gift-1\n"));
  const Result offline = centime({"verify", bundle, "--policy", policy, "--json"});
  ASSERT_EQ(offline.code, 0) << offline.out;
  const auto verified = json::parse(offline.out);
  EXPECT_EQ(verified.at("gift").at("amount").to_number<int>(), 5'000);
  EXPECT_EQ(verified.at("name"), "platform/gift-1");
  EXPECT_THAT(read_text(path("receipts.csv")),
              HasSubstr(std::string(verified.at("commitment").as_string())));
  std::uint64_t sum = 0;
  for (const auto& part : verified.at("parts").as_array()) {
    sum += part.at("given").to_number<std::uint64_t>();
  }
  EXPECT_EQ(sum, 5'000);

  // One step per way to tamper.
  const auto step_of = [&](const std::function<void(json::object&)>& tamper) {
    json::value changed = json::parse(read_text(bundle));
    tamper(changed.as_object());
    const std::string name = file("tampered.json", json::serialize(changed));
    const Result result = centime({"verify", name, "--policy", policy, "--json"});
    EXPECT_EQ(result.code, 1) << result.out;
    const Result text = centime({"verify", name, "--policy", policy});
    EXPECT_THAT(text.err, HasSubstr("NOT VERIFIED"));
    return std::string(json::parse(result.out).at("error").at("step").as_string());
  };
  EXPECT_EQ(step_of([](json::object& changed) {
              std::string note(changed["checkpoint"].as_string());
              note[note.find('\n') + 1] ^= 1;  // The log's size.
              changed["checkpoint"] = note;
            }),
            "checkpoint");
  EXPECT_EQ(step_of([](json::object& changed) {
              changed["entries"].as_array().back().at("bytes") = "AAAA";
            }),
            "entries");
  EXPECT_EQ(step_of([](json::object& changed) { changed["entries"].as_array().pop_back(); }),
            "path");
  EXPECT_EQ(step_of([](json::object& changed) { changed["surplus"] = 1; }), "bundle");

  // Another network's policy trusts none of it.
  ASSERT_EQ(
      centime({"network", "new", path("network.toml"), "--out", path("other"), "--generate-keys"})
          .code,
      0);
  const Result other = centime({"verify", bundle, "--policy", path("other/policy.txt"), "--json"});
  EXPECT_EQ(other.code, 1);
  EXPECT_EQ(json::parse(other.out).at("error").at("step").as_string(), "checkpoint");
}

TEST_F(Life, SeveralProofsAreCheckedAtOnceAndEachIsTold) {
  const std::string policy = path("net/policy.txt");
  const std::vector<std::string> bundles{path("1.trace.json"), path("2.trace.json")};
  save_proofs(bundles);
  // The first is given twice, and adds up once.
  const Result all =
      centime({"verify", bundles[0], bundles[1], bundles[0], "--policy", policy, "--json"});
  ASSERT_EQ(all.code, 0) << all.out;
  const auto told = json::parse(all.out);
  EXPECT_EQ(told.at("donations").to_number<int>(), 2);
  ASSERT_EQ(told.at("proofs").as_array().size(), 3U);
  EXPECT_EQ(told.at("proofs").at(1).at("name"), "platform/gift-2");
  const auto units = [&](std::size_t i) {
    return told.at("proofs").at(i).at("gift").at("amount").to_number<std::uint64_t>();
  };
  EXPECT_EQ(told.at("gifts").at("EUR").to_number<std::uint64_t>(), units(0) + units(1));
  const Result text = centime({"verify", bundles[0], bundles[1], "--policy", policy});
  EXPECT_THAT(text.out, StartsWith("VERIFIED: 2 proofs of 2 donations\n"));

  // One that does not hold and one that is not there fail alone, and all of it.
  json::value changed = json::parse(read_text(bundles[1]));
  changed.at("entries").as_array().pop_back();
  const std::string tampered = file("tampered.json", json::serialize(changed));
  const std::vector<std::string> call{"verify",     bundles[0], tampered,
                                      path("none"), "--policy", policy};
  const Result some = centime(call);
  EXPECT_EQ(some.code, 1);
  EXPECT_EQ(some.out, "");
  EXPECT_THAT(some.err, StartsWith("centime: not_verified: 2 of 3 proofs do not hold\n"));
  EXPECT_THAT(some.err, HasSubstr("holds"));
  const std::vector<std::string> lines = lines_of(some.err);
  ASSERT_EQ(lines.size(), 4U) << some.err;
  EXPECT_THAT(lines[2], HasSubstr("FAILED"));
  EXPECT_THAT(lines[2], HasSubstr(tampered + "  step entries: "));
  EXPECT_THAT(lines[3], HasSubstr("missing_file"));
  std::vector<std::string> for_programs = call;
  for_programs.emplace_back("--json");
  const Result by_json = centime(for_programs);
  EXPECT_EQ(by_json.code, 1);
  const auto error = json::parse(by_json.out).at("error");
  EXPECT_EQ(error.at("code"), "not_verified");
  EXPECT_TRUE(error.at("proofs").at(0).at("verified").as_bool());
  EXPECT_FALSE(error.at("proofs").at(1).at("error").at("step").as_string().empty());
  EXPECT_EQ(error.at("proofs").at(2).at("error").at("code"), "missing_file");
}

// Each would not hold for the same reason, which is said below all of them and not on each line.
TEST_F(Life, ThatThePolicyMayBeNewerThanManyProofsIsSaidOnce) {
  const std::vector<std::string> bundles{path("1.trace.json"), path("2.trace.json")};
  save_proofs(bundles);
  ASSERT_EQ(
      centime({"network", "new", path("network.toml"), "--out", path("later"), "--generate-keys"})
          .code,
      0);
  // The same log, with another signer.
  std::string policy;
  for (const std::string& line : lines_of(read_text(path("net/policy.txt")))) {
    if (!line.starts_with("witness ")) policy += line + '\n';
    if (!line.starts_with("log ")) continue;
    for (const std::string& later : lines_of(read_text(path("later/policy.txt")))) {
      if (later.starts_with("witness ")) policy += later + '\n';
    }
  }
  const std::vector<std::string> call{"verify",     bundles[0], bundles[1],
                                      path("none"), "--policy", file("later.txt", policy)};
  const Result text = centime(call);
  EXPECT_EQ(text.code, 1);
  const std::vector<std::string> lines = lines_of(text.err);
  ASSERT_EQ(lines.size(), 5U) << text.err;
  EXPECT_EQ(lines[0], "centime: not_verified: 3 of 3 proofs do not hold");
  EXPECT_THAT(lines[1], HasSubstr(bundles[0] + "  step checkpoint: "));
  EXPECT_THAT(lines[2], HasSubstr(bundles[1] + "  step checkpoint: "));
  EXPECT_THAT(lines[4], StartsWith("The policy may only be newer than the proof"));
  EXPECT_THAT(text.err, Not(HasSubstr("NOT VERIFIED")));

  std::vector<std::string> for_programs = call;
  for_programs.emplace_back("--json");
  const auto error = json::parse(centime(for_programs).out).at("error");
  EXPECT_EQ(std::string(error.at("advice").as_string()) + ".", lines[4]);
  for (const std::size_t i : {0, 1}) {
    const auto& fault = error.at("proofs").at(i).at("error");
    EXPECT_EQ(fault.at("step"), "checkpoint");
    EXPECT_THAT(std::string(fault.at("detail").as_string()), Not(HasSubstr("newer")));
  }

  // Of a proof alone it is said beside the step.
  const Result alone = centime({"verify", bundles[0], "--policy", path("later.txt")});
  EXPECT_THAT(alone.err, HasSubstr("NOT VERIFIED: step checkpoint failed: "));
  EXPECT_THAT(alone.err, HasSubstr(".\nThe policy may only be newer than the proof"));
  // Proofs that fail later than the signatures say nothing of the policy.
  json::value changed = json::parse(read_text(bundles[1]));
  changed.at("entries").as_array().pop_back();
  const Result later =
      centime({"verify", bundles[0], file("tampered.json", json::serialize(changed)), "--policy",
               path("net/policy.txt")});
  EXPECT_THAT(later.err, Not(HasSubstr("newer")));
}

TEST_F(Life, AFilesNameDoesNotLookLikeTheLineOfAnother) {
  const std::string bundle = path("1.trace.json");
  const std::string forged = path("2\n  holds                9.00 EUR  x\x1b[2J.json");
  save_proofs({bundle, forged});
  const Result text = centime({"verify", bundle, forged, "--policy", path("net/policy.txt")});
  ASSERT_EQ(text.code, 0) << text.err;
  const std::vector<std::string> lines = lines_of(text.out);
  EXPECT_EQ(
      std::ranges::count_if(lines, [](const auto& line) { return line.starts_with("  holds"); }),
      2);
  EXPECT_THAT(text.out,
              HasSubstr("2?  holds                9.00 EUR  x?[2J.json  platform/gift-2\n"));
  // The name that programs read is the file's.
  const Result by_json =
      centime({"verify", bundle, forged, "--policy", path("net/policy.txt"), "--json"});
  EXPECT_EQ(json::parse(by_json.out).at("proofs").at(1).at("file"), json::string(forged));

  const Result failed =
      centime({"verify", bundle, path("none\n  holds"), "--policy", path("net/policy.txt")});
  EXPECT_EQ(lines_of(failed.err).size(), 3U) << failed.err;
}

// Two funds may hold as much as an account can, and the proofs of both are as good as others.
TEST_F(Life, GiftsThatAddUpToMoreThanFitsAreToldWithoutASum) {
  auto rows = good_rows();
  const std::vector<Cells> more{with(rows[1], {{"reference", "sea"}, {"fund", "sea"}}),
                                with(rows[2], {{"reference", "sea-ok"}, {"fund", "sea"}}),
                                with(gift("gift-3", "90071992547409.91"), {{"fund", "sea"}})};
  const Result imported = import(csv("more.csv", more), {"--receipts", path("more-receipts.csv")});
  ASSERT_EQ(imported.code, 0) << imported.out << imported.err;
  const std::vector<std::string> bundles{path("1.trace.json"), path("2.trace.json"),
                                         path("3.trace.json")};
  save_proofs(bundles);
  std::vector<std::string> call{"verify", bundles[0], bundles[2], "--policy",
                                path("net/policy.txt")};
  const Result text = centime(call);
  ASSERT_EQ(text.code, 0) << text.err;
  EXPECT_THAT(text.out, HasSubstr("  more than 90,071,992,547,409.91 EUR  given, all in all; no "
                                  "exact sum fits\n"));
  call.emplace_back("--json");
  EXPECT_TRUE(json::parse(centime(call).out).at("gifts").at("EUR").is_null());
  // Up to there it is added.
  const Result one =
      centime({"verify", bundles[2], bundles[2], "--policy", path("net/policy.txt")});
  EXPECT_THAT(one.out, HasSubstr("90,071,992,547,409.91 EUR  given, all in all\n"));
}

TEST_F(Life, TheAuditChecksTheRunningNodeAndItsDirectory) {
  const Result node =
      centime({"audit", "--node", url(), "--genesis", path("net/genesis.bin"), "--json"});
  ASSERT_EQ(node.code, 0) << node.out << node.err;
  const auto report = json::parse(node.out);
  EXPECT_EQ(report.at("entries").to_number<std::uint64_t>(), entries());
  EXPECT_EQ(report.at("records").to_number<int>(), 8);
  EXPECT_EQ(report.at("quorum_signatures").to_number<int>(), 1);
  const Result directory =
      centime({"audit", "--data", path("node"), "--network", network(), "--json"});
  ASSERT_EQ(directory.code, 0) << directory.out << directory.err;
  EXPECT_EQ(json::parse(directory.out).at("log_root"), report.at("log_root"));

  const Result other = centime({"audit", "--node", url(), "--network", std::string(64, '0')});
  EXPECT_EQ(other.code, 1);
  EXPECT_THAT(other.err, HasSubstr("centime: wrong_network: "));
  const Result text = centime({"audit", "--node", url()});
  EXPECT_THAT(text.out, StartsWith("OK: the whole log holds"));
  EXPECT_THAT(text.out, HasSubstr("compare the id above"));
}

TEST_F(Life, AStoreThatWasChangedIsFoundOut) {
  ASSERT_EQ(stop(), 0);
  const std::string good = centime({"audit", "--data", path("node")}).out;
  EXPECT_THAT(good, StartsWith("OK"));
  // Replaces a name that stands in an entry, wherever the store keeps it.
  std::size_t replaced = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path("node/db"))) {
    if (!entry.is_regular_file()) continue;
    std::string bytes = read_text(entry.path());
    for (std::size_t at = bytes.find("Pump Ltd"); at != std::string::npos;
         at = bytes.find("Pump Ltd", at + 1)) {
      bytes.replace(at, 8, "Bump Ltd");
      ++replaced;
    }
    write_text(entry.path(), bytes);
  }
  ASSERT_GT(replaced, 0);
  const Result audit = centime({"audit", "--data", path("node")});
  EXPECT_NE(audit.code, 0);
  EXPECT_THAT(audit.err, HasSubstr("centime: "));
}

TEST_F(Life, SigtermStopsTheNodeInOrderAndNothingIsLost) {
  const std::uint64_t before = entries();
  process().signal(SIGTERM);
  EXPECT_EQ(process().wait(), 0);
  EXPECT_THAT(process().errors(), HasSubstr("SIGTERM: stopping"));
  EXPECT_THAT(process().errors(), HasSubstr("stopped at block"));
  const Result status = centime({"status", "--data", path("node")});
  EXPECT_EQ(status.code, 0);
  EXPECT_THAT(status.out, StartsWith("OK\n"));
  start();
  EXPECT_EQ(entries(), before);
  EXPECT_EQ(stop(), 0);
}

TEST_F(Life, AKillLosesNothingThatWasConfirmed) {
  const std::uint64_t before = entries();
  process().signal(SIGKILL);
  EXPECT_EQ(process().wait(), 128 + SIGKILL);
  start();
  EXPECT_EQ(entries(), before);
  EXPECT_EQ(import(path("good.csv"), {"--receipts", path("receipts.csv")}).code, 0);
  EXPECT_EQ(entries(), before);
}

TEST_F(Life, ASecondNodeOnTheSameDirectoryIsRefused) {
  const Result second = centime({"run", "--data", path("node")});
  EXPECT_EQ(second.code, 4);
  EXPECT_THAT(second.err, HasSubstr("centime: store_in_use: "));
  EXPECT_GT(entries(), 0);
}

TEST_F(Life, StatusOfANodeSaysOkAndThatOneIsGoneIsAProblem) {
  const Result good = centime({"status", "--node", url()});
  EXPECT_EQ(good.code, 0);
  EXPECT_THAT(good.out, StartsWith("OK\n"));
  EXPECT_THAT(good.out, HasSubstr("1,050.00 EUR donated, 37.50 EUR spent, 1,012.50 EUR held"));
  EXPECT_THAT(good.out, HasSubstr("signed by 1 of 1 validators"));
  const std::string gone = url();
  ASSERT_EQ(stop(), 0);
  const Result bad = centime({"status", "--node", gone});
  EXPECT_EQ(bad.code, 1);
  EXPECT_THAT(bad.out, StartsWith("PROBLEM: unreachable: "));
  EXPECT_THAT(centime({"status", "--data", path("nothing")}).out, StartsWith("PROBLEM: "));
}

TEST_F(Life, TheMoneyOnTheScreenAddsUp) {
  const std::vector<Cells> rows{{{"type", "refund"},
                                 {"author", "platform"},
                                 {"reference", "r-1"},
                                 {"donation", "gift-2"},
                                 {"amount", "10.00"},
                                 {"date", "2026-02-01"},
                                 {"reason", "Asked for it"}},
                                {{"type", "exchange"},
                                 {"author", "platform"},
                                 {"reference", "r-2"},
                                 {"fund", "water"},
                                 {"amount", "100.00"},
                                 {"currency", "EUR"},
                                 {"to_amount", "16000"},
                                 {"to_currency", "JPY"},
                                 {"rate_source", "Bank"},
                                 {"date", "2026-02-01"}}};
  ASSERT_EQ(import(csv("more.csv", rows)).code, 0);
  const Result status = centime({"status", "--node", url()});
  EXPECT_THAT(status.out,
              HasSubstr("1,050.00 EUR donated, 37.50 EUR spent, 10.00 EUR refunded, 100.00 EUR "
                        "exchanged to other currencies, 902.50 EUR held\n"));
  EXPECT_THAT(status.out, HasSubstr("0 JPY donated, 16,000 JPY from other currencies, 0 JPY spent, "
                                    "16,000 JPY held\n"));
}

TEST_F(Life, SubmitRecordsJsonAndRefusesWithTheLedgersWord) {
  const std::string one = file("one.json",
                               R"({"type": "expenditure", "reference": "nails", "fund": "water",
      "amount": 100, "currency": "EUR", "paid_on": "2026-01-11", "category": "goods",
      "evidence": []})");
  const Arguments arguments{"submit", one, "--node", url(), "--key", key("relief"), "--json"};
  const Result first = centime(arguments);
  ASSERT_EQ(first.code, 0) << first.out;
  const auto report = json::parse(first.out);
  EXPECT_EQ(report.at("ids").as_array().size(), 1);
  EXPECT_FALSE(report.at("repeat").as_bool());
  const Result again = centime(arguments);
  ASSERT_EQ(again.code, 0);
  EXPECT_TRUE(json::parse(again.out).at("repeat").as_bool());
  EXPECT_EQ(json::parse(again.out).at("ids"), report.at("ids"));

  const Result poor = centime(
      {"submit", file("poor.json", R"({"records": [{"type": "expenditure", "reference": "boat",
      "fund": "water", "amount": 100000000, "currency": "EUR", "paid_on": "2026-01-11",
      "category": "goods", "evidence": []}]})"),
       "--node", url(), "--key", key("relief")});
  EXPECT_EQ(poor.code, 1);
  EXPECT_THAT(poor.err, HasSubstr("centime: insufficient_funds: "));
  EXPECT_EQ(std::ranges::count(poor.err, '\n'), 1) << poor.err;

  const auto spend = [](const std::string& reference, int amount) {
    return R"({"type": "expenditure", "reference": ")" + reference +
           R"(", "fund": "water", "currency": "EUR", "paid_on": "2026-01-11",
      "category": "goods", "evidence": [], "amount": )" +
           std::to_string(amount) + "}";
  };
  const auto submit = [&](const std::vector<std::string>& records, bool as_json) {
    std::string all;
    for (const std::string& record : records) all += (all.empty() ? "" : ",") + record;
    Arguments command{"submit", file("some.json", "{\"records\": [" + all + "]}"),
                      "--node", url(),
                      "--key",  key("relief")};
    if (as_json) command.push_back("--json");
    return centime(command);
  };
  const std::vector<std::string> two{spend("a", 1), spend("b", 100000000), spend("c", 200000000)};
  const Result in_words = submit(two, false);
  EXPECT_THAT(in_words.err, HasSubstr("\n  records[1]: insufficient_funds: "));
  EXPECT_THAT(in_words.err, HasSubstr("\n  records[2]: insufficient_funds: "));
  const auto error = json::parse(submit(two, true).out).at("error");
  EXPECT_THAT(std::string(error.at("detail").as_string()), ::testing::Not(HasSubstr("\n")));
  EXPECT_EQ(error.at("records").as_array().size(), 2);
  EXPECT_THAT(submit({two[0], two[1]}, false).err, ::testing::EndsWith("\n  in records[1]\n"));
  const Result stranger =
      centime({"submit", one, "--node", url(), "--key", key("relief"), "--member", "checker"});
  EXPECT_EQ(stranger.code, 1);
  EXPECT_THAT(stranger.err, HasSubstr("centime: unknown_key: "));
  const Result misspelt =
      centime({"submit", file("misspelt.json", R"({"type": "channel", "referense": "x"})"),
               "--node", url(), "--key", key("platform")});
  EXPECT_EQ(misspelt.code, 1);
  EXPECT_THAT(misspelt.err, ::testing::ContainsRegex("centime: (unknown|missing)_field: "));
}

TEST_F(Life, TokensAreMadeOnceAndRevoked) {
  const Arguments base{"--data", path("node"), "--json"};
  const auto token = [&](Arguments arguments) {
    arguments.insert(arguments.begin(), "token");
    arguments.insert(arguments.end(), base.begin(), base.end());
    return centime(arguments);
  };
  const Result made = token({"new", "--name", "shop", "--scope", "record"});
  ASSERT_EQ(made.code, 0) << made.out;
  const std::string secret(json::parse(made.out).at("token").as_string());
  EXPECT_THAT(secret, StartsWith("centime_"));
  EXPECT_THAT(read_text(path("node/tokens")), ::testing::Not(HasSubstr(secret)));
  EXPECT_EQ(token({"new", "--name", "shop", "--scope", "record"}).code, 1);
  EXPECT_EQ(token({"new", "--name", "till", "--scope", "everything"}).code, 2);
  EXPECT_THAT(token({"list"}).out, HasSubstr("\"shop\""));
  EXPECT_EQ(token({"revoke", "--name", "shop"}).code, 0);
  EXPECT_THAT(token({"revoke", "--name", "shop"}).out, HasSubstr("unknown_name"));
  EXPECT_EQ(json::parse(token({"list"}).out).at("tokens").as_array().size(), 0);
}

TEST_F(Life, ANewTokenIsSaidToAllowWhatItsScopeDoes) {
  const auto text = [&](const std::string& name, const Arguments& scopes) {
    Arguments arguments{"token", "new", "--data", path("node"), "--name", name};
    for (const std::string& scope : scopes) {
      arguments.push_back("--scope");
      arguments.push_back(scope);
    }
    return centime(arguments).out;
  };
  const std::string records = "can record money, evidence, channels and proposed funds";
  const std::string attests = "attest, dispute and approve funds as this node's member;";
  EXPECT_THAT(text("shop", {"record"}), HasSubstr(records + " as this node's member;"));
  EXPECT_THAT(text("both", {"check", "record"}), HasSubstr(records + " as this node's member;"));
  EXPECT_THAT(text("audits", {"attest"}), HasSubstr("can " + attests));
  EXPECT_THAT(text("office", {"record,attest"}), HasSubstr(records + ", and " + attests));
  EXPECT_THAT(text("books", {"check"}), HasSubstr("and records nothing;"));
}

TEST_F(Life, ARebuiltStoreIsTheSameLedger) {
  const Result busy = centime({"rebuild", "--data", path("node")});
  EXPECT_EQ(busy.code, 1);
  const std::uint64_t before = entries();
  ASSERT_EQ(stop(), 0);
  const Result rebuilt = centime({"rebuild", "--data", path("node"), "--json"});
  ASSERT_EQ(rebuilt.code, 0) << rebuilt.out;
  EXPECT_EQ(json::parse(rebuilt.out).at("entries").to_number<std::uint64_t>(), before);
  start();
  EXPECT_EQ(entries(), before);
  EXPECT_EQ(centime({"trace", "platform/gift-1", "--node", url()}).code, 0);
}

}  // namespace
}  // namespace centime::program::testing
