# SPDX-License-Identifier: MIT
#
# Everything here is a package of Debian 12; docs/design.md says why each is used.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
pkg_check_modules(OPENBLAS REQUIRED IMPORTED_TARGET openblas)
pkg_check_modules(LIBZIP REQUIRED IMPORTED_TARGET libzip)
pkg_check_modules(HDF5 REQUIRED IMPORTED_TARGET hdf5)
pkg_check_modules(LIBLBFGS REQUIRED IMPORTED_TARGET liblbfgs)
if(STATEGRAD_TESTS)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()
