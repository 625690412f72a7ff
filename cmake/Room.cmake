# SPDX-License-Identifier: MIT
#
# A room is a folder of src/: one static library, one test program, one floor.
#
#   stategrad_room(NAME text FLOOR 1
#     SOURCES vocabulary.cc ...
#     TESTS vocabulary_test.cc ...
#     ROOMS base                   # rooms on lower floors that it uses
#     LINKS nlohmann_json::... )   # libraries from outside
#
# A room with PLUGIN is a shared object that the program loads at run time, and no part of the
# library: it may use headers of its ROOMS, and links none of them. It is built beside the program.
function(stategrad_room)
  cmake_parse_arguments(ROOM "PLUGIN" "NAME;FLOOR" "SOURCES;TESTS;ROOMS;LINKS;PRIVATE_LINKS" ${ARGN})
  set(target stategrad_${ROOM_NAME})
  if(ROOM_PLUGIN)
    add_library(${target} MODULE ${ROOM_SOURCES})
    target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:stategrad_warnings> ${ROOM_LINKS})
    target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/src)
    set_target_properties(
      ${target} PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/src/cli
                           CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
    install(TARGETS ${target} DESTINATION ${CMAKE_INSTALL_LIBDIR}/stategrad)
    return()
  endif()
  if(ROOM_SOURCES)
    add_library(${target} STATIC ${ROOM_SOURCES})
    set(scope PUBLIC)
    target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:stategrad_warnings>)
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  add_library(stategrad::${ROOM_NAME} ALIAS ${target})
  set_property(GLOBAL APPEND PROPERTY STATEGRAD_ROOMS ${target})
  target_compile_features(${target} ${scope} cxx_std_20)
  target_include_directories(
    ${target} ${scope} $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
    $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include>
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  foreach(room IN LISTS ROOM_ROOMS)
    target_link_libraries(${target} ${scope} stategrad_${room})
  endforeach()
  target_link_libraries(${target} ${scope} ${ROOM_LINKS})
  if(ROOM_PRIVATE_LINKS)
    target_link_libraries(${target} PRIVATE ${ROOM_PRIVATE_LINKS})
  endif()
  set_property(TARGET ${target} PROPERTY EXPORT_NAME ${ROOM_NAME})
  if(STATEGRAD_TESTS AND ROOM_TESTS)
    add_executable(${ROOM_NAME}_test ${ROOM_TESTS})
    target_link_libraries(${ROOM_NAME}_test PRIVATE ${target} stategrad_warnings GTest::gmock_main)
    target_compile_definitions(
      ${ROOM_NAME}_test PRIVATE STATEGRAD_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
    gtest_discover_tests(
      ${ROOM_NAME}_test
      TEST_PREFIX ${ROOM_NAME}.
      DISCOVERY_MODE PRE_TEST
      PROPERTIES LABELS unit TIMEOUT 600 ENVIRONMENT ${STATEGRAD_TEST_ENVIRONMENT})
  endif()
endfunction()
