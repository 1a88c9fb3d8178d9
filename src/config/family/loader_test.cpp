#include "config/family/loader.hpp"

#include "config/family/pack_case_test.hpp"

#include <algorithm>
#include <gtest/gtest.h>

namespace offhook::config {
namespace {

PackText good() {
    return {"p",
            "schema = 1\n"
            "name = \"p\"\n"
            "title = \"P\"\n"
            "ouis = [\"0004f2\"]\n"
            "[[request]]\n"
            "user_agent = \"P {model}/{version}\"\n"
            "source = \"made up\"\n"
            "[[document]]\n"
            "kind = \"settings\"\n"
            "path = \"{mac}.cfg\"\n"
            "syntax = \"polycom-attributes\"\n"
            "summary = \"its settings\"\n",
            "[columns]\ntls = \"speaks TLS\"\n[series.s]\nlines = 2\ntls = \"no\"\n[model.M1]\nseries = \"s\"\naliases "
            "= [\"M_1\"]\n",
            "\"a.{n}.user\" = { type = \"text\", source = \"s\", confidence = \"C\" }\n"
            "\"a.{n}.port\" = { type = \"number\", range = \"1..65535\", source = \"s\", confidence = \"C\" }\n"
            "\"b.set\" = { type = \"boolean\", source = \"s\", confidence = \"C\" }\n"
            "\"b\" = { type = \"choice\", range = \"x|y\", source = \"s\", confidence = \"C\" }\n"
            "\"c\" = { type = \"text\", source = \"s\", confidence = \"C\" }\n",
            "[\"line.{n}.user\"]\n"
            "write = \"a.{n}.user\"\n"};
}

std::vector<std::string> errors_of(const PackText& text) {
    std::vector<std::string> out;
    if (const auto loaded = load_family(text); !loaded)
        for (const Error& error : loaded.error()) out.push_back(error.text());
    return out;
}

TEST(PackLoader, TakesAGoodPack) {
    EXPECT_EQ(errors_of(good()), std::vector<std::string>());
    const auto family = load_family(good());
    const Model* model = (*family)->find_model("m_1");
    ASSERT_NE(model, nullptr);
    EXPECT_EQ(model->lines, 2U);
    EXPECT_EQ(model->traits, (std::vector<Parameter>{{"tls", "no"}}));
}

PackText with_upload(const std::string& rules) {
    auto text = good();
    text.family += "[[upload]]\nkind = \"log\"\npath = \"{mac}.log\"\nsummary = \"its log\"\n" + rules;
    return text;
}

TEST(PackLoader, ReadsWhatMayBeUploaded) {
    const auto plain = load_family(with_upload(""));
    ASSERT_TRUE(plain);
    EXPECT_EQ((*plain)->other_files()[0].upload.append, UploadRules::Append::never);
    EXPECT_EQ((*plain)->other_files()[0].upload.bytes_max, 4'194'304U);
    EXPECT_TRUE((*plain)->other_files()[0].upload.served_back);
    const auto log = load_family(with_upload("append = \"by default\"\nbytes_max = 9\nserved_back = false\n"));
    ASSERT_TRUE(log);
    EXPECT_EQ((*log)->other_files()[0].upload.append, UploadRules::Append::by_default);
    EXPECT_EQ((*log)->other_files()[0].upload.bytes_max, 9U);
    EXPECT_FALSE((*log)->other_files()[0].upload.served_back);
    for (const char* rules : {"append = \"often\"\n", "append = \"allowed\"\n", "bytes_max = 0\n",
                              "append = \"allowed\"\nbytes_max = 1048577\n", "served_back = 1\n"})
        EXPECT_EQ(errors_of(with_upload(rules)).size(), 1U) << rules;
}

TEST(PackLoader, ReadsWhatAnUploadBecomes) {
    using Becomes = UploadRules::Becomes;
    EXPECT_EQ((*load_family(with_upload("")))->other_files()[0].upload.becomes, Becomes::nothing);
    const auto local = load_family(with_upload("becomes = \"local\"\nsyntax = \"polycom-attributes\"\n"));
    ASSERT_TRUE(local);
    EXPECT_EQ((*local)->other_files()[0].upload.becomes, Becomes::local);
    EXPECT_EQ((*local)->other_files()[0].upload.syntax, find_syntax("polycom-attributes"));
    EXPECT_EQ((*local)->other_files()[0].upload.directory, nullptr);
    const auto directory = load_family(with_upload("becomes = \"directory\"\ndirectory = \"polycom-directory\"\n"));
    ASSERT_TRUE(directory);
    EXPECT_EQ((*directory)->other_files()[0].upload.becomes, Becomes::directory);
    EXPECT_EQ((*directory)->other_files()[0].upload.directory, find_directory_syntax("polycom-directory"));
    for (const char* rules :
         {"becomes = \"local\"\n", "becomes = \"local\"\nsyntax = \"ini\"\n", "becomes = \"directory\"\n",
          "becomes = \"directory\"\ndirectory = \"vcard\"\n", "becomes = \"settings\"\n",
          "syntax = \"polycom-attributes\"\n", "directory = \"polycom-directory\"\n",
          "becomes = \"local\"\nsyntax = \"polycom-attributes\"\nappend = \"allowed\"\nbytes_max = 9\n"})
        EXPECT_EQ(errors_of(with_upload(rules)).size(), 1U) << rules;
}

PackText with_document(const std::string& rules) {
    auto text = good();
    text.family += "[[document]]\nkind = \"x\"\npath = \"{mac}.x\"\nsyntax = \"polycom-attributes\"\nsummary = \"s\"\n";
    text.family += rules;
    return text;
}

TEST(PackLoader, ReadsHowADocumentIsSealed) {
    using Sealed = Document::Sealed;
    const auto plain = load_family(good());
    ASSERT_TRUE(plain);
    EXPECT_EQ((*plain)->documents()[0].seal, nullptr);
    const auto asked = load_family(with_document("seal = \"polycom-project\"\n"));
    ASSERT_TRUE(asked);
    EXPECT_EQ((*asked)->documents()[1].seal, find_seal("polycom-project"));
    EXPECT_EQ((*asked)->documents()[1].sealed, Sealed::when_asked);
    EXPECT_TRUE(load_family(with_document("seal = \"openssl-enc\"\nsealed = \"when asked\"\n")));
    const auto always = load_family(with_document("seal = \"panasonic-project\"\nsealed = \"always\"\n"));
    ASSERT_TRUE(always);
    EXPECT_EQ((*always)->documents()[1].sealed, Sealed::always);
    const auto elsewhere = load_family(with_document("sealed = \"elsewhere\"\n"));
    ASSERT_TRUE(elsewhere);
    EXPECT_EQ((*elsewhere)->documents()[1].sealed, Sealed::elsewhere);
    struct Row {
        const char* rules;
        const char* error;
    };
    const Row rows[] = {
        {"seal = \"zip\"\n",
         "p/family.toml:18: no seal 'zip'; there are polycom-project, panasonic-project, genband-project, openssl-enc, "
         "openssl-enc-192, openssl-enc-256, openssl-raw-256, openssl-raw-256-sha256"},
        {"seal = \"openssl-enc\"\nsealed = \"never\"\n",
         "p/family.toml:19: `sealed` is one of when asked, always, elsewhere, introduces, not 'never'"},
        {"seal = \"openssl-enc\"\nsealed = \"elsewhere\"\n",
         "p/family.toml:19: what is sealed elsewhere has no `seal` of its own"},
        {"sealed = \"always\"\n", "p/family.toml:18: `sealed` says when a `seal` is used, and there is none"},
        {"seal = \"openssl-enc\"\nscope = \"site\"\ncontent = \"shared\"\n",
         "p/family.toml:18: a sealed document is sealed with a device's own key: its scope is \"device\""},
    };
    for (const Row& row : rows)
        EXPECT_EQ(errors_of(with_document(row.rules)), std::vector<std::string>{row.error}) << row.rules;
}

TEST(PackLoader, ReadsWhatAPhonesUserMayDoWithAParameter) {
    auto text = good();
    text.parameters += "\"user.may\" = { access = \"rw\" }\n";
    const auto family = load_family(text);
    ASSERT_TRUE(family) << family.error().front().text();
    EXPECT_EQ((*family)->facts("user.may")->access, UserAccess::read_write);
    EXPECT_EQ((*family)->all_facts().front().access, std::nullopt);
    EXPECT_EQ((*family)->all_facts().back().name, "user.may");
    text.parameters += "\"user.may.not\" = { access = \"none\" }\n";
    const auto errors = errors_of(text);
    ASSERT_EQ(errors.size(), 1U);
    EXPECT_NE(errors[0].find("`access` is na, ro or rw"), std::string::npos) << errors[0];
}

TEST(PackLoader, FixedValuesMayAskAYesOrNoAndNameAFileOfOurs) {
    const auto fixed = [](const std::string& value) {
        return with_document("[document.fixed]\nA = \"" + value + "\"\n");
    };
    const auto plain = load_family(fixed("x.{setting:provisioning.sealed?e2c:cfg}"));
    ASSERT_TRUE(plain);
    EXPECT_FALSE((*plain)->documents()[1].names_origin);
    const auto named = load_family(fixed("{url:firmware.path}"));
    ASSERT_TRUE(named);
    EXPECT_TRUE((*named)->documents()[1].names_origin);
    struct Row {
        const char* value;
        const char* error;
    };
    const std::string yes_or_no =
        "p/family.toml:13: {setting:NAME?A:B} asks a yes or no, and says what to write for either";
    const Row rows[] = {
        {"{setting:phone.label?a:b}", yes_or_no.c_str()},
        {"{setting:provisioning.sealed?a}", yes_or_no.c_str()},
        {"{url:provisioning.file_key}", "p/family.toml:13: a secret setting has rows of settings.toml, no fixed value"},
        {"{url:firmware.paths}", "p/family.toml:13: firmware.paths: no such setting; did you mean firmware.path?"},
        {"{clear_url:firmware.paths}",
         "p/family.toml:13: firmware.paths: no such setting; did you mean firmware.path?"},
        {"{url:web.enabled?a:b}", "p/family.toml:13: A: '{url:web.enabled?a:b}' is none of {mac} {MAC} {model} "
                                  "{origin} {key_origin} {setting:NAME} {url:NAME} {clear_url:NAME} "
                                  "{path:KIND of a document}"},
    };
    for (const Row& row : rows)
        EXPECT_EQ(errors_of(fixed(row.value)), std::vector<std::string>{row.error}) << row.value;
}

TEST(PackLoader, ASecondParameterIsWrittenTooAndReadWhereTheFirstSaysNothing) {
    auto text = good();
    text.parameters += "\"a.{n}.number\" = { type = \"text\", source = \"s\", confidence = \"C\" }\n";
    // A table stands once: the first row has the other form.
    text.settings = "[[text]]\nwrite = \"a.{n}.user\"\nwith = { u = \"line.{n}.user\" }\nforms = [\"{u}\"]\n"
                    "[\"line.{n}.user\"]\nsecond = true\nwrite = \"a.{n}.number\"\n";
    const auto family = load_family(text);
    ASSERT_TRUE(family) << family.error().front().text();
    LayerBuilder builder;
    ASSERT_TRUE(builder.set("line.1.user", "201"));
    const Layer layer = builder.build();
    const LayerRef refs[] = {{LayerKind::device, &layer}};
    const auto written = (*family)->write(Effective(refs), nullptr);
    ASSERT_EQ(written.parameters.size(), 2U);
    EXPECT_EQ(written.parameters[1].parameter, (Parameter{"a.1.number", "201"}));

    const auto user = find_setting("line.1.user").value();
    const auto alone = (*family)->read(std::vector<Parameter>{{"a.1.number", "201"}}, nullptr);
    EXPECT_EQ(alone.settings.find(user), "201");
    const auto both = (*family)->read(std::vector<Parameter>{{"a.1.number", "201"}, {"a.1.user", "201"}}, nullptr);
    EXPECT_TRUE(both.not_understood.empty());
    const auto differ = (*family)->read(std::vector<Parameter>{{"a.1.number", "202"}, {"a.1.user", "201"}}, nullptr);
    EXPECT_EQ(differ.settings.find(user), "201");
    EXPECT_EQ(differ.not_understood, (std::vector<Parameter>{{"a.1.number", "202"}})) << "an import keeps it raw";
}

std::vector<std::string> errors_with_row(const std::string& evidence) {
    auto text = good();
    text.parameters += "\"d\" = { type = \"text\" }\n";
    text.settings += "[\"phone.label\"]\nwrite = [\"c\", \"d\"]\n" + evidence;
    return errors_of(text);
}

TEST(PackLoader, RefusesARowThatNobodySaysTheSourceOf) {
    const std::vector<std::string> refused{"p/settings.toml:3: nobody says where this row was learned: state `source` "
                                           "and `confidence` here, or of 'd' in parameters.toml"};
    EXPECT_EQ(errors_with_row(""), refused);
    EXPECT_EQ(errors_with_row("source = \"s\"\nconfidence = \"I\"\n"), std::vector<std::string>());
    EXPECT_EQ(errors_with_row("source = \"s\"\n"),
              std::vector<std::string>{"p/settings.toml:5: `source` and `confidence` go together"});
    EXPECT_EQ(errors_with_row("source = \"s\"\nconfidence = \"Z\"\n"),
              std::vector<std::string>{"p/settings.toml:6: the marks are G (guide), C (code or capture), U (later "
                                       "documents), I (inferred), B (common knowledge)"});
    auto text = good();
    text.parameters += "\"d\" = { type = \"text\", source = \"a source without a mark\" }\n";
    text.settings += "[[text]]\nwrite = \"d\"\nwith = { l = \"phone.label\" }\nforms = [\"{l}\"]\n";
    EXPECT_EQ(errors_of(text).size(), 1U) << "of a text row, too";
}

TEST(PackLoader, SaysWhyAWrittenParameterIsBelieved) {
    auto text = good();
    text.settings += "[\"phone.label\"]\nwrite = \"c\"\nsource = \"a guess\"\nconfidence = \"I\"\n";
    const auto family = load_family(text);
    ASSERT_TRUE(family) << family.error().front().text();
    const auto evidence = [&](const char* name, std::uint16_t setting) {
        WrittenParameter written;
        written.parameter.name = name;
        written.setting = {setting, 0};
        const Evidence found = (*family)->evidence(written);
        return std::string(found.source) + "/" + std::string(found.confidence);
    };
    EXPECT_EQ(evidence("c", find_setting("phone.label")->id), "a guess/I");
    EXPECT_EQ(evidence("a.2.user", find_setting("line.2.user")->id), "s/C") << "its parameter's";
    EXPECT_EQ(evidence("c", Layer::raw_id), "s/C") << "a raw parameter is no row's";
    EXPECT_EQ(evidence("nothing", Layer::raw_id), "/");
}

TEST(PackLoader, AKeysLengthIsWrittenAndAnotherIsNotRead) {
    auto text = good();
    text.parameters += "\"k\" = { type = \"text\", source = \"s\", confidence = \"C\" }\n\"k.bits\" = { type = "
                       "\"text\", source = \"s\", confidence = \"C\" }\n";
    text.settings += "[\"provisioning.file_key\"]\nwrite = \"k\"\n"
                     "[\"provisioning.file_key/bits\"]\nwrite = \"k.bits\"\nvalues = { 128 = \"128\" }\n";
    const auto family = load_family(text);
    ASSERT_TRUE(family) << family.error().front().text();
    const auto key = find_setting("provisioning.file_key").value();
    const Parameter long_enough{"k", "0123456789abcdef"}, bits{"k.bits", "128"};
    const auto good_read = (*family)->read(std::vector<Parameter>{long_enough, bits}, nullptr);
    EXPECT_EQ(good_read.settings.find(key), "0123456789abcdef");
    EXPECT_TRUE(good_read.not_understood.empty());
    for (const std::vector<Parameter>& wrong :
         {std::vector<Parameter>{{"k", "0123"}, bits}, std::vector<Parameter>{bits}}) {
        const auto read = (*family)->read(wrong, nullptr);
        EXPECT_EQ(read.not_understood, wrong);
        EXPECT_FALSE(read.settings.find(key));
    }
}

const std::string no_syntax = "p/family.toml:16: no syntax 'ini'; there are " + syntax_names();
const std::string contacts =
    "[[document]]\nkind = \"contacts\"\npath = \"{mac}-directory.xml\"\nsummary = \"contacts\"\n"
    "content = \"directory\"\n";
const std::string sent = "[[upload]]\nkind = \"sent\"\nsummary = \"what it sent\"\n";

TEST(PackLoader, ReadsADirectoryWithItsKeysAndWhatStandsBesideIt) {
    auto text = good();
    text.family += contacts +
                   "directory = \"polycom-directory\"\ndirectory_bytes_max = 1000\nbeside = \"sent\"\n"
                   "[[document.keys]]\ntype = \"speed_dial\"\n"
                   "[[document.keys]]\ntype = \"blf\"\nwatch = true\nbefore = \"3.2\"\n" +
                   sent;
    ASSERT_EQ(errors_of(text), std::vector<std::string>());
    const auto family = load_family(text).value();
    const Document& document = family->documents()[1];
    ASSERT_NE(document.directory, nullptr);
    EXPECT_EQ(document.syntax, nullptr);
    EXPECT_EQ(document.directory_bytes_max, 1000U);
    ASSERT_EQ(document.keys.size(), 2U);
    EXPECT_EQ(document.keys[0].watch, Contact::Watch::off);
    EXPECT_TRUE(document.keys[0].holds_for(parse_release("9")));
    EXPECT_EQ(document.keys[1].watch, Contact::Watch::on);
    EXPECT_TRUE(document.keys[1].holds_for(std::nullopt));
    EXPECT_TRUE(document.keys[1].holds_for(parse_release("3.1.9")));
    EXPECT_FALSE(document.keys[1].holds_for(parse_release("3.2")));
    const auto match = family->match_path("0004f2000001-directory.xml");
    ASSERT_TRUE(match);
    EXPECT_EQ(match->document, &document);
    EXPECT_EQ(match->other, &family->other_files()[0]);
    EXPECT_EQ(family->other_files()[0].paths, document.paths);
}

TEST(PackLoader, RefusesDirectoriesThatCannotBe) {
    const struct {
        const char* name;
        std::string added;
    } cases[] = {
        {"no grammar", contacts},
        {"unknown grammar", contacts + "directory = \"vcard\"\n"},
        {"a syntax", contacts + "directory = \"polycom-directory\"\nsyntax = \"polycom-attributes\"\n"},
        {"parameters", contacts + "directory = \"polycom-directory\"\n[document.fixed]\nx = \"1\"\n"},
        {"nothing beside", contacts + "directory = \"polycom-directory\"\nbeside = \"sent\"\n"},
        {"a path of its own",
         contacts + "directory = \"polycom-directory\"\nbeside = \"sent\"\n" + sent + "path = \"{mac}-x.xml\"\n"},
        {"an upload that many share", contacts +
                                          "directory = \"polycom-directory\"\nbeside = \"sent\"\n"
                                          "scope = \"site\"\n" +
                                          sent},
        {"no such key", contacts + "directory = \"polycom-directory\"\n[[document.keys]]\ntype = \"bell\"\n"},
        {"no release", contacts + "directory = \"polycom-directory\"\n[[document.keys]]\ntype = \"blf\"\n"
                                  "before = \"SIP 3.2\"\n"},
        {"keys that many share", contacts + "directory = \"polycom-directory\"\nscope = \"site\"\n"
                                            "[[document.keys]]\ntype = \"blf\"\n"},
        {"too large", contacts + "directory = \"polycom-directory\"\ndirectory_bytes_max = 1048577\n"},
        {"keys of settings", "[[document.keys]]\ntype = \"blf\"\n"},
    };
    for (const auto& each : cases) {
        auto text = good();
        text.family += each.added;
        EXPECT_EQ(errors_of(text).size(), 1U) << each.name << ": " << testing::PrintToString(errors_of(text));
    }
}

TEST(PackLoader, RefusesASinceThatCannotBeCompared) {
    for (const char* since : {"SIP 3.2", "3.2a", "soon"}) {
        auto text = good();
        text.parameters += "\"d\" = { since = \"" + std::string(since) + "\" }\n";
        EXPECT_EQ(errors_of(text).size(), 1U) << since;
    }
    auto text = good();
    text.parameters += "\"d\" = { since = \"3.2.1\" }\n";
    EXPECT_EQ(errors_of(text), std::vector<std::string>());
}

TEST(PackLoader, RevisionFollowsTheContent) {
    auto changed = good();
    changed.settings += "# a word\n";
    EXPECT_EQ((*load_family(good()))->revision(), (*load_family(good()))->revision());
    EXPECT_NE((*load_family(good()))->revision(), (*load_family(changed))->revision());
}

struct Broken {
    const char* name;
    std::string PackText::*file;
    const char* added; ///< behind the good text
    const char* error;
};

void expect_errors(const Broken* begin, const Broken* end) {
    for (const Broken* row = begin; row != end; ++row) {
        PackText text = good();
        text.*row->file += row->added;
        const auto errors = errors_of(text);
        EXPECT_NE(std::find(errors.begin(), errors.end(), row->error), errors.end())
            << row->name << ": " << testing::PrintToString(errors);
    }
}

TEST(PackLoader, RefusesBrokenSettingsWithFileAndLine) {
    constexpr auto file = &PackText::settings;
    const Broken rows[] = {
        {"no TOML", file, "[\"x\n",
         "p/settings.toml:3: Error while parsing string: unescaped control characters other than TAB (U+0009) are "
         "explicitly prohibited"},
        {"unknown setting", file, "[\"line.{n}.usr\"]\nwrite = \"c\"\n",
         "p/settings.toml:3: line.{n}.usr: no such setting; did you mean line.{n}.user?"},
        {"unknown key", file, "[\"phone.label\"]\nwrite = \"c\"\nunits = \"s\"\n",
         "p/settings.toml:5: unknown key 'units' in 'phone.label'"},
        {"no write", file, "[\"phone.label\"]\n", "p/settings.toml:3: 'phone.label' needs `write`"},
        {"unknown parameter", file, "[\"phone.label\"]\nwrite = \"d\"\n",
         "p/settings.toml:4: parameter 'd' is not in parameters.toml"},
        {"unknown companion", file, "[\"phone.label\"]\nwrite = \"c\"\nalso = { d = \"1\" }\n",
         "p/settings.toml:5: parameter 'd' is not in parameters.toml"},
        {"no index in the parameter", file, "[\"line.{n}.label\"]\nwrite = \"c\"\n",
         "p/settings.toml:3: nothing can use 'c': the setting has an index {n}, it has none"},
        {"index without reason", file, "[\"phone.label\"]\nwrite = \"a.{n}.port\"\n",
         "p/settings.toml:3: nothing can use 'a.{n}.port': it has an index, the setting has none"},
        {"mapped twice", file,
         "[[text]]\nwrite = \"a.{n}.port\"\nwith = { u = \"line.{n}.user\" }\nforms = [\"{u}\"]\n",
         "p/settings.toml:3: 'line.{n}.user' is mapped twice: also at p/settings.toml:1"},
        {"written twice", file, "[\"line.{n}.label\"]\nwrite = \"a.{n}.user\"\n",
         "p/settings.toml:3: parameter 'a.{n}.user' is written by two rows"},
        {"companion and row", file,
         "[\"phone.label\"]\nwrite = \"c\"\n[\"web.port\"]\nwrite = \"b\"\nalso = { c = \"1\" }\n",
         "p/settings.toml:7: parameter 'c' is written by two rows"},
        {"companions differ", file,
         "[\"phone.label\"]\nwrite = \"c\"\nalso = { \"b.set\" = \"1\" }\n[\"web.port\"]\nwrite = \"b\"\nalso = { "
         "\"b.set\" = \"0\" }\n",
         "p/settings.toml:8: parameter 'b.set' is written by two rows, with different values"},
        {"no such value", file, "[\"time.format\"]\nwrite = \"c\"\nvalues = { 25h = \"1\" }\n",
         "p/settings.toml:5: '25h' is no value of time.format: expected one of: 12h 24h; not '25h'"},
        {"not the parameter's", file, "[\"time.format\"]\nwrite = \"b\"\nvalues = { 12h = \"x\", 24h = \"z\" }\n",
         "p/settings.toml:3: 'z' is not among the values of b: x|y"},
        {"boolean without values", file, "[\"web.enabled\"]\nwrite = \"c\"\n",
         "p/settings.toml:3: a yes or no needs `values`"},
        {"no named values", file, "[\"web.enabled\"]\nwrite = \"c\"\nvalues = \"switch\"\n",
         "p/settings.toml:5: no [values.switch]"},
        {"second before the first", file, "[\"line.{n}.label\"]\nsecond = true\nwrite = \"a.{n}.port\"\n",
         "p/settings.toml:3: `second` comes behind the row that maps 'line.{n}.label' in the first place"},
        {"second text", file,
         "[[text]]\nsecond = true\nwrite = \"a.{n}.port\"\nwith = { u = \"line.{n}.user\" }\nforms = [\"{u}\"]\n",
         "p/settings.toml:3: `second` belongs to a plain row"},
        {"unused values", file, "[values.switch]\nyes = \"1\"\n", "p/settings.toml:3: no row uses the values 'switch'"},
        {"unit of a text", file, "[\"phone.label\"]\nwrite = \"c\"\nunit = \"hours\"\n",
         "p/settings.toml:5: 'hours' is no unit that 'phone.label' can be turned into"},
        {"unknown unit", file, "[\"time.server_interval\"]\nwrite = \"c\"\nunit = \"weeks\"\n",
         "p/settings.toml:5: 'weeks' is no unit that 'time.server_interval' can be turned into"},
        {"unknown part", file, "[\"time.zone/start.day\"]\nwrite = \"c\"\n",
         "p/settings.toml:3: 'time.zone' has no part 'start.day' (docs/packs.md, Parts)"},
        {"list without join", file, "[\"audio.codecs\"]\nwrite = \"c\"\n",
         "p/settings.toml:3: a list needs `join`, or rows for its parts (rank, place, on)"},
        {"form's variable", file, "[[text]]\nwrite = \"c\"\nwith = { l = \"phone.label\" }\nforms = [\"{m}\"]\n",
         "p/settings.toml:6: form '{m}': '{m}' is not in `with`"},
        {"unreadable form", file,
         "[[text]]\nwrite = \"c\"\nwith = { l = \"phone.label\", p = \"web.port\" }\nforms = [\"{l}{p}\"]\n",
         "p/settings.toml:6: form '{l}{p}': it cannot be read: two variables need a text between them"},
        {"unused input", file,
         "[[text]]\nwrite = \"c\"\nwith = { l = \"phone.label\", p = \"web.port\" }\nforms = [\"{l}\"]\n",
         "p/settings.toml:3: 'p' stands in no form"},
        {"unmapped and mapped", file, "[unmapped]\n\"line.{n}.user\" = \"no\"\n",
         "p/settings.toml:4: 'line.{n}.user' is unmapped and mapped"},
        {"placeholder", file, "[\"phone.label\"]\nwrite = \"c{x}\"\n",
         "p/settings.toml:4: parameter 'c{x}': no placeholder '{x}'; there are {n}, {m}, {line}, {n-1}"},
    };
    expect_errors(std::begin(rows), std::end(rows));
}

TEST(PackLoader, RefusesABrokenFamilyFileWithFileAndLine) {
    constexpr auto file = &PackText::family;
    const Broken rows[] = {
        {"unknown key", file, "color = \"red\"\n", "p/family.toml:13: unknown key 'color' in [[document]]"},
        {"certificate without an address", file, "[[certificate]]\nsubject = { CN = \"phone\" }\nsource = \"s\"\n",
         "p/family.toml:13: one field of a certificate's subject holds {mac}, and only one"},
        {"certificate of no field", file,
         "[[certificate]]\nsubject = { S = \"{mac}\", CN = \"{mac}\" }\nsource = \"s\"\n",
         "p/family.toml:14: a subject's fields are CN OU O L ST serialNumber surname SAN, not 'S'"},
        {"certificate without a source", file, "[[certificate]]\nsubject = { CN = \"{mac}\" }\n",
         "p/family.toml:13: [[certificate]] needs `source`"},
        {"duplicate kind", file,
         "[[document]]\nkind = \"settings\"\npath = \"x\"\nsyntax = \"polycom-attributes\"\nsummary = \"s\"\n",
         "p/family.toml:14: kind 'settings' stands twice"},
        {"unknown syntax", file, "[[document]]\nkind = \"x\"\npath = \"x\"\nsyntax = \"ini\"\nsummary = \"s\"\n",
         no_syntax.c_str()},
        {"shadowed literal", file, "[[asset]]\nkind = \"x\"\npath = [\"a.cfg\", \"A.CFG\"]\nsummary = \"s\"\n",
         "p/family.toml:15: pattern 'A.CFG' is shadowed: an earlier one takes 'a.cfg'"},
        {"shadowed pattern", file,
         "[[asset]]\nkind = \"x\"\npath = [\"{name}.ld\", \"{part}.sip.ld\"]\nsummary = \"s\"\n",
         "p/family.toml:15: pattern '{part}.sip.ld' is shadowed: an earlier one takes 'q-9.sip.ld'"},
        {"cannot match", file, "[[asset]]\nkind = \"x\"\npath = \"{name}{part}\"\nsummary = \"s\"\n",
         "p/family.toml:15: pattern '{name}{part}': it cannot match: two variables need a text between them"},
        {"cannot match behind dirs", file, "[[asset]]\nkind = \"x\"\npath = \"{dirs}a/b\"\nsummary = \"s\"\n",
         "p/family.toml:15: pattern '{dirs}a/b': it cannot match: one of its texts stands where a variable takes it"},
        {"leading slash", file, "[[asset]]\nkind = \"x\"\npath = \"/a\"\nsummary = \"s\"\n",
         "p/family.toml:15: pattern '/a' cannot match: no leading '/', no '..'"},
        {"unknown variable", file, "[[asset]]\nkind = \"x\"\npath = \"{number}\"\nsummary = \"s\"\n",
         "p/family.toml:15: pattern '{number}': no variable '{number}'; there are mac, model, part, site, series, "
         "version, stage, name, dirs, serial"},
        {"agent shadowed", file, "[[request]]\nuser_agent = \"P M/{version}\"\nsource = \"s\"\n",
         "p/family.toml:14: pattern 'P M/{version}' is shadowed by 'P {model}/{version}'"},
        {"device in shared", file,
         "[[document]]\nkind = \"x\"\npath = \"x\"\nsyntax = \"polycom-master\"\nscope = \"site\"\ncontent = "
         "\"fixed\"\nsummary = \"s\"\nfixed = { A = \"{mac}\" }\n",
         "p/family.toml:13: {mac} in a document that several devices share"},
        {"unknown kind in fixed", file,
         "[[document]]\nkind = \"x\"\npath = \"x\"\nsyntax = \"polycom-master\"\ncontent = \"fixed\"\nsummary = "
         "\"s\"\nfixed = { A = \"{path:nothing}\" }\n",
         "p/family.toml:13: A: '{path:nothing}' is none of {mac} {MAC} {model} {origin} {key_origin} {setting:NAME} "
         "{url:NAME} {clear_url:NAME} "
         "{path:KIND of a document}"},
        {"own for a site", file,
         "[[document]]\nkind = \"x\"\npath = \"x\"\nsyntax = \"polycom-master\"\nscope = \"site\"\nsummary = \"s\"\n",
         "p/family.toml:13: content \"own\" belongs to one device: its scope is \"device\""},
        {"model for a device", file,
         "[[document]]\nkind = \"x\"\npath = \"{model}.cfg\"\nsyntax = \"polycom-master\"\ncontent = "
         "\"model\"\nsummary = \"s\"\n",
         "p/family.toml:13: content \"model\" is shared by all phones of a model: its scope is \"site\" or \"family\""},
        {"model of nobody", file,
         "[[document]]\nkind = \"x\"\npath = [\"{mac}-x.cfg\", \"x.cfg\"]\nsyntax = \"polycom-master\"\nscope = "
         "\"site\"\ncontent = \"model\"\nsummary = \"s\"\n",
         "p/family.toml:13: content \"model\": path 'x.cfg' names no {model}, {part} or {mac}"},
        {"model without shared", file,
         "[[document]]\nkind = \"x\"\npath = \"x{model}.cfg\"\nsyntax = \"polycom-master\"\nscope = "
         "\"site\"\ncontent = \"model\"\nsummary = \"s\"\n",
         "p/family.toml:13: content \"model\" is what a model changes of the document with content \"shared\", and "
         "there is "
         "none"},
        {"bad default", file, "[defaults]\n\"web.port\" = 0\n",
         "p/family.toml:14: web.port: expected a number from 1 to 65535, not '0'"},
        {"old style", file, "[asset]\nkind = \"x\"\n", "p/family.toml:13: write it as [[asset]]"},
    };
    expect_errors(std::begin(rows), std::end(rows));
}

TEST(PackLoader, RefusesBrokenModelsAndParametersWithFileAndLine) {
    constexpr auto models = &PackText::models;
    constexpr auto parameters = &PackText::parameters;
    const Broken rows[] = {
        {"no series", models, "[model.M2]\nseries = \"t\"\n", "p/models.toml:9: no series 't'"},
        {"unused series", models, "[series.t]\nlines = 1\n", "p/models.toml:9: no model is of series 't'"},
        {"unknown column", models, "[model.M2]\nseries = \"s\"\nwifi = \"yes\"\n",
         "p/models.toml:11: unknown key 'wifi' in a model"},
        {"endless series", models, "[series.t]\ninherits = \"t\"\n[model.M2]\nseries = \"t\"\n",
         "p/models.toml:11: series 't' inherits too deep, or itself"},
        {"name of two", models, "[model.M2]\naliases = [\"m1\"]\n", "p/models.toml: 'm1' names two models"},
        {"unknown type", parameters, "\"d\" = { type = \"string\" }\n",
         "p/parameters.toml:6: no type 'string'; there are text, number, boolean, choice, host, url, time, list, "
         "profile_rule, upgrade_rule, report_rule, trigger"},
        {"bad range", parameters, "\"d\" = { type = \"number\", range = \"1-5\" }\n",
         "p/parameters.toml:6: a number's range is written as 1..65535, 300.. or ..9"},
        {"mark without source", parameters, "\"d\" = { type = \"text\", confidence = \"G\" }\n",
         "p/parameters.toml:6: a mark without a source"},
        {"unknown mark", parameters, "\"d\" = { source = \"s\", confidence = \"X\" }\n",
         "p/parameters.toml:6: the marks are G (guide), C (code or capture), U (later documents), I (inferred), B "
         "(common knowledge)"},
        {"other index name", parameters, "\"a.{m}.user\" = { type = \"text\" }\n",
         "p/parameters.toml:6: parameter 'a.{m}.user' is there already, with other index names"},
        {"not a table", parameters, "d = \"text\"\n", "p/parameters.toml:6: 'd' must be a table"},
    };
    expect_errors(std::begin(rows), std::end(rows));
}

TEST(PackLoader, ReportsEveryErrorOfAPack) {
    PackText text = good();
    text.family += "[[asset]]\nkind = \"x\"\n";
    text.models += "[model.M2]\nwifi = \"yes\"\n";
    text.parameters += "d = 1\n";
    text.settings += "[\"nothing\"]\nwrite = \"nothing\"\n";
    const auto errors = errors_of(text);
    EXPECT_EQ(errors.size(), 6U) << testing::PrintToString(errors);
}

TEST(PackLoader, RefusesAFolderWithoutAPack) {
    EXPECT_FALSE(load_family(std::filesystem::path(OFFHOOK_SOURCE_DIR) / "src"));
    EXPECT_FALSE(load_families(std::filesystem::path(OFFHOOK_SOURCE_DIR) / "src"));
    EXPECT_FALSE(load_families("/does/not/exist"));
}

TEST(PackLoader, LoadsTheFamiliesOfTheTree) {
    const auto families = load_families(std::filesystem::path(OFFHOOK_SOURCE_DIR) / "families");
    ASSERT_TRUE(families);
    ASSERT_NE(find_family(*families, "polycom"), nullptr);
    EXPECT_EQ(family_of_oui(*families, 0x0004f2), find_family(*families, "polycom"));
    EXPECT_EQ(family_of_oui(*families, 0x123456), nullptr);
}

TEST(PackLoader, SaysWhenAPhoneGoesRoundInCircles) {
    const auto limits = [](const std::string& loop) {
        auto text = good();
        text.family += loop;
        const auto loaded = load_family(text);
        EXPECT_TRUE(loaded) << loop;
        return loaded ? (*loaded)->loop_limits() : LoopLimits();
    };
    EXPECT_EQ(limits("").images, LoopLimits().images);
    EXPECT_EQ(limits("").window, LoopLimits().window);
    const auto stated = limits("[loop]\nimages = 2\nboots = 100\nminutes = 1440\nsource = \"s\"\n");
    EXPECT_EQ(stated.images, 2U);
    EXPECT_EQ(stated.boots, 100U);
    EXPECT_EQ(stated.window, std::chrono::hours(24));
    EXPECT_EQ(limits("[loop]\nboot_seconds = 0\n").boot, std::chrono::seconds(0));
    EXPECT_EQ(limits("").boot, std::chrono::seconds(10));
    EXPECT_EQ(limits("[loop]\nboots = 3\n").images, LoopLimits().images);
    for (const char* wrong : {"images = 1", "images = 17", "boots = 1", "boots = 101", "minutes = 0", "minutes = 1441",
                              "boot_seconds = 601", "boot_seconds = -1", "images = \"many\"", "window = 5"}) {
        auto text = good();
        text.family += std::string("[loop]\n") + wrong + "\n";
        EXPECT_EQ(errors_of(text).size(), 1U) << wrong;
    }
}

} // namespace
} // namespace offhook::config
