# llama.cpp, as the target wood_llama (headers + libllama) and wood_ggml (headers + libggml-base).
#
# Where it comes from, first found:
#   1. WOOD_LLAMA_SOURCE=DIR     a source tree of llama.cpp, built with this project;
#   2. WOOD_NODE_MODULES         the release binaries of the npm packages node-llama-cpp (headers, out of
#                                its git bundle) and @node-llama-cpp/linux-* (libraries): a pinned
#                                release with a kernel library for each kind of CPU, without a compile;
#   3. find_package(llama)       whatever the system has.
#
# The property WOOD_LLAMA_RUNTIME holds the shared libraries that `cmake --install` puts in lib/wood.
set(WOOD_LLAMA_SOURCE "" CACHE PATH "Source tree of llama.cpp to build, instead of released binaries")
set(WOOD_NODE_MODULES "${CMAKE_SOURCE_DIR}/node_modules" CACHE PATH "Where npm ci has put node-llama-cpp")

add_library(wood_llama INTERFACE)
add_library(wood_ggml INTERFACE)
target_compile_definitions(wood_llama INTERFACE WOOD_HAS_LLAMA=1)
set(llama_bundle "${WOOD_NODE_MODULES}/node-llama-cpp/llama/gitRelease.bundle")
set(llama_platform "linux-x64")
if(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
  set(llama_platform "linux-arm64")
endif()
set(llama_bins "${WOOD_NODE_MODULES}/@node-llama-cpp/${llama_platform}/bins/${llama_platform}")

# The headers out of the bundle, once for each bundle: its digest names the folder.
function(wood_llama_headers bundle out)
  find_program(GIT git REQUIRED)
  file(SIZE "${bundle}" size)
  file(TIMESTAMP "${bundle}" time "%Y%m%d%H%M%S")
  set(dir "${CMAKE_BINARY_DIR}/llama-${size}-${time}")
  if(NOT EXISTS "${dir}/ggml/src/ggml-backend-impl.h")
    message(STATUS "Unpacking the headers of llama.cpp from ${bundle}")
    file(REMOVE_RECURSE "${dir}.tmp")
    file(MAKE_DIRECTORY "${dir}.tmp")
    execute_process(COMMAND "${GIT}" init -q --bare "${dir}.tmp/git" COMMAND_ERROR_IS_FATAL ANY)
    execute_process(COMMAND "${GIT}" -C "${dir}.tmp/git" fetch -q "${bundle}" HEAD
      COMMAND_ERROR_IS_FATAL ANY)
    execute_process(COMMAND "${GIT}" -C "${dir}.tmp/git" archive --output ../headers.tar FETCH_HEAD
      include ggml/include ggml/src/ggml-backend-impl.h LICENSE COMMAND_ERROR_IS_FATAL ANY)
    file(ARCHIVE_EXTRACT INPUT "${dir}.tmp/headers.tar" DESTINATION "${dir}.tmp")
    file(REMOVE_RECURSE "${dir}.tmp/git" "${dir}.tmp/headers.tar")
    file(REMOVE_RECURSE "${dir}")
    file(RENAME "${dir}.tmp" "${dir}")
  endif()
  set(${out} "${dir}" PARENT_SCOPE)
endfunction()

function(wood_imported name file)
  add_library(${name} SHARED IMPORTED GLOBAL)
  set_target_properties(${name} PROPERTIES IMPORTED_LOCATION "${llama_bins}/${file}"
    IMPORTED_SONAME "${file}")
endfunction()

if(WOOD_LLAMA_SOURCE)
  set(LLAMA_BUILD_COMMON OFF CACHE INTERNAL "")
  set(LLAMA_BUILD_TESTS OFF CACHE INTERNAL "")
  set(LLAMA_BUILD_TOOLS OFF CACHE INTERNAL "")
  set(LLAMA_BUILD_EXAMPLES OFF CACHE INTERNAL "")
  set(LLAMA_BUILD_SERVER OFF CACHE INTERNAL "")
  add_subdirectory("${WOOD_LLAMA_SOURCE}" llama.cpp EXCLUDE_FROM_ALL SYSTEM)
  target_link_libraries(wood_llama INTERFACE llama)
  target_link_libraries(wood_ggml INTERFACE ggml-base)
  target_include_directories(wood_llama SYSTEM INTERFACE "${WOOD_LLAMA_SOURCE}/ggml/src")
  set(llama_from "source in ${WOOD_LLAMA_SOURCE}")
elseif(EXISTS "${llama_bundle}" AND EXISTS "${llama_bins}")
  wood_llama_headers("${llama_bundle}" llama_headers)
  file(GLOB llama_file RELATIVE "${llama_bins}" "${llama_bins}/libllama.v*.so")
  file(GLOB ggml_file RELATIVE "${llama_bins}" "${llama_bins}/libggml.v*.so")
  wood_imported(wood_libllama "${llama_file}")
  wood_imported(wood_libggml "${ggml_file}")
  wood_imported(wood_libggml_base "libggml-base.so")
  foreach(target wood_llama wood_ggml)
    target_include_directories(${target} SYSTEM INTERFACE "${llama_headers}/include"
      "${llama_headers}/ggml/include")
  endforeach()
  # ggml-backend-impl.h, which minds/attend_backend.cpp implements.
  target_include_directories(wood_llama SYSTEM INTERFACE "${llama_headers}/ggml/src")
  target_link_libraries(wood_llama INTERFACE wood_libllama wood_libggml wood_libggml_base)
  target_link_libraries(wood_ggml INTERFACE wood_libggml_base)
  # On x86-64 only the kernels that minds/engine.cpp chooses among, not all fifteen.
  set(llama_runtime "${llama_bins}/${llama_file}" "${llama_bins}/${ggml_file}"
    "${llama_bins}/libggml-base.so")
  if(llama_platform STREQUAL "linux-x64")
    foreach(kernels skylakex haswell sse42 x64)
      list(APPEND llama_runtime "${llama_bins}/libggml-cpu-${kernels}.so")
    endforeach()
  else()
    file(GLOB llama_kernels "${llama_bins}/libggml-cpu*.so")
    list(APPEND llama_runtime ${llama_kernels})
  endif()
  set_property(GLOBAL PROPERTY WOOD_LLAMA_RUNTIME "${llama_runtime}")
  install(FILES ${llama_runtime} DESTINATION lib/wood)
  install(FILES "${llama_headers}/LICENSE" DESTINATION share/doc/wood RENAME LICENSE.llama.cpp)
  set(llama_from "release binaries in ${llama_bins}")
else()
  find_package(llama QUIET)
  if(NOT llama_FOUND)
    message(FATAL_ERROR "llama.cpp is not there. Run `npm ci` (which brings node-llama-cpp), or give "
      "-DWOOD_LLAMA_SOURCE=DIR or -DWOOD_NODE_MODULES=DIR, or build without in-process models: "
      "-DWOOD_LLAMA=OFF")
  endif()
  target_link_libraries(wood_llama INTERFACE llama)
  target_link_libraries(wood_ggml INTERFACE ggml::ggml-base)
  set(llama_from "system package ${llama_DIR}")
endif()
message(STATUS "llama.cpp: ${llama_from}")
