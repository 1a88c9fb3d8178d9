# add_fuzz(NAME http_target  ROOM protocol)
# One fuzz target: fuzz/fuzz_<NAME>.cpp defines LLVMFuzzerTestOneInput and links the room's library offhook_<ROOM>; its
# corpus is fuzz/corpus/<NAME>/ and holds at least an empty file, one byte and good samples; every crash found joins it.
#   preset fuzz                builds the libFuzzer program fuzz_<NAME>; target fuzz_all builds every one of them. Nothing
#                              else is built under that preset: clang 14 cannot compile our coroutines.
#                              Run it as fuzz_<NAME> FINDS_DIR fuzz/corpus/<NAME>: it writes into the first directory.
#   presets with OFFHOOK_TESTS build the program replay_<NAME>, run by ctest over the corpus as fuzz.replay.<NAME>
function(add_fuzz)
  cmake_parse_arguments(FUZZ "" "NAME;ROOM" "" ${ARGN})
  if(FUZZ_UNPARSED_ARGUMENTS OR NOT FUZZ_NAME OR NOT FUZZ_ROOM)
    message(FATAL_ERROR "add_fuzz(NAME x ROOM room): got ${ARGN}")
  endif()
  set(source ${CMAKE_SOURCE_DIR}/fuzz/fuzz_${FUZZ_NAME}.cpp)
  set(corpus ${CMAKE_SOURCE_DIR}/fuzz/corpus/${FUZZ_NAME})
  if(NOT IS_DIRECTORY ${corpus})
    message(FATAL_ERROR "add_fuzz ${FUZZ_NAME}: ${corpus} is missing")
  endif()
  if(OFFHOOK_FUZZ)
    add_executable(fuzz_${FUZZ_NAME} EXCLUDE_FROM_ALL ${source})
    target_link_libraries(fuzz_${FUZZ_NAME} PRIVATE offhook_${FUZZ_ROOM})
    target_link_options(fuzz_${FUZZ_NAME} PRIVATE -fsanitize=fuzzer)
    if(NOT TARGET fuzz_all)
      add_custom_target(fuzz_all)
    endif()
    add_dependencies(fuzz_all fuzz_${FUZZ_NAME})
  endif()
  if(OFFHOOK_TESTS)
    add_executable(replay_${FUZZ_NAME} ${source} ${CMAKE_SOURCE_DIR}/fuzz/replay_main.cpp)
    target_link_libraries(replay_${FUZZ_NAME} PRIVATE offhook_${FUZZ_ROOM})
    add_test(NAME fuzz.replay.${FUZZ_NAME} COMMAND replay_${FUZZ_NAME} ${corpus})
    set_tests_properties(fuzz.replay.${FUZZ_NAME} PROPERTIES TIMEOUT 120 LABELS fuzz)
  endif()
endfunction()
