// SPDX-License-Identifier: MIT
#include "kernels/isa.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <string>

#include "stategrad/errors.h"

namespace stategrad::kernels {
namespace {

std::string names_of_available() {
  std::vector<std::string_view> names;
  for (const Isa isa : available_isas()) names.push_back(to_string(isa));
  return fmt::format("{}", fmt::join(names, ", "));
}

Isa choose() {
  const std::vector<Isa> available = available_isas();
  const char* wanted = std::getenv("STATEGRAD_ISA");
  if (wanted == nullptr || *wanted == '\0') return available.back();
  for (const Isa isa : available) {
    if (to_string(isa) == wanted) return isa;
  }
  throw UsageError(fmt::format("STATEGRAD_ISA is '{}', which is not a level that runs here: use {}",
                               wanted, names_of_available()));
}

/// The level in use: one for the process, as the processor is.
std::atomic<Isa>& current() {
  static std::atomic<Isa> isa{choose()};
  return isa;
}

}  // namespace

std::string_view to_string(Isa isa) {
  switch (isa) {
    case Isa::kX86V2:
      return "x86-64-v2";
    case Isa::kX86V3:
      return "x86-64-v3";
    case Isa::kX86V4:
      return "x86-64-v4";
    case Isa::kScalar:
      break;
  }
  return "scalar";
}

std::vector<Isa> available_isas() {
  std::vector<Isa> isas{Isa::kScalar};
#if defined(STATEGRAD_X86_LEVELS)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("x86-64-v2")) isas.push_back(Isa::kX86V2);
  if (__builtin_cpu_supports("x86-64-v3")) isas.push_back(Isa::kX86V3);
  if (__builtin_cpu_supports("x86-64-v4")) isas.push_back(Isa::kX86V4);
#endif
  return isas;
}

Isa active_isa() { return current().load(std::memory_order_relaxed); }

void set_active_isa(Isa isa) {
  const std::vector<Isa> available = available_isas();
  if (std::find(available.begin(), available.end(), isa) == available.end()) {
    throw UsageError(fmt::format("the instruction set {} does not run here: use {}", to_string(isa),
                                 names_of_available()));
  }
  current().store(isa, std::memory_order_relaxed);
}

}  // namespace stategrad::kernels
