// SPDX-License-Identifier: MIT
#include "cli/documentation.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "stategrad/errors.h"
#include "stategrad/version.h"

namespace stategrad::cli {
namespace {

/// The first sentence or line of a description.
std::string summary(const CLI::App& app) {
  const std::string text = app.get_description();
  return text.substr(0, text.find('\n'));
}

/// Text for roff: hyphens and backslashes kept as they are, no accidental requests.
std::string roff(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool line_start = i == 0 || text[i - 1] == '\n';
    if (line_start && (text[i] == '.' || text[i] == '\'')) out += "\\&";
    if (text[i] == '\\') {
      out += "\\e";
    } else if (text[i] == '-') {
      out += "\\-";
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string option_entry(const CLI::Option& option) {
  std::string names =
      option.get_positional() ? option.get_name(true, false) : option.get_name(false, true);
  if (option.get_items_expected_max() > 0 && !option.get_type_name().empty()) {
    names += " " + option.get_type_name();
  }
  std::string entry = fmt::format(".TP\n.B {}\n{}", roff(names), roff(option.get_description()));
  if (option.get_required()) entry += " (required)";
  return entry + "\n";
}

std::string option_entries(const CLI::App& app) {
  std::string text;
  for (const CLI::Option* option : app.get_options()) text += option_entry(*option);
  return text;
}

std::string header(const std::string& name, const std::string& what) {
  return fmt::format(".TH {} 1 \"\" \"stategrad {}\" \"User Commands\"\n.SH NAME\n{} \\- {}\n",
                     name, STATEGRAD_VERSION, roff(name), roff(what));
}

std::string footer_section(const CLI::App& app) {
  std::string text = app.get_footer();
  if (text.empty()) return "";
  const std::string_view title = "Examples:\n";
  const auto at = text.find(title);
  if (at == std::string::npos) return ".SH NOTES\n.nf\n" + roff(text) + "\n.fi\n";
  return ".SH EXAMPLES\n.nf\n" + roff(text.substr(at + title.size())) + ".fi\n";
}

std::string names_of(const CLI::App& app, const std::string& separator) {
  std::string names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names += separator + "--" + name;
    for (const std::string& name : option->get_snames()) names += separator + "-" + name;
  }
  return names.substr(std::min(separator.size(), names.size()));
}

std::string command_names(const CLI::App& program) {
  std::string names;
  for (const CLI::App* command : commands_of(program)) names += " " + command->get_name();
  return names.substr(std::min<std::size_t>(1, names.size()));
}

std::string bash_completion(const CLI::App& program) {
  std::string cases;
  for (const CLI::App* command : commands_of(program)) {
    cases += fmt::format("    {}) words=\"{}\" ;;\n", command->get_name(), names_of(*command, " "));
  }
  return fmt::format(
      "# bash completion of stategrad {}\n"
      "_stategrad() {{\n"
      "  local current=\"${{COMP_WORDS[COMP_CWORD]}}\" words=\"\"\n"
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
      "    COMPREPLY=($(compgen -W \"{} {}\" -- \"$current\"))\n"
      "    return\n"
      "  fi\n"
      "  case \"${{COMP_WORDS[1]}}\" in\n{}"
      "  esac\n"
      "  case \"$current\" in\n"
      "    -*) COMPREPLY=($(compgen -W \"$words\" -- \"$current\")) ;;\n"
      "    *) COMPREPLY=($(compgen -f -- \"$current\")) ;;\n"
      "  esac\n"
      "}}\n"
      "complete -o filenames -F _stategrad stategrad\n",
      STATEGRAD_VERSION, command_names(program), names_of(program, " "), cases);
}

/// Text inside single quotes of zsh's _arguments and fish.
std::string quoted(const std::string& text, const std::string& to_escape) {
  std::string out;
  for (const char c : text.substr(0, text.find('\n'))) {
    if (c == '\'') {
      out += "’";
    } else {
      if (to_escape.find(c) != std::string::npos) out += '\\';
      out += c;
    }
  }
  return out;
}

std::string zsh_completion(const CLI::App& program) {
  std::string names;
  std::string cases;
  for (const CLI::App* command : commands_of(program)) {
    names += fmt::format("    '{}:{}'\n", command->get_name(), quoted(summary(*command), ":"));
    cases += fmt::format("    {}) _arguments", command->get_name());
    for (const CLI::Option* option : command->get_options()) {
      for (const std::string& name : option->get_lnames()) {
        const char* argument = option->get_items_expected_max() > 0 ? ":value:_files" : "";
        cases += fmt::format(" \\\n      '*--{}[{}]{}'", name,
                             quoted(option->get_description(), "[]:"), argument);
      }
    }
    cases += " \\\n      '*:file:_files' ;;\n";
  }
  return fmt::format(
      "#compdef stategrad\n# zsh completion of stategrad {}\n"
      "_stategrad() {{\n"
      "  local -a commands=(\n{}  )\n"
      "  if (( CURRENT == 2 )); then _describe command commands; return; fi\n"
      "  local command=$words[2]\n  shift words; (( CURRENT-- ))\n"
      "  case $command in\n{}  esac\n"
      "}}\n"
      "_stategrad \"$@\"\n",
      STATEGRAD_VERSION, names, cases);
}

std::string fish_completion(const CLI::App& program) {
  std::string text = fmt::format("# fish completion of stategrad {}\n", STATEGRAD_VERSION);
  for (const CLI::App* command : commands_of(program)) {
    text += fmt::format("complete -c stategrad -n __fish_use_subcommand -f -a {} -d '{}'\n",
                        command->get_name(), quoted(summary(*command), "\\"));
    for (const CLI::Option* option : command->get_options()) {
      for (const std::string& name : option->get_lnames()) {
        text += fmt::format(
            "complete -c stategrad -n '__fish_seen_subcommand_from {}' -l {}{} -d '{}'\n",
            command->get_name(), name, option->get_items_expected_max() > 0 ? " -r" : "",
            quoted(option->get_description(), "\\"));
      }
    }
  }
  return text;
}

}  // namespace

std::vector<const CLI::App*> commands_of(const CLI::App& program) {
  return program.get_subcommands([](const CLI::App* app) { return !app->get_name().empty(); });
}

std::string man_page(const CLI::App& program) {
  std::string text = header(program.get_name(), summary(program));
  text += fmt::format(".SH SYNOPSIS\n.B stategrad\n.I COMMAND\n[options]\n.SH DESCRIPTION\n{}\n",
                      roff(program.get_description()));
  text += ".SH COMMANDS\n";
  for (const CLI::App* command : commands_of(program)) {
    text += fmt::format(".TP\n.B {}\n{}; see\n.BR stategrad\\-{} (1)\n", roff(command->get_name()),
                        roff(summary(*command)), roff(command->get_name()));
  }
  return text + ".SH OPTIONS\n" + option_entries(program) + footer_section(program);
}

std::string man_page(const CLI::App& program, const CLI::App& command) {
  const std::string name = program.get_name() + "-" + command.get_name();
  std::string text = header(name, summary(command));
  text += fmt::format(".SH SYNOPSIS\n.B stategrad {}\n[options]\n", roff(command.get_name()));
  text += fmt::format(".SH DESCRIPTION\n{}\n", roff(command.get_description()));
  text += ".SH OPTIONS\n" + option_entries(command) + footer_section(command);
  return text + ".SH SEE ALSO\n.BR stategrad (1)\n";
}

std::string completion_script(const CLI::App& program, const std::string& shell) {
  if (shell == "bash") return bash_completion(program);
  if (shell == "zsh") return zsh_completion(program);
  if (shell == "fish") return fish_completion(program);
  throw UsageError(fmt::format("no completion for the shell '{}': use bash, zsh or fish", shell));
}

}  // namespace stategrad::cli
