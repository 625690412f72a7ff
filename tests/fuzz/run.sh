#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Runs every fuzz target for some seconds (default 120), one after the other, from the seeds in the
# repository; what is found new stays in the build. Ends with the first finding.
#
#   cmake --preset fuzz && cmake --build --preset fuzz && tests/fuzz/run.sh [seconds] [target…]
set -eu
cd "$(dirname "$0")/../.."
seconds=${1:-120}
[ $# -gt 0 ] && shift
if [ $# -eq 0 ]; then
  for file in tests/fuzz/*_fuzz.cc; do set -- "$@" "$(basename "$file" _fuzz.cc)"; done
fi
for target; do
  work=build/fuzz/corpus/$target
  mkdir -p "$work"
  echo "== $target"
  "build/fuzz/tests/fuzz/fuzz_$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
    -max_len=16384 -print_final_stats=1 -artifact_prefix="build/fuzz/$target-" \
    "$work" "tests/fuzz/seeds/$target"
done
