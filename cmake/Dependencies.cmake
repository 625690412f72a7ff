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
pkg_check_modules(GSL REQUIRED IMPORTED_TARGET gsl)
# GSL comes with slow matrix products of the same names as OpenBLAS's, which must not take their place.
get_target_property(gsl_libraries PkgConfig::GSL INTERFACE_LINK_LIBRARIES)
list(FILTER gsl_libraries EXCLUDE REGEX gslcblas)
set_property(TARGET PkgConfig::GSL PROPERTY INTERFACE_LINK_LIBRARIES ${gsl_libraries})
if(STATEGRAD_TESTS)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()
