# Copyright The Phonemesh Authors
# SPDX-License-Identifier: Apache-2.0

set(PHONE_UNOPTIMISED -O0 -U_FORTIFY_SOURCE)

# The few kinds of target there are, so that a room's CMakeLists.txt is a list of files.

# phone_library(NAME SOURCES... [LINK targets...]): a static library phone_NAME, aliased phone::NAME, includes from the repository root.
function(phone_library name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  add_library(phone_${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  add_library(phone::${name} ALIAS phone_${name})
  target_include_directories(phone_${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(phone_${name} PUBLIC ${ARG_LINK})
endfunction()

# phone_shared_library(NAME SOURCES... [LINK targets...] [HIDE targets...]): what every process has in memory anyway, once for all of them:
# libphone-NAME.so.VERSION, so that services of two versions each find their own. HIDE: linked, but nobody else's business.
function(phone_shared_library name)
  cmake_parse_arguments(ARG "" "" "LINK;HIDE" ${ARGN})
  add_library(phone_${name} SHARED ${ARG_UNPARSED_ARGUMENTS})
  add_library(phone::${name} ALIAS phone_${name})
  target_include_directories(phone_${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(phone_${name} PUBLIC ${ARG_LINK} PRIVATE ${ARG_HIDE})
  target_compile_options(phone_${name} PRIVATE -fno-semantic-interposition)
  target_link_options(phone_${name} PRIVATE LINKER:-Bsymbolic-functions)
  set_target_properties(phone_${name} PROPERTIES OUTPUT_NAME phone-${name} SOVERSION ${PROJECT_VERSION})
endfunction()

# phone_executable(NAME SOURCES... [LINK targets...])
function(phone_executable name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_LINK})
  if(PHONE_SANITIZE MATCHES address)
    target_sources(${name} PRIVATE ${CMAKE_SOURCE_DIR}/cmake/sanitizer_suppressions.cpp)
  endif()
endfunction()

# phone_test(NAME SOURCES... [LINK targets...] [LABELS unit|conformance|system...]): one GoogleTest binary, one ctest entry.
function(phone_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "LINK;LABELS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  if(NOT ARG_LABELS)
    set(ARG_LABELS unit)
  endif()
  phone_executable(${name} ${ARG_UNPARSED_ARGUMENTS} LINK ${ARG_LINK} GTest::gtest GTest::gmock GTest::gtest_main)
  target_compile_options(${name} PRIVATE ${PHONE_UNOPTIMISED})  # a test is compiled more often than it runs
  target_compile_definitions(${name} PRIVATE
    PHONE_SHARED_DIR="${CMAKE_SOURCE_DIR}/../shared" PHONE_SOURCE_DIR="${CMAKE_SOURCE_DIR}" PHONE_BINARY_DIR="${CMAKE_BINARY_DIR}")
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT})
  if(tsan IN_LIST ARG_LABELS)
    set_property(GLOBAL APPEND PROPERTY PHONE_TSAN_TESTS ${name})
  endif()
endfunction()

# phone_fuzzer(NAME_fuzz SOURCES... [LINK targets...]): a libFuzzer binary under the `fuzz` preset, nothing elsewhere.
function(phone_fuzzer name)
  if(NOT name MATCHES "_fuzz$")
    message(FATAL_ERROR "a fuzzer's name ends in _fuzz: ${name}")
  endif()
  if(NOT PHONE_FUZZ)
    return()
  endif()
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  phone_executable(${name} ${ARG_UNPARSED_ARGUMENTS} LINK ${ARG_LINK})
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  set_property(GLOBAL APPEND PROPERTY PHONE_FUZZERS ${name})
endfunction()

# phone_small(): what this folder compiles from here on is there once in memory and seldom in a hurry: small before fast, in `release`.
macro(phone_small)
  add_compile_options($<$<CONFIG:RelWithDebInfo>:-Os>)
endmacro()

# phone_command(NAMES...): what these compile themselves is a command line that is read once; CLI11 optimised costs seconds each and gives nothing.
function(phone_command)
  foreach(name ${ARGN})
    target_compile_options(${name} PRIVATE ${PHONE_UNOPTIMISED})
  endforeach()
endfunction()
