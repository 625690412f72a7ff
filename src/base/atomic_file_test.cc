// SPDX-License-Identifier: MIT
#include "base/atomic_file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <functional>
#include <set>
#include <string>
#include <thread>

#include "stategrad/errors.h"

namespace stategrad {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class AtomicFileTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) / ("atomic_file_" + std::to_string(::getpid()));
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  [[nodiscard]] std::size_t entries() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }

  fs::path folder_;
};

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& e) {
    return e.what();
  }
  return "no error";
}

TEST_F(AtomicFileTest, AppearsOnlyWhenCommitted) {
  for (const Durable durable : {Durable::kYes, Durable::kNo}) {
    const fs::path path = folder_ / (durable == Durable::kYes ? "a" : "b");
    {
      AtomicFile file(path);
      file.write("one ");
      file.write("two");
      EXPECT_FALSE(fs::exists(path));
      file.commit(durable);
    }
    EXPECT_EQ(read_file(path), "one two");
  }
  EXPECT_EQ(entries(), 2U);
}

TEST_F(AtomicFileTest, AbandonedFileLeavesTheOldOneAndNothingElse) {
  write_file(folder_ / "a", "old");
  {
    AtomicFile file(folder_ / "a");
    file.write("new");
  }
  EXPECT_EQ(read_file(folder_ / "a"), "old");
  EXPECT_EQ(entries(), 1U);
}

TEST_F(AtomicFileTest, CommittedFileReplacesTheOldOne) {
  write_file(folder_ / "a", "old and longer");
  write_file(folder_ / "a", "new");
  EXPECT_EQ(read_file(folder_ / "a"), "new");
}

TEST_F(AtomicFileTest, ImpossibleTargetsAreNamed) {
  write_file(folder_ / "file", "x");
  EXPECT_THROW(AtomicFile(folder_ / "absent" / "a"), DataError);
  EXPECT_THROW(AtomicFile(folder_ / "file" / "a"), DataError);
  EXPECT_THROW(AtomicFile{folder_}, DataError);
  EXPECT_THAT(message_of([&] { AtomicFile file(folder_ / "absent" / "a"); }),
              HasSubstr((folder_ / "absent" / "a").string()));
  EXPECT_THROW(make_folders(folder_ / "file" / "below"), DataError);
  EXPECT_THROW(make_folders(folder_ / "file"), DataError);
}

TEST_F(AtomicFileTest, LinksAreFollowedAndStay) {
  fs::create_directories(folder_ / "real");
  write_file(folder_ / "real" / "file", "old");
  fs::create_symlink("real/file", folder_ / "link");
  fs::create_symlink(folder_ / "link", folder_ / "link_to_link");
  fs::create_symlink("real/new", folder_ / "link_to_nothing");
  write_file(folder_ / "link_to_link", "new");
  write_file(folder_ / "link_to_nothing", "first");
  EXPECT_EQ(read_file(folder_ / "real" / "file"), "new");
  EXPECT_EQ(read_file(folder_ / "real" / "new"), "first");
  for (const char* link : {"link", "link_to_link", "link_to_nothing"}) {
    EXPECT_TRUE(fs::is_symlink(folder_ / link)) << link;
  }
  EXPECT_EQ(entries(), 4U);
}

TEST_F(AtomicFileTest, LinksThatLeadNowhereAreNamed) {
  fs::create_symlink("absent/file", folder_ / "lost");
  fs::create_symlink("circle", folder_ / "circle");
  fs::create_symlink(folder_, folder_ / "folder");
  EXPECT_THAT(message_of([&] { write_file(folder_ / "lost", "x"); }), HasSubstr("lost: cannot"));
  EXPECT_THAT(message_of([&] { write_file(folder_ / "circle", "x"); }),
              HasSubstr("circle: cannot"));
  EXPECT_THAT(message_of([&] { write_file(folder_ / "folder", "x"); }), HasSubstr("is a folder"));
}

TEST_F(AtomicFileTest, PipesAreWrittenToAndStay) {
  const fs::path pipe = folder_ / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  fs::create_symlink("pipe", folder_ / "link");
  for (const fs::path& name : {pipe, folder_ / "link"}) {
    std::string got;
    std::thread reader([&] { got = read_file(pipe); });
    write_file(name, "through the pipe");
    reader.join();
    EXPECT_EQ(got, "through the pipe");
  }
  EXPECT_TRUE(fs::is_fifo(pipe));
  EXPECT_TRUE(fs::is_symlink(folder_ / "link"));
  EXPECT_EQ(entries(), 2U);
}

TEST_F(AtomicFileTest, OpenFilesOfTheProcessAreWrittenToWhereTheyStand) {
  const int file = ::open((folder_ / "out").c_str(), O_WRONLY | O_CREAT, 0600);
  ASSERT_GE(file, 0);
  EXPECT_EQ(::write(file, "before ", 7), 7);
  // As /dev/stdout is made.
  fs::create_symlink("/proc/self/fd/" + std::to_string(file), folder_ / "standard");
  write_file(folder_ / "standard", "between ");
  EXPECT_EQ(::write(file, "after", 5), 5);
  ::close(file);
  EXPECT_EQ(read_file(folder_ / "out"), "before between after");
  EXPECT_TRUE(fs::is_symlink(folder_ / "standard"));
  EXPECT_EQ(entries(), 2U);
}

TEST_F(AtomicFileTest, LibrariesThatWriteByNameGetRegularFilesOnly) {
  ASSERT_EQ(::mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  fs::create_symlink("/proc/self/fd/0", folder_ / "standard");
  for (const char* name : {"pipe", "standard"}) {
    EXPECT_THAT(message_of([&] { const TemporaryPath path(folder_ / name); }),
                HasSubstr(std::string(name) + ": is no regular file"));
  }
  fs::create_symlink("real", folder_ / "link");
  TemporaryPath path(folder_ / "link");
  std::ofstream(path.path()) << "content";
  path.commit();
  EXPECT_EQ(read_file(folder_ / "real"), "content");
  EXPECT_TRUE(fs::is_symlink(folder_ / "link"));
}

TEST_F(AtomicFileTest, ReadingNamesWhatCannotBeRead) {
  EXPECT_THAT(message_of([&] { (void)read_file(folder_ / "absent"); }), HasSubstr("absent"));
  EXPECT_THAT(message_of([&] { (void)read_file(folder_); }), HasSubstr("directory"));
}

TEST_F(AtomicFileTest, FullDiskIsAResourceErrorAndLeavesNothing) {
  // In a child: the limit holds for the whole process.
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit = {1000, 1000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    try {
      write_file(folder_ / "big", std::string(5000, 'x'));
      ::_exit(1);
    } catch (const ResourceError& e) {
      ::_exit(std::string(e.what()).find("big") == std::string::npos ? 2 : 0);
    } catch (...) {
      ::_exit(3);
    }
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_EQ(entries(), 0U);
}

TEST_F(AtomicFileTest, FreeSpaceIsThatOfTheNearestExistingFolder) {
  EXPECT_GT(available_bytes(folder_), 0U);
  EXPECT_EQ(available_bytes(folder_ / "not" / "yet") > 0, true);
}

TEST_F(AtomicFileTest, NearestExistingPathIsAbsoluteAndMayBeALinkToNowhere) {
  EXPECT_EQ(nearest_existing(folder_ / "not" / "yet"), folder_);
  EXPECT_EQ(nearest_existing("no_such_folder_here/x"), std::filesystem::current_path());
  std::filesystem::create_symlink("nowhere", folder_ / "link");
  EXPECT_EQ(nearest_existing(folder_ / "link"), folder_ / "link");
}

TEST_F(AtomicFileTest, LeftoversOfAKilledProcessAreRemovedAndNothingElse) {
  for (const char* name : {".a.txt.tmp-12-3", ".all.npz.tmp-7-0.AbCdEf", "a.txt", ".a.txt.tmp-x-1",
                           "b.tmp-1-2", ".tmp-1-2"}) {
    write_file(folder_ / name, "x");
  }
  std::filesystem::create_directories(folder_ / ".below.tmp-1-2");
  remove_leftovers(folder_);
  std::set<std::string> left;
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    left.insert(entry.path().filename().string());
  }
  EXPECT_EQ(left, (std::set<std::string>{"a.txt", ".a.txt.tmp-x-1", "b.tmp-1-2", ".tmp-1-2",
                                         ".below.tmp-1-2"}));
  remove_leftovers(folder_ / "absent");
}

}  // namespace
}  // namespace stategrad
