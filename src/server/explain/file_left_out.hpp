#pragma once
/// @file  FileLeftOut: a parameter that one of a phone's files is without, because its grammar cannot carry it.
#include "config/render/render.hpp"

#include <string>

namespace offhook::server {

struct FileLeftOut {
    std::string file;
    config::LeftOut what;
};

} // namespace offhook::server
