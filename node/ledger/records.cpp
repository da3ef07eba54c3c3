#include "node/ledger/records.h"

namespace centime::ledger {
namespace {

struct StatedDay {
  std::optional<Date> operator()(const Donation& record) const { return record.paid_on; }
  std::optional<Date> operator()(const Disbursement& record) const { return record.sent_on; }
  std::optional<Date> operator()(const Expenditure& record) const { return record.paid_on; }
  std::optional<Date> operator()(const Refund& record) const { return record.paid_on; }
  std::optional<Date> operator()(const Return& record) const { return record.sent_on; }
  std::optional<Date> operator()(const Exchange& record) const { return record.exchanged_on; }
  std::optional<Date> operator()(const Acknowledgement& record) const { return record.seen_on; }
  std::optional<Date> operator()(const Dispute& record) const { return record.seen_on; }
  template <class Other>
  std::optional<Date> operator()(const Other&) const {
    return std::nullopt;
  }
};

}  // namespace

RecordId record_id(crypto::BytesView authored_record) {
  return RecordId::from(crypto::tagged_hash("record", authored_record));
}

std::optional<Date> stated_day(const Record& record) {
  return std::visit(StatedDay{}, record.body);
}

}  // namespace centime::ledger
