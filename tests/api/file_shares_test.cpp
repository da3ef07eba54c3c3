// Files that take long: each client has a share of the places, so that one can't take them all.
#include "api/problem.h"
#include "api/resource.h"
#include "tests/api/node_fixture.h"

namespace centime::api {
namespace {

class FileShares : public NodeTest {
 protected:
  FileShares() : context(*node, tokens_file, "0.1.0") {}
  ~FileShares() override { answers.clear(); }

  // A file without an end, asked for by this client; it is under way until the answer is dropped.
  Response file_for(const std::string& client) {
    return whole_csv(context, {node->published(), client}, "file.csv", {"a"},
                     [](CsvWriter&) { return true; });
  }

  Refused refused_file_for(const std::string& client) {
    const Response response = file_for(client);
    return {response.status, response.problem ? response.problem->code : "none"};
  }

  void take(std::size_t count, const std::string& client) {
    for (std::size_t i = 0; i < count; ++i) {
      answers.push_back(file_for(client));
      ASSERT_EQ(answers.back().status, 200U) << client << " " << i;
    }
  }

  ApiContext context;
  std::vector<Response> answers;  // Before the context, whose worker they use.
};

TEST_F(FileShares, AClientHasEightPlacesAndTheOthersTheirs) {
  take(8, "192.0.2.1");
  EXPECT_EQ(refused_file_for("192.0.2.1"), (Refused{429, "rate_limited"}));
  take(8, "192.0.2.2");
  EXPECT_EQ(refused_file_for("192.0.2.2"), (Refused{429, "rate_limited"}));
  answers.erase(answers.begin());
  take(1, "192.0.2.1");
}

TEST_F(FileShares, LoopbackIsAProxyForManyAndHasAllPlaces) {
  take(64, "");
  EXPECT_EQ(refused_file_for(""), (Refused{503, "busy"}));
  EXPECT_EQ(refused_file_for("192.0.2.1"), (Refused{503, "busy"}));
  answers.pop_back();
  take(1, "192.0.2.1");
}

}  // namespace
}  // namespace centime::api
