// SPDX-License-Identifier: MIT
//
// A statistics.h5 that says what it should not, in sound HDF5: the input chooses which arrays and
// attributes of a valid file are left out or get another value, shape or type. Files of damaged
// bytes would show only what libhdf5 makes of them (docs/design.md).
#include <fuzzer/FuzzedDataProvider.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/scratch_folder.h"
#include "fuzz_file.h"
#include "io/hdf5_handle.h"
#include "sinks/class_statistics.h"
#include "sinks/describe.h"

namespace stategrad::fuzz {
namespace {

using io::Handle;
namespace fs = std::filesystem;

/// Larger arrays have their shape, and no values.
constexpr std::size_t kMostBytes = 1 << 16;
constexpr int kMostEdits = 8;

/// An array, or an attribute of an object.
struct Place {
  std::string object;
  std::string attribute = {};
};

struct Content {
  Handle type;
  std::vector<hsize_t> shape;
  std::vector<std::uint8_t> bytes;

  [[nodiscard]] std::size_t item_bytes() const { return H5Tget_size(type.get()); }
  /// Fits the bytes to shape and type; none for large arrays.
  void resize() {
    std::size_t size = item_bytes();
    for (const hsize_t n : shape) size = n > kMostBytes ? kMostBytes + 1 : size * n;
    bytes.resize(size > kMostBytes ? 0 : size);
  }
};

/// All arrays and attributes.
std::vector<Place> places_in(const Handle& file) {
  std::vector<Place> places;
  const auto add = [](hid_t in, const char* name, const H5O_info_t* info, void* list) -> herr_t {
    auto& found = *static_cast<std::vector<Place>*>(list);
    if (info->type == H5O_TYPE_DATASET) found.push_back({name});
    for (hsize_t i = 0; i < info->num_attrs; ++i) {
      std::array<char, 256> attribute{};
      H5Aget_name_by_idx(in, name, H5_INDEX_NAME, H5_ITER_INC, i, attribute.data(),
                         attribute.size(), H5P_DEFAULT);
      found.push_back({name, attribute.data()});
    }
    return 0;
  };
  H5Ovisit(file.get(), H5_INDEX_NAME, H5_ITER_INC, add, &places);
  if (places.empty()) std::abort();
  return places;
}

Handle open(const Handle& file, const Place& place) {
  if (place.attribute.empty()) {
    return {H5Dopen2(file.get(), place.object.c_str(), H5P_DEFAULT), H5Dclose};
  }
  return {H5Aopen_by_name(file.get(), place.object.c_str(), place.attribute.c_str(), H5P_DEFAULT,
                          H5P_DEFAULT),
          H5Aclose};
}

/// Takes out what is there. @returns false if nothing is
bool take(const Handle& file, const Place& place, Content& content) {
  const bool array = place.attribute.empty();
  {
    const Handle found = open(file, place);
    if (!found.valid()) return false;
    content.type = {array ? H5Dget_type(found.get()) : H5Aget_type(found.get()), H5Tclose};
    const Handle space(array ? H5Dget_space(found.get()) : H5Aget_space(found.get()), H5Sclose);
    content.shape.resize(static_cast<std::size_t>(H5Sget_simple_extent_ndims(space.get())));
    H5Sget_simple_extent_dims(space.get(), content.shape.data(), nullptr);
    content.resize();
    if (!content.bytes.empty() && array) {
      H5Dread(found.get(), content.type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, content.bytes.data());
    } else if (!content.bytes.empty()) {
      H5Aread(found.get(), content.type.get(), content.bytes.data());
    }
  }
  if (array) return H5Ldelete(file.get(), place.object.c_str(), H5P_DEFAULT) >= 0;
  return H5Adelete_by_name(file.get(), place.object.c_str(), place.attribute.c_str(),
                           H5P_DEFAULT) >= 0;
}

void put(const Handle& file, const Place& place, Content& content) {
  content.resize();
  const Handle space(
      H5Screate_simple(static_cast<int>(content.shape.size()), content.shape.data(), nullptr),
      H5Sclose);
  const hid_t type = content.type.get();
  if (place.attribute.empty()) {
    const Handle made(H5Dcreate2(file.get(), place.object.c_str(), type, space.get(), H5P_DEFAULT,
                                 H5P_DEFAULT, H5P_DEFAULT),
                      H5Dclose);
    if (!made.valid() || content.bytes.empty()) return;
    H5Dwrite(made.get(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, content.bytes.data());
  } else {
    const Handle made(H5Acreate_by_name(file.get(), place.object.c_str(), place.attribute.c_str(),
                                        type, space.get(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
                      H5Aclose);
    if (made.valid() && !content.bytes.empty()) H5Awrite(made.get(), type, content.bytes.data());
  }
}

/// One item becomes other bytes, or a repeated one: 0xff is -1 or not a number.
void change_value(Content& content, FuzzedDataProvider& input) {
  const std::size_t size = content.item_bytes();
  if (content.bytes.size() < size) return;
  const auto items = content.bytes.size() / size;
  const auto item =
      content.bytes.begin() +
      static_cast<std::ptrdiff_t>(size * input.ConsumeIntegralInRange<std::size_t>(0, items - 1));
  if (input.ConsumeBool()) {
    std::fill_n(item, size, input.ConsumeIntegral<std::uint8_t>());
  } else {
    std::ranges::copy(input.ConsumeBytes<std::uint8_t>(size), item);
  }
}

void change_shape(Content& content, FuzzedDataProvider& input) {
  auto& shape = content.shape;
  const auto length = input.ConsumeBool() ? input.ConsumeIntegralInRange<hsize_t>(0, 8)
                                          : input.ConsumeIntegral<std::uint32_t>();
  const auto dimension = input.ConsumeIntegralInRange<std::size_t>(0, shape.size());
  if (dimension < shape.size()) {
    shape[dimension] = length;
  } else if (input.ConsumeBool()) {
    shape.push_back(length);
  } else if (!shape.empty()) {
    shape.pop_back();
  }
}

void change_type(Content& content, FuzzedDataProvider& input) {
  const std::array<hid_t, 6> numbers = {H5T_STD_I8LE,  H5T_STD_I32LE,  H5T_STD_I64LE,
                                        H5T_STD_U64LE, H5T_IEEE_F32LE, H5T_IEEE_F64BE};
  const auto choice = input.ConsumeIntegralInRange<std::size_t>(0, numbers.size());
  content.type = choice < numbers.size() ? Handle(H5Tcopy(numbers[choice]), H5Tclose)
                                         : io::text_type(input.ConsumeIntegral<std::uint8_t>());
}

void edit(const fs::path& path, FuzzedDataProvider& input) {
  const io::QuietErrors quiet;
  const Handle file(H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose);
  if (!file.valid()) std::abort();
  static const std::vector<Place> places = places_in(file);
  for (int edits = 0; edits < kMostEdits && input.remaining_bytes() > 0; ++edits) {
    const Place& place = places[input.ConsumeIntegralInRange<std::size_t>(0, places.size() - 1)];
    Content content;
    if (!take(file, place, content)) continue;
    const int kind = input.ConsumeIntegralInRange(0, 3);
    if (kind == 1) change_value(content, input);
    if (kind == 2) change_shape(content, input);
    if (kind == 3) change_type(content, input);
    if (kind > 0) put(file, place, content);
  }
}

void read(const fs::path& file) {
  const sinks::ClassStatisticsReader reader(file);
  const auto& head = reader.head();
  const int signatures = static_cast<int>(head.classes.signatures.size());
  for (int s = 0; s < signatures; ++s) static_cast<void>(reader.count_sources(s));
  for (std::size_t state = 0; state < head.run.states.size(); ++state) {
    static_cast<void>(reader.read_totals(state));
    for (int s = 0; s < signatures; ++s) static_cast<void>(reader.read_signature(state, s));
    for (std::size_t c = 0; c < head.classes.names.size(); ++c) {
      static_cast<void>(reader.read_class(state, static_cast<int>(c)));
    }
  }
  if (head.used) static_cast<void>(reader.read_used());
}

}  // namespace
}  // namespace stategrad::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stategrad;
  static const ScratchFolder folder("/dev/shm");
  const auto file = folder.path() / "statistics.h5";
  std::filesystem::copy_file(STATEGRAD_FUZZ_STATISTICS, file,
                             std::filesystem::copy_options::overwrite_existing);
  FuzzedDataProvider input(data, size);
  fuzz::edit(file, input);
  fuzz::expect_errors_only([&] { static_cast<void>(sinks::describe_statistics(file)); });
  return fuzz::expect_errors_only([&] { fuzz::read(file); });
}
