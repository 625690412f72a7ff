// SPDX-License-Identifier: MIT
//
// From ordinary code to the kernels of the level in use.
//
// How to add a kernel x:
//  1. x_kernels.h: a table of plain function pointers, one struct template over the number type:
//       template <class Real>
//       struct XKernels {
//         template <Isa kLevel>
//         static const XKernels& build();  // the table of one level, from x_isa.cc
//         void (*part)(std::int64_t first, std::int64_t last, const Real* in, Real* out);
//       };
//  2. x_isa.cc: the functions, with vec.h, in namespace
//  stategrad::kernels::STATEGRAD_ISA_NAMESPACE,
//     and at the end, in namespace stategrad::kernels:
//       template <class Real>
//       template <Isa kLevel>
//       const XKernels<Real>& XKernels<Real>::build() {
//         static constexpr XKernels kTable{.part = &STATEGRAD_ISA_NAMESPACE::part<Real>};
//         return kTable;
//       }
//       template const XKernels<float>& XKernels<float>::build<Isa::STATEGRAD_ISA_LEVEL>();
//       template const XKernels<double>& XKernels<double>::build<Isa::STATEGRAD_ISA_LEVEL>();
//  3. x.cc: the public functions, which call active_kernels<XKernels<Real>>().part(...) from the
//     workers of the team. Look the table up once per call, outside the workers.
//  4. CMakeLists.txt: x.cc, x_test.cc, and x_isa.cc among the kernel_sources.
//
// An x_isa.cc must not make the linker choose between levels: everything in it lives in the level's
// namespace, and it calls no inline function or template from elsewhere (no std containers or
// algorithms, no ThreadTeam, no Buffer). Else code for a newer processor could be linked into parts
// that run everywhere. Barriers and memory therefore belong to x.cc.
#pragma once

#include "kernels/isa.h"

namespace stategrad::kernels {

/// The functions of Table at a level, which must be available.
template <class Table>
[[nodiscard]] const Table& kernels_of(Isa isa) {
  switch (isa) {
#if defined(STATEGRAD_X86_LEVELS)
    case Isa::kX86V4:
      return Table::template build<Isa::kX86V4>();
    case Isa::kX86V3:
      return Table::template build<Isa::kX86V3>();
    case Isa::kX86V2:
      return Table::template build<Isa::kX86V2>();
#endif
    default:
      return Table::template build<Isa::kScalar>();
  }
}

/// The functions of Table at the level in use.
template <class Table>
[[nodiscard]] const Table& active_kernels() {
  return kernels_of<Table>(active_isa());
}

}  // namespace stategrad::kernels
