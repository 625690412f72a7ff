// SPDX-License-Identifier: MIT
#include "stategrad/thread_team.h"

#include <gmock/gmock.h>
#include <pthread.h>
#include <sched.h>

#include <atomic>
#include <chrono>
#include <limits>
#include <numeric>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include "stategrad/errors.h"

namespace stategrad {
namespace {

using testing::AllOf;
using testing::Each;
using testing::HasSubstr;

class ThreadTeams : public testing::TestWithParam<int> {};

TEST_P(ThreadTeams, RunTheBodyOnceOnEveryWorker) {
  ThreadTeam team(GetParam());
  ASSERT_EQ(team.size(), GetParam());
  std::vector<int> calls(static_cast<std::size_t>(team.size()));
  std::vector<std::thread::id> threads(calls.size());
  for (int run = 1; run <= 300; ++run) {
    team.run([&](ThreadTeam::Worker& worker) {
      ASSERT_EQ(worker.size(), GetParam());
      ++calls[static_cast<std::size_t>(worker.index())];
      threads[static_cast<std::size_t>(worker.index())] = std::this_thread::get_id();
    });
    ASSERT_THAT(calls, Each(run));
  }
  EXPECT_EQ(threads[0], std::this_thread::get_id());
  EXPECT_EQ(std::set(threads.begin(), threads.end()).size(), threads.size());
}

TEST_P(ThreadTeams, AwakeFromSleep) {
  ThreadTeam team(GetParam());
  std::atomic<int> calls = 0;
  for (int run = 1; run <= 3; ++run) {
    // Longer than workers spin.
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    team.run([&](ThreadTeam::Worker& /*worker*/) { ++calls; });
    EXPECT_EQ(calls, run * GetParam());
  }
}

TEST_P(ThreadTeams, LetNobodyPassABarrierBeforeTheLast) {
  ThreadTeam team(GetParam());
  // Plain integers: the barrier alone must order their writes and reads.
  std::vector<int> reached(static_cast<std::size_t>(team.size()));
  std::atomic<int> wrong = 0;
  team.run([&](ThreadTeam::Worker& worker) {
    for (int round = 1; round <= 500; ++round) {
      reached[static_cast<std::size_t>(worker.index())] = round;
      worker.barrier();
      for (const int other : reached) wrong += other != round;
      worker.barrier();
    }
  });
  EXPECT_EQ(wrong, 0);
}

TEST_P(ThreadTeams, ThrowWhatAnyWorkerThrew) {
  ThreadTeam team(GetParam());
  for (int failing = 0; failing < team.size(); ++failing) {
    try {
      team.run([&](ThreadTeam::Worker& worker) {
        worker.barrier();
        if (worker.index() == failing) throw NumericalError("worker " + std::to_string(failing));
        worker.barrier();
        ADD_FAILURE() << "a worker passed a barrier that another one never reached";
      });
      if (team.size() > 1) ADD_FAILURE() << "nothing was thrown";
    } catch (const NumericalError& error) {
      EXPECT_EQ(error.what(), "worker " + std::to_string(failing));
    }
  }
}

TEST_P(ThreadTeams, ThrowOneExceptionWhenAllWorkersFail) {
  ThreadTeam team(GetParam());
  for (int run = 0; run < 50; ++run) {
    EXPECT_THROW(team.run([](ThreadTeam::Worker& /*worker*/) { throw std::runtime_error("all"); }),
                 std::runtime_error);
  }
}

TEST_P(ThreadTeams, WorkAgainAfterAFailure) {
  ThreadTeam team(GetParam());
  for (int run = 0; run < 50; ++run) {
    EXPECT_THROW(team.run([&](ThreadTeam::Worker& worker) {
      if (worker.index() == run % worker.size()) throw std::runtime_error("once");
      worker.barrier();
    }),
                 std::runtime_error);
    std::atomic<int> passed = 0;
    team.run([&](ThreadTeam::Worker& worker) {
      worker.barrier();
      ++passed;
      worker.barrier();
      EXPECT_EQ(passed, worker.size());
    });
  }
}

TEST_P(ThreadTeams, ShareEverythingOnceInOrder) {
  ThreadTeam team(GetParam());
  for (const std::int64_t n : {0, 1, 2, 7, 64, 1000, 1001}) {
    for (const std::int64_t grain : {1, 3, 16, 2000}) {
      std::vector<std::pair<std::int64_t, std::int64_t>> parts(
          static_cast<std::size_t>(team.size()));
      team.run([&](ThreadTeam::Worker& worker) {
        parts[static_cast<std::size_t>(worker.index())] = worker.share(n, grain);
      });
      std::int64_t next = 0;
      for (const auto& [first, last] : parts) {
        EXPECT_EQ(first, next) << "n " << n << " grain " << grain;
        EXPECT_LE(first, last);
        EXPECT_TRUE(first == n || first % grain == 0);
        EXPECT_LE(last - first, (n / team.size() / grain + 1) * grain);
        next = last;
      }
      EXPECT_EQ(next, n);
    }
  }
}

#if defined(__SSE2__) || defined(__aarch64__)
bool denormals_are_flushed() {
  volatile double tiny = std::numeric_limits<double>::min();
  tiny = tiny / 4;
  return tiny == 0;
}

TEST_P(ThreadTeams, FlushDenormalsInTheBodyOnly) {
  ThreadTeam team(GetParam());
  ASSERT_FALSE(denormals_are_flushed());
  std::atomic<int> flushed = 0;
  team.run([&](ThreadTeam::Worker& /*worker*/) { flushed += denormals_are_flushed(); });
  EXPECT_EQ(flushed, team.size());
  EXPECT_FALSE(denormals_are_flushed());
  EXPECT_THROW(team.run([](ThreadTeam::Worker& /*worker*/) { throw std::runtime_error("out"); }),
               std::runtime_error);
  EXPECT_FALSE(denormals_are_flushed());
}
#endif

INSTANTIATE_TEST_SUITE_P(Sizes, ThreadTeams, testing::Values(1, 2, 3, 8));

TEST(ThreadTeam, HasAWorkerPerCoreOfTheProcessByDefault) {
  cpu_set_t all;
  ASSERT_EQ(sched_getaffinity(0, sizeof all, &all), 0);
  EXPECT_EQ(ThreadTeam().size(), CPU_COUNT(&all));
  int first = 0;
  while (!CPU_ISSET(first, &all)) ++first;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(first, &one);
  ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
  EXPECT_EQ(ThreadTeam().size(), 1);
  ASSERT_EQ(sched_setaffinity(0, sizeof all, &all), 0);
}

TEST(ThreadTeam, RefusesANegativeSize) {
  try {
    const ThreadTeam team(-1);
    FAIL() << "nothing was thrown";
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("threads"), HasSubstr("-1")));
  }
}

TEST(ThreadTeam, SaysHowManyThreadsCouldBeStarted) {
  pthread_attr_t usual, impossible;
  ASSERT_EQ(pthread_getattr_default_np(&usual), 0);
  ASSERT_EQ(pthread_getattr_default_np(&impossible), 0);
  // A stack as large as the address space.
  ASSERT_EQ(pthread_attr_setstacksize(&impossible, std::size_t{1} << 47), 0);
  ASSERT_EQ(pthread_setattr_default_np(&impossible), 0);
  std::string message;
  try {
    const ThreadTeam team(3);
  } catch (const ResourceError& error) {
    message = error.what();
  }
  ASSERT_EQ(pthread_setattr_default_np(&usual), 0);
  EXPECT_THAT(message, AllOf(HasSubstr("only 1 of 3 threads"), HasSubstr("--threads")));
}

TEST(ThreadTeam, MayStandBesideAnother) {
  ThreadTeam a(2), b(3);
  std::atomic<int> calls = 0;
  std::thread other([&] {
    for (int i = 0; i < 100; ++i)
      b.run([&](ThreadTeam::Worker& worker) {
        worker.barrier();
        ++calls;
      });
  });
  for (int i = 0; i < 100; ++i)
    a.run([&](ThreadTeam::Worker& worker) {
      worker.barrier();
      ++calls;
    });
  other.join();
  EXPECT_EQ(calls, 500);
}

}  // namespace
}  // namespace stategrad
