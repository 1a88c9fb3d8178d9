#pragma once
/// @file  Result: a value, or why there is none.
///
/// Three kinds of failure, three means (CONTRIBUTING.md, "Errors"):
///   our bug                    OFFHOOK_ASSERT, aborts in every build (base/assert.hpp)
///   an outcome the input decides   Result<T> or ParseResult<T>, returned
///   the world failed           an exception, caught at session root, task root and main
///
/// Use only what C++23's std::expected also has. Propagate with
///   if (!x) return tl::unexpected(x.error());
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <type_traits>
#include <utility>

namespace offhook {

/// What went wrong, in classes that a caller may act on; the text is for people.
enum class ErrorCode : std::uint8_t {
    invalid,    ///< the input breaks a rule that the message names
    not_found,  ///< the thing named does not exist
    conflict,   ///< it exists already, or changed under the caller
    forbidden,  ///< the caller may not
    too_large,  ///< a limit was passed; the message names it
    unavailable ///< try again later: closed, full, timed out, unreachable
};

[[nodiscard]] std::string_view to_text(ErrorCode code);

/// One sentence that says what is wrong and what to do, and where it was found.
struct Error {
    ErrorCode code = ErrorCode::invalid;
    std::string message;    ///< "port 70000 is not in 1..65535"; never holds a secret's value
    std::string where = {}; ///< "families/polycom/settings.toml:12", "row 7, column mac", "line.1.port"; may be empty

    /// "where: message", or the message alone.
    [[nodiscard]] std::string text() const;
};

/// A codec's error: no text, so that parsing untrusted bytes allocates nothing.
template <class Code>
struct ParseError {
    Code code;
    std::size_t offset; ///< bytes from the input's first
};

/// tl::expected that warns when it is dropped. Source: tl::expected 1.0 is not nodiscard.
template <class T, class E>
class [[nodiscard]] Expected : public tl::expected<T, E> {
    using Base = tl::expected<T, E>;

public:
    using Base::Base;
    Expected(Base base) : Base(std::move(base)) {} // NOLINT(google-explicit-constructor): results convert silently

    /// The base's and_then takes only functions that return tl::expected itself.
    template <class F, class Value = T> // a template parameter: there is no void&& to form
    auto and_then(F&& next) && -> std::invoke_result_t<F, Value&&> {
        if (!*this) return tl::unexpected(std::move(*this).error());
        return std::forward<F>(next)(std::move(**this));
    }
    template <class F, class Value = T>
    auto and_then(F&& next) const& -> std::invoke_result_t<F, const Value&> {
        if (!*this) return tl::unexpected(this->error());
        return std::forward<F>(next)(**this);
    }
};

template <class T>
using Result = Expected<T, Error>;

template <class T, class Code>
using ParseResult = Expected<T, ParseError<Code>>;

/// return fail(ErrorCode::invalid, "…", "where");
[[nodiscard]] inline tl::unexpected<Error> fail(ErrorCode code, std::string message, std::string where = {}) {
    return tl::unexpected(Error{code, std::move(message), std::move(where)});
}

} // namespace offhook
