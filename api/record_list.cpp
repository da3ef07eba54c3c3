#include "api/record_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

#include "api/record_json.h"

namespace centime::api {
namespace {

// The rows behind a CSV answer, read a few at a time from the one snapshot.
class RecordRows {
 public:
  RecordRows(ReadView view, RecordList list, std::string name, storage::EntryQuery query)
      : view_(std::move(view)), list_(list), name_(std::move(name)), query_(query) {
    query_.limit = rows_at_once;
  }

  bool operator()(CsvWriter& csv) {
    const RecordPage page = records_page(view_.snapshot(), list_, name_, query_);
    for (const RecordView& record : page.records) write_record_row(csv, record);
    query_.from = page.next;
    return page.next.has_value();
  }

 private:
  ReadView view_;
  RecordList list_;
  std::string name_;
  storage::EntryQuery query_;
};

struct ListName {
  std::string_view of;    // What the list belongs to.
  std::string_view what;  // In the file's name, and what cursors of it are bound to.
};

ListName name_of(RecordList list) {
  switch (list) {
    case RecordList::of_fund:
      return {"fund", "records"};
    case RecordList::of_member:
      return {"member", "records"};
    case RecordList::unacknowledged:
      return {"fund", "unacknowledged"};
    case RecordList::without_evidence:
      return {"fund", "without-evidence"};
    case RecordList::about_record:
      return {"record", "statements"};
  }
  return {"fund", "records"};
}

// With a record or fund itself.
constexpr std::size_t statements_shown = 100;

}  // namespace

void add_statements(boost::json::object& json, const ReadView& view,
                    const std::vector<storage::ListedStatement>& statements) {
  const auto first = std::span(statements).first(std::min(statements.size(), statements_shown));
  json["statements"] = records_json(RecordReader(view.snapshot()).describe(first));
  json["statement_count"] = statements.size();
}

Response record_list_response(const Request& request, const ReadView& view, ApiContext& context,
                              RecordList list, const std::string& name) {
  const auto [of, what] = name_of(list);
  const auto page = parse_entry_page(request, fmt::format("{}/{}/{}", of, name, what));
  if (!page) return page.error();
  if (wants_csv(request)) {
    return whole_csv(context, view, fmt::format("{}-{}-{}.csv", of, name, what), record_columns(),
                     RecordRows(view, list, name, page->query));
  }
  const RecordPage records = records_page(view.snapshot(), list, name, page->query);
  std::optional<std::string> next;
  if (records.next) next = page->cursor(*records.next);
  return growing_json(view, page_json(records_json(records.records), std::move(next)));
}

}  // namespace centime::api
