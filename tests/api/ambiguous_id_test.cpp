// Two records whose ids begin alike, through every address that takes the beginning of an id.
#include "node/storage/database.h"
#include "node/storage/rows.h"
#include "tests/api/node_fixture.h"

namespace centime::api {
namespace {

using storage::Column;

class AmbiguousId : public NodeTest {
 protected:
  // Writes the record a second time over another entry, with the index row that such an entry has.
  // Two records that share 64 bits cost 2^32 attempts to make.
  void record_twice(const ledger::RecordId& id, ledger::EntryIndex first,
                    ledger::EntryIndex second) {
    stop();
    {
      storage::StoreOptions options;
      options.directory = store_directory();
      const auto database = storage::Database::open(options);
      ASSERT_TRUE(database) << database.error();
      crypto::Bytes entry;
      ASSERT_TRUE((*database)->get(Column::entries, storage::entry_key(first), entry));
      auto batch = (*database)->batch();
      batch.put(Column::entries, storage::entry_key(second), entry);
      batch.put(Column::ids, storage::id_key(id, second), {});
      (*database)->write(batch, true);
    }
    start();
  }
};

TEST_F(AmbiguousId, IsRefusedWhereverOneRecordIsNeeded) {
  const Story story = tell_story();
  // A start hashes what stands behind the last full tile of 256 entries.
  std::vector<ledger::Record> gifts;
  for (int i = 0; i < 256; ++i) gifts.push_back(record(test::donation_of(100)));
  ASSERT_EQ(submit(sign(test::open_giving, std::move(gifts))).status, 201U);
  const auto entry_of = [&](const std::string& id) {
    return *node->published()->snapshot->find_record(id_of(id));
  };
  record_twice(id_of(story.donation), entry_of(story.donation), entry_of(story.refund));

  const std::string begin = story.donation.substr(0, 16);
  for (const std::string& target :
       {"/v1/records/" + begin, "/v1/records/" + begin + "/sources",
        "/v1/records/" + begin + "/statements", "/v1/records/" + begin + "/proof",
        "/v1/donations/" + begin + "/trace", "/v1/donations/" + begin + "/proof"}) {
    EXPECT_EQ(refused(get(target)), (Refused{409, "ambiguous_id"})) << target;
  }
  EXPECT_EQ(get("/v1/records/" + story.disbursement.substr(0, 16)).status, 200U);
}

}  // namespace
}  // namespace centime::api
