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
# The plugin for cells in TorchScript (src/torch) is built where libtorch is found.
option(STATEGRAD_TORCH "Build the plugin for cells in TorchScript, if libtorch is there" ON)
if(STATEGRAD_TORCH AND NOT CMAKE_CROSSCOMPILING)
  find_path(STATEGRAD_TORCH_INCLUDE torch/script.h)
  find_library(STATEGRAD_TORCH_LIBRARY torch)
  find_library(STATEGRAD_TORCH_CPU_LIBRARY torch_cpu)
  find_library(STATEGRAD_C10_LIBRARY c10)
  if(STATEGRAD_TORCH_INCLUDE AND STATEGRAD_TORCH_LIBRARY AND STATEGRAD_TORCH_CPU_LIBRARY
     AND STATEGRAD_C10_LIBRARY)
    add_library(stategrad_libtorch INTERFACE)
    target_include_directories(
      stategrad_libtorch SYSTEM INTERFACE ${STATEGRAD_TORCH_INCLUDE}
                                          ${STATEGRAD_TORCH_INCLUDE}/torch/csrc/api/include)
    target_link_libraries(stategrad_libtorch INTERFACE ${STATEGRAD_TORCH_LIBRARY}
                          ${STATEGRAD_TORCH_CPU_LIBRARY} ${STATEGRAD_C10_LIBRARY})
  else()
    message(STATUS "libtorch is not there (Debian: libtorch-dev): no --cell-module")
  endif()
endif()
if(STATEGRAD_TESTS)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()
