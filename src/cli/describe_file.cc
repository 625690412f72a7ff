// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string_view>
#include <system_error>

#include "base/atomic_file.h"
#include "base/text_format.h"
#include "cli/content.h"
#include "io/npy.h"
#include "io/npz.h"
#include "io/safetensors.h"
#include "model/format.h"
#include "sinks/describe.h"
#include "stategrad/errors.h"

namespace stategrad::cli {
namespace {

namespace fs = std::filesystem;
using std::string_view_literals::operator""sv;

constexpr std::string_view kHdf5Start = "\x89HDF\r\n\x1a\n"sv;
constexpr std::string_view kNpyStart = "\x93NUMPY"sv;
constexpr std::string_view kZipStart = "PK\x03\x04"sv;
constexpr std::string_view kEmptyZipStart = "PK\x05\x06"sv;
/// A safetensors file begins with eight bytes of length and a JSON object.
constexpr std::size_t kSafetensorsBrace = 8;
/// Longer texts among the metadata of tensors are for programs.
constexpr std::size_t kLongText = 100;

io::Cell size_of(const fs::path& file) { return format_bytes(fs::file_size(file)); }

Content describe_npy(const fs::path& file) {
  const io::NpyHeader header = io::read_npy_header(file);
  return {{{"kind", "array (npy)"},
           {"shape", shape_in_words(header.shape)},
           {"type", header.dtype},
           {"values", header.count()},
           {"order", header.fortran_order ? "by columns" : "by rows"},
           {"bytes", size_of(file)}},
          std::nullopt};
}

Content describe_npz(const fs::path& file) {
  io::Table rows({"array", "shape", "type"});
  for (const io::NpzEntry& entry : io::read_npz_entries(file)) {
    rows.add({entry.name, shape_in_words(entry.header.shape), entry.header.dtype});
  }
  return {{{"kind", "archive of arrays (npz)"},
           {"arrays", static_cast<std::int64_t>(rows.rows().size())},
           {"bytes", size_of(file)}},
          std::move(rows)};
}

Content describe_safetensors(const fs::path& file) {
  const io::Safetensors content(file);
  const auto format = content.metadata().find("format");
  const bool weights = format != content.metadata().end() && format->second == model::kFormatName;
  Content out{{{"kind", weights ? "weights of a model (safetensors)" : "tensors (safetensors)"}},
              io::Table({"tensor", "shape", "type", "values"})};
  for (const auto& [name, value] : content.metadata()) {
    const bool show = value.size() <= kLongText;
    out.facts.emplace_back(name, show ? value : format_bytes(value.size()) + " of text");
  }
  std::int64_t all = 0;
  for (const auto& [name, tensor] : content.tensors()) {
    std::int64_t values = 1;
    for (const std::int64_t size : tensor.shape) values *= size;
    out.rows->add({name, shape_in_words(tensor.shape), tensor.dtype, values});
    all += values;
  }
  out.facts.emplace_back("tensors", static_cast<std::int64_t>(content.tensors().size()));
  out.facts.emplace_back("values", all);
  out.facts.emplace_back("bytes", size_of(file));
  return out;
}

Content describe_hdf5(const fs::path& file) {
  const std::string magic = sinks::magic_of_h5(file);
  if (magic.empty()) {
    throw DataError(file.string(), "/",
                    "an HDF5 file, but not of stategrad: the attribute magic was expected to say "
                    "'stategrad statistics' or 'stategrad gradients'");
  }
  const bool sums = magic == "stategrad statistics";
  sinks::Description description =
      sums ? sinks::describe_statistics(file) : sinks::describe_gradients_h5(file);
  Content out{{{"kind", sums ? "sums of state gradients (HDF5)" : "state gradients (HDF5)"}},
              std::move(description.table)};
  out.facts.insert(out.facts.end(), description.facts.begin(), description.facts.end());
  out.facts.emplace_back("bytes", size_of(file));
  return out;
}

/// The first bytes as they are usually written down.
std::string bytes_in_words(std::string_view bytes) {
  std::vector<std::string> parts;
  for (const char c : bytes.substr(0, kSafetensorsBrace)) {
    parts.push_back(fmt::format("{:02x}", static_cast<unsigned char>(c)));
  }
  return fmt::format("{}", fmt::join(parts, " "));
}

}  // namespace

std::string shape_in_words(const std::vector<std::int64_t>& shape) {
  return shape.empty() ? "1" : fmt::format("{}", fmt::join(shape, " x "));
}

Content describe_file(const fs::path& file) {
  const std::string start = read_file(file, kSafetensorsBrace + 1);
  if (start.empty()) throw DataError(file.string(), "offset 0", "the file is empty");
  if (start.starts_with(kHdf5Start)) return describe_hdf5(file);
  if (start.starts_with(kNpyStart)) return describe_npy(file);
  if (start.starts_with(kZipStart) || start.starts_with(kEmptyZipStart)) return describe_npz(file);
  if (start.size() > kSafetensorsBrace && start[kSafetensorsBrace] == '{') {
    return describe_safetensors(file);
  }
  throw DataError(file.string(), "offset 0",
                  fmt::format("begins with the bytes {}: the start of an HDF5, npy, npz or "
                              "safetensors file was expected",
                              bytes_in_words(start)));
}

Content describe_path(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) {
    throw DataError(path.string(), "", "no such file or folder");
  }
  if (error) throw_file_error(path, "look at", error.value());
  if (fs::is_directory(status)) {
    const bool is_model = fs::exists(path / model::kDescriptionName, error);
    return is_model ? describe_model(path) : describe_results(path);
  }
  if (!fs::is_regular_file(status)) {
    throw DataError(path.string(), "", "is neither a plain file nor a folder");
  }
  return describe_file(path);
}

}  // namespace stategrad::cli
