// SPDX-License-Identifier: MIT
#include "sinks/make_sink.h"

#include <gmock/gmock.h>

#include "gradient/gradient_test_util.h"
#include "io/io_test_util.h"
#include "sinks/forecast.h"
#include "sinks/output_rules.h"
#include "sinks/statistics_file.h"
#include "sinks/tree_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::sinks {
namespace {

namespace fs = std::filesystem;
using enum OutputFormat;
using testing::ElementsAre;
using testing::SizeIs;

using Formats = std::vector<OutputFormat>;

const Formats kAll{kNpy, kNpz, kHdf5, kStatistics, kNull};

/// Passes of the engine through a model of two layers, E = 3, H = 4, over windows of four words.
class MakeSink : public io::FolderTest {
 protected:
  MakeSink() {
    options_.states = {{StateKind::kCell, 0}, {StateKind::kHidden, 1}};
    options_.max_delay = 3;
    options_.windowed = true;
    options_.num_steps = 4;
    options_.time_steps = {1, 3};
  }
  void pass(const Formats& formats) {
    const auto sink = make_sink(formats, {.directory = out(), .provenance = provenance()});
    EXPECT_FALSE(fs::exists(out())) << "made before the pass begins";
    ThreadTeam team(2);
    compute_state_gradients(model_, text_, options_, *sink, team);
  }
  [[nodiscard]] static Provenance provenance() {
    return {.model = "models/x", .text = "valid.txt", .dtype = DType::kFloat64};
  }
  [[nodiscard]] fs::path out() const { return folder_ / "deep" / "out"; }

  Architecture shape_{.num_layers = 2, .vocab_size = 7, .embedding_size = 3, .size = 4};
  LanguageModel<double> model_ = gradient::random_model(shape_, 1);
  std::vector<WordId> text_ = gradient::random_text(shape_, 23, 2);
  GradientOptions options_;
};

TEST_F(MakeSink, AllFormatsAtOnceHoldTheSameStateGradients) {
  pass(kAll);
  EXPECT_EQ(python(R"(
import glob, h5py, numpy
statistics = h5py.File('deep/out/statistics.h5')
gradients = h5py.File('deep/out/gradients.h5')
for state in ('cell/layer_0', 'hidden/layer_1'):
    for delay in range(3):
        folders = sorted(glob.glob(f'deep/out/{state}/timestep_*/delay_{delay}'))
        files = [f for folder in folders for f in sorted(glob.glob(folder + '/*.npy'))]
        npy = numpy.stack([numpy.load(f) for f in files])
        npz = numpy.concatenate([numpy.load(f + '/all.npz')['arr_0'] for f in folders])
        assert npy.dtype == npz.dtype == numpy.float32 and (npy == npz).all()
        group = gradients[f'{state}/delay_{delay}']
        order = numpy.lexsort((group['window'], group['time_step']))
        exact = group['gradients'][()][order]
        assert exact.dtype == numpy.float64 and (exact.astype('f4') == npy).all()
        total = statistics[state + '/sum'][delay].sum(0)
        numpy.testing.assert_allclose(exact.sum(0), total, rtol=1e-12, atol=1e-15)
        numpy.testing.assert_allclose(npy.sum(0, 'f8'), total, rtol=1e-5, atol=1e-7)
        assert abs(total).max() > 1e-6, 'nothing was measured'
        assert statistics[state + '/count'][delay].sum() == len(npy)
        norm = statistics[state + '/squared_norm'][delay].sum()
        numpy.testing.assert_allclose((exact ** 2).sum(), norm, rtol=1e-12)
        print(state, delay, npy.shape)
)"),
            "cell/layer_0 0 (8, 4, 3)\ncell/layer_0 1 (8, 4, 3)\ncell/layer_0 2 (4, 4, 3)\n"
            "hidden/layer_1 0 (8, 4, 3)\nhidden/layer_1 1 (8, 4, 3)\nhidden/layer_1 2 (4, 4, 3)\n");
}

TEST_F(MakeSink, EveryFormatAloneGivesTheBytesItGivesAmongOthers) {
  pass(kAll);
  const fs::path together = folder_ / "together";
  fs::rename(out(), together);
  std::size_t files = 0;
  for (const OutputFormat format : {kNpy, kNpz, kHdf5, kStatistics}) {
    fs::remove_all(out());
    pass({format});
    for (const std::string& file : files_below(out())) {
      EXPECT_TRUE(read_file(out() / file) == read_file(together / file)) << file;
      ++files;
    }
  }
  // A mapping.txt in each of ten folders is written by npy and npz.
  EXPECT_EQ(files, files_below(together).size() + 10);
}

TEST_F(MakeSink, ForecastHoldsForAllFormatsTogether) {
  const GradientRun run = plan_state_gradients(model_, text_, options_);
  const OutputForecast forecast = forecast_output(run, kAll, DType::kFloat64);
  pass(kAll);
  EXPECT_EQ(forecast.files, files_below(out()).size());
  std::uintmax_t bytes = 0;
  for (const std::string& file : files_below(out())) bytes += fs::file_size(out() / file);
  EXPECT_GE(forecast.bytes, bytes);
}

TEST_F(MakeSink, EverythingIsRecognisedByTheRulesOfOutputFolders) {
  pass(kAll);
  const ExistingOutput existing = check_output_folder(out(), true);
  EXPECT_EQ(existing.files, files_below(out()).size());
  EXPECT_EQ(existing.others, 0U);
  clear_output_folder(existing);
  EXPECT_TRUE(fs::is_empty(out()));
}

TEST_F(MakeSink, InterruptedPassLeavesOnlyWholeFiles) {
  std::atomic<bool> stop = false;
  options_.stop = &stop;
  options_.on_progress = [&](std::int64_t words) { stop = words == 7; };
  EXPECT_THROW(pass(kAll), Interrupted);
  // Of the second window only time step 1 was reached.
  const std::vector<std::string> files = files_below(out());
  EXPECT_THAT(files, SizeIs(2 * (2 * 3 + 3 * 2)));
  EXPECT_EQ(python(R"(
import glob, numpy
for f in glob.glob('deep/out/**/*.npy', recursive=True): assert numpy.load(f).shape == (4, 3)
for f in glob.glob('deep/out/**/mapping.txt', recursive=True):
    assert len(open(f).readlines()) == len(glob.glob(f[:-len('mapping.txt')] + '*.npy'))
print(sorted({f.rsplit('/', 1)[1] for f in glob.glob('deep/out/**/*.*', recursive=True)}))
)"),
            "['0.npy', '1.npy', 'mapping.txt']\n");
}

TEST_F(MakeSink, ContinuousStatisticsNeedNoWindows) {
  options_.windowed = false;
  options_.time_steps.clear();
  pass({kStatistics, kNull});
  EXPECT_THAT(files_below(out()), ElementsAre("statistics.h5"));
  const Statistics statistics = read_statistics(out() / kStatisticsFileName);
  for (int delay = 0; delay < 3; ++delay) {
    EXPECT_EQ(sums_over_blocks(statistics.states[0], statistics.blocks, delay).count, 23 - delay);
  }
}

TEST_F(MakeSink, TreesOfContinuousPassesAreWrongUse) {
  options_.windowed = false;
  options_.time_steps.clear();
  EXPECT_THROW(pass({kNpy, kStatistics}), UsageError);
}

TEST_F(MakeSink, NullWritesNothingAndNeedsNoFolder) {
  const auto sink = make_sink(Formats{kNull}, {});
  ThreadTeam team(1);
  compute_state_gradients(model_, text_, options_, *sink, team);
  EXPECT_FALSE(sink->wants({}));
  EXPECT_EQ(sink->accumulator({}), nullptr);
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(MakeSink, NoFormatIsWrongUse) { EXPECT_THROW((void)make_sink({}, {}), UsageError); }

TEST_F(MakeSink, OnlySumsTakeAPartOfTheSources) {
  options_.sources = {0, 2};
  for (const OutputFormat format : {kNpy, kNpz, kHdf5}) {
    EXPECT_THROW(pass({format}), UsageError) << to_string(format);
    EXPECT_THROW((void)forecast_output(plan_state_gradients(model_, text_, options_),
                                       std::vector{format}, DType::kFloat64),
                 UsageError);
  }
  pass({kStatistics, kNull});
  EXPECT_EQ(read_statistics(out() / kStatisticsFileName).run.sources, options_.sources);
}

}  // namespace
}  // namespace stategrad::sinks
