// POST /v1/submissions/check.
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

  ClientResponse check(std::string_view body) {
    return post("/v1/submissions/check", body, "application/octet-stream");
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
       {std::string("abc"), std::string("\0\0\0\x05junk", 8), std::string("\xff\xff\xff\xff", 4)})
    EXPECT_EQ(refused(check(body)), (Refused{400, "bad_encoding"}));
  EXPECT_EQ(json_of(check("")).at("submissions_checked"), 0);
  EXPECT_EQ(refused(post("/v1/submissions/check", "{}")), (Refused{415, "unsupported_media_type"}));
}

TEST_F(CheckResource, JunkOfTheRightLengthIsOneBadSubmission) {
  const auto json = json_of(check(std::string("\0\0\0\x04junk", 8)));
  EXPECT_EQ(json.at("bad_records"), 1);
  EXPECT_EQ(json.at("submissions").at(0).at("code"), "bad_encoding");
}

TEST_F(CheckResource, TakesLargeBodies) {
  open_fund();
  std::vector<ledger::Submission> submissions;
  for (int i = 0; i < 60; ++i) {
    std::vector<ledger::Record> records;
    for (int j = 0; j < 2'000; ++j) records.push_back(record(test::donation_of(100)));
    submissions.push_back(sign(open_giving, std::move(records)));
  }
  const std::string body = framed(submissions);
  ASSERT_GT(body.size(), std::size_t{8} << 20);
  const auto response = check(body);
  ASSERT_EQ(response.status, 200U) << response.body;
  EXPECT_EQ(json_of(response).at("records_checked"), 120'000);
  EXPECT_EQ(json_of(response).at("bad_records"), 0);
}

}  // namespace
}  // namespace centime::api
