// SPDX-License-Identifier: MIT
//
// Names and version of the model directory (docs/formats.md).
#pragma once

namespace stategrad::model {

inline constexpr const char* kFormatName = "stategrad model";
/// Rises when an older program would misread the files. Readers refuse newer versions.
inline constexpr int kFormatVersion = 1;

inline constexpr const char* kDescriptionName = "model.json";
inline constexpr const char* kVocabularyName = "vocab.txt";
inline constexpr const char* kLabelsName = "labels.tsv";
inline constexpr const char* kLastWeightsName = "model.safetensors";
inline constexpr const char* kBestWeightsName = "best.safetensors";

}  // namespace stategrad::model
