// SPDX-License-Identifier: MIT
//
// Python's pickles, read as data: a tree of values in which nothing was ever called, imported or
// executed. https://github.com/python/cpython/blob/main/Lib/pickletools.py tells what opcodes mean.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace stategrad::io {

/// Number of a value in its Pickle.
using PickleId = std::uint32_t;
inline constexpr PickleId kNoPickleValue = 0xffffffff;

enum class PickleKind {
  kNone,
  kBool,     ///< integer: 0 or 1
  kInteger,  ///< integer
  kReal,     ///< real
  kText,     ///< text, UTF-8
  kBytes,    ///< text
  kTuple,    ///< items
  kList,     ///< items; sets are lists too
  kDict,     ///< items: key, value, key, value …; OrderedDict and defaultdict are dicts too
  kGlobal,   ///< text: "module.name"; only its name
  kCall,     ///< what calling `callee` (a kGlobal) with `arguments` (a kTuple) would give
  kObject,   ///< an instance of `callee` made from `arguments`; `state` is what it would be set to
  kPersistent,  ///< arguments: the tuple that stands for something outside the pickle
};

struct PickleValue {
  PickleKind kind = PickleKind::kNone;
  std::int64_t integer = 0;
  double real = 0;
  std::string text;
  std::vector<PickleId> items;
  PickleId callee = kNoPickleValue;
  PickleId arguments = kNoPickleValue;
  PickleId state = kNoPickleValue;
};

/// Values refer to each other by number, so that shared, nested and even circular values cost no
/// more than the bytes that made them. Whoever follows items must bound depth and steps.
struct Pickle {
  std::vector<PickleValue> values;
  PickleId root = kNoPickleValue;

  [[nodiscard]] const PickleValue& operator[](PickleId id) const { return values[id]; }
  /// The value of a text key of a dict, kNoPickleValue if there is none.
  [[nodiscard]] PickleId find(PickleId dict, std::string_view key) const;
};

/// Reads a pickle of protocol 2 to 5.
///
/// Only names of weights' own functions may be called (src/io/pickle_rules.h), which gives a value
/// that says so; names of modules that reach the system are refused wherever they stand. Memory: at
/// most some 200 times the bytes, and no more than about 200 MB, which larger pickles are refused
/// for.
/// @param file for messages
/// @throws DataError naming the offset: truncated, damaged, too large, an opcode that no file of
///   weights needs, or a call that is not on the list
[[nodiscard]] Pickle read_pickle(std::string_view bytes, const std::string& file);

}  // namespace stategrad::io
