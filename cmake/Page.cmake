# SPDX-License-Identifier: MIT
#
# The page of results: web/ in one file, inside the program. It is bundled by node from packages that
# npm fetches by web/package-lock.json into the build folder; the source tree stays as it is. Without
# node, npm or the packages everything else is built, and the program writes no page.
#
#   stategrad_page(TARGET WITHOUT)   gives the target a source that holds the page, or the source WITHOUT
#
# Sets STATEGRAD_PAGE_FOLDER, where the page is bundled, or to nothing.
option(STATEGRAD_PAGE "Carry the page of results in the program: needs node and npm" ON)
set(STATEGRAD_PAGE_FOLDER "")

function(stategrad_no_page reason)
  # One line, whatever the log level.
  execute_process(COMMAND ${CMAKE_COMMAND} -E echo "stategrad: no report.html: ${reason}")
endfunction()

# Fetches the packages, unless those of the same list are there.
function(stategrad_fetch_packages folder)
  file(SHA256 ${PROJECT_SOURCE_DIR}/web/package-lock.json wanted)
  set(there "")
  if(EXISTS ${folder}/fetched)
    file(READ ${folder}/fetched there)
  endif()
  if(there STREQUAL wanted)
    return()
  endif()
  file(REMOVE ${folder}/fetched)
  file(COPY ${PROJECT_SOURCE_DIR}/web/package.json ${PROJECT_SOURCE_DIR}/web/package-lock.json
       DESTINATION ${folder})
  execute_process(
    COMMAND ${STATEGRAD_NPM} ci --ignore-scripts --no-audit --no-fund --prefer-offline --loglevel=error
            --fetch-retries=1 --fetch-retry-mintimeout=1000 --fetch-timeout=60000
    WORKING_DIRECTORY ${folder}
    TIMEOUT 600
    OUTPUT_FILE ${folder}/npm.log
    ERROR_FILE ${folder}/npm.log
    RESULT_VARIABLE failed)
  if(NOT failed)
    file(WRITE ${folder}/fetched ${wanted})
  endif()
endfunction()

if(STATEGRAD_PAGE)
  find_program(STATEGRAD_NODE NAMES node nodejs)
  find_program(STATEGRAD_NPM npm)
  set(version 0)
  if(STATEGRAD_NODE)
    execute_process(COMMAND ${STATEGRAD_NODE} -p process.versions.node OUTPUT_VARIABLE version
                    OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  endif()
  if(NOT STATEGRAD_NODE OR NOT STATEGRAD_NPM)
    stategrad_no_page("node and npm are not installed (apt-get install nodejs npm)")
  elseif(version VERSION_LESS 18)
    stategrad_no_page("node ${version} is too old, 18 is needed")
  else()
    set(folder ${PROJECT_BINARY_DIR}/web)
    file(MAKE_DIRECTORY ${folder})
    stategrad_fetch_packages(${folder})
    if(EXISTS ${folder}/fetched)
      set(STATEGRAD_PAGE_FOLDER ${folder})
    else()
      stategrad_no_page("npm could not fetch the packages (is there a network?): see ${folder}/npm.log")
    endif()
  endif()
endif()

function(stategrad_page target without)
  if(NOT STATEGRAD_PAGE_FOLDER)
    target_sources(${target} PRIVATE ${without})
    return()
  endif()
  set(web ${PROJECT_SOURCE_DIR}/web)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${web}/src/* ${web}/test/*)
  set(page ${PROJECT_BINARY_DIR}/web/page_template.cc)
  add_custom_command(
    OUTPUT ${page}
    COMMAND ${CMAKE_COMMAND} -E rm -rf src test
    COMMAND ${CMAKE_COMMAND} -E copy_directory ${web}/src src
    COMMAND ${CMAKE_COMMAND} -E copy_directory ${web}/test test
    COMMAND ${CMAKE_COMMAND} -E copy ${web}/build.mjs ${web}/opening.mjs ${web}/tsconfig.json .
    COMMAND ${STATEGRAD_NODE} build.mjs --cc ${page}
    WORKING_DIRECTORY ${STATEGRAD_PAGE_FOLDER}
    DEPENDS ${sources} ${web}/build.mjs ${web}/opening.mjs ${web}/tsconfig.json ${web}/package-lock.json
    COMMENT "Bundling the page of results"
    VERBATIM)
  target_sources(${target} PRIVATE ${page})
endfunction()
