// SPDX-License-Identifier: MIT
#include "sinks/statistics_file.h"

#include <fmt/format.h>

#include <functional>
#include <limits>

#include "sinks/h5_test_util.h"
#include "sinks/run_description_h5.h"
#include "stategrad/errors.h"

namespace stategrad::sinks {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

class StatisticsFile : public H5Test {
 protected:
  [[nodiscard]] Statistics example(const GradientOptions& options) const {
    Statistics statistics;
    statistics.run = describe_run(plan(options), provenance());
    statistics.run.provenance.basis = options.basis;
    RandomStream random(7);
    statistics.blocks = 2;
    const auto cells = static_cast<std::size_t>(statistics.run.max_delay) * 2;
    const auto numbers = static_cast<std::size_t>(statistics.run.rows) * 3;
    for (const StateOfLayer& state : statistics.run.states) {
      StateStatistics& one = statistics.states.emplace_back();
      one.state = state;
      one.count.assign(cells, 11);
      for (std::size_t i = 0; i < cells; ++i) one.squared_norm.push_back(random.uniform());
      one.sum = Buffer<double>(cells * numbers);
      for (double& value : one.sum) value = random.uniform() - 0.5;
    }
    return statistics;
  }
  [[nodiscard]] std::filesystem::path file() const { return folder_ / kStatisticsFileName; }

  struct Alteration {
    std::string statement;  ///< of Python, where f is the open file
    std::string needle;     ///< in the message of the reader
  };
  /// Alters a whole file with h5py, in every way on its own.
  void expect_refusal(const std::vector<Alteration>& alterations) const {
    write_statistics(file(), example(windowed()));
    std::string script = "import h5py, numpy, shutil\n";
    for (std::size_t i = 0; i < alterations.size(); ++i) {
      script += fmt::format(
          "shutil.copy('statistics.h5', '{0}.h5')\nwith h5py.File('{0}.h5', 'r+') as f:\n    {1}\n",
          i, alterations[i].statement);
    }
    python(script);
    for (std::size_t i = 0; i < alterations.size(); ++i) {
      const std::string altered = (folder_ / fmt::format("{}.h5", i)).string();
      EXPECT_THAT(
          [&] { (void)read_statistics(altered); },
          ThrowsMessage<DataError>(AllOf(HasSubstr(altered), HasSubstr(alterations[i].needle))))
          << alterations[i].statement;
    }
  }
};

void expect_equal(const Statistics& read, const Statistics& written) {
  EXPECT_EQ(read.run.program_version, written.run.program_version);
  EXPECT_EQ(read.run.provenance.model, written.run.provenance.model);
  EXPECT_EQ(read.run.provenance.model_fingerprint, written.run.provenance.model_fingerprint);
  EXPECT_EQ(read.run.provenance.text, written.run.provenance.text);
  EXPECT_EQ(read.run.provenance.dtype, written.run.provenance.dtype);
  EXPECT_EQ(read.run.provenance.basis, written.run.provenance.basis);
  EXPECT_EQ(read.run.architecture, written.run.architecture);
  EXPECT_EQ(read.run.vocabulary_fingerprint, written.run.vocabulary_fingerprint);
  EXPECT_EQ(read.run.text_fingerprint, written.run.text_fingerprint);
  EXPECT_EQ(read.run.words, written.run.words);
  EXPECT_EQ(read.run.states, written.run.states);
  EXPECT_EQ(read.run.max_delay, written.run.max_delay);
  EXPECT_EQ(read.run.rows, written.run.rows);
  EXPECT_EQ(read.run.windowed, written.run.windowed);
  EXPECT_EQ(read.run.rank_tolerance, written.run.rank_tolerance);
  EXPECT_EQ(read.run.num_steps, written.run.num_steps);
  EXPECT_EQ(read.run.num_windows, written.run.num_windows);
  EXPECT_EQ(read.run.time_steps, written.run.time_steps);
  EXPECT_EQ(read.run.sources, written.run.sources);
  EXPECT_EQ(read.blocks, written.blocks);
  ASSERT_EQ(read.states.size(), written.states.size());
  for (std::size_t i = 0; i < read.states.size(); ++i) {
    EXPECT_EQ(read.states[i].state, written.states[i].state);
    EXPECT_EQ(read.states[i].count, written.states[i].count);
    EXPECT_EQ(read.states[i].squared_norm, written.states[i].squared_norm);
    ASSERT_EQ(read.states[i].sum.size(), written.states[i].sum.size());
    EXPECT_TRUE(std::equal(read.states[i].sum.begin(), read.states[i].sum.end(),
                           written.states[i].sum.begin()));
  }
}

TEST_F(StatisticsFile, WhatIsWrittenReadsBack) {
  GradientOptions directions = continuous();
  directions.basis = {1, 2, 3, 4, 5, 0.1, 0.2, 0.3, 0.4, 0.5};
  GradientOptions sample = windowed();
  sample.sources = {0, 8, 27};
  GradientOptions approximate = continuous();
  approximate.rank_tolerance = 1e-3;
  for (const GradientOptions& options :
       {windowed(), continuous(), directions, sample, approximate}) {
    const Statistics written = example(options);
    write_statistics(file(), written);
    expect_equal(read_statistics(file()), written);
  }
  EXPECT_EQ(files(), 1U);
}

TEST_F(StatisticsFile, TellsWhetherVectorsWereReadInPlaceOfWords) {
  Statistics vectors = example(windowed());
  for (const bool wanted : {true, false}) {
    vectors.run.provenance.vectors = wanted;
    write_statistics(file(), vectors);
    EXPECT_EQ(read_statistics(file()).run.provenance.vectors, wanted);
  }
}

TEST_F(StatisticsFile, ARankToleranceIsReadWithCare) {
  GradientOptions approximate = windowed();
  approximate.rank_tolerance = 0.25;
  write_statistics(file(), example(approximate));
  python("import h5py\nh5py.File('statistics.h5', 'r+')['run/rank_tolerance'][0] = 1.5\n");
  EXPECT_THAT([&] { (void)read_statistics(file()); },
              ThrowsMessage<DataError>(HasSubstr("rank_tolerance: 1.5 where")));
}

TEST_F(StatisticsFile, SameStatisticsGiveTheSameBytes) {
  write_statistics(folder_ / "a.h5", example(windowed()));
  write_statistics(folder_ / "b.h5", example(windowed()));
  EXPECT_EQ(read_file(folder_ / "a.h5"), read_file(folder_ / "b.h5"));
}

TEST_F(StatisticsFile, H5pyReadsItWithNumpy) {
  const Statistics written = example(windowed());
  write_statistics(file(), written);
  const std::string found = python(R"(
import h5py
f = h5py.File('statistics.h5')
print(f.attrs['magic'].decode(), f.attrs['version'], f.attrs['complete'])
print([s.decode() for s in f['run/states']], f['run/layers'][()].tolist(),
      f['run'].attrs['text'].decode())
print(f['cell/layer_1/sum'].shape, f['hidden/layer_0/count'][()].tolist())
print(repr(float(f['hidden/layer_0/sum'][3, 1, 2, 4])))
)");
  EXPECT_EQ(found,
            "stategrad statistics 2 1\n['cell', 'hidden'] [1, 0] data/Übung.txt\n"
            "(4, 2, 3, 5) [[11, 11], [11, 11], [11, 11], [11, 11]]\n" +
                fmt::format("{}\n", written.states[1].sum[7 * 15 + 2 * 5 + 4]));
}

TEST_F(StatisticsFile, PassesOverWhatItDoesNotKnow) {
  const Statistics written = example(windowed());
  write_statistics(file(), written);
  python(R"(
import h5py, numpy
with h5py.File('statistics.h5', 'r+') as f:
    f['cell/layer_1/classes/nouns/count'] = numpy.ones(4, 'i8')
    f.attrs['mood'] = 'good'
)");
  expect_equal(read_statistics(file()), written);
}

TEST_F(StatisticsFile, TruncatedAnywhereIsRefused) {
  write_statistics(file(), example(windowed()));
  const std::string whole = read_file(file());
  for (std::size_t size = 0; size < whole.size(); size += 1 + whole.size() / 97) {
    write_file(folder_ / "cut.h5", whole.substr(0, size));
    EXPECT_THAT([&] { (void)read_statistics(folder_ / "cut.h5"); },
                ThrowsMessage<DataError>(HasSubstr("cut.h5")))
        << size;
  }
  write_file(folder_ / "cut.h5", whole.substr(0, whole.size() - 1));
  EXPECT_THROW((void)read_statistics(folder_ / "cut.h5"), DataError);
}

TEST_F(StatisticsFile, AlteredBytesAreRefusedOrReadButNeverCrash) {
  write_statistics(file(), example(windowed()));
  const std::string whole = read_file(file());
  RandomStream random(3);
  int refused = 0;
  for (int i = 0; i < 600; ++i) {
    std::string altered = whole;
    for (std::uint64_t changes = 1 + random.below(8); changes > 0; --changes) {
      altered[random.below(altered.size())] = static_cast<char>(random.below(256));
    }
    write_file(folder_ / "altered.h5", altered, Durable::kNo);
    try {
      (void)read_statistics(folder_ / "altered.h5");
    } catch (const DataError&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 200);
}

TEST_F(StatisticsFile, OtherFilesAreRefused) {
  write_file(folder_ / "letter.txt", "Dear Sir or Madam");
  for (const char* name : {"letter.txt", "absent.h5", "."}) {
    EXPECT_THROW((void)read_statistics(folder_ / name), DataError) << name;
  }
  python("import h5py\nh5py.File('other.h5', 'w')['x'] = 1\n");
  EXPECT_THAT([&] { (void)read_statistics(folder_ / "other.h5"); },
              ThrowsMessage<DataError>(HasSubstr("not of stategrad")));
  expect_refusal({
      {"f.attrs['magic'] = numpy.bytes_(b'stategrad gradients')", "'stategrad gradients' where"},
  });
}

TEST_F(StatisticsFile, NewerVersionsAreRefusedWithAdvice) {
  expect_refusal({
      {"f.attrs['version'] = 3", "format version 3"},
      {"f.attrs['version'] = 3", "upgrade stategrad"},
      {"f.attrs['version'] = 0", "format version 0"},
  });
}

TEST_F(StatisticsFile, IncompleteFilesAreRefused) {
  expect_refusal({
      {"del f.attrs['complete']", "not complete"},
      {"f.attrs['complete'] = 0", "not complete"},
  });
}

TEST_F(StatisticsFile, NumbersThatMakeNoSenseAreRefused) {
  expect_refusal({
      {"f['cell/layer_1/sum'][1, 0, 2, 3] = numpy.nan", "/cell/layer_1/sum: value 43"},
      {"f['hidden/layer_0/sum'][0, 0, 0, 0] = numpy.inf", "is not finite"},
      {"f['cell/layer_1/count'][1, 0] = -1", "/cell/layer_1/count: value 2 is below zero"},
      {"f['cell/layer_1/count'][1, 0] = 2**62", "/cell/layer_1/count: a count that is not below"},
      {"f['cell/layer_1/squared_norm'][0, 1] = -0.5", "below zero"},
      {"f['cell/layer_1/squared_norm'][0, 0] = numpy.nan", "not finite"},
  });
}

TEST_F(StatisticsFile, ShapesThatDoNotFitTheDescriptionAreRefused) {
  const auto replace = [](const std::string& path, const std::string& value) {
    return fmt::format("del f['{0}']; f['{0}'] = {1}", path, value);
  };
  expect_refusal({
      {replace("cell/layer_1/sum", "numpy.zeros((4, 2, 5, 3))"), "/cell/layer_1/sum"},
      {replace("cell/layer_1/sum", "numpy.zeros((4, 3, 5))"), "/cell/layer_1/sum"},
      {replace("cell/layer_1/sum", "numpy.zeros((4, 2, 3, 5), 'i8')"), "another type"},
      {replace("cell/layer_1/count", "numpy.zeros((3, 2), 'i8')"), "/cell/layer_1/count"},
      {replace("cell/layer_1/count", "numpy.zeros(4, 'i8')"), "[delays, blocks]"},
      {replace("cell/layer_1/count", "numpy.zeros((4, 0), 'i8')"), "at least one block"},
      {replace("hidden/layer_0/count", "numpy.ones((4, 3), 'i8')"), "/hidden/layer_0/count"},
      {"del f['hidden/layer_0/squared_norm']", "missing"},
      {"f['run'].attrs['max_delay'] = 5", "/cell/layer_1/count"},
      {"f['run'].attrs['rows'] = 6", "/run/basis"},
  });
}

TEST_F(StatisticsFile, DescriptionsThatMakeNoSenseAreRefused) {
  expect_refusal({
      {"f['run'].attrs['max_delay'] = 0", "max_delay is 0"},
      {"f['run'].attrs['cell'] = numpy.bytes_(b'LTSM')", "LTSM"},
      {"f['run'].attrs['dtype'] = numpy.bytes_(b'float16')", "float16"},
      {"del f['run'].attrs['text']", "'text' is missing"},
      {"f['run'].attrs['text'] = 'book.txt'", "'text' is no text of a fixed length"},
      {"f['run'].attrs['words'] = 'many'", "no integer"},
      {"f['run'].attrs['num_windows'] = 9", "num_windows is 9"},
      {"f['run/layers'][0] = 2", "layer 2 where 0 to 1"},
      {"f['run/states'][0] = 'hidden'; f['run/layers'][0] = 0", "stands twice"},
      {"f['run/states'][0] = 'gate'", "gate"},
      {"f['run/time_steps'][1] = 7", "time step 7"},
      {"f['run/time_steps'][1] = 2", "time step 2"},
      {"del f['run/time_steps']", "/run/time_steps"},
  });
}

TEST_F(StatisticsFile, SourcesThatMakeNoSenseAreRefused) {
  expect_refusal({
      {"f['run/sources'] = numpy.array([3, 3])", "/run/sources: position 3 where 4 to 27"},
      {"f['run/sources'] = numpy.array([28])", "position 28 where 0 to 27"},
      {"f['run/sources'] = numpy.array([-1])", "position -1"},
      {"f['run/sources'] = numpy.zeros(0, 'i8')", "no position"},
      {"f['run/sources'] = numpy.arange(40)", "at most 28"},
  });
}

TEST_F(StatisticsFile, OfVersion1IsReadAsOneBlock) {
  // Written by the program as it was before there were blocks and samples.
  const std::filesystem::path old =
      std::filesystem::path(STATEGRAD_SOURCE_DIR) / "tests/compat/statistics_version_1.h5";
  const Statistics statistics = read_statistics(old);
  EXPECT_EQ(statistics.blocks, 1);
  EXPECT_TRUE(statistics.run.sources.empty());
  EXPECT_EQ(statistics.run.words, 348);
  ASSERT_EQ(statistics.states.size(), 2U);
  const StateStatistics& cell = statistics.states[0];
  const StateStatistics& hidden = statistics.states[1];
  EXPECT_EQ(cell.count, (std::vector<std::int64_t>{348, 347, 346, 345}));
  EXPECT_EQ(hidden.count, cell.count);
  EXPECT_EQ(cell.squared_norm, (std::vector<double>{1.5654282833395985, 0.3704100742839915,
                                                    0.08783633443140497, 0.020889423356810537}));
  ASSERT_EQ(hidden.sum.size(), 4U * 3 * 2);
  EXPECT_EQ(cell.sum[1 * 6 + 2 * 2 + 0], -1.9116067257709801);
  EXPECT_EQ(hidden.sum[3 * 6 + 0 * 2 + 1], 0.3369856392964721);
  write_statistics(file(), statistics);
  expect_equal(read_statistics(file()), statistics);
}

TEST_F(StatisticsFile, SizesThatTheFileDoesNotHoldTakeNoMemory) {
  // The description and the arrays agree on terabytes that were never stored.
  const std::string huge = R"(
    f['run'].attrs['max_delay'] = 1 << 30
    D = 1 << 30
    for path, shape in (('count', (D, 2)), ('squared_norm', (D, 2)), ('sum', (D, 2, 3, 5))):
        for state in ('cell/layer_1/', 'hidden/layer_0/'):
            kind = f[state + path].dtype
            del f[state + path]
            f.create_dataset(state + path, shape, kind, chunks=True)
)";
  expect_refusal({
      {"pass\n" + huge, "too few bytes are stored"},
      {"del f['run/states']; f.create_dataset('run/states', (1 << 17,), "
       "h5py.string_dtype(length=6), chunks=True)",
       "/run/states"},
  });
}

TEST_F(StatisticsFile, LargeArraysOfZerosAreNoReasonToRefuse) {
  GradientOptions options = continuous();
  options.max_delay = 40'000;
  Statistics written = example(options);
  for (StateStatistics& state : written.states) {
    std::fill(state.sum.begin(), state.sum.end(), 0.0);
    std::fill(state.squared_norm.begin(), state.squared_norm.end(), 0.0);
    std::fill(state.count.begin(), state.count.end(), 0);
  }
  write_statistics(file(), written);
  expect_equal(read_statistics(file()), written);
}

TEST_F(StatisticsFile, MissingFolderIsNamed) {
  EXPECT_THAT([&] { write_statistics(folder_ / "nowhere" / "a.h5", example(continuous())); },
              ThrowsMessage<DataError>(HasSubstr("nowhere")));
}

}  // namespace
}  // namespace stategrad::sinks
