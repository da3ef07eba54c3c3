// The network's totals are those of the state that is asked about, and are added up once for it.
#include "api/network_totals.h"

#include "tests/api/node_fixture.h"

namespace centime::api {
namespace {

class NetworkTotalsTest : public NodeTest {};

TEST_F(NetworkTotalsTest, AreAddedUpOnceForEachBlock) {
  open_fund();
  state_record(test::open_giving, test::donation_of(5000));
  NetworkTotals totals;
  const auto before = node->published();
  const auto first = totals.at(*before->snapshot);
  ASSERT_EQ(first->size(), 1U);
  EXPECT_EQ(first->front().donated, 5000U);
  EXPECT_EQ(totals.at(*before->snapshot), first) << "the same sums, not equal ones";

  state_record(test::open_giving, test::donation_of(200));
  EXPECT_EQ(totals.at(*node->published()->snapshot)->front().donated, 5200U);
  EXPECT_EQ(totals.at(*before->snapshot)->front().donated, 5000U) << "of the state asked about";
  EXPECT_EQ(totals.at(*node->published()->snapshot)->front().donated, 5200U);
}

TEST_F(NetworkTotalsTest, StatusShowsThoseOfItsHeight) {
  open_fund();
  for (std::uint64_t given = 1; given <= 3; ++given) {
    state_record(test::open_giving, test::donation_of(100));
    const auto donated = read("/v1/status").at("totals").at(0).at("donated").at("amount");
    EXPECT_EQ(donated.to_number<std::uint64_t>(), given * 100);
  }
}

}  // namespace
}  // namespace centime::api
