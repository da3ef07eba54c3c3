#include "explorer/source_list.h"

#include <algorithm>
#include <charconv>

#include "api/source_groups.h"

namespace centime::explorer {
namespace {

using api::SourceGroup;
using api::SourcesView;

constexpr std::size_t shown_sources = 20;

class SourceList {
 public:
  SourceList(Page& page, Names& names, const storage::Snapshot& snapshot,
             const api::RecordView& record, std::optional<SourceGroup> by)
      : page_(page), names_(names), snapshot_(snapshot), record_(record), by_(by) {}

  void fill(const FoundSources& sources, std::size_t begin) {
    section_ = page_.body().add("SOURCES");
    add_choices();
    add_files();
    if (!sources) return section_->show("TOO_MANY");
    const auto count = page_.words().number(sources->sources.size());
    section_->add("SUMMARY")
        .set("RULE_URL", page_.link("/rule"))
        .set("VALUE", page_.words().text(
                          sources->sources.size() == 1 ? "sources_one" : "sources_many",
                          {{"count", count}, {"money", page_.words().amount(sources->money)}}));
    auto list = section_->add("LIST");
    const auto size =
        by_ ? add_groups(list, *sources, begin) : add_donations(list, *sources, begin);
    if (begin + shown_sources < size)
      section_->add("NEXT").set("URL", address(by_, begin + shown_sources));
  }

 private:
  // Of this page, in this grouping.
  std::string address(std::optional<SourceGroup> by, std::size_t begin) const {
    std::string query;
    if (by) query += "&group=" + std::string(crypto::word_of(*by));
    if (begin > 0) query += "&sources=" + std::to_string(begin);
    if (!query.empty()) query.front() = '?';
    return page_.link("/r/" + record_.id.hex() + query + "#sources");
  }

  void add_choices() {
    std::vector<std::optional<SourceGroup>> choices{std::nullopt};
    for (const auto word : enum_words(SourceGroup{})) choices.push_back(api::source_group_of(word));
    for (const auto& by : choices) {
      const auto word = by ? std::string(crypto::word_of(*by)) : "donation";
      auto choice = section_->add("CHOICE");
      auto shown = choice.add(by == by_ ? "CURRENT" : "OTHER");
      shown.set("NAME", page_.words().text("sources_by_" + word)).set("URL", address(by, 0));
    }
  }

  void add_files() {
    const auto path = "/v1/records/" + record_.id.hex() + "/sources";
    const auto query = by_ ? "?group=" + std::string(crypto::word_of(*by_)) : std::string();
    set_files(*section_, path, query);
  }

  std::size_t add_donations(Section& list, const SourcesView& sources, std::size_t begin) {
    const auto& rows = sources.sources;
    const auto& words = page_.words();
    for (auto i = begin; i < std::min(begin + shown_sources, rows.size()); ++i) {
      const auto donation = api::describe_record(snapshot_, rows[i].donation);
      auto row = list.add("ROW");
      row.add("LINKED")
          .set("URL", page_.link("/d/" + donation.id.hex()))
          .set("NAME", donation.content.authored.record.reference.value);
      row.set("AMOUNT", words.amount(rows[i].became, sources.money.currency));
      row.set("DETAIL", words.text("sources_detail", {{"who", names_.member(donation.author())},
                                                      {"day", words.date(*donation.day)},
                                                      {"gift", words.amount(*donation.money)}}));
    }
    return rows.size();
  }

  std::size_t add_groups(Section& list, const SourcesView& sources, std::size_t begin) {
    const auto rows = api::group_sources(snapshot_, sources, *by_);
    const auto& words = page_.words();
    for (auto i = begin; i < std::min(begin + shown_sources, rows.size()); ++i) {
      auto row = list.add("ROW");
      row.add("PLAIN").set("NAME", name_of(rows[i].key));
      row.set("AMOUNT", words.amount(rows[i].became, sources.money.currency));
      row.set("DETAIL",
              words.text(rows[i].donations == 1 ? "sources_group_one" : "sources_group",
                         {{"count", words.number(rows[i].donations)},
                          {"given", words.amount(rows[i].given, rows[i].gift_currency)}}));
    }
    return rows.size();
  }

  std::string name_of(const std::string& key) {
    switch (*by_) {
      case SourceGroup::fund:
        return names_.fund({key});
      case SourceGroup::author:
        return names_.member({key});
      case SourceGroup::channel:
        return names_.channel({key});
      case SourceGroup::day:
        break;
    }
    const auto day = ledger::Date::from_text(key);
    return day ? page_.words().date(*day) : key;
  }

  Page& page_;
  Names& names_;
  const storage::Snapshot& snapshot_;
  const api::RecordView& record_;
  const std::optional<SourceGroup> by_;
  std::optional<Section> section_;
};

std::size_t asked_begin(const api::Request& request) {
  const auto text = request.parameter("sources").value_or("");
  std::size_t begin = 0;
  std::from_chars(text.data(), text.data() + text.size(), begin);
  return std::min(begin, followed_sources);
}

}  // namespace

void fill_sources(Page& page, Names& names, const api::Request& request,
                  const storage::Snapshot& snapshot, const api::RecordView& record,
                  const FoundSources& sources) {
  const auto by = api::source_group_of(request.parameter("group").value_or(""));
  SourceList(page, names, snapshot, record, by).fill(sources, asked_begin(request));
}

}  // namespace centime::explorer
