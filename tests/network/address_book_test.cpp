#include "node/network/address_book.h"

#include <gtest/gtest.h>

#include <new>

#include "tests/network/name_service.h"
#include "tests/network/test_node.h"

namespace centime::network {
namespace {

using namespace testing;
using Answer = AddressBook::Answer;

const Address by_name{"member.example", 4000};
const Address first_place{"192.0.2.1", 4000}, second_place{"2001:db8::2", 4000};

Tcp::endpoint endpoint(const Address& address) {
  return {boost::asio::ip::make_address(address.host), address.port};
}

class AddressBookTest : public ::testing::Test {
 protected:
  Answer answer_to(const Address& address) {
    auto answer = Answer::pending;
    EXPECT_TRUE(eventually([&] { return (answer = book_.ask(address, now_)) != Answer::pending; }));
    return answer;
  }

  NameService names_;
  AddressBook book_{names_.look_up(), {.known = 1s, .unknown = 5s}};
  const Clock::time_point now_ = Clock::now();
};

TEST_F(AddressBookTest, NeedsNoLookupForAnIpAddress) {
  EXPECT_EQ(book_.ask(second_place, now_), Answer::found);
  EXPECT_EQ(book_.endpoints(second_place), AddressBook::Endpoints{endpoint(second_place)});
  EXPECT_EQ(names_.lookups(), 0U);
}

TEST_F(AddressBookTest, LooksANameUpAtEachQuestion) {
  names_.set(by_name.host, {first_place, second_place});
  EXPECT_EQ(answer_to(by_name), Answer::found);
  EXPECT_EQ(book_.endpoints(by_name),
            (AddressBook::Endpoints{endpoint(first_place), endpoint(second_place)}));
  names_.set(by_name.host, {second_place});
  EXPECT_EQ(answer_to(by_name), Answer::found);
  EXPECT_EQ(book_.endpoints(by_name), AddressBook::Endpoints{endpoint(second_place)});
  EXPECT_EQ(names_.lookups(), 2U);
}

TEST_F(AddressBookTest, KeepsWhatItKnewWhenANameLeadsNowhere) {
  names_.set(by_name.host, {first_place});
  EXPECT_EQ(answer_to(by_name), Answer::found);
  names_.set(by_name.host, {});
  EXPECT_EQ(answer_to(by_name), Answer::none);
  EXPECT_EQ(book_.endpoints(by_name), AddressBook::Endpoints{endpoint(first_place)});
}

TEST_F(AddressBookTest, WaitsForAnAnswerAndTakesALateOne) {
  names_.set(by_name.host, {first_place});
  names_.fall_silent();
  EXPECT_EQ(book_.ask(by_name, now_), Answer::pending);
  EXPECT_EQ(book_.ask(by_name, now_ + 4999ms), Answer::pending);
  EXPECT_EQ(book_.ask(by_name, now_ + 5s), Answer::none);
  EXPECT_TRUE(book_.endpoints(by_name).empty());
  names_.speak();
  EXPECT_EQ(answer_to(by_name), Answer::found);
  EXPECT_EQ(names_.lookups(), 1U);

  names_.fall_silent();
  EXPECT_EQ(book_.ask(by_name, now_), Answer::pending);
  EXPECT_EQ(book_.ask(by_name, now_ + 1s), Answer::none);
  EXPECT_EQ(book_.endpoints(by_name), AddressBook::Endpoints{endpoint(first_place)});
}

TEST_F(AddressBookTest, BoundsItsThreadsAndLooksUpTheRestInTurn) {
  std::vector<Address> all;
  for (int i = 0; i < 20; ++i) {
    all.push_back({"member-" + std::to_string(i) + ".example", 1});
    names_.set(all.back().host, {first_place});
  }
  names_.fall_silent();
  for (const Address& name : all) EXPECT_EQ(book_.ask(name, now_), Answer::pending);
  EXPECT_TRUE(eventually([&] { return names_.lookups() == AddressBook::lookups_at_once; }));
  std::this_thread::sleep_for(100ms);
  for (const Address& name : all) EXPECT_EQ(book_.ask(name, now_), Answer::pending);
  EXPECT_EQ(names_.lookups(), AddressBook::lookups_at_once);
  names_.speak();
  for (const Address& name : all) EXPECT_EQ(answer_to(name), Answer::found);
  EXPECT_EQ(names_.lookups(), all.size());
}

TEST_F(AddressBookTest, ForgetsWhatIsNotKept) {
  names_.set(by_name.host, {first_place});
  EXPECT_EQ(answer_to(by_name), Answer::found);
  book_.keep({by_name});
  EXPECT_FALSE(book_.endpoints(by_name).empty());
  book_.keep({});
  EXPECT_TRUE(book_.endpoints(by_name).empty());
}

TEST_F(AddressBookTest, TakesAFailedLookupForNoAnswer) {
  AddressBook book([](const Address&) -> std::vector<Address> { throw std::bad_alloc(); },
                   {.known = 1s, .unknown = 5s});
  auto answer = Answer::pending;
  EXPECT_TRUE(eventually([&] { return (answer = book.ask(by_name, now_)) != Answer::pending; }));
  EXPECT_EQ(answer, Answer::none);
}

TEST(LookUp, AsksTheSystem) {
  const auto found = ask_system({"localhost", 4000});
  ASSERT_FALSE(found.empty());
  EXPECT_TRUE(found[0].host == "127.0.0.1" || found[0].host == "::1") << found[0].host;
  EXPECT_EQ(found[0].port, 4000);
  EXPECT_TRUE(ask_system({"no such host", 4000}).empty());
}

}  // namespace
}  // namespace centime::network
