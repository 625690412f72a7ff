// SPDX-License-Identifier: MIT
#include "kernels/recurrent_kernels.h"
#include "kernels/register_tile.h"
#include "kernels/vec_math.h"

namespace stategrad::kernels {
namespace STATEGRAD_ISA_NAMESPACE {

template <class Real>
void pack_forward(int size, int gates, const Real* weight, std::int64_t first, std::int64_t last,
                  Real* panels) {
  constexpr int kN = kLanes<Real>;
  const int vectors = unit_vectors(gates);
  const std::int64_t line = static_cast<std::int64_t>(vectors) * gates * kN;
  for (std::int64_t panel = first; panel < last; ++panel) {
    for (int j = 0; j < vectors * gates; ++j) {
      const std::int64_t unit = panel * vectors * kN + j / gates * kN;
      const int gate = j % gates;
      for (int lane = 0; lane < kN; ++lane) {
        Real* out = panels + panel * size * line + j * kN + lane;
        const Real* in = weight + (gate * static_cast<std::int64_t>(size) + unit + lane) * size;
        const bool inside = unit + lane < size;
        for (int k = 0; k < size; ++k) out[k * line] = inside ? in[k] : Real{0};
      }
    }
  }
}

template <class Real>
void pack_backward(int size, std::int64_t lines, const Real* weight, std::int64_t first,
                   std::int64_t last, Real* panels) {
  constexpr int kWidth = kPanelShape<Real, 1>.units;
  for (std::int64_t panel = first; panel < last; ++panel) {
    const std::int64_t unit = panel * kWidth;
    const int inside = static_cast<int>(size - unit < kWidth ? size - unit : kWidth);
    for (std::int64_t j = 0; j < lines; ++j) {
      const Real* in = weight + j * size + unit;
      Real* out = panels + (panel * lines + j) * kWidth;
      for (int u = 0; u < inside; ++u) out[u] = in[u];
      for (int u = inside; u < kWidth; ++u) out[u] = 0;
    }
  }
}

/// Where a vector of units of one stream stands in the arrays of a step.
template <class Real, int kGates>
struct Place {
  Place(const StepProduct<Real>& product, int row, int unit, int units)
      : size(product.size),
        state(static_cast<std::int64_t>(row) * size + unit),
        gate_block(static_cast<std::int64_t>(row) * size * kGates + unit),
        count(units) {}

  [[nodiscard]] Vec<Real> get(const Real* array) const { return load_part(array + state, count); }
  void put(Real* array, const Vec<Real>& v) const { store_part(array + state, v, count); }
  [[nodiscard]] Vec<Real> gate(const Real* gates, int g) const {
    return load_part(gates + gate_block + g * size, count);
  }
  void put_gate(Real* gates, int g, const Vec<Real>& v) const {
    store_part(gates + gate_block + g * size, v, count);
  }

  std::int64_t size, state, gate_block;
  int count;
};

template <class Real>
void lstm_forward(const RecurrentStep<Real>& s, std::int64_t first, std::int64_t last) {
  for_each_unit_vector<Real, 4>(s.product, first, last,
                                [&s](int row, int unit, int count, const Vec<Real>* sums) {
                                  const Place<Real, 4> at(s.product, row, unit, count);
                                  const Vec<Real> i = sigmoid<Real>(sums[0] + at.gate(s.gates, 0));
                                  const Vec<Real> f = sigmoid<Real>(sums[1] + at.gate(s.gates, 1));
                                  const Vec<Real> g = tanh<Real>(sums[2] + at.gate(s.gates, 2));
                                  const Vec<Real> o = sigmoid<Real>(sums[3] + at.gate(s.gates, 3));
                                  const Vec<Real> c = f * at.get(s.c_old) + i * g;
                                  const Vec<Real> tanh_c = tanh<Real>(c);
                                  at.put_gate(s.gates, 0, i);
                                  at.put_gate(s.gates, 1, f);
                                  at.put_gate(s.gates, 2, g);
                                  at.put_gate(s.gates, 3, o);
                                  at.put(s.c, c);
                                  at.put(s.tanh_c, tanh_c);
                                  at.put(s.h, o * tanh_c);
                                });
}

template <class Real>
void lstm_backward(const RecurrentStep<Real>& s, std::int64_t first, std::int64_t last) {
  for_each_unit_vector<Real, 1>(
      s.product, first, last, [&s](int row, int unit, int count, const Vec<Real>* sums) {
        const Place<Real, 4> at(s.product, row, unit, count);
        const Vec<Real> i = at.gate(s.gates, 0), f = at.gate(s.gates, 1);
        const Vec<Real> g = at.gate(s.gates, 2), o = at.gate(s.gates, 3);
        const Vec<Real> tanh_c = at.get(s.tanh_of_cell);
        const Vec<Real> dh = sums[0] + at.get(s.dh);
        const Vec<Real> dc = at.get(s.carry) + dh * o * (1 - tanh_c * tanh_c);
        at.put_gate(s.gates, 0, dc * g * (i * (1 - i)));
        at.put_gate(s.gates, 1, dc * at.get(s.c_old) * (f * (1 - f)));
        at.put_gate(s.gates, 2, dc * i * (1 - g * g));
        at.put_gate(s.gates, 3, dh * tanh_c * (o * (1 - o)));
        at.put(s.carry, dc * f);
      });
}

template <class Real>
void rnn_forward(const RecurrentStep<Real>& s, std::int64_t first, std::int64_t last) {
  for_each_unit_vector<Real, 1>(s.product, first, last,
                                [&s](int row, int unit, int count, const Vec<Real>* sums) {
                                  const Place<Real, 1> at(s.product, row, unit, count);
                                  const Vec<Real> h = tanh<Real>(sums[0] + at.gate(s.gates, 0));
                                  at.put_gate(s.gates, 0, h);
                                  at.put(s.h, h);
                                });
}

template <class Real>
void rnn_backward(const RecurrentStep<Real>& s, std::int64_t first, std::int64_t last) {
  for_each_unit_vector<Real, 1>(s.product, first, last,
                                [&s](int row, int unit, int count, const Vec<Real>* sums) {
                                  const Place<Real, 1> at(s.product, row, unit, count);
                                  const Vec<Real> h = at.gate(s.gates, 0);
                                  at.put_gate(s.gates, 0, (sums[0] + at.get(s.dh)) * (1 - h * h));
                                });
}

template <class Real>
void gru_after_forward(const RecurrentStep<Real>& s, std::int64_t first, std::int64_t last) {
  for_each_unit_vector<Real, 3>(
      s.product, first, last, [&s](int row, int unit, int count, const Vec<Real>* sums) {
        const Place<Real, 3> at(s.product, row, unit, count);
        const Vec<Real> r = sigmoid<Real>(sums[0] + at.gate(s.gates, 0));
        const Vec<Real> z = sigmoid<Real>(sums[1] + at.gate(s.gates, 1));
        const Vec<Real> candidate = sums[2] + load_part(s.bias_hn + unit, count);
        const Vec<Real> n = tanh<Real>(at.gate(s.gates, 2) + r * candidate);
        at.put_gate(s.gates, 0, r);
        at.put_gate(s.gates, 1, z);
        at.put_gate(s.gates, 2, n);
        at.put(s.candidate, candidate);
        at.put(s.h, z * at.get(s.h_old) + (1 - z) * n);
      });
}

template <class Real>
void gru_after_backward(const RecurrentStep<Real>& s, std::int64_t first, std::int64_t last) {
  for_each_unit_vector<Real, 1>(
      s.product, first, last, [&s](int row, int unit, int count, const Vec<Real>* sums) {
        const Place<Real, 3> at(s.product, row, unit, count);
        const Vec<Real> r = at.gate(s.gates, 0), z = at.gate(s.gates, 1);
        const Vec<Real> n = at.gate(s.gates, 2);
        const Vec<Real> dh = sums[0] + at.get(s.dh) + at.get(s.carry);
        const Vec<Real> dn = dh * (1 - z) * (1 - n * n);
        at.put_gate(s.gates, 0, dn * at.get(s.candidate) * (r * (1 - r)));
        at.put_gate(s.gates, 1, dh * (at.get(s.h_old) - n) * (z * (1 - z)));
        at.put_gate(s.gates, 2, dn);
        at.put(s.candidate, dn * r);
        at.put(s.carry, dh * z);
      });
}

template <class Real>
void gru_before_forward_gates(const RecurrentStep<Real>& s, std::int64_t first, std::int64_t last) {
  for_each_unit_vector<Real, 2>(
      s.product, first, last, [&s](int row, int unit, int count, const Vec<Real>* sums) {
        const Place<Real, 3> at(s.product, row, unit, count);
        const Vec<Real> r = sigmoid<Real>(sums[0] + at.gate(s.gates, 0));
        at.put_gate(s.gates, 0, r);
        at.put_gate(s.gates, 1, sigmoid<Real>(sums[1] + at.gate(s.gates, 1)));
        at.put(s.candidate, r * at.get(s.h_old));
      });
}

template <class Real>
void gru_before_forward_candidate(const RecurrentStep<Real>& s, std::int64_t first,
                                  std::int64_t last) {
  for_each_unit_vector<Real, 1>(s.product, first, last,
                                [&s](int row, int unit, int count, const Vec<Real>* sums) {
                                  const Place<Real, 3> at(s.product, row, unit, count);
                                  const Vec<Real> z = at.gate(s.gates, 1);
                                  const Vec<Real> n = tanh<Real>(sums[0] + at.gate(s.gates, 2));
                                  at.put_gate(s.gates, 2, n);
                                  at.put(s.h, z * at.get(s.h_old) + (1 - z) * n);
                                });
}

template <class Real>
void gru_before_backward_candidate(const RecurrentStep<Real>& s, std::int64_t first,
                                   std::int64_t last) {
  for_each_unit_vector<Real, 1>(
      s.product, first, last, [&s](int row, int unit, int count, const Vec<Real>* sums) {
        const Place<Real, 3> at(s.product, row, unit, count);
        const Vec<Real> z = at.gate(s.gates, 1), n = at.gate(s.gates, 2);
        const Vec<Real> dh = sums[0] + at.get(s.dh) + at.get(s.carry);
        at.put_gate(s.gates, 1, dh * (at.get(s.h_old) - n) * (z * (1 - z)));
        at.put_gate(s.gates, 2, dh * (1 - z) * (1 - n * n));
        at.put(s.carry, dh * z);
      });
}

template <class Real>
void gru_before_backward_gates(const RecurrentStep<Real>& s, std::int64_t first,
                               std::int64_t last) {
  for_each_unit_vector<Real, 1>(
      s.product, first, last, [&s](int row, int unit, int count, const Vec<Real>* sums) {
        const Place<Real, 3> at(s.product, row, unit, count);
        const Vec<Real> r = at.gate(s.gates, 0);
        at.put_gate(s.gates, 0, sums[0] * at.get(s.h_old) * (r * (1 - r)));
        at.put(s.carry, at.get(s.carry) + sums[0] * r);
      });
}

}  // namespace STATEGRAD_ISA_NAMESPACE

template <class Real>
template <Isa kLevel>
const RecurrentKernels<Real>& RecurrentKernels<Real>::build() {
  static constexpr RecurrentKernels kTable{
      .shapes = {PanelShape{}, STATEGRAD_ISA_NAMESPACE::kPanelShape<Real, 1>,
                 STATEGRAD_ISA_NAMESPACE::kPanelShape<Real, 2>,
                 STATEGRAD_ISA_NAMESPACE::kPanelShape<Real, 3>,
                 STATEGRAD_ISA_NAMESPACE::kPanelShape<Real, 4>},
      .pack_forward = &STATEGRAD_ISA_NAMESPACE::pack_forward<Real>,
      .pack_backward = &STATEGRAD_ISA_NAMESPACE::pack_backward<Real>,
      .lstm_forward = &STATEGRAD_ISA_NAMESPACE::lstm_forward<Real>,
      .lstm_backward = &STATEGRAD_ISA_NAMESPACE::lstm_backward<Real>,
      .rnn_forward = &STATEGRAD_ISA_NAMESPACE::rnn_forward<Real>,
      .rnn_backward = &STATEGRAD_ISA_NAMESPACE::rnn_backward<Real>,
      .gru_after_forward = &STATEGRAD_ISA_NAMESPACE::gru_after_forward<Real>,
      .gru_after_backward = &STATEGRAD_ISA_NAMESPACE::gru_after_backward<Real>,
      .gru_before_forward_gates = &STATEGRAD_ISA_NAMESPACE::gru_before_forward_gates<Real>,
      .gru_before_forward_candidate = &STATEGRAD_ISA_NAMESPACE::gru_before_forward_candidate<Real>,
      .gru_before_backward_candidate =
          &STATEGRAD_ISA_NAMESPACE::gru_before_backward_candidate<Real>,
      .gru_before_backward_gates = &STATEGRAD_ISA_NAMESPACE::gru_before_backward_gates<Real>,
  };
  return kTable;
}

template const RecurrentKernels<float>& RecurrentKernels<float>::build<Isa::STATEGRAD_ISA_LEVEL>();
template const RecurrentKernels<double>&
RecurrentKernels<double>::build<Isa::STATEGRAD_ISA_LEVEL>();

}  // namespace stategrad::kernels
