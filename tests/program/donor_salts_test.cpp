#include "node/program/donor_salts.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "crypto/encoding.h"
#include "tests/program/process.h"

namespace centime::program {
namespace {

const ledger::MemberId platform{"platform"};

ledger::RecordId id_of(std::uint8_t number) {
  ledger::RecordId id;
  id.bytes.fill(number);
  return id;
}

class Salts : public ::testing::Test {
 protected:
  std::filesystem::path path() const { return directory_.path() / "receipts.csv"; }

  DonorSalts open(bool read_only = false) {
    auto salts = DonorSalts::open(path(), read_only);
    EXPECT_TRUE(salts.has_value()) << salts.error().detail;
    return std::move(*salts);
  }

  void write(const std::string& content) {
    testing::write_text(path(), content);
    ::chmod(path().c_str(), 0600);
  }

  std::string word_of_opening() {
    const auto salts = DonorSalts::open(path(), false);
    return salts ? "" : salts.error().word;
  }

  // The salt as a first import makes and keeps it.
  ledger::DonorSalt keep(const std::string& reference, std::uint8_t number) {
    DonorSalts salts = open();
    const ledger::DonorSalt salt = salts.salt_for(platform, {reference});
    salts.note(platform, {reference}, id_of(number), donor_commitment(salt, "donor"));
    EXPECT_EQ(salts.save({id_of(number)}), 1u);
    return salt;
  }

 private:
  testing::TemporaryDirectory directory_;
};

TEST(DonorCommitment, IsTheHashOfTagSaltAndDonor) {
  ledger::DonorSalt salt;
  for (std::uint8_t i = 0; i < 32; ++i) salt.bytes[i] = i;
  // printf 'centime/donor/v1' and the bytes 00 to 1f and 'customer 17', through sha256sum.
  EXPECT_EQ(crypto::to_hex(ledger::donor_commitment(salt, "customer 17").bytes),
            "fc207af9fba079b7a5f864c9b83bdc0ce862ba891ca3f66b9ec87ff4f97bcdf0");
  EXPECT_NE(ledger::donor_commitment(salt, "customer 18"),
            ledger::donor_commitment(salt, "customer 17"));
  EXPECT_NE(ledger::donor_commitment({}, "customer 17"),
            ledger::donor_commitment(salt, "customer 17"));
}

TEST_F(Salts, ADonationHasTheSameSaltAtEveryImport) {
  const std::string reference = "=gift, \"one\"";
  const ledger::DonorSalt salt = keep(reference, 1);
  EXPECT_EQ(open().salt_for(platform, {reference}), salt);
  EXPECT_EQ(open(true).salt_for(platform, {reference}), salt);
  EXPECT_NE(open().salt_for(platform, {"other"}), salt);
  EXPECT_NE(open().salt_for({"relief"}, {reference}), salt);
}

TEST_F(Salts, ACorrectedRowIsNotedOnceMoreWithItsSalt) {
  const ledger::DonorSalt salt = keep("gift", 1);
  for (const std::size_t rows : {1u, 0u}) {
    DonorSalts salts = open();
    EXPECT_EQ(salts.salt_for(platform, {"gift"}), salt);
    salts.note(platform, {"gift"}, id_of(2), donor_commitment(salt, "donor"));
    EXPECT_EQ(salts.save({id_of(2)}), rows);
  }
  const std::string kept = testing::read_text(path());
  EXPECT_LT(kept.find(id_of(1).hex()), kept.find(id_of(2).hex()));
}

TEST_F(Salts, TheFileIsItsOwnersOnly) {
  keep("gift", 1);
  struct stat status{};
  ASSERT_EQ(::stat(path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  ::chmod(path().c_str(), 0644);
  EXPECT_EQ(word_of_opening(), "insecure_file");
}

TEST_F(Salts, OnlyWhatIsGoingToBeRecordedIsKept) {
  DonorSalts salts = open();
  for (std::uint8_t number = 1; number <= 2; ++number) {
    const ledger::Reference reference{"gift-" + std::to_string(number)};
    const auto salt = salts.salt_for(platform, reference);
    salts.note(platform, reference, id_of(number), donor_commitment(salt, "donor"));
  }
  EXPECT_EQ(salts.save({id_of(2)}), 1u);
  const std::string kept = testing::read_text(path());
  EXPECT_EQ(kept.find("gift-1"), std::string::npos);
  EXPECT_NE(kept.find("gift-2"), std::string::npos);
  EXPECT_EQ(kept.find("donor\n"), std::string::npos);
}

TEST_F(Salts, AnotherImportCannotUseTheFileMeanwhile) {
  const DonorSalts held = open();
  EXPECT_EQ(word_of_opening(), "file_in_use");
}

TEST_F(Salts, ALineThatACrashCutShortIsDropped) {
  const ledger::DonorSalt salt = keep("gift", 1);
  const std::string whole = testing::read_text(path());
  testing::write_text(path(), whole + "platform,\"half");
  EXPECT_EQ(open().salt_for(platform, {"gift"}), salt);
  EXPECT_EQ(testing::read_text(path()), whole);
}

TEST_F(Salts, WhereverACrashCutsALineItIsDroppedUnlessItIsWhole) {
  keep("gift", 1);
  const std::string before = testing::read_text(path());
  const ledger::DonorSalt salt = keep("late, \"gift\"", 2);
  const std::string whole = testing::read_text(path());
  for (std::size_t size = before.size() + 1; size < whole.size() - 1; ++size) {
    write(whole.substr(0, size));
    EXPECT_NE(open().salt_for(platform, {"late, \"gift\""}), salt) << size;
    EXPECT_EQ(testing::read_text(path()), before) << size;
  }
  write(whole.substr(0, whole.size() - 1));
  EXPECT_EQ(open().salt_for(platform, {"late, \"gift\""}), salt);
  EXPECT_EQ(testing::read_text(path()), whole);
}

// Rows are deleted with editors that end a file where its last row ends.
TEST_F(Salts, ALastRowWithoutALineEndIsKeptAndGetsOne) {
  const ledger::DonorSalt salt = keep("gift", 1);
  const std::string whole = testing::read_text(path());
  const std::string edited = whole.substr(0, whole.size() - 1);
  write(edited);
  EXPECT_EQ(open(true).salt_for(platform, {"gift"}), salt);
  EXPECT_EQ(testing::read_text(path()), edited) << "a dry run writes nothing";
  const ledger::DonorSalt next = keep("gift-2", 2);
  EXPECT_TRUE(testing::read_text(path()).starts_with(whole + "platform,\"gift-2\","));
  EXPECT_EQ(open().salt_for(platform, {"gift"}), salt);
  EXPECT_EQ(open().salt_for(platform, {"gift-2"}), next);
}

TEST_F(Salts, OfSeveralRowsOfAReferenceTheLastCounts) {
  keep("gift", 1);
  const std::string first = testing::read_text(path());
  std::filesystem::remove(path());
  const ledger::DonorSalt salt = keep("gift", 2);
  // As two files that were put together.
  const std::string second = testing::read_text(path());
  write(first + second.substr(second.find('\n') + 1));
  DonorSalts salts = open();
  EXPECT_EQ(salts.salt_for(platform, {"gift"}), salt);
  salts.note(platform, {"gift"}, id_of(2), donor_commitment(salt, "donor"));
  EXPECT_EQ(salts.save({id_of(2)}), 0u) << "it stands there already";
}

TEST_F(Salts, AFileOfSomethingElseIsRefusedAndLeftAsItIs) {
  for (const std::string content :
       {"a,b\n1,2\n", "author,reference,salt\nplatform,gift,00ff\n", "centime_token",
        "a,b\n1,2\nhalf", "author;reference;record;commitment;salt\nplatform;gift;1;2;3"}) {
    write(content);
    EXPECT_EQ(word_of_opening(), "bad_receipts") << content;
    EXPECT_EQ(testing::read_text(path()), content);
  }
}

TEST_F(Salts, AHeaderThatACrashCutShortIsWrittenAnew) {
  for (const std::string_view content : {"aut", "author,reference,record,commitment,salt"}) {
    write(std::string(content));
    const ledger::DonorSalt salt = keep("gift", 1);
    EXPECT_EQ(open().salt_for(platform, {"gift"}), salt) << content;
  }
}

TEST_F(Salts, ADryRunLeavesNoFile) {
  DonorSalts salts = open(true);
  const auto salt = salts.salt_for(platform, {"gift"});
  EXPECT_EQ(salts.salt_for(platform, {"gift"}), salt);
  EXPECT_FALSE(std::filesystem::exists(path()));
}

}  // namespace
}  // namespace centime::program
