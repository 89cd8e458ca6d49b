/*
 * The page of a run: one HTML file from tables, figures and how everything was made. Figures and
 * tables are kept with it, as the files that it refers to.
 */
#include <stdlib.h>
#include <string.h>

#include "kindred/csv.h"
#include "kindred/memory.h"
#include "table_join.h"

static const struct kin_param params[] = {
    {.name = "paper",
     .type = KIN_PARAM_FLAG,
     .fallback = "false",
     .doc = "this is the paper's own run on its own data: values may be compared, not the order "
            "alone"},
    {0},
};

#define TABLE(name_, doc_)                                                                         \
    {                                                                                              \
        .name = name_, .type = "table", .mode = KIN_WHOLE, .flags = KIN_PORT_OPTIONAL, .doc = doc_ \
    }
#define TABLES(name_, doc_)                                                             \
    {                                                                                   \
        .name = name_, .type = "table", .mode = KIN_GATHER, .flags = KIN_PORT_OPTIONAL, \
        .doc = doc_                                                                     \
    }

static const struct kin_port inputs[] = {
    TABLE("within", "within-space consistency"),
    TABLE("between", "between-space consistency"),
    TABLE("originals", "between-space consistency of the originals"),
    TABLE("performance", "performance at the tasks"),
    TABLE("originals_performance", "performance on the originals"),
    TABLE("answers", "performance beside that of predictors that know nothing"),
    TABLES("fit", "how well models fit"),
    TABLES("anova", "their analyses of variance"),
    TABLES("means", "their marginal means"),
    TABLES("contrasts", "differences of these"),
    {.name = "figures",
     .type = "figure",
     .mode = KIN_GATHER,
     .flags = KIN_PORT_OPTIONAL,
     .doc = "the figures to show"},
    {.name = "methods",
     .type = "table",
     .mode = KIN_WHOLE,
     .flags = KIN_PORT_OPTIONAL | KIN_PORT_METHODS,
     .doc = "how all of this was made"},
    {0},
};

static const struct kin_output outputs[] = {
    {.name = "page", .type = "page", .doc = "the page, with the files it refers to"},
    {0},
};

/* ---- what a page is made from ---- */

struct contents {
    struct table_frame tables[7];
    struct table_join models[4];
    struct kin_page_figure *figures;
    const struct kin_value **figure_values;
    struct kin_page page;
};

static void contents_release(struct contents *contents)
{
    for (size_t i = 0; i < KIN_COUNT(contents->tables); i++)
        table_frame_release(&contents->tables[i]);
    for (size_t i = 0; i < KIN_COUNT(contents->models); i++)
        table_join_release(&contents->models[i]);
    kin_free(contents->figures);
    kin_free(contents->figure_values);
}

static int by_number(const void *a, const void *b)
{
    int64_t p = kin_value_i64(*(const struct kin_value *const *)a, "number", 0);
    int64_t q = kin_value_i64(*(const struct kin_value *const *)b, "number", 0);
    return p < q ? -1 : p > q;
}

static int read_figures(struct contents *contents, const struct kin_call *call,
                        struct kin_error *err)
{
    const struct kin_set *sets;
    size_t n = kin_call_gathered(call, "figures", &sets);
    KIN_TRY(kin_alloc_into(&contents->figures, n, sizeof *contents->figures, err));
    KIN_TRY(kin_alloc_into(&contents->figure_values, n, sizeof *contents->figure_values, err));
    for (size_t i = 0; i < n; i++)
        contents->figure_values[i] = sets[i].value;
    if (n > 0)
        qsort(contents->figure_values, n, sizeof *contents->figure_values, by_number);
    for (size_t i = 0; i < n; i++) {
        const struct kin_value *value = contents->figure_values[i];
        contents->figures[i] =
            (struct kin_page_figure){.number = (int)kin_value_i64(value, "number", 0),
                                     .name = kin_value_text(value, "name", ""),
                                     .title = kin_value_text(value, "title", ""),
                                     .caption = kin_value_text(value, "caption", ""),
                                     .svg = kin_value_text(value, "svg", ""),
                                     .narrow = kin_value_text(value, "narrow", ""),
                                     .notice = kin_value_text(value, "notice", "")};
    }
    contents->page.figures = contents->figures;
    contents->page.n_figures = n;
    return 0;
}

static const struct kin_frame no_methods;

static int contents_init(struct contents *contents, const struct kin_call *call,
                         struct kin_error *err)
{
    struct kin_page *page = &contents->page;
    const struct {
        const char *port;
        const struct kin_frame **given;
    } tables[] = {{"within", &page->within},
                  {"between", &page->between},
                  {"originals", &page->originals},
                  {"performance", &page->performance},
                  {"originals_performance", &page->originals_performance},
                  {"answers", &page->answers},
                  {"methods", &page->methods}},
      models[] = {{"fit", &page->fit},
                  {"anova", &page->anova},
                  {"means", &page->means},
                  {"contrasts", &page->contrasts}};
    page->paper = kin_arg_flag(call->args, "paper");
    page->methods = &no_methods;
    for (size_t i = 0; i < KIN_COUNT(tables); i++)
        KIN_TRY(
            table_frame_of_input(&contents->tables[i], call, tables[i].port, tables[i].given, err));
    for (size_t i = 0; i < KIN_COUNT(models); i++) {
        KIN_TRY(table_join_init(&contents->models[i], call, models[i].port, models[i].given, err));
        if (contents->models[i].unavailable)
            page->no_models = contents->models[i].unavailable;
    }
    return read_figures(contents, call, err);
}

/* ---- the files beside it ---- */

struct parts {
    char **names, **texts;
    size_t n, names_capacity, texts_capacity;
};

static void parts_release(struct parts *parts)
{
    for (size_t i = 0; i < parts->n; i++) {
        kin_free(parts->names[i]);
        kin_free(parts->texts[i]);
    }
    kin_free(parts->names);
    kin_free(parts->texts);
}

static int add_part(struct parts *parts, const char *name, const char *text, struct kin_error *err)
{
    KIN_TRY(
        kin_grow(&parts->names, &parts->names_capacity, parts->n + 1, sizeof *parts->names, err));
    KIN_TRY(
        kin_grow(&parts->texts, &parts->texts_capacity, parts->n + 1, sizeof *parts->texts, err));
    parts->names[parts->n] = kin_strdup(name);
    parts->texts[parts->n] = kin_strdup(text);
    parts->n++;
    if (!parts->names[parts->n - 1] || !parts->texts[parts->n - 1])
        return kin_fail(err, KIN_ENOMEM, "no memory for a page");
    return 0;
}

static void add_csv(const struct kin_frame *frame, struct kin_text *out)
{
    for (size_t c = 0; c < frame->n_columns; c++)
        kin_csv_add(out, frame->columns[c], c == 0);
    kin_text_add(out, "\n");
    for (size_t i = 0; i < frame->n_rows * frame->n_columns; i++) {
        kin_csv_add(out, frame->cells[i], i % frame->n_columns == 0);
        kin_text_add(out, i % frame->n_columns == frame->n_columns - 1 ? "\n" : "");
    }
}

static int add_table_parts(const struct kin_page *page, struct parts *parts, struct kin_error *err)
{
    struct kin_page_table tables[KIN_PAGE_TABLES];
    size_t n = kin_page_tables(page, tables);
    for (size_t i = 0; i < n; i++) {
        KIN_AUTO(kin_text_release) struct kin_text text = {0};
        add_csv(tables[i].frame, &text);
        KIN_TRY(kin_text_check(&text, err));
        KIN_TRY(add_part(parts, tables[i].file, text.data, err));
    }
    KIN_AUTO(kin_text_release) struct kin_text methods = {0};
    add_csv(page->methods, &methods);
    KIN_TRY(kin_text_check(&methods, err));
    return add_part(parts, "tables/methods.csv", methods.data, err);
}

/* The lines of every table that lacks cells, each with its own columns. */
static int add_missing_part(const struct kin_page *page, struct parts *parts, struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text all = {0};
    kin_text_add(&all, "table,cell\n");
    const struct {
        const char *name, *value;
        const struct kin_frame *frame;
    } tables[] = {{"performance", "performance", page->performance},
                  {"within", "consistency", page->within},
                  {"between", "consistency", page->between},
                  {"between-originals", "consistency", page->originals}};
    for (size_t i = 0; i < KIN_COUNT(tables); i++) {
        KIN_AUTO(kin_text_release) struct kin_text lines = {0};
        size_t n = 0;
        if (tables[i].frame)
            KIN_TRY(kin_missing_cells(tables[i].frame, tables[i].value, &lines, &n, err));
        for (char *line = lines.data, *end; n > 0 && line && *line; line = end + 1) {
            end = strchr(line, '\n');
            *end = '\0';
            kin_csv_add(&all, tables[i].name, 1);
            kin_csv_add(&all, line, 0);
            kin_text_add(&all, "\n");
        }
    }
    KIN_TRY(kin_text_check(&all, err));
    return add_part(parts, "tables/missing.csv", all.data, err);
}

static int add_figure_parts(const struct contents *contents, struct parts *parts,
                            struct kin_error *err)
{
    static const struct {
        const char *field, *extension;
    } files[] = {{"svg", "svg"}, {"data", "dat"}, {"script", "gp"}};
    for (size_t i = 0; i < contents->page.n_figures; i++)
        for (size_t f = 0; f < KIN_COUNT(files); f++) {
            KIN_AUTO(kin_text_release) struct kin_text name = {0};
            kin_text_addf(&name, "figures/%s.%s", contents->figures[i].name, files[f].extension);
            KIN_TRY(kin_text_check(&name, err));
            KIN_TRY(add_part(parts, name.data,
                             kin_value_text(contents->figure_values[i], files[f].field, ""), err));
        }
    return 0;
}

static int make(const struct contents *contents, struct kin_value *page, struct kin_error *err)
{
    KIN_AUTO(parts_release) struct parts parts = {0};
    KIN_AUTO(kin_text_release) struct kin_text html = {0};
    KIN_TRY(kin_page_html(&contents->page, &html, err));
    KIN_TRY(add_figure_parts(contents, &parts, err));
    KIN_TRY(add_table_parts(&contents->page, &parts, err));
    KIN_TRY(add_missing_part(&contents->page, &parts, err));
    KIN_TRY(kin_value_set_text(page, "html", html.data, err));
    KIN_TRY(
        kin_value_set_texts(page, "part_names", (const char *const *)parts.names, parts.n, err));
    return kin_value_set_texts(page, "parts", (const char *const *)parts.texts, parts.n, err);
}

static int run(struct kin_call *call, struct kin_error *err)
{
    KIN_AUTO(contents_release) struct contents contents = {0};
    KIN_TRY(contents_init(&contents, call, err));
    KIN_AUTO(kin_value_auto) struct kin_value *page = kin_value_new("page");
    if (!page)
        return kin_fail(err, KIN_ENOMEM, "no memory for a page");
    KIN_TRY(make(&contents, page, err));
    struct kin_value *given = page;
    page = NULL;
    return kin_call_give(call, 0, NULL, given, err);
}

const struct kin_kind kin_kind_page = {
    .name = "page",
    .version = 2,
    .doc = "the page of a run: findings, figures, tables, methods",
    .params = params,
    .inputs = inputs,
    .outputs = outputs,
    .run = run,
};
