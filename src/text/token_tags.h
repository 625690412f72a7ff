// SPDX-License-Identifier: MIT
//
// Tags of every token of a text, from a file in the CoNLL-U format.
#pragma once

#include <functional>
#include <string_view>

#include "text/class_definitions.h"
#include "text/class_sets.h"
#include "text/classed_text.h"

namespace stategrad::text {

/// Whether a word of a text can be what became of a form. It is if the word is `<unk>`; if it is
/// the form, or the form in lower case; or if the form holds digits but no letters, and the word no
/// digits (a word for all numbers).
[[nodiscard]] bool agrees_with_form(std::string_view word, std::string_view form);

/// Reads the tags of a text. The file has a sentence per line of the text that is not empty, in
/// their order, and in it the words of the line: lines of ten columns, of which ID, FORM and one of
/// UPOS and XPOS are looked at. Comments, multiword ranges (1-2) and empty nodes (1.1) are passed
/// over; a form with blanks is as many words, with one tag; the tag `_` is none. The end of a line
/// is the class `<eos>`; with WikiText's rules so is the `<eos>` that a form `.` became.
/// Streams the file.
/// @param give called for every position of the text with the code of its set
/// @throws DataError naming the line: other columns, ids that do not count the words, a form that
///   does not agree with the word, sentences or words too many; or where the file ends too early;
///   or a class whose tags do not occur
[[nodiscard]] ClassSets give_token_tags(const TokenTags& tags, const ClassedText& text,
                                        const std::function<void(int)>& give);

}  // namespace stategrad::text
