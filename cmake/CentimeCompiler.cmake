# The compiler, its warnings, and the sanitizers of the presets.
if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang" OR CMAKE_CXX_COMPILER_VERSION VERSION_LESS 19)
  message(FATAL_ERROR "Centime is built with clang 19 (g++ 12 miscompiles coroutines); use a preset.")
endif()
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
  if(CENTIME_PRECOMPILE)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
        CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE_PROGRAM})
  endif()
endif()

add_library(centime_options INTERFACE)
target_include_directories(centime_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(centime_options INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wnon-virtual-dtor -Werror
  -fno-omit-frame-pointer)
target_link_options(centime_options INTERFACE -fuse-ld=lld)
# Where several sources are compiled as one, a name would shadow another source's.
target_compile_options(centime_options INTERFACE $<$<BOOL:$<TARGET_PROPERTY:UNITY_BUILD>>:-Wno-shadow>)
if(CENTIME_SANITIZE)
  target_compile_options(centime_options INTERFACE -fsanitize=${CENTIME_SANITIZE}
                         -fno-sanitize-recover=all)
  target_link_options(centime_options INTERFACE -fsanitize=${CENTIME_SANITIZE})
  if(CENTIME_SANITIZE MATCHES "address")
    # What these three find stops at AddressSanitizer too; they are a quarter of the compile time.
    target_compile_options(centime_options INTERFACE -fno-sanitize=null,vptr,object-size)
  endif()
endif()
if(CENTIME_FUZZ)
  target_compile_options(centime_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

# centime_compile_fast(tests|product TARGET <header>...): what the presets that build much do to
# parse less. The standard library's headers, and these, are parsed once a target; and several sources
# are compiled as one, which halves the time once more but makes a change of one compile them all.
# What is built without either proves that each source includes what it uses: the product in `dev`, which
# is what one works with.
function(centime_compile_fast kind target)
  if(CENTIME_PRECOMPILE STREQUAL "all" OR CENTIME_PRECOMPILE STREQUAL kind)
    target_precompile_headers(${target} PRIVATE
      <algorithm> <array> <atomic> <bitset> <chrono> <compare> <condition_variable> <cstdint> <deque>
      <expected> <filesystem> <fstream> <functional> <map> <memory> <mutex> <optional> <random>
      <ranges> <set> <span> <sstream> <string> <string_view> <thread> <tuple> <unordered_map>
      <utility> <variant> <vector> <fmt/format.h> ${ARGN})
    target_compile_options(${target} PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
  endif()
  if(CENTIME_UNITE STREQUAL "all" OR CENTIME_UNITE STREQUAL kind)
    # Tests of one folder that have helpers of the same name keep them in a namespace of their own.
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 12)
  endif()
endfunction()
