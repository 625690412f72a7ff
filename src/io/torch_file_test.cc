// SPDX-License-Identifier: MIT
#include "io/torch_file.h"

#include <gmock/gmock.h>

#include "io/io_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::io {
namespace {

using testing::ElementsAre;

/// Archives as torch.save writes them, made by hand: tests/cli/import_hostile_test.py has its own.
class TorchFile : public FolderTest {
 protected:
  /// @param size numbers of the storage of 1, 2 … 6; arguments: after the storage
  std::unique_ptr<ArrayFile> tensor(const std::string& arguments, int size = 6) {
    python(
        "import collections, pickle, struct, zipfile, io, sys, types\n"
        "torch = types.ModuleType('torch'); utils = types.ModuleType('torch._utils')\n"
        "sys.modules.update({'torch': torch, 'torch._utils': utils})\n"
        "class FloatStorage: pass\n"
        "FloatStorage.__module__ = 'torch'; torch.FloatStorage = FloatStorage\n"
        "def _rebuild_tensor_v2(): pass\n"
        "_rebuild_tensor_v2.__module__ = 'torch._utils'; utils._rebuild_tensor_v2 = "
        "_rebuild_tensor_v2\n"
        "class Storage: pass\n"
        "class Tensor:\n"
        "  def __reduce__(self): return _rebuild_tensor_v2, (Storage(), " +
        arguments +
        ", False, collections.OrderedDict())\n"
        "class Pickler(pickle.Pickler):\n"
        "  def persistent_id(self, x):\n"
        "    if isinstance(x, Storage): return ('storage', FloatStorage, '0', 'cpu', " +
        std::to_string(size) +
        ")\n"
        "out = io.BytesIO(); Pickler(out, 2).dump({'w': Tensor(), 'n': 3})\n"
        "z = zipfile.ZipFile('t', 'w'); z.writestr('t/data.pkl', out.getvalue())\n"
        "z.writestr('t/data/0', struct.pack('<6f', *range(1, 7))); z.close()\n");
    return open_torch_file(folder_ / "t");
  }
};

TEST_F(TorchFile, FollowsOffsetsAndStrides) {
  EXPECT_THAT(tensor("0, (2, 3), (3, 1)")->read("w"), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(tensor("0, (3, 2), (1, 3)")->read("w"), ElementsAre(1, 4, 2, 5, 3, 6));
  EXPECT_THAT(tensor("2, (2,), (3,)")->read("w"), ElementsAre(3, 6));
  EXPECT_THAT(tensor("5, (), ()")->read("w"), ElementsAre(6));
  EXPECT_THAT(tensor("0, (0, 4), (4, 1)")->read("w"), ElementsAre());
  EXPECT_THAT(tensor("0, (1, 6), (99, 1)")->read("w").size(), 6u);
  EXPECT_EQ(tensor("0, (2,), (1,)")->arrays().at("w").dtype, "float32");
}

TEST_F(TorchFile, HasNoNumbersOutsideTheStorage) {
  EXPECT_THROW(tensor("1, (2, 3), (3, 1)"), DataError);
  EXPECT_THROW(tensor("0, (7,), (1,)"), DataError);
  EXPECT_THROW(tensor("0, (2,), (6,)"), DataError);
  EXPECT_THROW(tensor("0, (2**40,), (0,)"), DataError);
  EXPECT_THROW(tensor("0, (2,), (-1,)"), DataError);
  EXPECT_THROW(tensor("0, (2,), (1, 1)"), DataError);
  EXPECT_THROW(tensor("-1, (2,), (1,)"), DataError);
  EXPECT_THROW(tensor("0, (2,), (1,)", 7), DataError);
  EXPECT_THROW(tensor("0, 'x', (1,)"), DataError);
}

TEST_F(TorchFile, IsToldFromOtherArchives) {
  static_cast<void>(tensor("0, (2,), (1,)"));
  EXPECT_TRUE(is_torch_file(folder_ / "t"));
  python("import numpy; numpy.savez('n.npz', a=numpy.zeros(3))");
  EXPECT_FALSE(is_torch_file(folder_ / "n.npz"));
  EXPECT_THROW((void)open_torch_file(folder_ / "n.npz"), DataError);
}

}  // namespace
}  // namespace stategrad::io
