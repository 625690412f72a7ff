// SPDX-License-Identifier: MIT
#include "analysis/matrix.h"

#include <gmock/gmock.h>

#include "analysis/analysis_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::analysis {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

class MatrixFile : public FolderTest {
 protected:
  void make(const std::string& array) const { run_python("save('x.npy', " + array + ")\n"); }
  void expect_no_matrix(const std::string& array, const std::string& needle) const {
    make(array);
    EXPECT_THAT([&] { (void)read_matrix(folder_ / "x.npy"); },
                ThrowsMessage<DataError>(AllOf(HasSubstr("x.npy"), HasSubstr(needle))));
  }
};

TEST_F(MatrixFile, IsReadRowByRowWhateverItsOrder) {
  for (const std::string array :
       {"numpy.arange(6.).reshape(2, 3)", "numpy.asfortranarray(numpy.arange(6.).reshape(2, 3))",
        "numpy.arange(6, dtype='float32').reshape(2, 3)"}) {
    make(array);
    const Matrix matrix = read_matrix(folder_ / "x.npy");
    EXPECT_EQ(matrix.rows, 2);
    EXPECT_EQ(matrix.columns, 3);
    EXPECT_THAT(matrix.values, ElementsAre(0, 1, 2, 3, 4, 5));
  }
}

TEST_F(MatrixFile, WhatIsNoMatrixOfNumbersIsRefused) {
  expect_no_matrix("numpy.zeros(3)", "shape [3] where a matrix");
  expect_no_matrix("numpy.zeros((2, 0))", "shape [2, 0]");
  expect_no_matrix("numpy.array([[1, 2], [3, numpy.nan]])", "row 1, column 1: nan");
  expect_no_matrix("numpy.array([[1, -numpy.inf]])", "row 0, column 1: -inf");
  EXPECT_THROW((void)read_matrix(folder_ / "absent.npy"), DataError);
}

TEST_F(MatrixFile, VectorsMayLieOrStand) {
  for (const std::string shape : {"3", "1, 3", "3, 1"}) {
    make("numpy.array([1., 2, 4]).reshape(" + shape + ")");
    EXPECT_THAT(read_vector(folder_ / "x.npy", 3), ElementsAre(1, 2, 4));
  }
  EXPECT_THAT([&] { (void)read_vector(folder_ / "x.npy", 4); },
              ThrowsMessage<DataError>(HasSubstr("a vector of 4 numbers was expected")));
  make("numpy.zeros((2, 2))");
  EXPECT_THROW((void)read_vector(folder_ / "x.npy", 4), DataError);
  make("numpy.array([1, numpy.nan])");
  EXPECT_THAT([&] { (void)read_vector(folder_ / "x.npy", 2); },
              ThrowsMessage<DataError>(HasSubstr("column 1: nan")));
}

TEST_F(MatrixFile, SquareMatricesHaveTheirSize) {
  make("numpy.eye(3)");
  EXPECT_EQ(read_square_matrix(folder_ / "x.npy", 3).rows, 3);
  EXPECT_THAT([&] { (void)read_square_matrix(folder_ / "x.npy", 2); },
              ThrowsMessage<DataError>(HasSubstr("3 x 3 where 2 x 2")));
}

TEST_F(MatrixFile, WhatIsWrittenNumpyReads) {
  write_matrix(folder_ / "y.npy", {1, 2, {0.1, -3}});
  EXPECT_EQ(python("print(load('y.npy').tolist(), load('y.npy').dtype)"),
            "[[0.1, -3.0]] float64\n");
}

}  // namespace
}  // namespace stategrad::analysis
