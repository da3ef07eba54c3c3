// POST /v1/submissions/check, and what a token changes about it.
#include <atomic>
#include <thread>

#include "node/ledger/trial_submission.h"
#include "tests/api/node_fixture.h"

namespace centime::api {
namespace {

using test::open_giving;
using test::red_aid;

class CheckResource : public NodeTest {
 protected:
  static std::string framed(const std::vector<ledger::Submission>& submissions) {
    std::string body;
    for (const auto& submission : submissions) {
      const crypto::Bytes bytes = crypto::encode(submission);
      for (const int shift : {24, 16, 8, 0})
        body += static_cast<char>(bytes.size() >> shift & 0xff);
      body += crypto::as_text(bytes);
    }
    return body;
  }

  // Of this length, which is no submission.
  static std::string junk(unsigned char size) {
    return std::string("\0\0\0", 3) + static_cast<char>(size) + std::string(size, 'x');
  }

  ClientResponse check(std::string_view body, const std::string& token = "") {
    Fields headers;
    if (!token.empty()) headers.emplace_back("Authorization", "Bearer " + token);
    return post("/v1/submissions/check", body, "application/octet-stream", headers);
  }

  // `count` submissions of 2,000 gifts each.
  std::string gifts(int count) {
    std::vector<ledger::Submission> submissions;
    for (int i = 0; i < count; ++i) {
      std::vector<ledger::Record> records;
      for (int j = 0; j < 2'000; ++j) records.push_back(record(test::donation_of(100)));
      submissions.push_back(sign(open_giving, std::move(records)));
    }
    return framed(submissions);
  }
};

TEST_F(CheckResource, GoodSubmissionsHaveNothingToSayAndAreNotRecorded) {
  open_fund();
  const auto before = read("/v1/status").at("height");
  const auto response =
      check(framed({sign(open_giving, {record(test::donation_of(5000))}),
                    sign(open_giving, {record(test::disbursement_of(red_aid, 5000))}),
                    sign(red_aid, {record(test::expenditure_of(5000))})}));
  ASSERT_EQ(response.status, 200U) << response.body;
  const auto json = json_of(response);
  EXPECT_EQ(json.at("bad_records"), 0);
  EXPECT_EQ(json.at("submissions_checked"), 3);
  EXPECT_EQ(json.at("records_checked"), 3);
  EXPECT_TRUE(json.at("complete").as_bool());
  EXPECT_TRUE(json.at("submissions").as_array().empty());
  EXPECT_EQ(read("/v1/status").at("height"), before);
  EXPECT_TRUE(read("/v1/funds/relief").at("totals").as_array().empty());
}

TEST_F(CheckResource, EachBadRecordIsNamedWithItsSubmission) {
  open_fund();
  auto forged = sign(open_giving, {record(test::donation_of(1)), record(test::donation_of(2))});
  forged.head.signature.bytes[5] ^= 1;
  const auto response = check(framed({
      sign(open_giving, {record(test::donation_of(100))}),
      forged,
      // The second record asks for more than the first submission's donation.
      sign(open_giving, {record(test::disbursement_of(red_aid, 60)),
                         record(test::disbursement_of(red_aid, 60))}),
  }));
  ASSERT_EQ(response.status, 200U) << response.body;
  const auto json = json_of(response);
  EXPECT_EQ(json.at("bad_records"), 3);
  EXPECT_EQ(json.at("records_checked"), 5);
  const auto& submissions = json.at("submissions").as_array();
  ASSERT_EQ(submissions.size(), 2U);
  EXPECT_EQ(submissions[0].at("index"), 1);
  EXPECT_EQ(submissions[0].at("code"), "bad_signature");
  EXPECT_EQ(submissions[1].at("index"), 2);
  ASSERT_EQ(submissions[1].at("records").as_array().size(), 1U);
  EXPECT_EQ(submissions[1].at("records").at(0).at("index"), 1);
  EXPECT_EQ(submissions[1].at("records").at(0).at("code"), "insufficient_funds");
}

TEST_F(CheckResource, ABodyThatIsNoSequenceIsBadEncoding) {
  for (const std::string& body :
       {std::string("abc"), std::string("\0\0\0\x05junk", 8), std::string("\xff\xff\xff\xff", 4),
        junk(127), std::string(std::size_t{2} << 20, '\0')})
    EXPECT_EQ(refused(check(body)), (Refused{400, "bad_encoding"}));
  EXPECT_EQ(json_of(check("")).at("submissions_checked"), 0);
  EXPECT_EQ(refused(post("/v1/submissions/check", "{}")), (Refused{415, "unsupported_media_type"}));
}

TEST_F(CheckResource, JunkOfTheRightLengthIsOneBadSubmission) {
  const auto json = json_of(check(junk(128)));
  EXPECT_EQ(json.at("bad_records"), 1);
  EXPECT_TRUE(json.at("complete").as_bool());
  EXPECT_EQ(json.at("submissions").at(0).at("code"), "bad_encoding");
}

TEST_F(CheckResource, ListsABoundedNumberOfSubmissionsThatAreNone) {
  std::string body;
  for (int i = 0; i < 100'001; ++i) body += junk(128);
  const auto json = json_of(check(body, token({Scope::check})));
  EXPECT_EQ(json.at("submissions_checked"), 100'001);
  EXPECT_EQ(json.at("bad_records"), 100'001);
  EXPECT_EQ(json.at("submissions").as_array().size(), 100'000U);
  EXPECT_FALSE(json.at("complete").as_bool());
}

TEST_F(CheckResource, TakesLargeBodiesWithATokenOfAnyScope) {
  open_fund();
  const std::string body = gifts(60);
  ASSERT_GT(body.size(), std::size_t{8} << 20);
  for (const Scope scope : {Scope::check, Scope::record}) {
    const auto response = check(body, token({scope}, std::string(crypto::word_of(scope))));
    ASSERT_EQ(response.status, 200U) << response.body;
    EXPECT_EQ(json_of(response).at("records_checked"), 120'000);
    EXPECT_EQ(json_of(response).at("bad_records"), 0);
  }
}

TEST_F(CheckResource, TakesOneLargestSubmissionOfAStrangerAndNoMore) {
  open_fund();
  std::string body = gifts(1);
  const std::size_t largest = ledger::submission_bytes_max + 1024;
  while (body.size() < largest) body += gifts(1);
  const auto taken = check(body);
  ASSERT_EQ(taken.status, 200U) << taken.body;

  while (body.size() <= std::size_t{2} << 20) body += gifts(1);
  EXPECT_EQ(refused(check(body)), (Refused{413, "too_large"}));
}

TEST_F(CheckResource, ATokenThatIsNoneIsRefusedWhateverTheBody) {
  EXPECT_EQ(refused(check("", "centime_wrong")), (Refused{401, "bad_token"}));
  EXPECT_EQ(refused(check("junk", "centime_wrong")), (Refused{401, "bad_token"}));
  EXPECT_EQ(refused(check(std::string(3 << 20, 'x'), "centime_wrong")),
            (Refused{401, "bad_token"}));
}

TEST_F(CheckResource, WhileAStrangersRunsAnotherStrangersIsBusyAndATokensIsNot) {
  open_fund();
  const std::string secret = token({Scope::check});
  const std::string body = gifts(6);
  ASSERT_LT(body.size(), std::size_t{2} << 20);
  // A check takes a while longer than it takes another to arrive; both kinds have their own place.
  std::atomic<bool> done = false;
  std::atomic<int> busy = 0;
  std::thread stranger([&] {
    HttpClient other;
    while (!done) {
      const auto answer = other.request("POST", url("/v1/submissions/check"),
                                        {{"Content-Type", "application/octet-stream"}}, body);
      if (answer && answer->status == 503) ++busy;
    }
  });
  for (int tries = 0; tries < 200 && busy == 0; ++tries) {
    const auto mine = check(body);
    EXPECT_TRUE(mine.status == 200 || mine.status == 503) << mine.body;
    if (mine.status == 503) {
      EXPECT_EQ(refused(mine), (Refused{503, "busy"}));
      ++busy;
    }
    const auto trusted = check("", secret);
    EXPECT_EQ(trusted.status, 200U) << trusted.body;
  }
  done = true;
  stranger.join();
  EXPECT_GT(busy, 0);
}

TEST_F(CheckResource, ATokenForChecksDoesNotRecord) {
  const auto response = post("/v1/records", "{}", "application/json",
                             {{"Authorization", "Bearer " + token({Scope::check})}});
  EXPECT_EQ(refused(response), (Refused{403, "scope_missing"}));
  EXPECT_EQ(response.header("www-authenticate"),
            "Bearer error=\"insufficient_scope\", scope=\"record\"");
}

// A node that is asked, or who listens, must not have what an importer only looks at recorded.
TEST_F(CheckResource, WhatIsSignedForCheckingIsCheckedAndNeverRecorded) {
  open_fund();
  const auto gift = record(test::donation_of(100));
  const auto for_check = ledger::sign_for_trial(node->network(), open_giving,
                                                test::fixed_key(open_giving.value), {gift});
  const auto checked = check(framed({for_check}));
  ASSERT_EQ(checked.status, 200U) << checked.body;
  EXPECT_EQ(json_of(checked).at("records_checked"), 1);
  EXPECT_EQ(json_of(checked).at("bad_records"), 0);

  const auto before = read("/v1/status").at("entries");
  EXPECT_EQ(refused(submit(for_check)), (Refused{422, "bad_signature"}));
  EXPECT_EQ(refused(post("/v1/submissions", boost::json::serialize(crypto::to_json(for_check)))),
            (Refused{422, "bad_signature"}));
  EXPECT_EQ(read("/v1/status").at("entries"), before);
  EXPECT_EQ(submit(sign(open_giving, {gift})).status, 201U);
}

TEST_F(CheckResource, ASignatureOfAnotherKeyOrForAnotherNetworkIsBadHoweverItIsMeant) {
  open_fund();
  const auto bad = [&](const ledger::NetworkId& network, std::string_view key) {
    const auto json = json_of(check(framed({ledger::sign_for_trial(
        network, open_giving, test::fixed_key(key), {record(test::donation_of(100))})})));
    return json.at("submissions").at(0).at("code");
  };
  EXPECT_EQ(bad({}, open_giving.value), "bad_signature");
  EXPECT_EQ(bad(node->network(), "nobody"), "unknown_key");
}

}  // namespace
}  // namespace centime::api
