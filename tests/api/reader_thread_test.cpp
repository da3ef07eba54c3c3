#include "api/reader_thread.h"

#include <sys/resource.h>
#include <unistd.h>

#include <future>

#include "api/worker.h"
#include "tests/api/node_fixture.h"
#include "tests/api/server_fixture.h"

namespace centime::api {
namespace {

int niceness() { return ::getpriority(PRIO_PROCESS, static_cast<id_t>(::gettid())); }

int niceness_of_readers() { return std::min(niceness() + reader_niceness, 19); }

TEST_F(ServerTest, ItsThreadsGiveWayToOthersOfTheProcess) {
  router.get("/niceness", [](const Request&, PathParams, Reply reply) {
    reply(text_response("text/plain", std::to_string(niceness())));
  });
  options.threads = 3;
  start();
  const int own = niceness();
  for (int i = 0; i < 3; ++i) {
    RawClient client(port());
    EXPECT_EQ(client.get("/niceness").body, std::to_string(niceness_of_readers()));
  }
  EXPECT_EQ(niceness(), own) << "nobody else's changes";
}

TEST(Worker, ItsThreadGivesWayToOthersOfTheProcess) {
  std::promise<int> told;
  Worker worker(1);
  ASSERT_TRUE(worker.take([&] { told.set_value(niceness()); }));
  EXPECT_EQ(told.get_future().get(), niceness_of_readers());
}

using ANodeWithAServer = NodeTest;

TEST_F(ANodeWithAServer, WritesBlocksBeforeItAnswersReaders) {
  std::promise<int> told;
  node->on_block([&, once = false](const runtime::Published&) mutable {
    if (!std::exchange(once, true)) told.set_value(niceness());
  });
  open_fund();
  EXPECT_EQ(told.get_future().get(), niceness());
}

}  // namespace
}  // namespace centime::api
