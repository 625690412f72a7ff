# SPDX-License-Identifier: MIT
#
# What `cmake --install` puts where: the program with its man pages and completions, the library
# with its headers and its package for find_package(stategrad), the configurations, the documents.
include(CMakePackageConfigHelpers)

# The library as one target: every room but the program's own.
get_property(rooms GLOBAL PROPERTY STATEGRAD_ROOMS)
list(REMOVE_ITEM rooms stategrad_cli)
add_library(stategrad_library INTERFACE)
add_library(stategrad::stategrad ALIAS stategrad_library)
set_property(TARGET stategrad_library PROPERTY EXPORT_NAME stategrad)
target_link_libraries(stategrad_library INTERFACE ${rooms})

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/stategrad)
install(TARGETS ${rooms} stategrad_library EXPORT stategrad)
install(EXPORT stategrad NAMESPACE stategrad:: FILE stategradTargets.cmake
        DESTINATION ${package_folder})
configure_package_config_file(
  cmake/stategradConfig.cmake.in ${PROJECT_BINARY_DIR}/stategradConfig.cmake
  INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/stategradConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/stategradConfig.cmake
              ${PROJECT_BINARY_DIR}/stategradConfigVersion.cmake DESTINATION ${package_folder})
install(DIRECTORY include/stategrad ${PROJECT_BINARY_DIR}/include/stategrad
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN *.h)

install(DIRECTORY configs DESTINATION ${CMAKE_INSTALL_DATADIR}/stategrad)
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR} FILES_MATCHING PATTERN *.md)
install(FILES LICENSE README.md CHANGELOG.md CITATION.cff DESTINATION ${CMAKE_INSTALL_DOCDIR})

install(TARGETS stategrad)
# The program writes its own man pages and completions, which a cross build cannot run.
if(NOT CMAKE_CROSSCOMPILING)
  set(pages ${PROJECT_BINARY_DIR}/documentation)
  add_custom_command(
    OUTPUT ${pages}/done
    COMMAND ${CMAKE_COMMAND} -E rm -rf ${pages}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${pages}
    COMMAND stategrad man -o ${pages}/man1
    COMMAND stategrad completion bash > ${pages}/stategrad
    COMMAND stategrad completion zsh > ${pages}/_stategrad
    COMMAND stategrad completion fish > ${pages}/stategrad.fish
    COMMAND ${CMAKE_COMMAND} -E touch ${pages}/done
    DEPENDS stategrad
    COMMENT "Writing man pages and completions"
    VERBATIM)
  add_custom_target(stategrad_documentation ALL DEPENDS ${pages}/done)
  install(DIRECTORY ${pages}/man1 DESTINATION ${CMAKE_INSTALL_MANDIR})
  install(FILES ${pages}/stategrad DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
  install(FILES ${pages}/_stategrad DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
  install(FILES ${pages}/stategrad.fish
          DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
endif()
