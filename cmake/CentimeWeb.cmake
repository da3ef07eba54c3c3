# The explorer's scripts: TypeScript in explorer/web, bundled by esbuild into embedded files; and all
# that browsers load, compressed beforehand.

# Sets centime_web_files to "name=path" of each generated file.
function(centime_web)
  set(source ${CMAKE_SOURCE_DIR}/explorer/web)
  set(output ${CMAKE_BINARY_DIR}/generated/web)
  find_program(NODE_PROGRAM node)
  find_program(ZOPFLI_PROGRAM zopfli)
  set(packages ${source}/node_modules)
  if(NOT NODE_PROGRAM OR NOT ZOPFLI_PROGRAM OR NOT EXISTS ${packages}/terser OR NOT EXISTS ${packages}/@noble/ed25519)
    message(FATAL_ERROR "The explorer's scripts need node, zopfli and the packages in explorer/web: "
                        "run scripts/setup.sh")
  endif()

  # What the decoder is built from comes from the field lists that the node encodes by.
  add_executable(wire_schema ${source}/wire_schema.cpp)
  target_link_libraries(wire_schema PRIVATE centime_proof)
  add_custom_command(
    OUTPUT ${output}/schema.json
    COMMAND wire_schema > ${output}/schema.json
    DEPENDS wire_schema
    VERBATIM)

  set(names live.js zoom.js check.js check-run.js check-result.js check-history.js check-epochs.js check-noble.js check-file.js check.en.js check.es.js check.fr.js verify.html)
  list(TRANSFORM names PREPEND ${output}/assets/ OUTPUT_VARIABLE files)
  file(GLOB scripts CONFIGURE_DEPENDS ${source}/src/* ${source}/*.mjs ${source}/*.json)
  file(GLOB catalogues CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/explorer/templates/text.*.json)
  add_custom_command(
    OUTPUT ${files}
    COMMAND ${NODE_PROGRAM} ${source}/build.mjs ${output}/schema.json ${output}
    DEPENDS ${output}/schema.json ${scripts} ${catalogues}
            ${CMAKE_SOURCE_DIR}/explorer/assets/style.css
    VERBATIM)
  set(named)
  foreach(name ${names})
    list(APPEND named assets/${name}=${output}/assets/${name})
  endforeach()

  file(GLOB plain CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/explorer/assets/*)
  set(compressed)
  foreach(file ${plain} ${files})
    get_filename_component(name ${file} NAME)
    foreach(form gz br)
      list(APPEND compressed ${output}/compressed/${name}.${form})
      list(APPEND named assets/${name}.${form}=${output}/compressed/${name}.${form})
    endforeach()
  endforeach()
  add_custom_command(
    OUTPUT ${compressed}
    COMMAND ${NODE_PROGRAM} ${source}/compress.mjs ${output}/compressed ${plain} ${files}
    DEPENDS ${plain} ${files} ${source}/compress.mjs
    VERBATIM)
  set(centime_web_files ${named} PARENT_SCOPE)
endfunction()
