#pragma once
/// @file  ContactTaker: a directory's contacts into a reading, as the phonebook will have them.
///
/// A contact without a name is called after its label, else its number. One that no phonebook takes is a conflict with
/// its file and line: a dry run says what the import would say. One that stands there already is left out.
/// Threads  one.
#include "config/import/tree_reader.hpp"

#include <set>
#include <string>

namespace offhook::config {

class ContactTaker {
public:
    /// Lifetime  `path` and `reading` outlive it.
    ContactTaker(const std::string& path, TreeReading& reading);

    void take(Contact contact, std::size_t line);
    [[nodiscard]] std::size_t taken() const { return taken_; }

private:
    const std::string& path_;
    TreeReading& reading_;
    std::set<std::string> numbers_; ///< of all that are there, as they are dialled
    std::size_t taken_ = 0;
};

} // namespace offhook::config
