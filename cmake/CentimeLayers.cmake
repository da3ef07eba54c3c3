# One library per folder, and the explorer's files embedded into the binary.

# centime_library(NAME FOLDER LINKS public... PRIVATE private...)
function(centime_library name folder)
  cmake_parse_arguments(arg "" "" "LINKS;PRIVATE" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${folder}/*.cpp)
  set(target centime_${name})
  if(sources)
    add_library(${target} STATIC ${sources})
    target_link_libraries(${target} PUBLIC centime_options ${arg_LINKS} PRIVATE ${arg_PRIVATE})
    centime_compile_fast(product ${target})
  else()
    add_library(${target} INTERFACE)
    target_link_libraries(${target} INTERFACE centime_options ${arg_LINKS} ${arg_PRIVATE})
  endif()
endfunction()

# Turns every file of the folders, and each "name=path", into one generated source of the library.
# centime_assets(NAME FOLDERS folder... FILES name=path...)
function(centime_assets name)
  cmake_parse_arguments(arg "" "" "FOLDERS;FILES" ${ARGN})
  set(files)
  foreach(folder ${arg_FOLDERS})
    file(GLOB found CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${folder}/*)
    list(APPEND files ${found})
  endforeach()
  if(NOT files)
    return()
  endif()
  list(TRANSFORM arg_FILES REPLACE "^[^=]*=" "" OUTPUT_VARIABLE paths)
  set(output ${CMAKE_BINARY_DIR}/generated/${name}_assets.cpp)
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -E env python3 ${CMAKE_SOURCE_DIR}/cmake/embed_assets.py
            ${output} ${CMAKE_SOURCE_DIR} ${files} ${arg_FILES}
    DEPENDS ${files} ${paths} ${CMAKE_SOURCE_DIR}/cmake/embed_assets.py
    VERBATIM)
  target_sources(centime_${name} PRIVATE ${output})
endfunction()
