// How long hand-overs wait for their receiver, from the ledger's own times.
#include "api/hand_overs.h"

#include "tests/api/node_fixture.h"

namespace centime::api {
namespace {

using std::chrono::milliseconds;
using test::open_giving;
using test::red_aid;

HandOverView hand_over_of(HandOverState state, std::optional<int> waited_ms,
                          std::uint64_t sent_at = 0) {
  HandOverView view;
  view.state = state;
  if (waited_ms) view.waited = milliseconds(*waited_ms);
  view.sent.time = {sent_at};
  return view;
}

TEST(HandOverFigures, TheMedianIsTheMiddleOne) {
  using enum HandOverState;
  const auto figures = figures_of({hand_over_of(acknowledged, 500), hand_over_of(acknowledged, 10),
                                   hand_over_of(disputed, 90), hand_over_of(disputed, {})});
  EXPECT_EQ(figures.acknowledged, 2U);
  EXPECT_EQ(figures.disputed, 2U);
  EXPECT_EQ(figures.median, milliseconds(90)) << "also of what is disputed since";
  EXPECT_EQ(figures.longest, milliseconds(500));
  EXPECT_EQ(figures_of({hand_over_of(acknowledged, 3), hand_over_of(acknowledged, 1)}).median,
            milliseconds(1));
}

TEST(HandOverFigures, WhatWaitsIsCountedFromTheOldest) {
  using enum HandOverState;
  const auto figures = figures_of(
      {hand_over_of(waiting, {}, 70), hand_over_of(waiting, {}, 30), hand_over_of(returned, {})});
  EXPECT_EQ(figures.waiting, 2U);
  EXPECT_EQ(figures.returned, 1U);
  EXPECT_EQ(figures.waiting_since, ledger::TimeMs{30});
  EXPECT_EQ(figures.median, std::nullopt);
  EXPECT_EQ(figures_of({}).waiting_since, std::nullopt);
}

class HandOvers : public NodeTest {
 protected:
  std::string state_of(const std::string& id) {
    for (const auto& item : read("/v1/members/red-aid/hand-overs").at("items").as_array())
      if (item.at("id") == text(id)) return std::string(item.at("state").as_string());
    return "none";
  }

  static long lines(const std::string& csv) { return std::ranges::count(csv, '\n'); }
};

TEST_F(HandOvers, EachIsAsItsReceiverLastSaid) {
  open_fund();
  state_record(open_giving, test::donation_of(5000));
  const auto sent = state_record(open_giving, test::disbursement_of(red_aid, 1000));
  EXPECT_EQ(state_of(sent), "waiting");
  state_record(red_aid, test::dispute_of(id_of(sent), 900));
  EXPECT_EQ(state_of(sent), "disputed");
  state_record(red_aid, test::acknowledgement_of(id_of(sent), 1000));
  EXPECT_EQ(state_of(sent), "acknowledged");

  const auto refused = state_record(open_giving, test::disbursement_of(red_aid, 500));
  state_record(red_aid, test::return_of(id_of(refused), 200));
  EXPECT_EQ(state_of(refused), "waiting") << "a part of it is still there";
  state_record(red_aid, test::return_of(id_of(refused), 300));
  EXPECT_EQ(state_of(refused), "returned");

  const auto list = read("/v1/members/red-aid/hand-overs").as_object();
  EXPECT_EQ(list.at("items").as_array().size(), 2U);
  EXPECT_EQ(list.at("figures").at("acknowledged"), 1);
  EXPECT_EQ(list.at("figures").at("returned"), 1);
  EXPECT_TRUE(list.at("figures").as_object().contains("median_ms"));
  EXPECT_FALSE(list.contains("next"));
  const auto csv = get("/v1/members/red-aid/hand-overs.csv").body;
  EXPECT_EQ(lines(csv), 3);
  EXPECT_NE(csv.find(",10.00,EUR,acknowledged,"), std::string::npos) << csv;
}

TEST_F(HandOvers, WhatAMemberSendsOnIsForItsReceiverToAcknowledge) {
  tell_story();
  state_record(red_aid, test::disbursement_of(test::field_crew, 100));
  EXPECT_EQ(read("/v1/members/red-aid/hand-overs").at("items").as_array().size(), 1U);
  EXPECT_EQ(read("/v1/members/field-crew/hand-overs").at("figures").at("waiting"), 1);
}

TEST_F(HandOvers, AWalkStopsAndSaysWhereItGoesOn) {
  open_fund();
  state_record(open_giving, test::donation_of(5000));
  for (std::size_t done = 0; done < hand_over_looks_max + 100; done += 50) {
    std::vector<ledger::Record> batch;
    for (int i = 0; i < 50; ++i) batch.push_back(record(test::disbursement_of(red_aid, 1)));
    ASSERT_EQ(submit(sign(open_giving, std::move(batch))).status, 201U);
  }
  const auto first = read("/v1/members/red-aid/hand-overs").as_object();
  EXPECT_EQ(first.at("looked_at"), hand_over_looks_max);
  EXPECT_EQ(first.at("items").as_array().size(), hand_over_looks_max);
  const std::string next(first.at("next").as_string());
  const auto rest = read("/v1/members/red-aid/hand-overs?cursor=" + next).as_object();
  EXPECT_EQ(rest.at("items").as_array().size(), 100U);
  EXPECT_FALSE(rest.contains("next"));
  EXPECT_EQ(lines(get("/v1/members/red-aid/hand-overs.csv").body),
            101 + static_cast<long>(hand_over_looks_max));
  EXPECT_EQ(refused(get("/v1/members/red-aid/flows?cursor=" + next)), (Refused{400, "bad_cursor"}));
}

TEST_F(HandOvers, AMembersFlowsAreThoseFromAndToIt) {
  tell_story();
  state_record(red_aid, test::disbursement_of(test::field_crew, 100));
  const auto flows = read("/v1/members/red-aid/flows").at("items").as_array();
  ASSERT_EQ(flows.size(), 3U);
  for (const auto& flow : flows) EXPECT_EQ(flow.at("fund"), "relief");
  EXPECT_EQ(read("/v1/members/field-crew/flows").at("items").as_array().size(), 1U);
  const auto csv = get("/v1/members/red-aid/flows.csv").body;
  EXPECT_TRUE(csv.starts_with("fund,type,from,to,amount,")) << csv;
  EXPECT_NE(csv.find("relief,disbursement,red-aid,field-crew,1.00,EUR,,,1"), std::string::npos)
      << csv;
}

}  // namespace
}  // namespace centime::api
