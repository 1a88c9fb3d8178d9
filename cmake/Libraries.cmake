# The libraries we build on, all Debian 12 packages (tools/packages).
find_package(Threads REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(EXPAT REQUIRED)
find_package(date REQUIRED)
find_package(CURL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(TOMLPLUSPLUS REQUIRED IMPORTED_TARGET tomlplusplus)
find_package(SQLite3 REQUIRED)

# SOCI ships no CMake package in Debian 12.
find_path(SOCI_INCLUDE_DIR soci/soci.h REQUIRED)
find_library(SOCI_CORE soci_core REQUIRED)
find_library(SOCI_SQLITE3 soci_sqlite3 REQUIRED)
add_library(offhook_soci INTERFACE)
target_include_directories(offhook_soci SYSTEM INTERFACE ${SOCI_INCLUDE_DIR})
target_link_libraries(offhook_soci INTERFACE ${SOCI_SQLITE3} ${SOCI_CORE} SQLite::SQLite3)

# Asio as a compiled library: its implementation is one translation unit, net/asio_impl.cpp.
add_library(offhook_asio INTERFACE)
target_compile_definitions(offhook_asio INTERFACE BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED)
target_link_libraries(offhook_asio INTERFACE Boost::headers OpenSSL::SSL OpenSSL::Crypto Threads::Threads)
