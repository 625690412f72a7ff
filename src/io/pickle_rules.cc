// SPDX-License-Identifier: MIT
#include "io/pickle_rules.h"

#include <algorithm>
#include <array>

namespace stategrad::io {
namespace {

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

constexpr std::array<std::string_view, 2> kDicts{"collections.OrderedDict",
                                                 "collections.defaultdict"};
constexpr std::array<std::string_view, 4> kSets{"__builtin__.set", "builtins.set",
                                                "__builtin__.frozenset", "builtins.frozenset"};
constexpr std::array<std::string_view, 2> kMakers{"copy_reg._reconstructor",
                                                  "copyreg._reconstructor"};
constexpr std::array<std::string_view, 14> kKept{"torch._utils._rebuild_tensor",
                                                 "torch._utils._rebuild_tensor_v2",
                                                 "torch._utils._rebuild_parameter",
                                                 "torch._utils._rebuild_parameter_with_state",
                                                 "torch.Size",
                                                 "torch.device",
                                                 "torch.serialization._get_layout",
                                                 "numpy.core.multiarray.scalar",
                                                 "numpy._core.multiarray.scalar",
                                                 "numpy.dtype",
                                                 "_codecs.encode",
                                                 "argparse.Namespace",
                                                 "pathlib.PosixPath",
                                                 "datetime.datetime"};

/// Types of builtins, the only names of it that data need.
constexpr std::array<std::string_view, 15> kBuiltinTypes{
    "set", "frozenset", "dict",      "list",  "tuple",   "int",    "float", "bool",
    "str", "bytes",     "bytearray", "slice", "complex", "object", "range"};
constexpr std::array<std::string_view, 27> kForbiddenModules{
    "os",        "posix",  "nt",       "sys",       "subprocess",      "shutil", "socket",
    "importlib", "runpy",  "ctypes",   "pty",       "commands",        "pickle", "_pickle",
    "marshal",   "types",  "operator", "_operator", "webbrowser",      "code",   "codeop",
    "pdb",       "timeit", "bdb",      "platform",  "multiprocessing", "asyncio"};

}  // namespace

PickleCall pickle_call(std::string_view global) {
  if (contains(kDicts, global)) return PickleCall::kDict;
  if (contains(kSets, global)) return PickleCall::kSet;
  if (contains(kMakers, global)) return PickleCall::kObject;
  if (contains(kKept, global)) return PickleCall::kKept;
  return PickleCall::kForbidden;
}

bool is_pickle_global_allowed(std::string_view module, std::string_view name) {
  if (module == "builtins" || module == "__builtin__") return contains(kBuiltinTypes, name);
  return !contains(kForbiddenModules, module.substr(0, module.find('.')));
}

}  // namespace stategrad::io
