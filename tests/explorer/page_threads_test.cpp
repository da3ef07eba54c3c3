// Which pages are made on a thread of the server, and which are not.
#include <gmock/gmock.h>

#include "explorer/pages.h"
#include "tests/api/made_answer.h"
#include "tests/explorer/explorer_world.h"

namespace centime::explorer {
namespace {

using testing::HasSubstr;

class PageThreads : public ExplorerTest {
 protected:
  PageThreads() { add_pages(router_, *node); }

  api::MadeAnswer ask(const std::string& path) {
    auto made = api::make_answer(
        router_, "GET " + path + " HTTP/1.1\r\nHost: t\r\nAccept: text/html\r\n\r\n");
    EXPECT_EQ(made.response.status, 200U) << path;
    EXPECT_TRUE(made.response.made_at) << "it may be given again, wherever it was made";
    return made;
  }
  bool at_once(const std::string& path) { return ask(path).at_once; }

  // In one submission; the ids.
  std::vector<std::string> state_records(const ledger::MemberId& author, std::size_t count,
                                         const ledger::RecordBody& body) {
    std::vector<ledger::Record> records;
    for (std::size_t i = 0; i < count; ++i) records.push_back(record(body));
    const auto answer = json_of(submit(sign(author, std::move(records))));
    std::vector<std::string> ids;
    for (const auto& id : answer.at("ids").as_array()) ids.emplace_back(id.as_string());
    return ids;
  }

 private:
  api::Router router_;
};

TEST_F(PageThreads, UsualPagesAreMadeAtOnce) {
  open_fund();
  const auto gift = partly_spent_gift();
  donate(700);
  const auto sent = disburse(test::open_giving, test::red_aid, 700);
  for (const auto& path : {"/d/" + gift, "/r/" + gift, "/r/" + sent, "/d/" + sent})
    EXPECT_TRUE(at_once(path)) << path;
}

TEST_F(PageThreads, AGiftInManyPiecesIsFollowedElsewhere) {
  open_fund();
  const auto gift = donate(5000);
  state_records(test::open_giving, little_records, test::disbursement_of(test::red_aid, 10));
  EXPECT_TRUE(at_once("/d/" + gift));
  disburse(test::open_giving, test::red_aid, 10);
  const auto page = ask("/d/" + gift);
  EXPECT_FALSE(page.at_once);
  EXPECT_THAT(page.response.body, HasSubstr("6.50\u00a0EUR")) << "followed to the end all the same";
}

TEST_F(PageThreads, AGiftOfWhichMuchIsSaidIsToldElsewhere) {
  open_fund();
  const auto gift = donate();
  const ledger::Subject subject = ledger::RecordSubject{id_of(gift)};
  state_records(test::tender, little_records, test::attestation_of(subject));
  EXPECT_TRUE(at_once("/d/" + gift));
  EXPECT_TRUE(at_once("/r/" + gift));
  state_record(test::tender, test::attestation_of(subject));
  EXPECT_FALSE(at_once("/d/" + gift));
  EXPECT_FALSE(at_once("/r/" + gift));
}

TEST_F(PageThreads, ARecordOfManySourcesIsToldElsewhere) {
  open_fund();
  state_records(test::open_giving, little_records, test::donation_of(10));
  const auto few = disburse(test::open_giving, test::red_aid, 10 * little_records);
  EXPECT_TRUE(at_once("/r/" + few));
  EXPECT_TRUE(at_once("/r/" + few + "?group=day"));
  state_records(test::open_giving, little_records + 1, test::donation_of(10));
  const auto many = disburse(test::open_giving, test::red_aid, 10 * (little_records + 1));
  const auto page = ask("/r/" + many);
  EXPECT_FALSE(page.at_once);
  EXPECT_THAT(page.response.body, HasSubstr("65 donations make up these 6.50\u00a0EUR"));
  EXPECT_FALSE(at_once("/d/" + many)) << "which is no gift";
}

TEST_F(PageThreads, ARecordFarBehindItsSignatureIsToldElsewhere) {
  open_fund();
  const auto ids = state_records(test::open_giving, little_records + 1, test::donation_of(10));
  EXPECT_TRUE(at_once("/r/" + ids[little_records - 1]));
  EXPECT_FALSE(at_once("/r/" + ids[little_records]));
}

}  // namespace
}  // namespace centime::explorer
