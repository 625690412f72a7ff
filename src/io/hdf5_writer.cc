// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <cerrno>
#include <functional>
#include <map>
#include <numeric>
#include <optional>

#include "base/atomic_file.h"
#include "io/hdf5.h"
#include "io/hdf5_file_driver.h"
#include "io/hdf5_handle.h"
#include "stategrad/errors.h"

namespace stategrad::io {
namespace {

/// Arrays below this size are not worth a chunk of their own.
constexpr std::size_t kSmall = 4096;
/// Memory files grow in steps of this size.
constexpr std::size_t kIncrement = 1 << 20;
/// The cheapest level: with the bytes shuffled, more gains next to nothing on gradients.
constexpr unsigned kCompression = 1;
/// Chunks of arrays of small items have about this size.
constexpr std::size_t kChunk = 1 << 16;
/// More than an object header, its place in a group and a few attributes take.
constexpr std::uint64_t kArrayTables = 1024;
/// More than the first node of a tree of chunks takes.
constexpr std::uint64_t kFirstNode = 4096;

/// One item of the first dimension, or several small ones.
std::uint64_t items_in_chunk(std::uint64_t items, std::uint64_t item_bytes) {
  return std::min(items,
                  std::max<std::uint64_t>(1, kChunk / std::max<std::uint64_t>(1, item_bytes)));
}

/// Bytes of the longest text, or 1: the library knows no texts of none.
std::size_t width_of(const std::vector<std::string>& texts) {
  std::size_t width = 1;
  for (const std::string& text : texts) width = std::max(width, text.size());
  return width;
}

std::vector<hsize_t> dimensions(const Shape& shape) { return {shape.begin(), shape.end()}; }

void compress(hid_t properties, const std::vector<hsize_t>& chunk) {
  H5Pset_chunk(properties, static_cast<int>(chunk.size()), chunk.data());
  H5Pset_shuffle(properties);
  H5Pset_deflate(properties, kCompression);
}

}  // namespace

struct Hdf5Writer::Impl {
  Impl(const std::filesystem::path& target, Hdf5Storage storage) : name(target.string()) {
    if (storage == Hdf5Storage::kDisk) {
      temporary.emplace(target);
    } else if (storage == Hdf5Storage::kMemory) {
      memory.emplace(target);
    }
    const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
    if (storage != Hdf5Storage::kDisk) {
      check(H5Pset_fapl_core(access.get(), kIncrement, false) >= 0);
    } else {
      check(use_file_driver(access.get(), refused));
    }
    // The image of a file in memory has no valid checksum where newer superblocks have one.
    H5Pset_libver_bounds(access.get(), H5F_LIBVER_EARLIEST, H5F_LIBVER_V18);
    const std::string path = temporary ? temporary->path().string() : name;
    file = Handle(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access.get()), H5Fclose);
    check(file.valid());
    links = Handle(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
    H5Pset_create_intermediate_group(links.get(), 1);
  }

  void check(bool success) const {
    if (success && refused == 0) return;
    throw_file_error(name, "write", refused == 0 ? EIO : refused);
  }

  [[nodiscard]] Handle create(const std::string& path, hid_t type, const Handle& space,
                              const Handle& properties) const {
    // Times of objects would make equal content differ.
    H5Pset_obj_track_times(properties.get(), false);
    // Chunks are written once and whole: to keep them would take a megabyte for every array.
    const Handle access(H5Pcreate(H5P_DATASET_ACCESS), H5Pclose);
    H5Pset_chunk_cache(access.get(), 0, 0, 1);
    Handle dataset(H5Dcreate2(file.get(), path.c_str(), type, space.get(), links.get(),
                              properties.get(), access.get()),
                   H5Dclose);
    check(dataset.valid());
    return dataset;
  }

  void set_attribute(const std::string& object, const std::string& attribute, hid_t type,
                     const void* value) const {
    const Handle owner(H5Oopen(file.get(), object.c_str(), H5P_DEFAULT), H5Oclose);
    check(owner.valid());
    const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
    const Handle created(
        H5Acreate2(owner.get(), attribute.c_str(), type, space.get(), H5P_DEFAULT, H5P_DEFAULT),
        H5Aclose);
    check(created.valid() && H5Awrite(created.get(), type, value) >= 0);
  }

  QuietErrors quiet;
  std::string name;
  int refused = 0;  ///< the system's error number of the first write that failed
  std::optional<TemporaryPath> temporary;
  std::optional<AtomicFile> memory;
  Handle file;
  Handle links;
  struct Growing {
    Handle dataset;
    std::vector<hsize_t> size;
  };
  std::map<std::string, Growing> growing;
};

Hdf5Writer::Hdf5Writer(const std::filesystem::path& target, Hdf5Storage storage)
    : impl_(std::make_unique<Impl>(target, storage)) {}
Hdf5Writer::~Hdf5Writer() = default;

void Hdf5Writer::set_attribute(const std::string& object, const std::string& name,
                               const std::string& value) {
  // The zero at the end of an empty text is its only byte.
  impl_->set_attribute(object, name, text_type(value.size()).get(), value.c_str());
}

void Hdf5Writer::set_attribute(const std::string& object, const std::string& name,
                               std::int64_t value) {
  impl_->set_attribute(object, name, H5T_NATIVE_INT64, &value);
}

template <class T>
void Hdf5Writer::write(const std::string& path, const Shape& shape, std::span<const T> values) {
  const auto size = dimensions(shape);
  const Handle space(H5Screate_simple(static_cast<int>(size.size()), size.data(), nullptr),
                     H5Sclose);
  const Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  if (values.size_bytes() > kSmall) {
    std::vector<hsize_t> chunk = size;
    chunk[0] = items_in_chunk(size[0], values.size_bytes() / size[0]);
    compress(properties.get(), chunk);
  }
  const Handle dataset = impl_->create(path, memory_type<T>(), space, properties);
  impl_->check(
      H5Dwrite(dataset.get(), memory_type<T>(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0);
}

void Hdf5Writer::write_texts(const std::string& path, const std::vector<std::string>& texts) {
  const std::size_t width = width_of(texts);
  const Handle type = text_type(width);
  const hsize_t size = texts.size();
  const Handle space(H5Screate_simple(1, &size, nullptr), H5Sclose);
  const Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  const hsize_t in_chunk = items_in_chunk(size, width);
  if (size * width > kSmall) compress(properties.get(), {in_chunk});
  const Handle dataset = impl_->create(path, type.get(), space, properties);
  // Chunk by chunk: filled up to the longest one, all of them may need a lot of memory.
  std::string filled;
  for (hsize_t first = 0; first < size; first += in_chunk) {
    const hsize_t count = std::min(in_chunk, size - first);
    filled.assign(count * width, '\0');
    for (hsize_t i = 0; i < count; ++i) texts[first + i].copy(&filled[i * width], width);
    const Part part(dataset, first, {count});
    impl_->check(H5Dwrite(dataset.get(), type.get(), part.memory.get(), part.file.get(),
                          H5P_DEFAULT, filled.data()) >= 0);
  }
}

template <class T>
void Hdf5Writer::create_growing(const std::string& path, const Shape& item_shape,
                                std::int64_t items_in_chunk) {
  std::vector<hsize_t> size = dimensions(item_shape);
  size.insert(size.begin(), 0);
  std::vector<hsize_t> most = size;
  most[0] = H5S_UNLIMITED;
  std::vector<hsize_t> chunk = size;
  chunk[0] = static_cast<hsize_t>(items_in_chunk);
  const Handle space(H5Screate_simple(static_cast<int>(size.size()), size.data(), most.data()),
                     H5Sclose);
  const Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  compress(properties.get(), chunk);
  impl_->growing[path] = {impl_->create(path, memory_type<T>(), space, properties), size};
}

template <class T>
void Hdf5Writer::append(const std::string& path, std::span<const T> items) {
  Impl::Growing& growing = impl_->growing.at(path);
  std::vector<hsize_t> count = growing.size;
  count[0] = items.size() /
             std::accumulate(count.begin() + 1, count.end(), hsize_t{1}, std::multiplies<>());
  const hsize_t first = growing.size[0];
  growing.size[0] += count[0];
  impl_->check(H5Dset_extent(growing.dataset.get(), growing.size.data()) >= 0);
  const Part part(growing.dataset, first, count);
  impl_->check(H5Dwrite(growing.dataset.get(), memory_type<T>(), part.memory.get(), part.file.get(),
                        H5P_DEFAULT, items.data()) >= 0);
}

void Hdf5Writer::commit() {
  for (auto& [path, growing] : impl_->growing) impl_->check(growing.dataset.close());
  impl_->check(H5Fflush(impl_->file.get(), H5F_SCOPE_LOCAL) >= 0);
  if (impl_->temporary) {
    impl_->check(impl_->file.close());
    impl_->temporary->commit();
    return;
  }
  const ssize_t size = H5Fget_file_image(impl_->file.get(), nullptr, 0);
  impl_->check(size >= 0);
  std::vector<std::byte> image(static_cast<std::size_t>(size));
  impl_->check(H5Fget_file_image(impl_->file.get(), image.data(), image.size()) == size);
  impl_->memory->write(image);
  impl_->memory->commit();
}

std::uint64_t hdf5_array_bound(std::uint64_t items, std::uint64_t item_bytes) {
  if (items * item_bytes <= kSmall) return kArrayTables + items * item_bytes;
  const std::uint64_t in_chunk = items_in_chunk(items, item_bytes);
  return hdf5_growing_bound((items + in_chunk - 1) / in_chunk, in_chunk * item_bytes);
}

std::uint64_t hdf5_growing_bound(std::uint64_t items, std::uint64_t item_bytes) {
  // A chunk takes 98 bytes of a node of the tree of chunks when nodes are half full.
  constexpr std::uint64_t kChunkTable = 128;
  return kArrayTables + kFirstNode + items * (item_bytes + kChunkTable);
}

std::uint64_t hdf5_texts_bound(const std::vector<std::string>& texts) {
  return hdf5_array_bound(texts.size(), width_of(texts));
}

#define STATEGRAD_HDF5_TYPE(T)                                                                 \
  template void Hdf5Writer::write(const std::string&, const Shape&, std::span<const T>);       \
  template void Hdf5Writer::create_growing<T>(const std::string&, const Shape&, std::int64_t); \
  template void Hdf5Writer::append(const std::string&, std::span<const T>);
STATEGRAD_HDF5_TYPE(float)
STATEGRAD_HDF5_TYPE(double)
STATEGRAD_HDF5_TYPE(std::int32_t)
STATEGRAD_HDF5_TYPE(std::int64_t)
#undef STATEGRAD_HDF5_TYPE

}  // namespace stategrad::io
