// SPDX-License-Identifier: MIT
//
// The results as a page for a browser.
#pragma once

#include <filesystem>
#include <string>

#include "report/result_part.h"

namespace stategrad::report {

constexpr const char* kPageFileName = "report.html";
/// Charts and tables show three; the others are for those who look at the data of a chart.
constexpr int kPageDigits = 6;

/// Whether this program can write the page: it was built with node and npm at hand.
[[nodiscard]] bool has_page();

/// JSON that can stand inside an HTML element: <, > and & are written \u003c, \u003e and \u0026, so
/// that no text of the results ends the element or begins another.
[[nodiscard]] std::string json_for_html(const Json& json);

/// What the page shows of summary.json: without the numbers that no section shows, which are most
/// of it, and the others with kPageDigits significant digits. So a browser has less to read.
[[nodiscard]] Json shown_on_page(Json summary);

/// Writes report.html, one file that needs no other. Without a page, an earlier report.html goes:
/// it would be of other results.
/// @param summary shown_on_page() of summary.json, and sentences.json under `sentences`
/// @throws DataError or ResourceError naming the file
void write_page(const std::filesystem::path& directory, const Json& summary);

}  // namespace stategrad::report
