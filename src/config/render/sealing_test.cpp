#include "config/render/sealing.hpp"

#include "config/family/loader.hpp"

#include <gtest/gtest.h>

namespace offhook::config {
namespace {

constexpr const char* key = "00112233445566778899aabbccddeeff";
constexpr const char* old_key = "ffeeddccbbaa99887766554433221100";

PackText pack() {
    const std::string document = "[[document]]\nsyntax = \"polycom-attributes\"\nsummary = \"s\"\n";
    return {"p",
            "schema = 1\nname = \"p\"\ntitle = \"P\"\nouis = [\"0004f2\"]\n" + document +
                "kind = \"asked\"\npath = \"{mac}.cfg\"\nseal = \"polycom-project\"\n" + document +
                "kind = \"always\"\npath = \"{mac}.e2c\"\nseal = \"panasonic-project\"\nsealed = \"always\"\n" +
                document +
                "kind = \"twin\"\npath = \"{mac}.twin\"\nsealed = \"elsewhere\"\n[document.fixed]\n"
                "p = \"{mac}.{setting:provisioning.sealed?e2c:twin}\"\n" +
                document + "kind = \"plain\"\npath = \"{mac}.txt\"\n" + document +
                "kind = \"site\"\npath = \"site.cfg\"\nscope = \"site\"\ncontent = \"shared\"\n",
            "[model.M1]\nlines = 2\n",
            "\"l\" = { type = \"text\", source = \"s\", confidence = \"C\" }\n\"p\" = { type = \"text\" }\n\"p.{n}\" = "
            "{ type = \"text\", secret = true, source = \"s\", confidence = \"C\" }\n",
            "[\"phone.label\"]\nwrite = \"l\"\n[\"line.{n}.password\"]\nwrite = \"p.{n}\"\n"};
}

using Rows = std::vector<std::pair<std::string, std::string>>;

/// A phone whose site says `site` and which itself says `device`.
struct Phone {
    Rows site, device;
    std::uint64_t mac = 0x0004f2000001ULL;

    [[nodiscard]] Result<Rendered> file(std::string_view kind) const {
        static const auto family = load_family(pack());
        EXPECT_TRUE(family) << family.error().front().text();
        LayerBuilder shared, own;
        for (const auto& [name, value] : site) EXPECT_TRUE(shared.set(name, value)) << name;
        for (const auto& [name, value] : device) EXPECT_TRUE(own.set(name, value)) << name;
        const Layer shared_layer = shared.build(), own_layer = own.build();
        const LayerRef refs[] = {{LayerKind::site, &shared_layer}, {LayerKind::device, &own_layer}};
        Subject subject;
        subject.family = family->get();
        subject.mac = MacAddress(mac);
        subject.shared = std::span(refs).first(1);
        subject.all = refs;
        for (const Document& document : (*family)->documents())
            if (document.kind == kind) return render(document, subject);
        return fail(ErrorCode::not_found, "no such document");
    }
};

const Rows line = {{"phone.label", "Front Desk"}, {"line.1.password", "s3cret"}};

Rows with(Rows rows, const Rows& more) {
    rows.insert(rows.end(), more.begin(), more.end());
    return rows;
}

TEST(Sealing, ADocumentIsSealedOnlyWhereTheSettingsSaySo) {
    for (const Rows& rows : {Rows{}, Rows{{"provisioning.file_key", key}},
                             Rows{{"provisioning.file_key", key}, {"provisioning.sealed", "no"}}}) {
        const auto rendered = Phone{{}, with(line, rows)}.file("asked");
        ASSERT_TRUE(rendered) << rendered.error().text();
        EXPECT_EQ(rendered->seal, nullptr);
        EXPECT_EQ(&rendered->served(), &rendered->text);
    }
    const auto sealed =
        Phone{{}, with(line, {{"provisioning.file_key", key}, {"provisioning.sealed", "yes"}})}.file("asked");
    ASSERT_TRUE(sealed) << sealed.error().text();
    EXPECT_EQ(sealed->seal, find_seal("polycom-project"));
    EXPECT_NE(sealed->text.find("s3cret"), std::string::npos) << "people see what is in it";
    EXPECT_EQ(sealed->served().find("s3cret"), std::string::npos);
    EXPECT_EQ(*sealed->seal->open(sealed->served(), key), sealed->text);
}

TEST(Sealing, TheSiteMayAskForItButItsOwnFileStaysPlain) {
    const Phone phone{{{"provisioning.sealed", "yes"}, {"phone.label", "hq"}}, {{"provisioning.file_key", key}}};
    EXPECT_NE(phone.file("asked")->seal, nullptr);
    EXPECT_EQ(phone.file("site")->seal, nullptr);
    EXPECT_EQ(phone.file("plain")->seal, nullptr) << "a document without a seal";
}

TEST(Sealing, SomeDocumentsAreAlwaysSealed) {
    const auto sealed =
        Phone{{}, with(line, {{"provisioning.file_key", key}, {"provisioning.sealed", "yes"}})}.file("always");
    ASSERT_TRUE(sealed) << sealed.error().text();
    EXPECT_EQ(*find_seal("panasonic-project")->open(sealed->served(), key), sealed->text);
}

TEST(Sealing, UnderThePlainNameStandsOnlyWhereTheSealedFileIs) {
    const auto plain = Phone{{}, with(line, {{"provisioning.file_key", key}})}.file("twin");
    ASSERT_TRUE(plain) << plain.error().text();
    EXPECT_NE(plain->served().find("s3cret"), std::string::npos);
    EXPECT_NE(plain->served().find("0004f2000001.twin"), std::string::npos);
    for (const Rows& site : {Rows{}, Rows{{"provisioning.sealed", "yes"}}}) {
        auto own = with(line, {{"provisioning.file_key", key}, {"raw:x", "raw-s3cret"}});
        if (site.empty()) own.emplace_back("provisioning.sealed", "yes");
        const auto stub = Phone{site, own}.file("twin");
        ASSERT_TRUE(stub) << stub.error().text();
        ASSERT_EQ(stub->parameters.size(), 1U) << stub->text;
        EXPECT_EQ(stub->parameters[0].parameter.value, "0004f2000001.e2c");
        EXPECT_EQ(stub->served().find("s3cret"), std::string::npos);
        EXPECT_EQ(stub->served().find("Front Desk"), std::string::npos);
        ASSERT_EQ(stub->notes.size(), 1U);
        EXPECT_EQ(stub->notes[0].setting, "provisioning.sealed");
    }
}

TEST(Sealing, ASealedTwinIsThereOnlyWhereItIsAskedForOrAnOldKeyIsStated) {
    const struct {
        Rows rows;
        const char* error; ///< empty: it is there
    } rows[] = {
        {{}, "always: not served until provisioning.sealed is yes: this phone has the plain file"},
        {{{"provisioning.file_key", key}},
         "always: not served until provisioning.sealed is yes: this phone has the plain file"},
        {{{"provisioning.sealed", "yes"}},
         "always: this file is served sealed, and there is no key: set provisioning.file_key"},
        {{{"provisioning.file_key", key}, {"provisioning.sealed", "yes"}}, ""},
        {{{"provisioning.file_key", key}, {"provisioning.previous_file_key", old_key}}, ""},
    };
    for (const auto& row : rows) {
        const auto made = Phone{{}, row.rows}.file("always");
        EXPECT_EQ(made ? "" : made.error().text(), row.error);
        EXPECT_TRUE(made || made.error().code == ErrorCode::not_found);
    }
}

TEST(Sealing, APhoneThatIsToLearnANewKeyStillHasTheOldOne) {
    const auto sealed = Phone{{},
                              with(line, {{"provisioning.file_key", key},
                                          {"provisioning.previous_file_key", old_key},
                                          {"provisioning.sealed", "yes"}})}
                            .file("asked");
    ASSERT_TRUE(sealed) << sealed.error().text();
    EXPECT_TRUE(sealed->seal->open(sealed->served(), old_key));
    EXPECT_FALSE(sealed->seal->open(sealed->served(), key));
}

TEST(Sealing, ARotationEndsByTheSealedFileThatTellsTheNewKeyOfADevicesOwnRotation) {
    const Rows own = {{"provisioning.file_key", key}, {"provisioning.previous_file_key", old_key}};
    const Rows tells = {{"raw:k", std::string("Key=") + key + ";"}};
    const Rows sealed = {{"provisioning.sealed", "yes"}};
    const struct {
        Phone phone;
        const char* kind;
        bool ends;
        const char* why;
    } rows[] = {
        {{{}, with(with(own, tells), sealed)}, "asked", true, "it has it all"},
        {{sealed, with(own, tells)}, "asked", true, "who asks for sealed files does not matter"},
        {{{}, with(own, tells)}, "always", true, "nor whether it is asked for at all"},
        {{{}, with(own, tells)}, "asked", false, "in clear"},
        {{{}, with(own, sealed)}, "asked", false, "it does not tell the key"},
        {{{}, with(with(sealed, tells), {{"provisioning.file_key", key}})}, "asked", false, "no rotation"},
        {{{}, with(with(own, tells), sealed)}, "plain", false, "never sealed"},
        {{own, with(sealed, tells)}, "asked", false, "the site's own, which no one phone ends"},
        {{{}, with(with(tells, sealed), {{"provisioning.previous_file_key", old_key}})}, "asked", false, "no new key"},
    };
    for (const auto& row : rows) {
        const auto rendered = row.phone.file(row.kind);
        ASSERT_TRUE(rendered) << row.why << ": " << rendered.error().text();
        EXPECT_EQ(rendered->ends_key_rotation, row.ends) << row.why;
    }
}

TEST(Sealing, WithoutAKeyThatFitsThereIsNoFileAndTheErrorSaysWhatToSet) {
    struct Row {
        const char* kind;
        Rows rows;
        ErrorCode code;
        const char* error;
    };
    const char* none = ": this file is served sealed, and there is no key: set provisioning.file_key";
    const Row rows[] = {
        {"asked", {{"provisioning.sealed", "yes"}}, ErrorCode::not_found, none},
        {"always", {{"provisioning.sealed", "yes"}}, ErrorCode::not_found, none},
        {"asked",
         {{"provisioning.sealed", "yes"}, {"provisioning.file_key", "letters"}},
         ErrorCode::invalid,
         "provisioning.file_key, for asked: the key is 32 hexadecimal digits, or Crypt=1;KeyDesc=TEXT;Key=32 digits;"},
        {"always",
         {{"provisioning.file_key", key}, {"provisioning.previous_file_key", "letters"}},
         ErrorCode::invalid,
         "provisioning.previous_file_key, for always: the key is 16, 24 or 32 characters (AES-128, -192, -256), not 7"},
    };
    for (const Row& row : rows) {
        const auto rendered = Phone{{}, row.rows}.file(row.kind);
        ASSERT_FALSE(rendered) << row.kind;
        EXPECT_EQ(rendered.error().code, row.code);
        const std::string expected = row.code == ErrorCode::not_found ? row.kind + std::string(row.error) : row.error;
        EXPECT_EQ(rendered.error().text(), expected);
        EXPECT_EQ(rendered.error().text().find("letters"), std::string::npos);
    }
}

TEST(Sealing, EqualSettingsMakeEqualBytesOfOnePhoneAndOthersOfAnother) {
    const Rows rows = {{"provisioning.file_key", key}, {"provisioning.sealed", "yes"}};
    const Phone one{{}, rows}, other{{}, rows, 0x0004f2000002ULL};
    EXPECT_EQ(one.file("asked")->served(), one.file("asked")->served());
    EXPECT_EQ(one.file("asked")->text, other.file("asked")->text);
    EXPECT_NE(one.file("asked")->served(), other.file("asked")->served());
    EXPECT_EQ(one.file("asked")->served(),
              *find_seal("polycom-project")->seal(one.file("asked")->text, key, "0004f2000001 asked"))
        << "nor do two documents of one phone look alike";
}

PackText pack_with_introduction() {
    const std::string document = "[[document]]\nsyntax = \"spa-xml\"\nsummary = \"s\"\n";
    return {"q",
            "schema = 1\nname = \"q\"\ntitle = \"Q\"\nouis = [\"000e08\"]\n" + document +
                "kind = \"plain\"\npath = \"{mac}.xml\"\nsealed = \"introduces\"\n" + document +
                "kind = \"closed\"\npath = \"{mac}.enc\"\nseal = \"openssl-raw-256\"\nsealed = \"always\"\n",
            "[model.M1]\nlines = 2\n",
            "\"GPP_SA\" = { type = \"text\", secret = true, source = \"s\", confidence = \"C\" }\n",
            "[\"provisioning.file_key\"]\nwrite = \"GPP_SA\"\n"};
}

TEST(Sealing, AKeyThatAPhonesRuleCannotNameMakesNoFile) {
    const auto family = load_family(pack_with_introduction());
    ASSERT_TRUE(family) << family.error().front().text();
    const auto made = [&](const Rows& rows, std::string_view kind) -> std::string {
        LayerBuilder own;
        for (const auto& [name, value] : rows) EXPECT_TRUE(own.set(name, value)) << name;
        const Layer layer = own.build();
        const LayerRef refs[] = {{LayerKind::device, &layer}};
        Subject subject;
        subject.family = family->get();
        subject.mac = MacAddress(0x000e08aabbccULL);
        subject.all = refs;
        for (const Document& document : (*family)->documents()) {
            if (document.kind != kind) continue;
            const auto rendered = render(document, subject);
            return rendered ? "" : rendered.error().text();
        }
        return "no such document";
    };
    const std::string why = "the key holds what the phone's rule cannot carry: it takes printable ASCII without "
                            "quotation marks, and no blank at either end";
    for (const std::string wrong : {"a\"] --uid x [\"", "\"", "schl\xc3\xbcssel"}) {
        const Rows rows = {{"provisioning.file_key", wrong}, {"provisioning.sealed", "yes"}};
        for (const std::string kind : {"plain", "closed"})
            EXPECT_EQ(made(rows, kind), "provisioning.file_key, for " + kind + ": " + why) << wrong;
        EXPECT_EQ(made({{"provisioning.file_key", wrong}}, "plain"), "") << "no rule names it yet: " << wrong;
        const Rows rotation = with(line, {{"provisioning.file_key", key},
                                          {"provisioning.previous_file_key", wrong},
                                          {"provisioning.sealed", "yes"}});
        EXPECT_EQ(made(rotation, "closed"), "provisioning.previous_file_key, for closed: " + why) << wrong;
        EXPECT_EQ(made(rotation, "plain"), "") << "how the phone gets out of it";
    }
    for (const std::string wrong : {"tab\tkey", " front", "end "}) // the file's grammar has no place for them either
        for (const std::string kind : {"plain", "closed"})
            EXPECT_NE(made({{"provisioning.file_key", wrong}, {"provisioning.sealed", "yes"}}, kind), "") << wrong;
    for (const std::string good : {"SecretPhrase1234", "two words", "!#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"})
        for (const std::string kind : {"plain", "closed"})
            EXPECT_EQ(made({{"provisioning.file_key", good}, {"provisioning.sealed", "yes"}}, kind), "") << good;
}

} // namespace
} // namespace offhook::config
