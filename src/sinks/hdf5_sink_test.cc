// SPDX-License-Identifier: MIT
#include "sinks/hdf5_sink.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/resource.h>

#include <atomic>

#include "io/hdf5.h"
#include "sinks/h5_test_util.h"
#include "sinks/run_description_h5.h"
#include "stategrad/errors.h"

namespace stategrad::sinks {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

class Hdf5SinkTest : public H5Test {
 protected:
  void write(const GradientOptions& options, DType dtype = DType::kFloat64) const {
    Provenance from = provenance(dtype);
    from.basis = options.basis;
    Hdf5Sink sink(folder_, from);
    run(options, sink);
  }

  /// What the pass delivered, a line per matrix, in the order of state, delay and position:
  /// where it is and its numbers.
  [[nodiscard]] std::string expected(const GradientOptions& options) const {
    const gradient::KeepingSink kept = keep(options);
    std::string lines;
    for (std::size_t s = 0; s < kept.run.states.size(); ++s) {
      const StateOfLayer& state = kept.run.states[s];
      for (int delay = 0; delay < kept.run.max_delay; ++delay) {
        for (const auto& [place, block] : kept.blocks) {
          if (block.key.state_index != static_cast<int>(s) || block.key.delay != delay) continue;
          lines += fmt::format("{} {} {} {} w{} {} {}", to_string(state.state), state.layer, delay,
                               block.key.position, block.key.source, block.key.window,
                               block.key.time_step);
          for (const double value : block.values) lines += fmt::format(" {:.9e}", value);
          lines += '\n';
        }
      }
    }
    return lines;
  }
};

/// The same lines from the file, by a reader who knows no more than its attributes say.
constexpr const char* kReader = R"(
import h5py
f = h5py.File('gradients.h5')
run = f['run'].attrs
words = [w.decode() for w in f['vocabulary']]
text = f['text'][()]
for state, layer in zip(f['run/states'], f['run/layers']):
    delays = f[f'{state.decode()}/layer_{layer}']
    for name in sorted(delays, key=lambda n: int(n.split('_')[1])):
        g = delays[name]
        delay = g.attrs['delay']
        assert (g.attrs['state'], g.attrs['layer']) == (state, layer)
        for i, matrix in enumerate(g['gradients']):
            t = g['position'][i]
            assert text[t - delay] == g['source'][i]
            window, step = (g['window'][i], g['time_step'][i]) if run['windowed'] else (0, 0)
            assert not run['windowed'] or t == window * run['num_steps'] + step
            print(state.decode(), layer, delay, t, words[g['source'][i]], window, step,
                  *('%.9e' % v for v in matrix.ravel()))
)";

TEST_F(Hdf5SinkTest, H5pyFindsEveryMatrixOfAWindowedPass) {
  write(windowed());
  EXPECT_EQ(python(kReader), expected(windowed()));
}

TEST_F(Hdf5SinkTest, H5pyFindsEveryMatrixOfAContinuousPass) {
  write(continuous());
  EXPECT_EQ(python(kReader), expected(continuous()));
}

TEST_F(Hdf5SinkTest, DirectionsTakeThePlaceOfEmbeddingDimensions) {
  GradientOptions options = continuous();
  options.basis = {1, 2, 3, 4, 5, 5, 4, 3, 2, 1};
  write(options);
  EXPECT_EQ(python(kReader), expected(options));
  EXPECT_EQ(python("import h5py\nprint(h5py.File('gradients.h5')['run/basis'][()].tolist())\n"),
            "[[1.0, 2.0, 3.0, 4.0, 5.0], [5.0, 4.0, 3.0, 2.0, 1.0]]\n");
}

TEST_F(Hdf5SinkTest, PrecisionIsThatOfThePass) {
  const std::string script =
      "import h5py\nd = h5py.File('gradients.h5')['cell/layer_1/delay_2/gradients']\n"
      "print(d.dtype, d.shape, d.chunks, d.compression, d.shuffle)\n";
  write(continuous(), DType::kFloat32);
  EXPECT_EQ(python(script), "float32 (38, 3, 5) (1, 3, 5) gzip True\n");
  write(continuous(), DType::kFloat64);
  EXPECT_EQ(python(script), "float64 (38, 3, 5) (1, 3, 5) gzip True\n");
}

TEST_F(Hdf5SinkTest, AttributesSayWhatItIs) {
  write(windowed());
  const io::Hdf5Reader in(folder_ / kGradientsFileName);
  check_head(in, folder_ / kGradientsFileName, kGradientsKind);
  EXPECT_THAT(in.text_attribute("/", "layout"), HasSubstr("/vocabulary[id]"));
  EXPECT_THAT(in.text_attribute("/cell/layer_1/delay_0/gradients", "meaning"),
              HasSubstr("d embedding[r]"));
  const RunDescription run = read_run(in, folder_ / kGradientsFileName);
  EXPECT_EQ(run.provenance.model, "models/mine");
  EXPECT_EQ(run.words, 40);
}

TEST_F(Hdf5SinkTest, DelaysThatDoNotOccurHaveNoGroup) {
  GradientOptions options = windowed();
  options.max_delay = 50;
  write(options);
  const io::Hdf5Reader in(folder_ / kGradientsFileName);
  EXPECT_TRUE(in.contains("/cell/layer_1/delay_6/gradients"));
  EXPECT_FALSE(in.contains("/cell/layer_1/delay_7"));
}

TEST_F(Hdf5SinkTest, SamePassGivesTheSameBytes) {
  write(windowed());
  const std::string first = read_file(folder_ / kGradientsFileName);
  write(windowed());
  EXPECT_EQ(read_file(folder_ / kGradientsFileName), first);
}

TEST_F(Hdf5SinkTest, AnInterruptedPassLeavesNothing) {
  std::atomic<bool> stop = false;
  GradientOptions options = continuous();
  options.stop = &stop;
  options.on_progress = [&](std::int64_t done) { stop = done == 20; };
  {
    Hdf5Sink sink(folder_, provenance());
    EXPECT_THROW(run(options, sink), Interrupted);
    EXPECT_EQ(files(), 1U);  // in the making, under a temporary name
    EXPECT_FALSE(std::filesystem::exists(folder_ / kGradientsFileName));
  }
  EXPECT_EQ(files(), 0U);
}

TEST_F(Hdf5SinkTest, AFullDiskIsAResourceErrorThatLeavesNothing) {
  for (const rlim_t limit : {100, 5'000, 20'000, 40'000}) {
    rlimit before{};
    getrlimit(RLIMIT_FSIZE, &before);
    const auto handler = signal(SIGXFSZ, SIG_IGN);
    rlimit small = before;
    small.rlim_cur = limit;
    setrlimit(RLIMIT_FSIZE, &small);
    {
      Hdf5Sink sink(folder_, provenance());
      EXPECT_THAT([&] { run(continuous(), sink); },
                  ThrowsMessage<ResourceError>(HasSubstr(kGradientsFileName)))
          << limit;
    }
    setrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, handler);
    EXPECT_EQ(files(), 0U);
  }
}

TEST_F(Hdf5SinkTest, AFolderThatCannotBeMadeIsNamed) {
  write_file(folder_ / "file", "precious");
  Hdf5Sink sink(folder_ / "file", provenance());
  EXPECT_THAT([&] { sink.begin(plan(continuous())); }, ThrowsMessage<DataError>(HasSubstr("file")));
}

TEST_F(Hdf5SinkTest, APassThatDoesNotKeepItsPromiseIsABug) {
  Hdf5Sink sink(folder_, provenance());
  sink.begin(plan(continuous()));
  EXPECT_THROW(sink.finish(), InternalError);
}

TEST_F(Hdf5SinkTest, ForecastIsAnUpperBound) {
  GradientOptions steps = windowed();
  steps.time_steps = {};
  for (const GradientOptions& options : {windowed(), continuous(), steps}) {
    for (const DType dtype : {DType::kFloat32, DType::kFloat64}) {
      write(options, dtype);
      EXPECT_LE(std::filesystem::file_size(folder_ / kGradientsFileName),
                forecast_hdf5_bytes(plan(options), dtype));
    }
  }
  GradientRun huge = plan(continuous());
  huge.rows = 1 << 24;
  huge.architecture.size = 1 << 24;
  huge.num_blocks_per_state = std::int64_t{1} << 40;
  EXPECT_EQ(forecast_hdf5_bytes(huge, DType::kFloat64), 1'000'000'000'000'000'000U);
}

TEST_F(Hdf5SinkTest, ForecastOfLargerMatricesIsClose) {
  const Architecture large = {
      .cell = CellKind::kRnn, .num_layers = 1, .vocab_size = 300, .embedding_size = 40, .size = 60};
  model_ = gradient::random_model(large, 4);
  text_ = gradient::random_text(large, 300, 5);
  GradientOptions options;
  options.max_delay = 3;
  write(options, DType::kFloat64);
  const std::uint64_t size = std::filesystem::file_size(folder_ / kGradientsFileName);
  const std::uint64_t forecast = forecast_hdf5_bytes(plan(options), DType::kFloat64);
  EXPECT_LE(size, forecast);
  EXPECT_LE(forecast, size * 5 / 4);
}

}  // namespace
}  // namespace stategrad::sinks
