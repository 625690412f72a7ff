// SPDX-License-Identifier: MIT
#include "io/torch_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include "base/memory.h"
#include "io/pickle.h"
#include "io/zip_reader.h"
#include "stategrad/errors.h"

namespace stategrad::io {
namespace {

constexpr const char* kPickleName = "data.pkl";
/// Bounds of the walk through the values, which may be shared or circular.
constexpr int kDeepest = 64;
constexpr std::size_t kMostVisits = 10'000'000;
constexpr std::size_t kMostTensors = 20'000;
constexpr std::size_t kMostAttributes = 20'000;
constexpr std::size_t kLongestName = 1024;

/// The place of the pickle, in an archive whose entries all stand in one folder.
std::optional<std::size_t> find_pickle(const ZipReader& archive) {
  for (std::size_t entry = 0; entry < archive.size(); ++entry) {
    const std::string name = archive.name(entry);
    if (name == kPickleName || name.ends_with(std::string("/") + kPickleName)) return entry;
  }
  return std::nullopt;
}

/// Where the numbers of a tensor stand.
struct Tensor {
  std::size_t entry = 0;          ///< of the archive
  std::int64_t offset = 0;        ///< numbers before the first one
  std::int64_t storage_size = 0;  ///< numbers of the storage
  std::vector<std::int64_t> strides;
};

std::string dtype_of_storage(std::string_view name) {
  constexpr std::array<std::array<std::string_view, 2>, 9> kTypes{
      {{"torch.FloatStorage", "float32"},
       {"torch.DoubleStorage", "float64"},
       {"torch.HalfStorage", "float16"},
       {"torch.BFloat16Storage", "bfloat16"},
       {"torch.LongStorage", "int64"},
       {"torch.IntStorage", "int32"},
       {"torch.ShortStorage", "int16"},
       {"torch.CharStorage", "int8"},
       {"torch.ByteStorage", "uint8"}}};
  for (const auto& [storage, dtype] : kTypes) {
    if (storage == name) return std::string(dtype);
  }
  return name == "torch.BoolStorage" ? "bool" : "";
}

class TorchArrays : public ArrayFile {
 public:
  explicit TorchArrays(const std::filesystem::path& file) : archive_(file) {
    path_ = file.string();
    const auto entry = find_pickle(archive_);
    if (!entry) throw DataError(path_, "", "holds no data.pkl: torch.save did not write it");
    folder_ = archive_.name(*entry);
    folder_.resize(folder_.size() - std::string_view(kPickleName).size());
    check_byte_order();
    archive_.require_stored(*entry);
    pickle_ = read_pickle(archive_.read(*entry), fmt::format("{}: {}", path_, kPickleName));
    walk(pickle_.root, "", 0);
    pickle_ = {};
  }

  [[nodiscard]] std::vector<double> read(const std::string& name) const override;

 private:
  [[noreturn]] void fail(const std::string& name, const std::string& message) const {
    throw DataError(path_, name.empty() ? kPickleName : fmt::format("tensor {}", name), message);
  }
  void check_byte_order() const {
    const auto entry = archive_.find(folder_ + "byteorder");
    if (entry && archive_.read_start(*entry, 16) != "little") {
      throw DataError(path_, "", "written by a big-endian machine: save it on another one");
    }
  }
  void visit(const PickleValue& value);
  void walk(PickleId id, const std::string& name, int depth);
  void walk_dict(PickleId dict, const std::string& name, int depth);
  void walk_list(const PickleValue& list, const std::string& name, int depth);
  void walk_module(PickleId state, const std::string& name, int depth);
  void add_settings(PickleId id, const std::string& name, int depth);
  void add_attribute(const std::string& name, const PickleValue& value);
  [[nodiscard]] bool rebuild(const PickleValue& call, const std::string& name);
  void add_tensor(const PickleValue& call, const std::string& name);
  void add_storage(const PickleValue& storage, const std::string& name, ArrayInfo& array,
                   Tensor& tensor) const;
  void check_extent(const std::string& name, const ArrayInfo& array, const Tensor& tensor) const;
  [[nodiscard]] std::vector<std::int64_t> sizes(PickleId id, const std::string& name) const;
  [[nodiscard]] std::int64_t size(PickleId id, const std::string& name) const;

  ZipReader archive_;
  std::string folder_;
  Pickle pickle_;
  std::map<std::string, Tensor> tensors_;
  std::size_t visits_ = 0;
};

std::string joined(const std::string& name, std::string_view part) {
  return name.empty() ? std::string(part) : fmt::format("{}.{}", name, part);
}

void TorchArrays::visit(const PickleValue& value) {
  visits_ += 1 + value.items.size();
  if (visits_ > kMostVisits) fail("", "more values than any file of weights has");
}

void TorchArrays::walk(PickleId id, const std::string& name, int depth) {
  if (depth > kDeepest || name.size() > kLongestName) {
    fail("", fmt::format("values lie more than {} deep in each other", kDeepest));
  }
  const PickleValue& value = pickle_[id];
  visit(value);
  if (value.kind == PickleKind::kCall) {
    if (!rebuild(value, name)) add_attribute(name, value);
  } else if (value.kind == PickleKind::kDict) {
    walk_dict(id, name, depth);
  } else if (value.kind == PickleKind::kList || value.kind == PickleKind::kTuple) {
    walk_list(value, name, depth);
  } else if (value.kind == PickleKind::kObject && value.state != kNoPickleValue) {
    walk_module(value.state, name, depth);
  }
}

void TorchArrays::walk_dict(PickleId dict, const std::string& name, int depth) {
  if (depth == 0) {
    add_settings(dict, name, depth);
    for (const char* key : {"state_dict", "model_state_dict", "model"}) {
      const PickleId chosen = pickle_.find(dict, key);
      if (chosen == kNoPickleValue) continue;
      walk(chosen, name, depth + 1);
      if (!arrays_.empty()) return;
    }
  }
  const std::vector<PickleId>& items = pickle_[dict].items;
  for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
    const PickleValue& key = pickle_[items[i]];
    if (key.kind != PickleKind::kText && key.kind != PickleKind::kInteger) continue;
    const std::string part =
        key.kind == PickleKind::kText ? key.text : fmt::format("{}", key.integer);
    // Optimisers keep tensors of the same shapes, which are no weights.
    if (depth == 0 && part.starts_with("optim")) continue;
    walk(items[i + 1], joined(name, part), depth + 1);
  }
}

/// The texts of a checkpoint, and of the dicts or argparse's Namespaces in it: what the training
/// was told, {"args": Namespace(model="RNN_RELU")}, which the weights do not say.
void TorchArrays::add_settings(PickleId id, const std::string& name, int depth) {
  constexpr int kDeepestSettings = 4;
  // A longer dict is a lexicon, and tells nothing of the model.
  constexpr std::size_t kMostSettings = 1000;
  const PickleValue& value = pickle_[id];
  if (depth > kDeepestSettings || value.items.size() > 2 * kMostSettings) return;
  visit(value);
  if (value.kind == PickleKind::kText) {
    add_attribute(name, value);
  } else if (value.kind == PickleKind::kObject && value.state != kNoPickleValue) {
    add_settings(value.state, name, depth + 1);
  } else if (value.kind == PickleKind::kDict) {
    for (std::size_t i = 0; i + 1 < value.items.size(); i += 2) {
      const PickleValue& key = pickle_[value.items[i]];
      if (key.kind != PickleKind::kText || key.text.size() >= kLongestName) continue;
      add_settings(value.items[i + 1], joined(name, key.text), depth + 1);
    }
  }
}

void TorchArrays::walk_list(const PickleValue& list, const std::string& name, int depth) {
  const std::size_t before = arrays_.size();
  for (const PickleId item : list.items) {
    if (arrays_.size() == before) walk(item, name, depth + 1);
  }
}

void TorchArrays::walk_module(PickleId state, const std::string& name, int depth) {
  visit(pickle_[state]);
  const PickleId parameters = pickle_.find(state, "_parameters");
  if (parameters == kNoPickleValue) return;
  for (const char* part : {"_parameters", "_buffers", "_modules"}) {
    const PickleId dict = pickle_.find(state, part);
    if (dict != kNoPickleValue && pickle_[dict].kind == PickleKind::kDict) {
      walk_dict(dict, name, depth + 1);
    }
  }
  const std::vector<PickleId>& items = pickle_[state].items;
  for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
    const PickleValue& key = pickle_[items[i]];
    if (key.kind == PickleKind::kText && key.text.size() < kLongestName) {
      add_attribute(joined(name, key.text), pickle_[items[i + 1]]);
    }
  }
}

void TorchArrays::add_attribute(const std::string& name, const PickleValue& value) {
  if (attributes_.size() >= kMostAttributes) {
    fail("", "more settings than any file of weights has");
  }
  if (value.kind == PickleKind::kText && value.text.size() < kLongestName) {
    attributes_[name] = value.text;
  } else if (value.kind == PickleKind::kBool) {
    attributes_[name] = value.integer != 0 ? "true" : "false";
  } else if (value.kind == PickleKind::kInteger) {
    attributes_[name] = fmt::format("{}", value.integer);
  }
}

/// Adds the tensor that a call makes; false if it makes none.
bool TorchArrays::rebuild(const PickleValue& call, const std::string& name) {
  const PickleValue* made = &call;
  const std::vector<PickleId>* arguments = &pickle_[call.arguments].items;
  if (pickle_[call.callee].text.starts_with("torch._utils._rebuild_parameter")) {
    if (arguments->empty()) fail(name, "a parameter without a tensor");
    made = &pickle_[arguments->front()];
    if (made->kind != PickleKind::kCall) fail(name, "a parameter that is no tensor");
  }
  if (!pickle_[made->callee].text.starts_with("torch._utils._rebuild_tensor")) return false;
  add_tensor(*made, name);
  return true;
}

std::int64_t TorchArrays::size(PickleId id, const std::string& name) const {
  const PickleValue& value = pickle_[id];
  // Far from overflow in whatever is computed with them.
  constexpr std::int64_t kLargest = std::int64_t{1} << 40;
  if (value.kind != PickleKind::kInteger || value.integer < 0 || value.integer > kLargest) {
    fail(name, "a size, stride or offset that is no number from 0 to 2^40");
  }
  return value.integer;
}

std::vector<std::int64_t> TorchArrays::sizes(PickleId id, const std::string& name) const {
  const PickleValue* value = &pickle_[id];
  if (value->kind == PickleKind::kCall) {  // torch.Size((…))
    const std::vector<PickleId>& given = pickle_[value->arguments].items;
    if (given.size() == 1) value = &pickle_[given[0]];
  }
  constexpr std::size_t kMostDimensions = 64;
  if (value->kind != PickleKind::kTuple || value->items.size() > kMostDimensions) {
    fail(name, "a tuple of sizes or strides was expected");
  }
  std::vector<std::int64_t> result;
  for (const PickleId item : value->items) result.push_back(size(item, name));
  return result;
}

void TorchArrays::add_tensor(const PickleValue& call, const std::string& name) {
  if (arrays_.size() == kMostTensors) fail("", "more tensors than any file of weights has");
  const std::vector<PickleId>& arguments = pickle_[call.arguments].items;
  if (arguments.size() < 4) fail(name, "storage, offset, sizes and strides were expected");
  ArrayInfo array;
  Tensor tensor;
  add_storage(pickle_[arguments[0]], name, array, tensor);
  tensor.offset = size(arguments[1], name);
  array.shape = sizes(arguments[2], name);
  tensor.strides = sizes(arguments[3], name);
  check_extent(name, array, tensor);
  if (!arrays_.emplace(name, std::move(array)).second) fail(name, "stands twice");
  tensors_.emplace(name, std::move(tensor));
}

void TorchArrays::add_storage(const PickleValue& storage, const std::string& name, ArrayInfo& array,
                              Tensor& tensor) const {
  if (storage.kind != PickleKind::kPersistent) fail(name, "has no storage");
  const PickleValue& place = pickle_[storage.arguments];
  if (place.kind != PickleKind::kTuple || place.items.size() < 5) {
    fail(name, "its storage has no type, key, place and size");
  }
  const PickleValue& type = pickle_[place.items[1]];
  const PickleValue& key = pickle_[place.items[2]];
  array.dtype = type.kind == PickleKind::kGlobal ? dtype_of_storage(type.text) : "";
  if (array.dtype.empty()) {
    fail(name, fmt::format("its storage is of a type that cannot be read{}",
                           type.kind == PickleKind::kGlobal ? ": " + type.text.substr(0, 80) : ""));
  }
  if (key.kind != PickleKind::kText) fail(name, "its storage has no name");
  tensor.storage_size = size(place.items[4], name);
  const auto entry = archive_.find(folder_ + "data/" + key.text);
  if (!entry) fail(name, "its storage is not in the file: truncated or altered");
  archive_.require_stored(*entry);
  const auto wanted = static_cast<std::uint64_t>(tensor.storage_size) * dtype_size(array.dtype);
  if (archive_.bytes(*entry) != wanted) {
    fail(name, fmt::format("its storage has {} bytes where {} were expected",
                           archive_.bytes(*entry), wanted));
  }
  tensor.entry = *entry;
}

void TorchArrays::check_extent(const std::string& name, const ArrayInfo& array,
                               const Tensor& tensor) const {
  if (array.shape.size() != tensor.strides.size()) fail(name, "as many strides as sizes expected");
  std::int64_t count = 1;
  std::int64_t last = tensor.offset;
  bool fits = true;
  const bool empty = std::find(array.shape.begin(), array.shape.end(), 0) != array.shape.end();
  for (std::size_t axis = 0; !empty && fits && axis < array.shape.size(); ++axis) {
    // Both stay below 2^40, so that no product overflows.
    fits = array.shape[axis] <= tensor.storage_size / count &&
           (array.shape[axis] == 1 ||
            tensor.strides[axis] <= tensor.storage_size / (array.shape[axis] - 1));
    if (!fits) break;
    count *= array.shape[axis];
    last += (array.shape[axis] - 1) * tensor.strides[axis];
  }
  if (!empty && (!fits || last >= tensor.storage_size)) {
    fail(name, fmt::format("its numbers lie outside its storage of {}", tensor.storage_size));
  }
}

std::vector<double> TorchArrays::read(const std::string& name) const {
  const ArrayInfo& array = info(name);
  const Tensor& tensor = tensors_.at(name);
  const std::string bytes = archive_.read(tensor.entry);
  const std::size_t item = dtype_size(array.dtype);
  const auto count = static_cast<std::size_t>(array.count());
  require_memory(count * item, fmt::format("tensor {} of {}", name, path_));
  std::string gathered;
  gathered.reserve(count * item);
  std::vector<std::int64_t> index(array.shape.size(), 0);
  for (std::size_t i = 0; i < count; ++i) {
    std::int64_t place = tensor.offset;
    for (std::size_t axis = 0; axis < index.size(); ++axis) {
      place += index[axis] * tensor.strides[axis];
    }
    gathered.append(bytes, static_cast<std::size_t>(place) * item, item);
    for (std::size_t axis = index.size(); axis-- > 0 && ++index[axis] == array.shape[axis];) {
      index[axis] = 0;
    }
  }
  return decode_numbers(array.dtype, gathered);
}

}  // namespace

bool is_torch_file(const std::filesystem::path& file) {
  return find_pickle(ZipReader(file)).has_value();
}

std::unique_ptr<ArrayFile> open_torch_file(const std::filesystem::path& file) {
  return std::make_unique<TorchArrays>(file);
}

}  // namespace stategrad::io
