# add_room(NAME config_settings
#          SOURCES a.cpp ...   what the room is made of
#          USES base protocol  other rooms it may include (tools/tidy checks the includes themselves)
#          LIBS fmt::fmt       outside libraries
#          HEADERS <map> ...   of others, read often here: precompiled, with those that every room has
#          ALONE a.cpp         sources that no unity file takes
#          TESTS a_test.cpp)   unit tests, beside their sources. Fuzz targets: cmake/Fuzz.cmake
# One CMake library per room, offhook_<NAME>; one test program per room, <NAME>_test.
# Half of what a translation unit costs is reading headers that are not ours, so those are precompiled; not in the preset
# dev, where a file that forgets an include is to be noticed.
option(OFFHOOK_PRECOMPILED "Precompile the headers of others" ON)
set(OFFHOOK_HEADERS <algorithm> <array> <chrono> <cstdint> <functional> <map> <memory> <optional> <span> <string> <string_view>
    <utility> <vector>)
set(OFFHOOK_ASIO_HEADERS <boost/asio/as_tuple.hpp> <boost/asio/awaitable.hpp> <boost/asio/buffer.hpp> <boost/asio/co_spawn.hpp>
    <boost/asio/ip/tcp.hpp> <boost/asio/steady_timer.hpp> <boost/asio/use_awaitable.hpp>)

# The other half is compiling the same inline functions and templates of others again for each unit. So the presets that
# ./test builds join sources into unity files; dev, again, does not. Joined are files of one folder, and those of one first
# word where a folder has three of it (dhcp4_*, dhcp6_*): what differs only in what it speaks about uses the same names.
# Two files of one group may not define one name in their anonymous namespaces: the compiler says so, and the mending is
# a name that says more, or a header for what is truly the same. Files that cannot be joined: ALONE.
option(OFFHOOK_UNITY "Compile a room's sources in groups" OFF)
set(OFFHOOK_UNITY_FILES 8) # in one unity file at most: two cores are to have work to the end

# join_sources(TARGET "a.cpp b.cpp" "alone.cpp" units): says how many units there will be.
function(join_sources TARGET SOURCES ALONE UNITS)
  list(LENGTH SOURCES units)
  set(${UNITS} ${units} PARENT_SCOPE)
  if(NOT OFFHOOK_UNITY)
    return()
  endif()
  list(REMOVE_ITEM SOURCES ${ALONE})
  list(LENGTH SOURCES joined)
  math(EXPR units "${units} - ${joined}")
  set(groups)
  foreach(source ${SOURCES}) # how many share folder and first word
    string(REGEX MATCH "^(.*/)?[^/_.]+" word ${source})
    string(MAKE_C_IDENTIFIER "${word}" word)
    math(EXPR count_${word} "0${count_${word}} + 1")
  endforeach()
  foreach(source ${SOURCES})
    string(REGEX MATCH "^(.*/)?[^/_.]+" word ${source})
    string(MAKE_C_IDENTIFIER "${word}" group)
    if(count_${group} LESS 3)
      get_filename_component(folder ${source} DIRECTORY)
      string(MAKE_C_IDENTIFIER "folder_${folder}" group)
    endif()
    math(EXPR batch "0${joined_${group}} / ${OFFHOOK_UNITY_FILES}")
    math(EXPR joined_${group} "0${joined_${group}} + 1")
    set_source_files_properties(${source} PROPERTIES UNITY_GROUP ${group}_${batch})
    list(APPEND groups ${group}_${batch})
  endforeach()
  list(REMOVE_DUPLICATES groups)
  list(LENGTH groups group_count)
  math(EXPR units "${units} + ${group_count}")
  set(${UNITS} ${units} PARENT_SCOPE)
  set_target_properties(${TARGET} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
  # What one file names, the next may name in a function: dev warns where it is one file.
  target_compile_options(${TARGET} PRIVATE -Wno-shadow -Wno-subobject-linkage)
endfunction()

# add_gtest(TARGET PREFIX LABEL TIMEOUT): one ctest test for each of the program's tests; with OFFHOOK_WHOLE_TESTS the
# program runs in a few pieces instead, because under a sanitizer starting it costs more than most of its tests.
option(OFFHOOK_WHOLE_TESTS "Run test programs in a few pieces, not test by test" OFF)

function(add_gtest TARGET PREFIX LABEL TIMEOUT)
  if(NOT OFFHOOK_WHOLE_TESTS)
    include(GoogleTest)
    gtest_discover_tests(${TARGET} TEST_PREFIX ${PREFIX}. DISCOVERY_MODE PRE_TEST
                         PROPERTIES TIMEOUT ${TIMEOUT} LABELS ${LABEL})
    return()
  endif()
  get_target_property(sources ${TARGET} SOURCES)
  list(LENGTH sources source_count)
  math(EXPR pieces "1 + ${source_count} / 6")
  foreach(piece RANGE 1 ${pieces})
    math(EXPR index "${piece} - 1")
    add_test(NAME ${PREFIX}.${piece}_of_${pieces} COMMAND ${TARGET} --gtest_brief=1)
    set_tests_properties(${PREFIX}.${piece}_of_${pieces} PROPERTIES TIMEOUT 600 LABELS ${LABEL}
                         ENVIRONMENT "GTEST_TOTAL_SHARDS=${pieces};GTEST_SHARD_INDEX=${index}")
  endforeach()
endfunction()

function(add_room)
  cmake_parse_arguments(ROOM "" "NAME" "SOURCES;USES;LIBS;HEADERS;ALONE;TESTS" ${ARGN})
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
  if(ROOM_SOURCES)
    join_sources(${target} "${ROOM_SOURCES}" "${ROOM_ALONE}" units)
    if(OFFHOOK_PRECOMPILED AND units GREATER 2)
      target_precompile_headers(${target} PRIVATE ${OFFHOOK_HEADERS} ${ROOM_HEADERS})
    endif()
  endif()
  if(OFFHOOK_TESTS AND ROOM_TESTS)
    add_executable(${ROOM_NAME}_test ${ROOM_TESTS})
    target_link_libraries(${ROOM_NAME}_test PRIVATE ${target} GTest::gmock_main)
    join_sources(${ROOM_NAME}_test "${ROOM_TESTS}" "${ROOM_ALONE}" units)
    if(OFFHOOK_PRECOMPILED AND units GREATER 2)
      target_precompile_headers(${ROOM_NAME}_test PRIVATE ${OFFHOOK_HEADERS} ${ROOM_HEADERS} <gmock/gmock.h> <gtest/gtest.h>)
    endif()
    target_compile_definitions(${ROOM_NAME}_test PRIVATE OFFHOOK_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    add_gtest(${ROOM_NAME}_test ${ROOM_NAME} ${ROOM_NAME} 120)
  endif()
endfunction()
