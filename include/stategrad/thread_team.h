// SPDX-License-Identifier: MIT
//
// The one team of threads that everything parallel runs on.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

namespace stategrad {

/// A fixed team of threads that run one body together.
///
/// The calling thread is worker 0; `size() - 1` further threads wait, spinning briefly and then
/// asleep, between runs. Workers flush denormal numbers to zero while they run a body and the
/// caller's floating-point mode is restored afterwards. One run at a time; a team must not be
/// used from inside its own body. BLAS is called from the workers with its own threads off.
class ThreadTeam {
 public:
  /// One worker's view of a run.
  class Worker {
   public:
    /// Which worker, from 0; 0 is the thread that called run().
    [[nodiscard]] int index() const { return index_; }
    /// How many workers run the body.
    [[nodiscard]] int size() const { return size_; }
    /// Waits until every worker has come here. Leaves by an exception if another worker failed.
    void barrier();
    /// This worker's contiguous part [first, last) of 0..n, cut at multiples of grain.
    [[nodiscard]] std::pair<std::int64_t, std::int64_t> share(std::int64_t n,
                                                              std::int64_t grain = 1) const;

   private:
    friend class ThreadTeam;
    Worker(ThreadTeam& team, int index, int size) : team_(team), index_(index), size_(size) {}
    ThreadTeam& team_;
    int index_;
    int size_;
  };

  /// @param threads number of workers; 0 means one per core that the process may run on
  /// @throws UsageError if threads is negative, ResourceError if a thread cannot be started
  explicit ThreadTeam(int threads = 0);
  ~ThreadTeam();
  ThreadTeam(const ThreadTeam&) = delete;
  ThreadTeam& operator=(const ThreadTeam&) = delete;

  /// Number of workers, the calling thread among them.
  [[nodiscard]] int size() const;

  /// Runs body on every worker and returns when all have finished.
  /// @throws the first exception that a worker threw, after all workers have stopped
  void run(const std::function<void(Worker&)>& body);

 private:
  struct Shared;
  std::unique_ptr<Shared> shared_;
};

}  // namespace stategrad
