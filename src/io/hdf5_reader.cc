// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "io/hdf5.h"
#include "io/hdf5_handle.h"
#include "stategrad/errors.h"

namespace stategrad::io {
namespace {

/// More than an attribute can have.
constexpr std::size_t kMostAttribute = 1 << 16;
/// Texts are read in parts of about so many bytes.
constexpr std::size_t kPart = 1 << 20;

/// Whether these are texts as Hdf5Writer stores them.
bool is_text(const Handle& type) {
  return H5Tget_class(type.get()) == H5T_STRING && H5Tis_variable_str(type.get()) == 0;
}

/// A text of fixed length without the zeros behind it.
std::string text_of(const char* bytes, std::size_t width) {
  while (width > 0 && bytes[width - 1] == '\0') --width;
  return {bytes, width};
}

}  // namespace

struct Hdf5Reader::Impl {
  explicit Impl(const std::filesystem::path& path) : name(path.string()) {
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) throw DataError(name, "", "no such file");
    file = Handle(H5Fopen(name.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
    if (!file.valid()) fail("offset 0", "no HDF5 file, or a truncated one");
  }

  [[noreturn]] void fail(const std::string& place, const std::string& message) const {
    throw DataError(name, place, message);
  }

  [[nodiscard]] Handle open(const std::string& path) const {
    Handle dataset(H5Dopen2(file.get(), path.c_str(), H5P_DEFAULT), H5Dclose);
    if (!dataset.valid()) fail(path, "this array is missing");
    return dataset;
  }

  [[nodiscard]] Handle attribute(const std::string& object, const std::string& attribute) const {
    Handle found(
        H5Aopen_by_name(file.get(), object.c_str(), attribute.c_str(), H5P_DEFAULT, H5P_DEFAULT),
        H5Aclose);
    if (!found.valid()) fail(object, fmt::format("the attribute '{}' is missing", attribute));
    return found;
  }

  [[nodiscard]] static Shape shape(const Handle& dataset) {
    const Handle space(H5Dget_space(dataset.get()), H5Sclose);
    const int rank = H5Sget_simple_extent_ndims(space.get());
    std::vector<hsize_t> size(rank > 0 ? static_cast<std::size_t>(rank) : 0);
    if (rank > 0) H5Sget_simple_extent_dims(space.get(), size.data(), nullptr);
    return {size.begin(), size.end()};
  }

  /// Whether an array of the file may hold so many values.
  void require_stored(const Handle& dataset, const std::string& path) const {
    const Handle type(H5Dget_type(dataset.get()), H5Tclose);
    // More is not to be had of the compression, zlib's, than 1032 to 1.
    const double most = 1032.0 * static_cast<double>(H5Dget_storage_size(dataset.get())) + 4096;
    double bytes = static_cast<double>(H5Tget_size(type.get()));
    for (const std::int64_t n : shape(dataset)) bytes *= static_cast<double>(n);
    if (bytes > most) {
      fail(path, fmt::format("[{}] values are said to be here, but too few bytes are stored: the "
                             "file is truncated or was altered",
                             fmt::join(shape(dataset), ", ")));
    }
  }

  QuietErrors quiet;
  std::string name;
  Handle file;
};

Hdf5Reader::Hdf5Reader(const std::filesystem::path& file) : impl_(std::make_unique<Impl>(file)) {}
Hdf5Reader::~Hdf5Reader() = default;

bool Hdf5Reader::has_attribute(const std::string& object, const std::string& name) const {
  return H5Aexists_by_name(impl_->file.get(), object.c_str(), name.c_str(), H5P_DEFAULT) > 0;
}

std::string Hdf5Reader::text_attribute(const std::string& object, const std::string& name) const {
  const Handle attribute = impl_->attribute(object, name);
  const Handle stored(H5Aget_type(attribute.get()), H5Tclose);
  const Handle space(H5Aget_space(attribute.get()), H5Sclose);
  const std::size_t width = H5Tget_size(stored.get());
  if (!is_text(stored) || width > kMostAttribute ||
      H5Sget_simple_extent_npoints(space.get()) != 1) {
    impl_->fail(object, fmt::format("the attribute '{}' is no text of a fixed length", name));
  }
  const Handle type = text_type(width, H5Tget_cset(stored.get()));
  std::string bytes(width, '\0');
  if (H5Aread(attribute.get(), type.get(), bytes.data()) < 0) {
    impl_->fail(object, fmt::format("the attribute '{}' cannot be read", name));
  }
  return text_of(bytes.data(), width);
}

std::int64_t Hdf5Reader::integer_attribute(const std::string& object,
                                           const std::string& name) const {
  const Handle attribute = impl_->attribute(object, name);
  const Handle type(H5Aget_type(attribute.get()), H5Tclose);
  const Handle space(H5Aget_space(attribute.get()), H5Sclose);
  std::int64_t value = 0;
  if (H5Tget_class(type.get()) != H5T_INTEGER || H5Sget_simple_extent_npoints(space.get()) != 1 ||
      H5Aread(attribute.get(), H5T_NATIVE_INT64, &value) < 0) {
    impl_->fail(object, fmt::format("the attribute '{}' is no integer", name));
  }
  return value;
}

bool Hdf5Reader::contains(const std::string& path) const {
  // Asked for every part of the path, because the library calls a missing parent an error.
  for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
    if (H5Lexists(impl_->file.get(), path.substr(0, end).c_str(), H5P_DEFAULT) <= 0) return false;
    if (end == std::string::npos) return true;
  }
}

Shape Hdf5Reader::shape(const std::string& path) const { return Impl::shape(impl_->open(path)); }

void Hdf5Reader::require_stored(const std::string& path) const {
  impl_->require_stored(impl_->open(path), path);
}

template <class T>
void Hdf5Reader::read(const std::string& path, const Shape& shape, std::span<T> out) const {
  const Handle dataset = impl_->open(path);
  const Shape found = Impl::shape(dataset);
  if (found != shape) {
    impl_->fail(path, fmt::format("the shape is [{}] where [{}] was expected",
                                  fmt::join(found, ", "), fmt::join(shape, ", ")));
  }
  std::int64_t count = 1;
  for (const std::int64_t n : shape) count *= n;
  if (static_cast<std::size_t>(count) != out.size()) {
    throw InternalError(fmt::format("{} numbers are read into room for {}", count, out.size()));
  }
  const Handle type(H5Dget_type(dataset.get()), H5Tclose);
  const H5T_class_t kind = H5Tget_class(type.get());
  if (kind != H5Tget_class(memory_type<T>())) impl_->fail(path, "another type of numbers");
  if (H5Dread(dataset.get(), memory_type<T>(), H5S_ALL, H5S_ALL, H5P_DEFAULT, out.data()) < 0) {
    impl_->fail(path, "cannot be read: the file is truncated or was altered");
  }
}

std::vector<std::string> Hdf5Reader::read_texts(const std::string& path) const {
  const Handle dataset = impl_->open(path);
  const Shape size = Impl::shape(dataset);
  const Handle type(H5Dget_type(dataset.get()), H5Tclose);
  if (size.size() != 1 || !is_text(type)) {
    impl_->fail(path, "a list of texts of a fixed length was expected");
  }
  impl_->require_stored(dataset, path);
  const std::size_t width = H5Tget_size(type.get());
  const Handle memory = text_type(width, H5Tget_cset(type.get()));
  const auto total = static_cast<hsize_t>(size[0]);
  const hsize_t most = std::max<hsize_t>(1, kPart / width);
  std::vector<std::string> texts;
  std::string bytes;
  for (hsize_t first = 0; first < total; first += most) {
    const hsize_t count = std::min(most, total - first);
    bytes.resize(count * width);
    const Part part(dataset, first, {count});
    if (H5Dread(dataset.get(), memory.get(), part.memory.get(), part.file.get(), H5P_DEFAULT,
                bytes.data()) < 0) {
      impl_->fail(path, "cannot be read: the file is truncated or was altered");
    }
    for (hsize_t i = 0; i < count; ++i) texts.push_back(text_of(&bytes[i * width], width));
  }
  return texts;
}

template void Hdf5Reader::read(const std::string&, const Shape&, std::span<float>) const;
template void Hdf5Reader::read(const std::string&, const Shape&, std::span<double>) const;
template void Hdf5Reader::read(const std::string&, const Shape&, std::span<std::int32_t>) const;
template void Hdf5Reader::read(const std::string&, const Shape&, std::span<std::int64_t>) const;

}  // namespace stategrad::io
