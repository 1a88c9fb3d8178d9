#include "config/syntax/xml_reader.hpp"

#include "base/limits.hpp"
#include "config/syntax/limits.hpp"

#include <algorithm>
#include <expat.h>
#include <fmt/format.h>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <vector>

namespace offhook::config {
namespace {

class Reading {
public:
    Reading(const std::function<Result<void>(const XmlElement&)>& on_element,
            const std::function<Result<void>(const XmlLeaf&)>* on_end, XmlEncoding encoding)
        : on_element_(on_element), on_end_(on_end), parser_(XML_ParserCreate(name_of(encoding)), &XML_ParserFree) {
        if (!parser_) throw std::bad_alloc();
        XML_SetUserData(parser_.get(), this);
        XML_SetElementHandler(parser_.get(), &Reading::on_start, &Reading::on_end);
        if (on_end_ != nullptr) XML_SetCharacterDataHandler(parser_.get(), &Reading::on_text);
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
    static const XML_Char* name_of(XmlEncoding encoding) {
        if (encoding == XmlEncoding::as_declared) return nullptr;
        return encoding == XmlEncoding::utf8 ? "UTF-8" : "ISO-8859-1";
    }
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
        text_.clear();
        holds_elements_ = false;
        attributes_.clear();
        for (; *pairs != nullptr; pairs += 2) attributes_.emplace_back(pairs[0], pairs[1]);
        const auto seen = on_element_({name, attributes_, XML_GetCurrentLineNumber(parser_.get()), depth_});
        if (!seen) stop(seen.error());
    }

    void end(std::string_view name) {
        if (error_ || on_end_ == nullptr) return;
        // Expat counts no bytes for the end of <X/>.
        const bool self_closed = XML_GetCurrentByteCount(parser_.get()) == 0;
        const auto form = holds_elements_ ? XmlLeaf::Form::nests
                          : self_closed   ? XmlLeaf::Form::self_closed
                                          : XmlLeaf::Form::text;
        if (form == XmlLeaf::Form::nests) text_.clear();
        const auto seen = (*on_end_)({form, name, text_, XML_GetCurrentLineNumber(parser_.get()), depth_});
        if (!seen) stop(seen.error());
        holds_elements_ = true; // so does the element around it
    }

    static void on_start(void* self, const XML_Char* name, const XML_Char** pairs) {
        static_cast<Reading*>(self)->start(name, pairs);
    }
    static void on_end(void* self, const XML_Char* name) {
        static_cast<Reading*>(self)->end(name);
        --static_cast<Reading*>(self)->depth_;
    }
    static void on_text(void* self, const XML_Char* bytes, int size) {
        std::string& text = static_cast<Reading*>(self)->text_;
        const std::size_t room = limits::value_bytes_max + 1 - text.size();
        text.append(bytes, std::min(room, static_cast<std::size_t>(size)));
    }
    static void on_doctype(void* self, const XML_Char* /*name*/, const XML_Char* /*system*/, const XML_Char* /*pub*/,
                           int /*has_subset*/) {
        static_cast<Reading*>(self)->stop(
            {ErrorCode::invalid, "a document type declaration (<!DOCTYPE …>) has no place in a phone's file"});
    }

    const std::function<Result<void>(const XmlElement&)>& on_element_;
    const std::function<Result<void>(const XmlLeaf&)>* on_end_;
    std::unique_ptr<XML_ParserStruct, decltype(&XML_ParserFree)> parser_;
    std::vector<XmlElement::Attribute> attributes_;
    std::optional<Error> error_;
    std::string text_; ///< of the element that is open, up to its first child
    bool holds_elements_ = false;
    unsigned depth_ = 0;
};

} // namespace

namespace {

Result<void> read(std::string_view text, const std::function<Result<void>(const XmlElement&)>& on_element,
                  const std::function<Result<void>(const XmlLeaf&)>* on_end,
                  XmlEncoding encoding = XmlEncoding::as_declared) {
    if (text.size() > limits::document_bytes_max)
        return fail(ErrorCode::too_large, fmt::format("a file has at most {} bytes", limits::document_bytes_max));
    return Reading(on_element, on_end, encoding).run(text);
}

} // namespace

Result<void> read_xml(std::string_view text, const std::function<Result<void>(const XmlElement&)>& on_element) {
    return read(text, on_element, nullptr);
}

Result<void> read_xml(std::string_view text, const std::function<Result<void>(const XmlElement&)>& on_element,
                      const std::function<Result<void>(const XmlLeaf&)>& on_end, XmlEncoding encoding) {
    return read(text, on_element, &on_end, encoding);
}

} // namespace offhook::config
