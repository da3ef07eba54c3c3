#include "explorer/flow_labels.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace centime::explorer {
namespace {

using testing::ElementsAre;

TEST(FlowLabels, KeepWhatFits) {
  EXPECT_THAT(label_lines("Red Aid", 7), ElementsAre("Red Aid"));
  EXPECT_THAT(label_lines("", 7), ElementsAre(""));
}

TEST(FlowLabels, BreakAtTheLastBlankThatFits) {
  EXPECT_THAT(label_lines("British Red Cross", 12), ElementsAre("British Red", "Cross"));
  EXPECT_THAT(label_lines("British Red Cross", 11), ElementsAre("British Red", "Cross"));
  EXPECT_THAT(label_lines("Disasters Emergency Committee", 10),
              ElementsAre("Disasters", "Emergency…"));
}

TEST(FlowLabels, CutWordsThatAreTooLong) {
  EXPECT_THAT(label_lines("Donaudampfschifffahrt", 6), ElementsAre("Donaud", "ampfs…"));
}

TEST(FlowLabels, CountLettersNotBytesAndWideOnesTwice) {
  EXPECT_THAT(label_lines("Médecins", 8), ElementsAre("Médecins"));
  EXPECT_THAT(label_lines("赤十字社", 8), ElementsAre("赤十字社"));
  EXPECT_THAT(label_lines("赤十字社", 4), ElementsAre("赤十", "字社"));
}

}  // namespace
}  // namespace centime::explorer
