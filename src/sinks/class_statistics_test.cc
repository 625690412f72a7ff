// SPDX-License-Identifier: MIT
#include "sinks/class_statistics.h"

#include "sinks/class_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::sinks {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

class ClassStatisticsFile : public ClassSumsTest {
 protected:
  static constexpr std::size_t kMostBytes = 10'000'000;
  /// Changes a file with h5py, `f` being the file.
  void alter(const std::filesystem::path& file, const std::string& change) const {
    python("import h5py, numpy\nf = h5py.File('" + file.string() + "', 'r+')\n" + change);
  }
};

TEST(SignaturesOf, AClassAreThoseThatContainIt) {
  const ClassScheme classes{{"a", "b"}, {"x", "x"}, {{}, {0}, {0, 1}, {1}}};
  EXPECT_THAT(signatures_of(classes, 0), ElementsAre(1, 2));
  EXPECT_THAT(signatures_of(classes, 1), ElementsAre(2, 3));
}

TEST_F(ClassStatisticsFile, HoldsWhatWasWritten) {
  const ClassStatisticsReader reader(file_of("whole"));
  EXPECT_EQ(reader.head().classes, scheme());
  EXPECT_EQ(reader.head().blocks, kBlocks);
  EXPECT_EQ(reader.head().vocabulary, model_.vocabulary().words());
  EXPECT_EQ(reader.head().embedding, tables().embedding);
}

TEST_F(ClassStatisticsFile, TheSamePassGivesTheSameBytes) {
  EXPECT_EQ(read_file(file_of("a"), kMostBytes), read_file(file_of("b"), kMostBytes));
}

TEST_F(ClassStatisticsFile, APartIsNoFile) {
  static_cast<void>(file_of("whole"));
  const auto part = part_file(folder_ / "whole", 0);
  EXPECT_EQ(ClassStatisticsReader(part, true).head().part, 0);
  EXPECT_THAT([&] { ClassStatisticsReader reader(part); },
              ThrowsMessage<DataError>(HasSubstr("'stategrad statistics part' where")));
}

TEST_F(ClassStatisticsFile, DamageIsNamed) {
  const struct {
    const char* change;
    const char* message;
  } cases[] = {
      {"del f['words/ids']", "/words/ids: missing"},
      {"f['words/ids'][1] = f['words/ids'][0]", "/words/ids: value 1 does not rise"},
      {"f['words/ids'][-1] = 99", "is too large"},
      {"f['sample/positions'][0] = -1", "/sample/positions"},
      {"f['model/embedding'][0, 0] = numpy.nan", "/model/embedding: value 0 is not finite"},
      {"f['cell/layer_1/words/norm'][0, 0] = -1", "/cell/layer_1/words/norm: value 0 is below"},
      {"del f['cell/layer_1/sample/leading']", "/cell/layer_1/sample/leading"},
      {"f.attrs['blocks'] = 0", "blocks is 0"},
      {"del f['classes/signatures']\nf['classes/signatures'] = numpy.zeros((4, 3), 'i4')",
       "/classes/signatures"},
  };
  for (const auto& [change, message] : cases) {
    const auto file = file_of("damaged");
    alter(file, change);
    EXPECT_THAT(
        [&] { ClassStatisticsReader reader(file); },
        ThrowsMessage<DataError>(testing::AllOf(HasSubstr("damaged.h5"), HasSubstr(message))))
        << change;
  }
}

TEST_F(ClassStatisticsFile, SumsOfAnotherShapeAreNamed) {
  const auto file = file_of("damaged");
  alter(file,
        "del f['cell/layer_1/signature_2/sum']\nf['cell/layer_1/signature_2/sum'] = "
        "numpy.zeros((6, 4, 3, 4))");
  const ClassStatisticsReader reader(file);
  EXPECT_THAT([&] { static_cast<void>(reader.read_class(0, 0)); },
              ThrowsMessage<DataError>(HasSubstr("/cell/layer_1/signature_2/sum")));
}

}  // namespace
}  // namespace stategrad::sinks
