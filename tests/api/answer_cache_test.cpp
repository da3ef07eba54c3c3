#include "api/answer_cache.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace centime::api {
namespace {

std::shared_ptr<const KeptAnswer> answer_of(std::string body) {
  return std::make_shared<const KeptAnswer>(KeptAnswer{"", 0, std::move(body), ""});
}

KnownHead known(std::shared_ptr<const KeptAnswer> answer) {
  return {std::move(answer), false, "GET", "/"};
}

constexpr std::size_t plenty = 1 << 20;

TEST(AnswerCache, FindsAnAnswerByKeyAndRecognisesItsHead) {
  AnswerCache cache(plenty);
  const auto answer = answer_of("a");
  cache.keep("key", 1, answer);
  cache.remember("key", "GET /a", known(answer));
  EXPECT_EQ(cache.find("key", 1), answer);
  EXPECT_EQ(cache.recognise("GET /a", 1)->answer, answer);
  EXPECT_EQ(cache.find("GET /a", 1), nullptr);
  EXPECT_EQ(cache.recognise("key", 1), nullptr);
  EXPECT_GT(cache.bytes(), 0U);
}

TEST(AnswerCache, ForgetsEverythingWhenANewerStateIsAskedFor) {
  AnswerCache by_find(plenty), by_head(plenty), by_keep(plenty);
  for (auto* cache : {&by_find, &by_head, &by_keep}) {
    const auto answer = answer_of("old");
    cache->keep("key", 7, answer);
    cache->remember("key", "head", known(answer));
  }
  EXPECT_EQ(by_find.find("other", 8), nullptr);
  EXPECT_EQ(by_head.recognise("other", 8), nullptr);
  by_keep.keep("other", 8, answer_of("new"));
  for (auto* cache : {&by_find, &by_head, &by_keep}) {
    EXPECT_EQ(cache->find("key", 8), nullptr);
    EXPECT_EQ(cache->recognise("head", 8), nullptr);
  }
  EXPECT_EQ(by_find.bytes(), 0U);
}

TEST(AnswerCache, DoesNotKeepWhatAStateMadeThatHasPassed) {
  AnswerCache cache(plenty);
  EXPECT_EQ(cache.find("key", 8), nullptr);
  cache.keep("key", 7, answer_of("late"));
  EXPECT_EQ(cache.find("key", 8), nullptr);
  EXPECT_EQ(cache.bytes(), 0U);
}

TEST(AnswerCache, AnotherAnswerToTheSameTakesItsPlaceAndItsHeads) {
  AnswerCache cache(plenty);
  const auto first = answer_of("1"), second = answer_of("2");
  cache.keep("key", 1, first);
  cache.remember("key", "head", known(first));
  cache.keep("key", 1, second);
  EXPECT_EQ(cache.find("key", 1), second);
  EXPECT_EQ(cache.recognise("head", 1), nullptr);
  // The first was sent meanwhile: its head must not lead to what is not kept.
  cache.remember("key", "head", known(first));
  EXPECT_EQ(cache.recognise("head", 1), nullptr);
}

TEST(AnswerCache, TheLongestUnusedGoesFirst) {
  AnswerCache cache(64 * 1024);
  const std::string body(7000, 'x');
  for (const char* key : {"a", "b", "c", "d", "e", "f", "g", "h"})
    cache.keep(key, 1, answer_of(body));
  const auto head_of_b = cache.find("b", 1);
  cache.remember("b", "head", known(head_of_b));
  EXPECT_TRUE(cache.find("a", 1));
  EXPECT_TRUE(cache.recognise("head", 1));
  cache.keep("i", 1, answer_of(body));
  cache.keep("j", 1, answer_of(body));
  EXPECT_FALSE(cache.find("c", 1));
  EXPECT_FALSE(cache.find("d", 1));
  for (const char* key : {"a", "b", "i", "j"}) EXPECT_TRUE(cache.find(key, 1)) << key;
}

TEST(AnswerCache, WhatWasFoundOutlivesItsPlace) {
  AnswerCache cache(plenty);
  cache.keep("key", 1, answer_of("kept"));
  const auto found = cache.find("key", 1);
  EXPECT_EQ(cache.find("key", 2), nullptr);
  EXPECT_EQ(found->body, "kept");
}

TEST(AnswerCache, TakesNoLongAnswersHeadsOrCrowdsOfThem) {
  AnswerCache cache(plenty);
  cache.keep("long", 1, answer_of(std::string(plenty / 8, 'x')));
  EXPECT_EQ(cache.find("long", 1), nullptr);
  const auto answer = answer_of("a");
  cache.keep("key", 1, answer);
  cache.remember("key", std::string(5000, 'h'), known(answer));
  EXPECT_EQ(cache.recognise(std::string(5000, 'h'), 1), nullptr);
  int recognised = 0;
  for (int i = 0; i < 1000; ++i) cache.remember("key", std::to_string(i), known(answer));
  for (int i = 0; i < 1000; ++i) recognised += cache.recognise(std::to_string(i), 1) != nullptr;
  EXPECT_EQ(recognised, 64);
}

TEST(AnswerCache, WithoutRoomItKeepsNothing) {
  AnswerCache cache(0);
  const auto answer = answer_of("");
  cache.keep("key", 1, answer);
  cache.remember("key", "head", known(answer));
  EXPECT_EQ(cache.find("key", 1), nullptr);
  EXPECT_EQ(cache.recognise("head", 1), nullptr);
  EXPECT_EQ(cache.bytes(), 0U);
}

// Whatever strangers ask, and however much: the bound holds, and nobody gets another's answer.
RC_GTEST_PROP(AnswerCache, KeepsItsBoundAndTellsKeysApart, ()) {
  const auto room = *rc::gen::inRange<std::size_t>(0, 40'000);
  AnswerCache cache(room);
  std::uint64_t state = 1;
  const auto steps = *rc::gen::inRange(0, 300);
  for (int i = 0; i < steps; ++i) {
    const auto name = std::to_string(*rc::gen::inRange(0, 30));
    switch (*rc::gen::inRange(0, 8)) {
      case 0:
        state += 1;
        break;
      case 1:
      case 2:
      case 3: {
        const auto size = *rc::gen::inRange<std::size_t>(0, 4000);
        const auto answer = answer_of(name + " " + std::to_string(state) + std::string(size, ' '));
        cache.keep(name, state, answer);
        cache.remember(name, "head of " + name, known(answer));
        break;
      }
      default: {
        const auto expected = name + " " + std::to_string(state);
        if (const auto found = cache.find(name, state))
          RC_ASSERT(found->body.substr(0, expected.size()) == expected);
        if (const auto found = cache.recognise("head of " + name, state))
          RC_ASSERT(found->answer->body.substr(0, expected.size()) == expected);
      }
    }
    RC_ASSERT(cache.bytes() <= room);
  }
  RC_ASSERT(cache.find("none", state + 1) == nullptr);
  RC_ASSERT(cache.bytes() == 0U);
}

Request request_for(std::string target, Fields headers = {}) {
  Request request;
  request.method = "GET";
  request.target = std::move(target);
  request.headers = std::move(headers);
  return request;
}

TEST(AnswerKey, TellsApartWhatAnAnswerDependsOn) {
  const auto plain = answer_key(request_for("/a"));
  EXPECT_EQ(plain, answer_key(request_for("/a", {{"user-agent", "x"}, {"accept", "*/*"}})));
  auto html = request_for("/a");
  html.format = Format::html;
  auto csv = request_for("/a");
  csv.format = Format::csv;
  const std::vector<std::string> keys{plain,
                                      answer_key(request_for("/A")),
                                      answer_key(request_for("/a?lang=fr")),
                                      answer_key(request_for("/a", {{"host", "x"}})),
                                      answer_key(request_for("/a", {{"host", "x.y"}})),
                                      answer_key(request_for("/a", {{"accept-language", "x"}})),
                                      answer_key(html),
                                      answer_key(csv)};
  for (std::size_t i = 0; i < keys.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) EXPECT_NE(keys[i], keys[j]) << i << " " << j;
}

TEST(AnswerKey, HeadIsAnsweredLikeGet) {
  auto head = request_for("/a", {{"host", "x"}});
  head.method = "HEAD";
  EXPECT_EQ(answer_key(head), answer_key(request_for("/a", {{"host", "x"}})));
}

TEST(AnswerKey, IsNoneForWritesAndCredentials) {
  for (const std::string method : {"POST", "OPTIONS", "PUT", "get"}) {
    auto request = request_for("/a");
    request.method = method;
    EXPECT_EQ(answer_key(request), "") << method;
  }
  for (const std::string field : {"authorization", "cookie", "range", "last-event-id"})
    EXPECT_EQ(answer_key(request_for("/a", {{field, ""}})), "") << field;
}

}  // namespace
}  // namespace centime::api
