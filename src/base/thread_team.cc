// SPDX-License-Identifier: MIT
#include "stategrad/thread_team.h"

#include <fmt/format.h>
#include <sched.h>

#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

#include "stategrad/errors.h"

namespace stategrad {
namespace {

/// Thrown through a body whose fellow worker failed, so that nobody waits at a barrier for it.
struct TeamAborted {};

int usable_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

void relax() {
#if defined(__SSE2__)
  _mm_pause();
#endif
}

/// Jacobians underflow at long delays and denormal arithmetic is slow on some processors.
class FlushDenormals {
 public:
#if defined(__SSE2__)
  FlushDenormals() : saved_(_mm_getcsr()) { _mm_setcsr(saved_ | 0x8040U); }
  ~FlushDenormals() { _mm_setcsr(saved_); }

 private:
  unsigned saved_;
#elif defined(__aarch64__)
  FlushDenormals() {
    __asm__ volatile("mrs %0, fpcr" : "=r"(saved_));
    __asm__ volatile("msr fpcr, %0" : : "r"(saved_ | (1UL << 24)));
  }
  ~FlushDenormals() { __asm__ volatile("msr fpcr, %0" : : "r"(saved_)); }

 private:
  unsigned long saved_;
#endif
};

/// Waits for a value to move on: spins about as long as a fork and join costs, then sleeps.
void wait_while_equal(const std::atomic<std::uint32_t>& value, std::uint32_t old) {
  constexpr int kSpins = 4000;
  for (int i = 0; i < kSpins; ++i) {
    if (value.load(std::memory_order_acquire) != old) return;
    relax();
  }
  while (value.load(std::memory_order_acquire) == old) value.wait(old, std::memory_order_acquire);
}

}  // namespace

struct ThreadTeam::Shared {
  std::vector<std::thread> threads;
  std::atomic<std::uint32_t> generation{0};
  std::atomic<std::uint32_t> finished_generation{0};
  std::atomic<int> running{0};
  std::atomic<std::uint32_t> barrier_generation{0};
  std::atomic<int> barrier_waiting{0};
  std::atomic<bool> failed{false};
  std::atomic<bool> quit{false};
  const std::function<void(Worker&)>* body = nullptr;
  std::mutex error_mutex;
  std::exception_ptr error;
  int size = 1;

  void record_error() {
    {
      const std::lock_guard lock(error_mutex);
      if (!error) error = std::current_exception();
    }
    failed.store(true, std::memory_order_release);
    barrier_generation.fetch_add(1, std::memory_order_acq_rel);
    barrier_generation.notify_all();
  }
};

ThreadTeam::ThreadTeam(int threads) : shared_(std::make_unique<Shared>()) {
  if (threads < 0) throw UsageError(fmt::format("threads is {}: give 0 (all) or more", threads));
  Shared& s = *shared_;
  s.size = threads == 0 ? usable_cores() : threads;
  auto work = [this, &s](int index) {
    std::uint32_t seen = 0;
    while (true) {
      wait_while_equal(s.generation, seen);
      seen = s.generation.load(std::memory_order_acquire);
      if (s.quit.load(std::memory_order_acquire)) return;
      {
        const FlushDenormals flush;
        Worker worker(*this, index, s.size);
        try {
          (*s.body)(worker);
        } catch (const TeamAborted&) {
        } catch (...) {
          s.record_error();
        }
      }
      if (s.running.fetch_sub(1, std::memory_order_acq_rel) == 1) {
        s.finished_generation.store(seen, std::memory_order_release);
        s.finished_generation.notify_all();
      }
    }
  };
  try {
    for (int i = 1; i < s.size; ++i) s.threads.emplace_back(work, i);
  } catch (const std::system_error& e) {
    const auto started = s.threads.size() + 1;
    s.quit.store(true);
    s.generation.fetch_add(1);
    s.generation.notify_all();
    for (auto& thread : s.threads) thread.join();
    throw ResourceError(fmt::format("only {} of {} threads could be started ({}): use --threads",
                                    started, s.size, e.what()));
  }
}

ThreadTeam::~ThreadTeam() {
  Shared& s = *shared_;
  s.quit.store(true, std::memory_order_release);
  s.generation.fetch_add(1, std::memory_order_acq_rel);
  s.generation.notify_all();
  for (auto& thread : s.threads) thread.join();
}

int ThreadTeam::size() const { return shared_->size; }

void ThreadTeam::run(const std::function<void(Worker&)>& body) {
  Shared& s = *shared_;
  s.error = nullptr;
  s.failed.store(false, std::memory_order_relaxed);
  s.barrier_waiting.store(0, std::memory_order_relaxed);
  s.body = &body;
  s.running.store(s.size - 1, std::memory_order_relaxed);
  const std::uint32_t generation = s.generation.fetch_add(1, std::memory_order_acq_rel) + 1;
  s.generation.notify_all();
  {
    const FlushDenormals flush;
    Worker worker(*this, 0, s.size);
    try {
      body(worker);
    } catch (const TeamAborted&) {
    } catch (...) {
      s.record_error();
    }
  }
  while (s.size > 1 && s.finished_generation.load(std::memory_order_acquire) != generation) {
    wait_while_equal(s.finished_generation, generation - 1);
  }
  if (s.error) std::rethrow_exception(s.error);
}

void ThreadTeam::Worker::barrier() {
  Shared& s = *team_.shared_;
  if (size_ == 1) return;
  const std::uint32_t generation = s.barrier_generation.load(std::memory_order_acquire);
  if (s.failed.load(std::memory_order_acquire)) throw TeamAborted{};
  if (s.barrier_waiting.fetch_add(1, std::memory_order_acq_rel) + 1 == size_) {
    s.barrier_waiting.store(0, std::memory_order_relaxed);
    s.barrier_generation.fetch_add(1, std::memory_order_acq_rel);
    s.barrier_generation.notify_all();
  } else {
    wait_while_equal(s.barrier_generation, generation);
  }
  if (s.failed.load(std::memory_order_acquire)) throw TeamAborted{};
}

std::pair<std::int64_t, std::int64_t> ThreadTeam::Worker::share(std::int64_t n,
                                                                std::int64_t grain) const {
  const std::int64_t units = (n + grain - 1) / grain;
  const std::int64_t first = units * index_ / size_ * grain;
  const std::int64_t last = units * (index_ + 1) / size_ * grain;
  return {std::min(first, n), std::min(last, n)};
}

}  // namespace stategrad
