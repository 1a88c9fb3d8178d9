#include "config/family/form.hpp"

#include <gtest/gtest.h>

namespace offhook::config {
namespace {

const std::string names[] = {"a", "b"};

TEST(Form, WritesOnlyWhatItReadsBack) {
    const auto form = Form::compile("x={a};y={b}", names);
    ASSERT_TRUE(form);
    const struct {
        const char* a;
        const char* b;
        const char* text; ///< null: refused
    } rows[] = {{"1", "2", "x=1;y=2"}, {"1", "2;y=3", "x=1;y=2;y=3"}, {"1;y=2", "3", nullptr},
                {"", "2", nullptr},    {"[::1]", "2", "x=[::1];y=2"}, {"[1;y=]", "2", "x=[1;y=];y=2"}};
    for (const auto& row : rows) {
        FormValues values{};
        values[0] = row.a;
        values[1] = row.b;
        std::string out;
        EXPECT_EQ(form->write(values, out), row.text != nullptr) << row.a;
        if (row.text != nullptr) {
            EXPECT_EQ(out, row.text);
        }
    }
}

TEST(Form, AValueWithACharacterThatItIsWithoutIsNeitherWrittenNorRead) {
    const std::vector<std::string> inputs{"value", "label"};
    auto form = Form::compile("fnc=sd;ext={value}@$PROXY;nme={label}", inputs);
    ASSERT_TRUE(form);
    std::string out;
    FormValues values{};
    values[0] = "201", values[1] = "Joe;fnc=sd;ext=0900@evil";
    EXPECT_TRUE(form->write(values, out)) << "nothing is forbidden";
    form->without = ";@$";
    EXPECT_FALSE(form->write(values, out));
    EXPECT_FALSE(form->read("fnc=sd;ext=201@$PROXY;nme=Joe;fnc=sd;ext=0900@evil", values));
    values[0] = "201", values[1] = "Joe";
    EXPECT_TRUE(form->write(values, out));
    EXPECT_EQ(out, "fnc=sd;ext=201@$PROXY;nme=Joe");
    EXPECT_EQ(form->forbidden_in("a$;"), '$');
    EXPECT_EQ(form->forbidden_in("Joe"), '\0');
}

TEST(Form, RefusesWhatDoesNotFit) {
    const auto form = Form::compile("{a}:{b}.", names);
    ASSERT_TRUE(form);
    for (const char* text : {"", "1", "1:", "1:.", ":2.", "1:2", "1:2.x"}) {
        FormValues values{};
        EXPECT_FALSE(form->read(text, values)) << text;
    }
    FormValues values{};
    ASSERT_TRUE(form->read("[2001:db8::1]:5060.", values));
    EXPECT_EQ(values[0], "[2001:db8::1]");
    EXPECT_EQ(values[1], "5060");
}

} // namespace
} // namespace offhook::config
