# SPDX-License-Identifier: MIT
#
# Cross-compiles for 64-bit ARM with Debian's g++-aarch64-linux-gnu. Headers of libraries are those
# of this machine, which say the same there; to link takes the libraries of Debian's arm64.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
foreach(package IN ITEMS fmt spdlog)
  set(${package}_DIR /usr/lib/${CMAKE_HOST_SYSTEM_PROCESSOR}-linux-gnu/cmake/${package})
endforeach()
