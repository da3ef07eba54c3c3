# Runs write_vectors into a file, which stands whole or not at all.
execute_process(COMMAND ${PROGRAM} OUTPUT_FILE ${OUTPUT}.new RESULT_VARIABLE failed)
if(failed)
  message(FATAL_ERROR "write_vectors: ${failed}")
endif()
file(RENAME ${OUTPUT}.new ${OUTPUT})
