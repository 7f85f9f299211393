# Copyright The Phonemesh Authors
# SPDX-License-Identifier: Apache-2.0

# Language level, warnings, sanitizers, ccache and mold. One place, every preset.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1 -DNDEBUG")
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")

set(PHONE_SANITIZE "" CACHE STRING "sanitizers, as -fsanitize= takes them")
option(PHONE_FUZZ "build the fuzzers (clang)" OFF)

# Whatever directory a build is made in, its octets are the same. In a debugger: set substitute-path ./ SOURCE/
add_compile_options(-ffile-prefix-map=${CMAKE_SOURCE_DIR}/=./)
add_compile_options(-Wall -Wextra -Wconversion -Werror -fno-omit-frame-pointer)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  add_compile_options(-Wno-missing-field-initializers)  # designated initializers leave members to their defaults on purpose
else()
  # gcc's -Wconversion ignores signs. clang is used only for the fuzzers, so a warning of its own would be found late.
  add_compile_options(-Wno-missing-field-initializers -Wno-unused-private-field -Wno-sign-conversion)
endif()
if(PHONE_SANITIZE)
  add_compile_options(-fsanitize=${PHONE_SANITIZE} -fno-sanitize-recover=undefined)
  add_link_options(-fsanitize=${PHONE_SANITIZE})
  if(PHONE_SANITIZE MATCHES undefined)
    # CAF 0.17's headers call members through null in init_fun_factory.hpp, and gRPC's vptr checks need its private types.
    add_compile_options(-fno-sanitize=null,vptr)
    add_link_options(-fno-sanitize=vptr)
  endif()
else()
  add_compile_options(-D_FORTIFY_SOURCE=2 -fstack-protector-strong)
endif()
if(PHONE_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
find_program(MOLD mold)
if(MOLD AND NOT PHONE_SANITIZE)
  add_link_options(-fuse-ld=mold)
endif()
add_compile_options(-ffunction-sections -fdata-sections)
add_link_options(-Wl,--as-needed -Wl,--gc-sections -Wl,-z,relro,-z,now)
