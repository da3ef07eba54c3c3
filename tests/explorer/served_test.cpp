// How pages and files are served: headers, languages, formats, scripts and assets, and their sizes.
#include <cstdio>
#include <fstream>
#include <set>

#include "tests/api/gunzip.h"
#include "tests/explorer/page_reading.h"

namespace centime::explorer {
namespace {

using testing::HasSubstr;
using testing::Not;

class Served : public PageTest {};

TEST_F(Served, EveryAnswerCarriesTheStrictHeaders) {
  open_fund();
  const auto gift = donate();
  for (const auto& target :
       {std::string("/"), std::string("/funds"), std::string("/f/relief"), "/d/" + gift,
        "/r/" + gift, std::string("/m/red-aid"), std::string("/search?q=zzz"), std::string("/rule"),
        std::string("/docs/errors"), std::string("/explore"), std::string("/b/1"),
        std::string("/status"), std::string("/proposals"), std::string("/api"),
        std::string("/api/schemas"), std::string("/verify"), std::string("/nowhere"),
        std::string("/d/none")}) {
    const auto answer = page(target);
    // Only the donation's page has the check, and with it the nodes that the reader may ask; those
    // that tell of news or check a file ask this node.
    const std::string script =
        "; script-src 'self'; connect-src 'self' https: "
        "http://127.0.0.1:* http://localhost:*";
    const std::string live = "; script-src 'self'; connect-src 'self'";
    EXPECT_EQ(answer.header("content-security-policy"),
              "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
              "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
              "trusted-types 'none'" +
                  (target == "/d/" + gift                                          ? script
                   : target == "/" || target == "/f/relief" || target == "/verify" ? live
                                                                                   : ""))
        << target;
    EXPECT_EQ(answer.header("referrer-policy"), "no-referrer") << target;
    EXPECT_EQ(answer.header("x-content-type-options"), "nosniff") << target;
    EXPECT_EQ(answer.header("access-control-allow-origin"), std::nullopt) << target;
  }
  EXPECT_EQ(page("/d/" + gift).header("x-robots-tag"), "noindex");
  EXPECT_EQ(page("/r/" + gift).header("x-robots-tag"), "noindex");
  EXPECT_EQ(page("/f/relief").header("x-robots-tag"), std::nullopt);
}

TEST_F(Served, TheVerifierIsOneFileThatStatesItsOwnPolicy) {
  const auto answer = page("/verify.html");
  EXPECT_EQ(answer.status, 200U);
  const std::string policy(answer.header("content-security-policy").value_or(""));
  EXPECT_THAT(policy, HasSubstr("default-src 'none'; script-src 'sha256-"));
  EXPECT_THAT(policy, HasSubstr("require-trusted-types-for 'script'"));
  EXPECT_THAT(policy, HasSubstr("frame-ancestors 'none'"));
  EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
  EXPECT_THAT(answer.body, HasSubstr(policy.substr(0, policy.find("; frame-ancestors"))));
  for (const auto* elsewhere : {"src=\"", "href=\"http", "@import", "url(http"})
    EXPECT_THAT(answer.body, Not(HasSubstr(elsewhere)));
}

TEST_F(Served, ScriptsNeverChangeUnderTheirName) {
  open_fund();
  const auto html = page("/d/" + donate()).body;
  for (const auto* before : {"src=\"", "data-words=\"", "data-noble=\"", "data-run=\""}) {
    const auto found = between(html, before, "\"");
    ASSERT_EQ(found.size(), before == std::string_view("src=\"") ? 3U : 1U) << before;
    for (const auto& url : found) {
      const auto answer = page(url);
      EXPECT_EQ(answer.status, 200U) << url;
      EXPECT_THAT(std::string(answer.header("cache-control").value_or("")), HasSubstr("immutable"));
      EXPECT_EQ(answer.header("content-type"), "text/javascript; charset=utf-8");
    }
  }
}

TEST_F(Served, PagesAreKeptUntilTheyChange) {
  open_fund();
  const auto gift = donate();
  const auto first = page("/d/" + gift);
  const std::string tag(first.header("etag").value_or(""));
  ASSERT_FALSE(tag.empty());
  const api::Fields again{
      {"Accept", "text/html"}, {"Accept-Language", "en"}, {"If-None-Match", tag}};
  EXPECT_EQ(get("/d/" + gift, again).status, 304U);
  EXPECT_NE(page("/d/" + gift, "fr").header("etag"), tag);
  pay(test::open_giving, 100);
  EXPECT_EQ(get("/d/" + gift, again).status, 200U);
}

TEST_F(Served, AssetsAreImmutableUnderTheirHash) {
  const auto html = sound_page("/");
  const auto style = between(html, "<link rel=\"stylesheet\" href=\"", "\"");
  const auto icon = between(html, "type=\"image/svg+xml\" href=\"", "\"");
  ASSERT_EQ(style.size(), 1U);
  ASSERT_EQ(icon.size(), 1U);
  const auto sheet = get(style.front());
  EXPECT_EQ(sheet.status, 200U);
  EXPECT_EQ(sheet.header("content-type"), "text/css; charset=utf-8");
  EXPECT_EQ(sheet.header("cache-control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(get(icon.front()).header("content-type"), "image/svg+xml");
  EXPECT_EQ(get("/assets/style.0000000000000000.css").status, 404U);
  EXPECT_EQ(get("/assets/style.css").status, 404U);
}

TEST_F(Served, AssetsComeAsTheBuildCompressedThem) {
  open_fund();
  const auto html = page("/d/" + donate()).body;
  auto urls = between(html, "src=\"", "\"");
  for (const auto* before : {"rel=\"stylesheet\" href=\"", "svg+xml\" href=\"", "data-run=\""})
    urls.push_back(between(html, before, "\"").at(0));
  urls.emplace_back("/verify.html");
  for (const auto& url : urls) {
    const auto plain = get(url);
    const auto gzip = get(url, {{"Accept-Encoding", "gzip, deflate"}});
    const auto brotli = get(url, {{"Accept-Encoding", "gzip, deflate, br, zstd"}});
    EXPECT_EQ(gzip.header("content-encoding"), "gzip") << url;
    EXPECT_EQ(api::gunzip(gzip.body), plain.body) << url;
    EXPECT_EQ(brotli.header("content-encoding"), "br") << url;
    EXPECT_LT(brotli.body.size(), gzip.body.size()) << url;
    EXPECT_EQ(std::set<std::string_view>(
                  {*plain.header("etag"), *gzip.header("etag"), *brotli.header("etag")})
                  .size(),
              3U);
    EXPECT_EQ(gzip.header("content-type"), plain.header("content-type"));
    EXPECT_EQ(gzip.header("cache-control"), plain.header("cache-control"));
  }
}

TEST_F(Served, TheLanguageFollowsTheReaderAndTheirChoice) {
  EXPECT_THAT(page("/", "fr-CA,fr;q=0.9,en;q=0.5").body, HasSubstr("Où est allé l’argent"));
  EXPECT_THAT(page("/", "de,es;q=0.2").body, HasSubstr("<html lang=\"es\">"));
  EXPECT_THAT(page("/", "de").body, HasSubstr("<html lang=\"en\">"));
  EXPECT_THAT(page("/", "fr;q=0, en;q=0.1").body, HasSubstr("<html lang=\"en\">"));
  const auto chosen = page("/?lang=es", "fr").body;
  EXPECT_THAT(chosen, HasSubstr("<html lang=\"es\">"));
  EXPECT_THAT(chosen, HasSubstr("href=\"/rule?lang=es\""));
  EXPECT_THAT(chosen, HasSubstr("<input type=\"hidden\" name=\"lang\" value=\"es\">"));
  EXPECT_THAT(page("/?lang=%22%3E", "fr").body, HasSubstr("<html lang=\"fr\">"));
  EXPECT_EQ(page("/nowhere", "fr").status, 404U);
  EXPECT_THAT(page("/nowhere", "fr").body, HasSubstr("Il n’y a rien à cette adresse"));
}

TEST_F(Served, AFormatInThePathIsAnsweredOrPlainlyRefused) {
  open_fund();
  const auto gift = donate();
  const auto leads_to = [&](const std::string& target) {
    const auto answer = get(target);
    return std::string(answer.header("location").value_or("nowhere"));
  };
  const auto trace = "/v1/donations/" + gift + "/trace.csv";
  EXPECT_EQ(leads_to("/d/" + gift + ".csv"), trace);
  EXPECT_THAT(get(trace).header("content-type").value_or(""), HasSubstr("text/csv"));
  EXPECT_EQ(leads_to("/funds.csv"), "/v1/funds.csv");
  EXPECT_EQ(leads_to("/status.csv"), "/v1/consensus.csv");
  EXPECT_EQ(leads_to("/proposals.csv"), "/v1/proposals.csv");
  EXPECT_EQ(leads_to("/f/relief.json"), "/v1/funds/relief.json");
  EXPECT_EQ(get("/v1/funds/relief.json").status, 200U);
  EXPECT_EQ(leads_to("/api.json"), "/v1/openapi.json");
  for (const auto* target : {"/f/relief.csv", "/m/red-aid.csv", "/b/1.csv", "/rule.csv",
                             "/verify.json", "/docs/errors.csv"})
    EXPECT_EQ(refused(get(target)), (Refused{406, "not_acceptable"})) << target;
  // A wish in a header is one that may stay unfulfilled.
  const auto wished = get("/f/relief", {{"Accept", "text/csv"}});
  EXPECT_EQ(wished.header("location"), "/v1/funds/relief");
}

TEST_F(Served, LinksOfAPageStayOnThisSite) {
  for (const auto* target : {"//evil.example", "///evil.example/x", "//evil.example//"}) {
    const auto html = page(target).body;
    EXPECT_THAT(html, Not(HasSubstr("href=\"//"))) << target;
    EXPECT_THAT(html, HasSubstr("href=\"/evil.example")) << target;
  }
}

TEST_F(Served, FirstAnswersFitInFourteenKilobytesCompressed) {
  open_fund();
  std::vector<ledger::Record> records;
  for (int i = 0; i < 100; ++i) records.push_back(record(test::donation_of(100)));
  ASSERT_EQ(submit(sign(test::open_giving, std::move(records))).status, 201U);
  const auto gift = partly_spent_gift();
  for (const auto& target :
       {std::string("/"), std::string("/f/relief"), "/d/" + gift, "/r/" + gift,
        std::string("/m/open-giving"), std::string("/explore"), std::string("/explore?by=fund"),
        std::string("/b/4"), std::string("/status"), std::string("/proposals"), std::string("/api"),
        std::string("/api/schemas"), std::string("/verify"), std::string("/docs/errors"),
        std::string("/search?q=100.00")}) {
    const auto file = testing::TempDir() + "centime-page-" + std::to_string(::getpid());
    std::ofstream(file, std::ios::binary) << page(target, "fr").body;
    auto* pipe = ::popen(("gzip -c " + file + " | wc -c").c_str(), "r");
    ASSERT_NE(pipe, nullptr);
    unsigned long bytes = 0;
    EXPECT_EQ(std::fscanf(pipe, "%lu", &bytes), 1);
    ::pclose(pipe);
    std::filesystem::remove(file);
    EXPECT_LE(bytes, 14'000U) << target;
    EXPECT_GT(bytes, 500U) << target;
  }
}

}  // namespace
}  // namespace centime::explorer
