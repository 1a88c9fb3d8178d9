#include "config/syntax/xml_reader.hpp"

#include "base/limits.hpp"
#include "config/syntax/limits.hpp"

#include <expat.h>
#include <fmt/format.h>
#include <memory>
#include <new>
#include <optional>
#include <vector>

namespace offhook::config {
namespace {

class Reading {
public:
    explicit Reading(const std::function<Result<void>(const XmlElement&)>& on_element)
        : on_element_(on_element), parser_(XML_ParserCreate(nullptr), &XML_ParserFree) {
        if (!parser_) throw std::bad_alloc();
        XML_SetUserData(parser_.get(), this);
        XML_SetElementHandler(parser_.get(), &Reading::on_start, &Reading::on_end);
        XML_SetStartDoctypeDeclHandler(parser_.get(), &Reading::on_doctype);
    }

    Result<void> run(std::string_view text) {
        const auto status = XML_Parse(parser_.get(), text.data(), static_cast<int>(text.size()), XML_TRUE);
        if (error_) return tl::unexpected(*error_);
        if (status != XML_STATUS_OK)
            return fail(ErrorCode::invalid,
                        fmt::format("not well-formed XML: {}", XML_ErrorString(XML_GetErrorCode(parser_.get()))),
                        where());
        return {};
    }

private:
    [[nodiscard]] std::string where() const {
        return fmt::format("line {}, column {}", XML_GetCurrentLineNumber(parser_.get()),
                           XML_GetCurrentColumnNumber(parser_.get()) + 1);
    }

    /// Expat may still deliver an end tag after this; nothing is done with it.
    void stop(Error error) {
        if (error.where.empty()) error.where = where();
        error_ = std::move(error);
        XML_StopParser(parser_.get(), XML_FALSE);
    }

    void start(const XML_Char* name, const XML_Char** pairs) {
        if (error_) return;
        if (++depth_ > limits::xml_depth_max)
            return stop({ErrorCode::too_large, fmt::format("elements nest deeper than {}", limits::xml_depth_max)});
        attributes_.clear();
        for (; *pairs != nullptr; pairs += 2) attributes_.emplace_back(pairs[0], pairs[1]);
        const auto seen = on_element_({name, attributes_, XML_GetCurrentLineNumber(parser_.get()), depth_});
        if (!seen) stop(seen.error());
    }

    static void on_start(void* self, const XML_Char* name, const XML_Char** pairs) {
        static_cast<Reading*>(self)->start(name, pairs);
    }
    static void on_end(void* self, const XML_Char* /*name*/) { --static_cast<Reading*>(self)->depth_; }
    static void on_doctype(void* self, const XML_Char* /*name*/, const XML_Char* /*system*/, const XML_Char* /*pub*/,
                           int /*has_subset*/) {
        static_cast<Reading*>(self)->stop(
            {ErrorCode::invalid, "a document type declaration (<!DOCTYPE …>) has no place in a phone's file"});
    }

    const std::function<Result<void>(const XmlElement&)>& on_element_;
    std::unique_ptr<XML_ParserStruct, decltype(&XML_ParserFree)> parser_;
    std::vector<XmlElement::Attribute> attributes_;
    std::optional<Error> error_;
    unsigned depth_ = 0;
};

} // namespace

Result<void> read_xml(std::string_view text, const std::function<Result<void>(const XmlElement&)>& on_element) {
    if (text.size() > limits::document_bytes_max)
        return fail(ErrorCode::too_large, fmt::format("a file has at most {} bytes", limits::document_bytes_max));
    return Reading(on_element).run(text);
}

} // namespace offhook::config
