// SPDX-License-Identifier: MIT
#include "report/gnuplot.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include "base/atomic_file.h"
#include "stategrad/errors.h"

namespace stategrad::report {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;
using testing::ThrowsMessage;

class Gnuplot : public testing::Test {
 protected:
  Gnuplot() : folder_(fs::path(testing::TempDir()) / ("gnuplot_" + std::to_string(getpid()))) {
    fs::create_directories(folder_);
  }
  ~Gnuplot() override { fs::remove_all(folder_); }

  [[nodiscard]] std::string drawn(const std::string& name, PlotFormat format) const {
    draw(chart_, {.format = format}, folder_ / name);
    return read_file(folder_ / name);
  }

  fs::path folder_;
  Chart chart_{.x_label = "delay & more",
               .y_label = "Gedächtnis",
               .series = {{.name = "<unk> 100% it's", .points = {{0, 2, 1, 3}, {1, 1, 0, 2}}},
                          {.name = "b_2^x {y}", .points = {{0, 1, 1, 1}, {1, 1, 1, 1}}}}};
};

TEST_F(Gnuplot, WritesSvgWithAllLabels) {
  EXPECT_THAT(drawn("a.svg", PlotFormat::kSvg),
              AllOf(HasSubstr("</svg>"), HasSubstr("delay &amp; more"), HasSubstr("Gedächtnis"),
                    HasSubstr("&lt;unk> 100% it's"), HasSubstr("b_2^x {y}")));
}

TEST_F(Gnuplot, WritesPdfAndPng) {
  EXPECT_THAT(drawn("a.pdf", PlotFormat::kPdf), StartsWith("%PDF-1."));
  EXPECT_THAT(drawn("a.png", PlotFormat::kPng), StartsWith("\x89PNG"));
}

TEST_F(Gnuplot, LeavesNothingBehindButTheFile) {
  (void)drawn("it's.svg", PlotFormat::kSvg);
  int files = 0;
  for (const auto& entry : fs::directory_iterator(folder_)) files += entry.exists() ? 1 : 0;
  EXPECT_EQ(files, 1);
}

TEST_F(Gnuplot, SaysWhatToInstallWhenItIsMissing) {
  EXPECT_THAT([&] { draw(chart_, {}, folder_ / "a.svg", "no-such-gnuplot"); },
              ThrowsMessage<ResourceError>(
                  AllOf(HasSubstr("no-such-gnuplot"), HasSubstr("install Debian's gnuplot-nox"))));
  EXPECT_FALSE(fs::exists(folder_ / "a.svg"));
}

TEST_F(Gnuplot, KeepsTheOldFileWhenTheProgramFails) {
  write_file(folder_ / "a.svg", "old");
  write_file(folder_ / "failing", "#!/bin/sh\necho no terminal >&2\nexit 3\n");
  fs::permissions(folder_ / "failing", fs::perms::owner_all);
  EXPECT_THAT([&] { draw(chart_, {}, folder_ / "a.svg", (folder_ / "failing").string()); },
              ThrowsMessage<ResourceError>(HasSubstr("no terminal")));
  EXPECT_EQ(read_file(folder_ / "a.svg"), "old");
}

}  // namespace
}  // namespace stategrad::report
