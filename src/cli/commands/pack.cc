// SPDX-License-Identifier: MIT
#include "sinks/pack.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "base/text_format.h"
#include "cli/commands/commands.h"
#include "cli/summary.h"
#include "stategrad/errors.h"

namespace stategrad::cli {
namespace {

struct Arguments {
  std::string directory;
  bool overwrite = false;
};

void pack(const Session& session, const Arguments& arguments) {
  std::unique_ptr<Progress> progress;
  const auto on_progress = [&](std::uint64_t done, std::uint64_t total) {
    if (session.stop != nullptr && session.stop->load()) {
      throw Interrupted("stopped; folders that were packed before are whole");
    }
    if (!progress) {
      progress = session.make_progress("packing", "files", static_cast<std::int64_t>(total));
    }
    if (progress) progress->update(static_cast<std::int64_t>(done));
  };
  const sinks::PackSummary summary =
      sinks::pack(arguments.directory, {arguments.overwrite, on_progress});
  progress.reset();
  for (const std::string& note : summary.notes) session.note(note);
  io::Table table({"folders", "files", "bytes_read", "bytes_written"});
  table.add({static_cast<std::int64_t>(summary.folders), static_cast<std::int64_t>(summary.files),
             static_cast<std::int64_t>(summary.bytes_read),
             static_cast<std::int64_t>(summary.bytes_written)});
  session.print(table);
  summarise(session, fmt::format("{} files of {} folders packed",
                                 format_count(static_cast<std::int64_t>(summary.files)),
                                 format_count(static_cast<std::int64_t>(summary.folders))));
}

}  // namespace

void add_pack(CLI::App& program, Session& session) {
  CLI::App* command = program.add_subcommand(
      "pack", "Pack the .npy files of folders into one compressed all.npz each");
  auto arguments = std::make_shared<Arguments>();
  command
      ->add_option("DIR", arguments->directory,
                   "A folder of .npy files, or one above such folders delay_<d>")
      ->required();
  command->add_flag("--overwrite", arguments->overwrite, "Replace all.npz files that are there");
  add_common_options(*command, session, true);
  command->footer(examples({
      "stategrad pack gradients/timestep_49",
      "stategrad pack gradients/timestep_49/delay_0 --overwrite",
  }));
  command->callback([&session, arguments] {
    session.job = [&session, arguments] { pack(session, *arguments); };
  });
}

}  // namespace stategrad::cli
