// SPDX-License-Identifier: MIT
#include "kernels/small_products.h"

#include "kernels/isa_table.h"
#include "kernels/small_products_kernels.h"

namespace stategrad::kernels {

template <class Real>
void add_product(const SmallProduct<Real>& product, double* sum) {
  active_kernels<SmallProductKernels<Real>>().add_product(product, sum);
}

Directions dominant_directions(const GramMatrix& gram, double limit, int most, double* columns) {
  return active_kernels<DirectionKernels>().dominant_directions(gram, limit, most, columns);
}

template void add_product(const SmallProduct<float>&, double*);
template void add_product(const SmallProduct<double>&, double*);

}  // namespace stategrad::kernels
