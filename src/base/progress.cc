// SPDX-License-Identifier: MIT
#include "base/progress.h"

#include <fmt/format.h>

#include <cmath>
#include <ostream>
#include <utility>

#include "base/text_format.h"

namespace stategrad {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

}  // namespace

Progress::Progress(std::ostream& stream, bool is_terminal, std::string label, std::string unit,
                   std::int64_t total, Clock clock)
    : stream_(stream),
      is_terminal_(is_terminal),
      label_(std::move(label)),
      unit_(std::move(unit)),
      total_(total),
      clock_(std::move(clock)),
      start_(clock_()),
      next_(start_ + seconds(2)) {}

Progress::~Progress() {
  if (shown_ > 0) stream_ << '\r' << std::string(shown_, ' ') << '\r' << std::flush;
}

std::string Progress::line(std::int64_t done, const std::string& extra, std::int64_t already,
                           double elapsed) const {
  const double rate = static_cast<double>(done - already) / elapsed;
  std::string text = label_ + ": ";
  if (total_ > 0) {
    text += fmt::format("{:.1f} % of {} {}",
                        100.0 * static_cast<double>(done) / static_cast<double>(total_),
                        format_count(total_), unit_);
  } else {
    text += fmt::format("{} {}", format_count(done), unit_);
  }
  if (!extra.empty()) text += ", " + extra;
  text += fmt::format(", {} {}/s",
                      rate < 10 ? fmt::format("{:.1f}", rate) : format_count(std::llround(rate)),
                      unit_);
  if (total_ > 0 && rate > 0) {
    text += ", " + format_duration(static_cast<double>(total_ - done) / rate) + " left";
  }
  return text;
}

void Progress::update(std::int64_t done, const std::string& extra, std::int64_t already) {
  const auto now = clock_();
  if (now < next_) return;
  next_ = now + (is_terminal_ ? milliseconds(200) : milliseconds(10'000));
  const double elapsed = std::chrono::duration<double>(now - start_).count();
  const std::string text = line(done, extra, already, elapsed);
  if (is_terminal_) {
    const std::size_t pad = shown_ > text.size() ? shown_ - text.size() : 0;
    stream_ << '\r' << text << std::string(pad, ' ') << std::flush;
    shown_ = text.size();
  } else {
    stream_ << text << '\n' << std::flush;
  }
}

}  // namespace stategrad
