# add_room(NAME config_settings
#          SOURCES a.cpp ...   what the room is made of
#          USES base protocol  other rooms it may include (tools/tidy checks the includes themselves)
#          LIBS fmt::fmt       outside libraries
#          TESTS a_test.cpp)   unit tests, beside their sources. Fuzz targets: cmake/Fuzz.cmake
# One CMake library per room, offhook_<NAME>; one test program per room, <NAME>_test.
function(add_room)
  cmake_parse_arguments(ROOM "" "NAME" "SOURCES;USES;LIBS;TESTS" ${ARGN})
  if(ROOM_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "add_room ${ROOM_NAME}: unknown words ${ROOM_UNPARSED_ARGUMENTS}")
  endif()
  set(target offhook_${ROOM_NAME})
  list(TRANSFORM ROOM_USES PREPEND offhook_)
  if(ROOM_SOURCES)
    add_library(${target} STATIC ${ROOM_SOURCES})
    set(scope PUBLIC)
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(${target} ${scope} ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(${target} ${scope} ${ROOM_USES} ${ROOM_LIBS})
  if(OFFHOOK_TESTS AND ROOM_TESTS)
    add_executable(${ROOM_NAME}_test ${ROOM_TESTS})
    target_link_libraries(${ROOM_NAME}_test PRIVATE ${target} GTest::gmock_main)
    target_compile_definitions(${ROOM_NAME}_test PRIVATE OFFHOOK_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    include(GoogleTest)
    gtest_discover_tests(${ROOM_NAME}_test TEST_PREFIX ${ROOM_NAME}. DISCOVERY_MODE PRE_TEST
                         PROPERTIES TIMEOUT 120 LABELS ${ROOM_NAME})
  endif()
endfunction()
