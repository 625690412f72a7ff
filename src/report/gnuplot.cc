// SPDX-License-Identifier: MIT
#include "report/gnuplot.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "base/atomic_file.h"
#include "stategrad/errors.h"

namespace stategrad::report {
namespace {

namespace fs = std::filesystem;

/// A folder for the script and for what gnuplot says of it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (fs::temp_directory_path() / "stategrad-plot-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw_file_error(name, "made", errno);
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

/// What a program is started with.
class SpawnActions {
 public:
  explicit SpawnActions(const fs::path& messages) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_addopen(&actions_, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions_, STDERR_FILENO, messages.c_str(),
                                     O_WRONLY | O_CREAT | O_TRUNC, 0600);
  }
  ~SpawnActions() { posix_spawn_file_actions_destroy(&actions_); }
  SpawnActions(const SpawnActions&) = delete;
  SpawnActions& operator=(const SpawnActions&) = delete;
  [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

/// @returns whether the program ended well
bool run(const std::string& gnuplot, const fs::path& script, const fs::path& messages) {
  const SpawnActions actions(messages);
  std::string name = gnuplot;
  std::string no_settings_of_the_user = "-d";
  std::string file = script.string();
  const std::array<char*, 4> arguments = {name.data(), no_settings_of_the_user.data(), file.data(),
                                          nullptr};
  pid_t process = 0;
  const int error =
      posix_spawnp(&process, name.c_str(), actions.get(), nullptr, arguments.data(), environ);
  if (error != 0) {
    throw ResourceError(
        fmt::format("figures are drawn by gnuplot, and '{}' cannot be started: {}: install "
                    "Debian's gnuplot-nox",
                    gnuplot, std::strerror(error)));
  }
  int status = 0;
  while (waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/// The last line that says something: before it gnuplot repeats the script.
std::string last_line(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

}  // namespace

void draw(const Drawing& drawing, const Page& page, const fs::path& output,
          const std::string& gnuplot) {
  TemporaryPath picture(fs::absolute(output));
  const std::string text = gnuplot_script(drawing, page, picture.path());
  const TemporaryFolder folder;
  const fs::path script = folder.path() / "script";
  const fs::path messages = folder.path() / "messages";
  write_file(script, text, Durable::kNo);
  const bool done = run(gnuplot, script, messages);
  std::error_code error;
  if (!done || fs::file_size(picture.path(), error) == 0 || error) {
    throw ResourceError(fmt::format("{}: gnuplot could not draw it: {}", output.string(),
                                    last_line(read_file(messages))));
  }
  picture.commit();
}

}  // namespace stategrad::report
