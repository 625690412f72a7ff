// SPDX-License-Identifier: MIT
#include "cli/summary.h"

#include <fmt/format.h>

#include "base/memory.h"
#include "base/text_format.h"

namespace stategrad::cli {

void summarise(const Session& session, const std::string& counts,
               std::optional<std::uint64_t> seed) {
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - session.start;
  session.note(fmt::format("{} in {}, peak memory {}, seed {}", counts,
                           format_duration(time.count()), format_bytes(peak_memory()),
                           seed.value_or(session.seed.value_or(1))));
}

}  // namespace stategrad::cli
