# SPDX-License-Identifier: MIT
#
# Warnings and sanitizers of our own targets; never exported.
add_library(stategrad_warnings INTERFACE)
target_compile_options(
  stategrad_warnings
  INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor
            -Wold-style-cast -Woverloaded-virtual
            # Options are given by name, and what is not named has its default.
            -Wno-missing-field-initializers $<$<BOOL:${STATEGRAD_WERROR}>:-Werror>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # GCC 12 warns about std::string's own code (GCC bug 105329).
  target_compile_options(stategrad_warnings INTERFACE -Wno-restrict)
endif()
if(STATEGRAD_SANITIZE)
  add_compile_options(-fsanitize=${STATEGRAD_SANITIZE} -fno-sanitize-recover=all
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${STATEGRAD_SANITIZE})
endif()
