#pragma once
/// @file  BootPrinter: a boot as a person watches it, one line a step, and the table of lines it ends with.
#include "phone/boot_observer.hpp"
#include "phone/boot_report.hpp"

#include <chrono>
#include <cstdint>
#include <ostream>
#include <string>

namespace offhook::phone {

enum class Colours : std::uint8_t { off, on };

class BootPrinter final : public BootObserver {
public:
    /// `out` outlives the printer.
    BootPrinter(std::ostream& out, Colours colours) : out_(out), colours_(colours) {}

    void on_event(const BootEvent& event) override;
    /// The verdict, and the lines.
    void print_end(const BootReport& report, std::chrono::milliseconds elapsed, Secrets secrets);

private:
    [[nodiscard]] std::string paint(std::string_view colour, std::string_view text) const;
    void print_file(const FileRecord& file);
    void print_lines(const BootReport& report, Secrets secrets);

    std::ostream& out_;
    Colours colours_;
};

/// "812 B", "3.1 KB", "16.0 MB".
[[nodiscard]] std::string bytes_text(std::uint64_t bytes);
/// "0.4 ms", "12 ms", "2.41 s".
[[nodiscard]] std::string time_text(std::chrono::microseconds time);

} // namespace offhook::phone
