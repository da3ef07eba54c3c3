#include "api/typed_link.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace centime::api {
namespace {

std::pair<char, std::string> read(std::string_view text) {
  const auto link = typed_link(text);
  return link ? std::pair(link->page, std::string(link->id)) : std::pair('-', std::string());
}

TEST(TypedLink, LeadsToThePagesOfTheExplorer) {
  EXPECT_EQ(read("https://host/d/c33938?lang=fr"), std::pair('d', std::string("c33938")));
  EXPECT_EQ(read("HTTP://127.0.0.1:8080/r/c33938#entries"), std::pair('r', std::string("c33938")));
  EXPECT_EQ(read("https://host/below/f/relief/"), std::pair('f', std::string("relief")));
  EXPECT_EQ(read("host.example/m/red-aid"), std::pair('m', std::string("red-aid")));
  EXPECT_EQ(read("localhost:8080/b/12"), std::pair('b', std::string("12")));
  EXPECT_EQ(read("/b/12?from=3#entries"), std::pair('b', std::string("12")));
}

TEST(TypedLink, IsNotWhatOnlyLooksLikeOne) {
  for (const auto* other :
       {"", "/", "/d", "/d/", "d/12", "platform/d/12", "/x/12", "https:///d/12", "my note. a/d/12",
        "https://host/funds", "/below/d/12", "./d/12", "relief"})
    EXPECT_EQ(read(other).first, '-') << other;
}

}  // namespace
}  // namespace centime::api
