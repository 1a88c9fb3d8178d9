#include "catalogue/store/sealer.hpp"

#include <gtest/gtest.h>

namespace offhook::catalogue {
namespace {

SecretKey key(unsigned char fill) {
    SecretKey out{};
    out.fill(std::byte{fill});
    return out;
}

TEST(Sealer, OpensWhatItSealed) {
    Sealer sealer(key(1));
    for (const std::string& clear : {std::string(), std::string("x"), std::string(4096, 'y'), std::string("\0a", 2)})
        EXPECT_EQ(sealer.open("line.1.password", sealer.seal("line.1.password", clear)), clear);
}

TEST(Sealer, EqualTextsDoNotLookEqual) {
    Sealer sealer(key(1));
    EXPECT_NE(sealer.seal("a", "secret"), sealer.seal("a", "secret"));
}

TEST(Sealer, RefusesWhatIsNotItsOwn) {
    Sealer sealer(key(1)), other(key(2));
    const std::string sealed = sealer.seal("setting 5 line.1.password", "secret");
    struct Case {
        std::string name, context, sealed;
    };
    std::string flipped = sealed;
    flipped[3] = flipped[3] == 'A' ? 'B' : 'A';
    const Case rejects[] = {{"another row", "setting 6 line.1.password", sealed},
                            {"no context", "", sealed},
                            {"changed", "setting 5 line.1.password", flipped},
                            {"cut", "setting 5 line.1.password", sealed.substr(0, sealed.size() - 4)},
                            {"empty", "setting 5 line.1.password", ""},
                            {"no base64", "setting 5 line.1.password", "!!!!"},
                            {"too short", "setting 5 line.1.password", "AAAA"},
                            {"another key", "setting 5 line.1.password", other.seal("setting 5 line.1.password", "s")}};
    for (const Case& one : rejects) EXPECT_EQ(sealer.open(one.context, one.sealed), std::nullopt) << one.name;
    EXPECT_EQ(sealer.open("setting 5 line.1.password", sealed), "secret") << "a refusal leaves it usable";
}

} // namespace
} // namespace offhook::catalogue
