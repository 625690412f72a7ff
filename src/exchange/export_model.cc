// SPDX-License-Identifier: MIT
#include "exchange/export_model.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "io/npz.h"
#include "io/safetensors.h"
#include "model/parameters.h"
#include "stategrad/errors.h"

namespace stategrad::exchange {
namespace {

/// Lines by which a script gets its dict `weights` of tensors. {0}: the file, {1}: their type.
constexpr const char* kReadSafetensors = R"(content = numpy.fromfile({0}, "u1")
size = int(content[:8].view("<u8")[0])
header, data = json.loads(content[8 : 8 + size].tobytes()), content[8 + size :]
weights = {{name: torch.from_numpy(data[slice(*entry["data_offsets"])].copy().view("{1}").reshape(entry["shape"]))
           for name, entry in header.items() if name != "__metadata__"}}
)";
constexpr const char* kReadNpz = R"(with numpy.load({0}) as arrays:
    weights = {{name: torch.from_numpy(arrays[name]) for name in arrays.files if name != "reset_after"}}
)";

template <class Real>
void write_safetensors(const LanguageModel<Real>& model, const std::filesystem::path& file) {
  std::vector<io::TensorView> views;
  for (const auto& tensor : named_tensors(model.parameters())) {
    views.push_back({tensor.name, sizeof(Real) == sizeof(float) ? "F32" : "F64", tensor.shape,
                     std::as_bytes(tensor.values)});
  }
  const Architecture& shape = model.architecture();
  io::write_safetensors(file,
                        {{"cell", std::string(to_string(shape.cell))},
                         {"reset_after", shape.reset_after ? "true" : "false"}},
                        views);
}

template <class Real>
void write_npz(const LanguageModel<Real>& model, const std::filesystem::path& file) {
  constexpr DType kType = sizeof(Real) == sizeof(float) ? DType::kFloat32 : DType::kFloat64;
  std::vector<io::NpzArray> arrays;
  for (const auto& tensor : named_tensors(model.parameters())) {
    arrays.push_back({tensor.name, kType, tensor.shape, std::as_bytes(tensor.values)});
  }
  const Architecture& shape = model.architecture();
  const Real reset_after = shape.reset_after ? 1 : 0;
  if (shape.cell == CellKind::kGru) {
    arrays.push_back({"reset_after", kType, {}, std::as_bytes(std::span(&reset_after, 1))});
  }
  io::write_npz(file, arrays);
}

}  // namespace

ExportFormat export_format(const std::filesystem::path& file) {
  if (file.extension() == ".safetensors") return ExportFormat::kSafetensors;
  if (file.extension() == ".npz") return ExportFormat::kNpz;
  throw UsageError(fmt::format(
      "{}: the name must end in .safetensors or .npz, which tells the format", file.string()));
}

void export_weights(const AnyLanguageModel& model, const std::filesystem::path& file) {
  const ExportFormat format = export_format(file);
  std::visit(
      [&](const auto& any) {
        if (format == ExportFormat::kNpz) {
          write_npz(any, file);
        } else {
          write_safetensors(any, file);
        }
      },
      model);
}

std::string pytorch_script(const AnyLanguageModel& model, const std::string& name) {
  const bool is_npz = export_format(name) == ExportFormat::kNpz;
  const Architecture shape = std::visit([](const auto& any) { return any.architecture(); }, model);
  const bool is_double = std::holds_alternative<LanguageModel<double>>(model);
  if (shape.cell == CellKind::kGru && !shape.reset_after) {
    throw UsageError(
        "torch.nn.GRU has the reset gate after the recurrent product, this model before");
  }
  const std::string quoted =
      nlohmann::json(name).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
  const std::string path = fmt::format("pathlib.Path(__file__).with_name({})", quoted);
  const std::string read = is_npz ? fmt::format(kReadNpz, path)
                                  : fmt::format(kReadSafetensors, path, is_double ? "<f8" : "<f4");
  return fmt::format(
      "# The weights of {0} in PyTorch: logits(ids) of words [T, B] are [T, B, {1}].\n"
      "import {2}numpy, pathlib, torch\n\n"
      "{3}"
      "model = torch.nn.ModuleDict({{\"embedding\": torch.nn.Embedding({1}, {4}),\n"
      "    \"rnn\": torch.nn.{5}({4}, {6}, {7}), \"output\": torch.nn.Linear({6}, {1})}}){8}\n"
      "model.load_state_dict(weights)\n"
      "logits = lambda ids: model[\"output\"](model[\"rnn\"](model[\"embedding\"](ids))[0])\n",
      quoted, shape.vocab_size, is_npz ? "" : "json, ", read, shape.embedding_size,
      to_string(shape.cell), shape.size, shape.num_layers, is_double ? ".double()" : "");
}

}  // namespace stategrad::exchange
