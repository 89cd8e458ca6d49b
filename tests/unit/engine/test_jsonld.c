#include "engine/jsonld.h"

#include "kindred/memory.h"
#include "support.h"

START_TEST(entities_and_their_properties)
{
    KIN_AUTO(kin_text_release) struct kin_text out = {0};
    struct jsonld graph = {.out = &out};
    jsonld_begin(&graph, "a b", "File HowTo");
    jsonld_text(&graph, "name", "a \"b\"");
    jsonld_number(&graph, "position", 2);
    jsonld_open(&graph, "hasPart");
    jsonld_add(&graph, "#x");
    jsonld_add(&graph, "#y");
    jsonld_close(&graph);
    jsonld_end(&graph);
    jsonld_begin(&graph, "#x", "Thing");
    jsonld_ref(&graph, "about", "./");
    jsonld_open(&graph, "none");
    jsonld_close(&graph);
    jsonld_end(&graph);
    ck_assert_str_eq(out.data,
                     "\n{\"@id\":\"a b\",\"@type\":[\"File\",\"HowTo\"],\"name\":\"a \\\"b\\\"\","
                     "\"position\":2,\"hasPart\":[{\"@id\":\"#x\"},{\"@id\":\"#y\"}]},"
                     "\n{\"@id\":\"#x\",\"@type\":\"Thing\",\"about\":{\"@id\":\"./\"},"
                     "\"none\":[]}");
}
END_TEST

START_TEST(paths_become_uris)
{
    KIN_AUTO(kin_text_release) struct kin_text out = {0};
    jsonld_path(&out, "tables/my table\xC3\xA9#1.csv");
    ck_assert_str_eq(out.data, "tables/my%20table%C3%A9%231.csv");
}
END_TEST

TEST_MAIN("jsonld", entities_and_their_properties, paths_become_uris)
