// bench_postgres DIRECTORY DONATIONS BATCH [awake]: the same donations in PostgreSQL, as one would
// build a ledger there: a table whose trigger chains each row to the one before by SHA-256, the
// same look-ups indexed (id, reference, fund, day, position), one commit per batch.
//
// Each choice is the faster of those tried: the trigger finds the row before through the primary
// key and not in a row of its own that every insert rewrites; a batch is one statement of arrays
// and a lone donation a prepared INSERT, so nothing is parsed twice. With `awake` the client looks
// for each answer before it sleeps, as the node's own caller does; libpq's own calls sleep.
#include <fmt/format.h>
#include <libpq-fe.h>

#include <array>
#include <cstdlib>
#include <thread>
#include <vector>

#include "crypto/encoding.h"
#include "tests/bench/bench_network.h"
#include "tests/bench/postgres_server.h"

using namespace centime;

namespace {

constexpr const char* schema = R"sql(
  SET client_min_messages = warning;
  CREATE TABLE donation (
    entry bigint PRIMARY KEY,
    id bytea NOT NULL UNIQUE,
    author text NOT NULL,
    reference text NOT NULL,
    fund text NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    currency text NOT NULL,
    paid_on date NOT NULL,
    channel text NOT NULL,
    commitment bytea NOT NULL,
    position bigint NOT NULL,
    previous bytea NOT NULL,
    hash bytea NOT NULL,
    UNIQUE (author, reference)
  );
  CREATE INDEX ON donation (fund, entry);
  CREATE INDEX ON donation (paid_on, entry);
  CREATE INDEX ON donation (fund, position);
  CREATE FUNCTION chain() RETURNS trigger AS $$
  DECLARE
    last record;
  BEGIN
    PERFORM pg_advisory_xact_lock(1);
    SELECT entry, hash, position + amount AS received INTO last
      FROM donation ORDER BY entry DESC LIMIT 1;
    NEW.entry := coalesce(last.entry + 1, 0);
    NEW.previous := coalesce(last.hash, '\x'::bytea);
    NEW.position := coalesce(last.received, 0);
    NEW.hash := sha256(NEW.previous || NEW.id || convert_to(NEW.author || NEW.reference ||
      NEW.fund || NEW.amount || NEW.currency || NEW.paid_on || NEW.channel, 'UTF8')
      || NEW.commitment);
    RETURN NEW;
  END $$ LANGUAGE plpgsql;
  CREATE TRIGGER chain BEFORE INSERT ON donation FOR EACH ROW EXECUTE FUNCTION chain();
)sql";

constexpr const char* columns =
    "id, author, reference, fund, amount, currency, paid_on, channel, commitment";

class Connection {
 public:
  bool awake = false;  // See above.

  explicit Connection(const std::string& where) : connection_(PQconnectdb(where.c_str())) {
    if (PQstatus(connection_) != CONNECTION_OK) stop();
  }
  ~Connection() { PQfinish(connection_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void run(const std::string& sql) { finish(PQexec(connection_, sql.c_str())); }
  void prepare(const std::string& sql) {
    finish(PQprepare(connection_, "insert", sql.c_str(), 0, nullptr));
  }
  void insert(const std::vector<std::string>& values) {
    std::vector<const char*> pointers;
    for (const std::string& value : values) pointers.push_back(value.c_str());
    if (PQsendQueryPrepared(connection_, "insert", static_cast<int>(pointers.size()),
                            pointers.data(), nullptr, nullptr, 0) == 0)
      stop();
    if (awake) wait_awake();
    finish(PQgetResult(connection_));
    while (PGresult* more = PQgetResult(connection_)) PQclear(more);
  }

 private:
  // As the node's caller waits: looks for the answer for a while before it sleeps.
  void wait_awake() {
    const auto start = bench::Clock::now();
    while (PQisBusy(connection_) != 0 && bench::seconds_since(start) < 500e-6) {
      std::this_thread::yield();
      if (PQconsumeInput(connection_) == 0) stop();
    }
  }

  void finish(PGresult* result) {
    const auto status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) stop();
    PQclear(result);
  }
  [[noreturn]] void stop() {
    fmt::print(stderr, "{}", PQerrorMessage(connection_));
    std::_Exit(1);
  }

  PGconn* connection_;
};

std::vector<std::string> values_of(std::uint64_t number) {
  const ledger::Record record = bench::donation(number);
  const auto& gift = std::get<ledger::Donation>(record.body);
  const ledger::RecordId id =
      ledger::record_id(crypto::encode(ledger::AuthoredRecord{{"platform"}, record}));
  return {"\\x" + id.hex(),
          "platform",
          record.reference.value,
          gift.fund.value,
          fmt::format("{}", gift.amount.value),
          gift.currency.to_text(),
          gift.paid_on.to_text(),
          gift.channel.value,
          "\\x" + crypto::to_hex(gift.commitment.bytes)};
}

// Donations [from, to) as one array per column.
std::vector<std::string> arrays_of(std::uint64_t from, std::uint64_t to) {
  std::vector<std::string> arrays(9, "{");
  for (std::uint64_t i = from; i < to; ++i) {
    const auto values = values_of(i);
    for (std::size_t c = 0; c < values.size(); ++c) {
      if (i > from) arrays[c] += ',';
      // A backslash escapes inside an array.
      if (values[c][0] == '\\') arrays[c] += '\\';
      arrays[c] += values[c];
    }
  }
  for (std::string& array : arrays) array += '}';
  return arrays;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  const std::uint64_t count = std::strtoull(argv[2], nullptr, 10);
  const std::uint64_t batch = std::strtoull(argv[3], nullptr, 10);
  const bench::PostgresServer server(argv[1]);
  Connection connection(server.connection());
  connection.awake = argc == 5 && std::string_view(argv[4]) == "awake";
  connection.run(schema);
  const std::string into = fmt::format("INSERT INTO donation ({}) ", columns);
  connection.prepare(batch == 1 ? into + "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
                                : into +
                                      "SELECT * FROM unnest($1::bytea[], $2::text[], $3::text[], "
                                      "$4::text[], $5::bigint[], $6::text[], $7::date[], "
                                      "$8::text[], $9::bytea[])");
  std::vector<double> seconds;
  for (std::uint64_t next = 0; next < count; next += batch) {
    // Writing the values down is the client's work; only the server's is counted.
    const auto values =
        batch == 1 ? values_of(next) : arrays_of(next, std::min(count, next + batch));
    const auto start = bench::Clock::now();
    connection.insert(values);
    seconds.push_back(bench::seconds_since(start));
  }
  fmt::print("{{\"donations\": {}, \"batch\": {}, \"per_second\": {:.0f}, \"each_us\": {:.0f}}}\n",
             count, batch, static_cast<double>(count) / bench::total(seconds),
             1e6 * bench::median(seconds));
}
