# add_room(NAME config_settings
#          SOURCES a.cpp ...   what the room is made of
#          USES base protocol  other rooms it may include (tools/tidy checks the includes themselves)
#          LIBS fmt::fmt       outside libraries
#          HEADERS <map> ...   of others, read often here: precompiled, with those that every room has
#          TESTS a_test.cpp)   unit tests, beside their sources. Fuzz targets: cmake/Fuzz.cmake
# One CMake library per room, offhook_<NAME>; one test program per room, <NAME>_test.
# Half of what a translation unit costs is reading headers that are not ours, so those are precompiled; not in the preset
# dev, where a file that forgets an include is to be noticed.
option(OFFHOOK_PRECOMPILED "Precompile the headers of others" ON)
set(OFFHOOK_HEADERS <algorithm> <array> <chrono> <cstdint> <functional> <map> <memory> <optional> <span> <string> <string_view>
    <utility> <vector>)
set(OFFHOOK_ASIO_HEADERS <boost/asio/as_tuple.hpp> <boost/asio/awaitable.hpp> <boost/asio/buffer.hpp> <boost/asio/co_spawn.hpp>
    <boost/asio/ip/tcp.hpp> <boost/asio/steady_timer.hpp> <boost/asio/use_awaitable.hpp>)

function(add_room)
  cmake_parse_arguments(ROOM "" "NAME" "SOURCES;USES;LIBS;HEADERS;TESTS" ${ARGN})
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
  list(LENGTH ROOM_SOURCES source_count)
  if(OFFHOOK_PRECOMPILED AND source_count GREATER 2)
    target_precompile_headers(${target} PRIVATE ${OFFHOOK_HEADERS} ${ROOM_HEADERS})
  endif()
  if(OFFHOOK_TESTS AND ROOM_TESTS)
    add_executable(${ROOM_NAME}_test ${ROOM_TESTS})
    target_link_libraries(${ROOM_NAME}_test PRIVATE ${target} GTest::gmock_main)
    list(LENGTH ROOM_TESTS test_count)
    if(OFFHOOK_PRECOMPILED AND test_count GREATER 2)
      target_precompile_headers(${ROOM_NAME}_test PRIVATE ${OFFHOOK_HEADERS} ${ROOM_HEADERS} <gmock/gmock.h> <gtest/gtest.h>)
    endif()
    target_compile_definitions(${ROOM_NAME}_test PRIVATE OFFHOOK_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    include(GoogleTest)
    gtest_discover_tests(${ROOM_NAME}_test TEST_PREFIX ${ROOM_NAME}. DISCOVERY_MODE PRE_TEST
                         PROPERTIES TIMEOUT 120 LABELS ${ROOM_NAME})
  endif()
endfunction()
