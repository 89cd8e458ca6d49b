/* Methods: what the page of a run learns of everything upstream. */
#include <string.h>

#include "kindred/collection.h"
#include "lab.h"

static const char steps[] = "  x: { kind: template, of: v, for: { factor: [2, 3] } }\n"
                            "  y: { kind: template, of: 'x[factor=2]', factor: 2 }\n"
                            "  far: { kind: template, of: v, factor: 7 }\n"
                            "  d: { kind: distance, metric: euclidean, from: y, to: v }\n"
                            "  w: { kind: within, of: d }\n"
                            "  t: { kind: table, of: w, over: all }\n"
                            "  page: { kind: page, within: t, over: all, file: page.html }\n";

static void wrote(void *context, const struct kin_step *step, const char *path, bool changed)
{
    (void)context;
    (void)step;
    (void)path;
    (void)changed;
}

/* The table of methods that the page keeps, as text. */
static char *methods_of(struct lab *lab)
{
    struct kin_error err = {0};
    KIN_AUTO(kin_text_release) struct kin_text path = {0};
    char *text;
    size_t length;
    ck_ok(kin_session_export(lab->session, lab->folder, wrote, NULL, &err));
    kin_text_addf(&path, "%s/tables/methods.csv", lab->folder);
    ck_ok(kin_read_file(path.data, &text, &length, &err));
    return text;
}

START_TEST(steps_upstream_with_what_they_do)
{
    struct lab lab;
    lab_open(&lab, 2, 1);
    lab_do(&lab, steps, 1);
    char *text = methods_of(&lab);
    static const char *const lines[] = {
        "\nv,vectors.npy,items,vector,2,,\n",
        "\nx,template,input,of,v,,the vectors\n",
        "\nx,template,axis,factor,\"2, 3\",,\n",
        "\nx,template,parameter,factor,\"2, 3\",,what every element is multiplied by\n",
        "\nx,template,points,,2,,\n",
        "\ny,template,input,of,x,,the vectors\n",
        "\nd,distance,parameter,metric,euclidean,,",
    };
    for (size_t i = 0; i < KIN_COUNT(lines); i++)
        ck_assert_msg(strstr(text, lines[i]) != NULL, "no %s in\n%s", lines[i], text);
    ck_assert_ptr_null(strstr(text, "\nfar,")); /* feeds nothing here */
    ck_assert_ptr_null(strstr(text, "\npage,"));
    ck_assert_ptr_null(strstr(text, lab.folder));
    kin_free(text);
    lab_close(&lab);
}
END_TEST

START_TEST(they_are_in_the_key_of_the_page_alone)
{
    struct lab lab;
    lab_open(&lab, 2, 1);
    lab_do(&lab, steps, 1);
    lab_do(&lab, steps, 2);
    ck_assert_uint_eq(lab_stats(&lab, "page")->hits, 1);
    /* the same table in another way: only the page says how */
    KIN_AUTO(kin_text_release) struct kin_text other = {0};
    kin_text_add(&other, steps);
    char *factor = strstr(other.data, "[2, 3]");
    memcpy(factor, "[2, 4]", 6);
    lab_do(&lab, other.data, 1);
    ck_assert_uint_eq(lab_stats(&lab, "t")->hits, 1);
    ck_assert_uint_eq(lab_stats(&lab, "page")->hits, 0);
    lab_close(&lab);
}
END_TEST

START_TEST(the_order_of_the_file_changes_nothing)
{
    static const char turned[] = "  page: { kind: page, within: t, over: all, file: page.html }\n"
                                 "  t: { kind: table, of: w, over: all }\n"
                                 "  w: { kind: within, of: d }\n"
                                 "  d: { kind: distance, metric: euclidean, from: y, to: v }\n"
                                 "  y: { kind: template, of: 'x[factor=2]', factor: 2 }\n"
                                 "  x: { kind: template, of: v, for: { factor: [2, 3] } }\n";
    struct lab lab;
    lab_open(&lab, 2, 1);
    lab_do(&lab, steps, 1);
    lab_do(&lab, turned, 1);
    ck_assert_uint_eq(lab_stats(&lab, "page")->hits, 1);
    lab_close(&lab);
}
END_TEST

TEST_MAIN("methods", steps_upstream_with_what_they_do, they_are_in_the_key_of_the_page_alone,
          the_order_of_the_file_changes_nothing)
