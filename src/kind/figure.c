/*
 * Figures: a drawing of tables. What is drawn is a plain data file and a gnuplot script; gnuplot
 * draws both for a wide page and for a phone. Where it is missing the figure says so and still has
 * its data and script. Whether it is there is part of the key, so that figures are drawn once it
 * is.
 */
#include <math.h>
#include <string.h>

#include "kindred/memory.h"
#include "plotter.h"
#include "table_join.h"

static const char *const drawings[] = {
#define KIN_DRAWING(x) #x,
#include "report/drawings.def"
#undef KIN_DRAWING
    NULL,
};

static const struct kin_param params[] = {
    {.name = "drawing",
     .type = KIN_PARAM_CHOICE,
     .choices = drawings,
     .doc = "what is drawn: the figures 3 to 14 of the paper"},
    {.name = "title",
     .type = KIN_PARAM_TEXT,
     .fallback = "",
     .doc = "instead of the drawing's own"},
    {.name = "caption",
     .type = KIN_PARAM_TEXT,
     .fallback = "",
     .doc = "instead of the drawing's own"},
    {.name = "colours",
     .type = KIN_PARAM_LIST,
     .fallback = "",
     .doc = "other colours for encoders and transformations: NAME=#rrggbb"},
    {0},
};

static const struct kin_port inputs[] = {
    {.name = "of",
     .type = "table",
     .mode = KIN_GATHER,
     .doc = "the observations; of several tables the axes become columns"},
    {.name = "intervals",
     .type = "table",
     .mode = KIN_WHOLE,
     .flags = KIN_PORT_OPTIONAL,
     .doc = "the same, summarised: mean, lower, upper"},
    {.name = "means",
     .type = "table",
     .mode = KIN_WHOLE,
     .flags = KIN_PORT_OPTIONAL,
     .doc = "marginal means of a model"},
    {.name = "originals",
     .type = "table",
     .mode = KIN_WHOLE,
     .flags = KIN_PORT_OPTIONAL,
     .doc = "(performance, between) the same of the originals"},
    {.name = "performance",
     .type = "table",
     .mode = KIN_WHOLE,
     .flags = KIN_PORT_OPTIONAL,
     .doc = "(smallest) the performance table"},
    {.name = "within",
     .type = "table",
     .mode = KIN_WHOLE,
     .flags = KIN_PORT_OPTIONAL,
     .doc = "(smallest) the within table"},
    {.name = "loudness",
     .type = "numbers",
     .mode = KIN_WHOLE,
     .flags = KIN_PORT_OPTIONAL,
     .doc = "(chunks) the loudness of the voice in every chunk"},
    {0},
};

static const struct kin_output outputs[] = {
    {.name = "figure", .type = "figure", .doc = "what was drawn, its data and its script"},
    {0},
};

static int check(const struct kin_args *args, const char **blame, struct kin_error *err)
{
    struct kin_colours colours = {0};
    colours.n = kin_arg_list(args, "colours", &colours.list);
    *blame = "colours";
    return kin_colours_check(&colours, err);
}

static void outside(const struct kin_args *args, struct kin_text *out)
{
    (void)args;
    kin_text_addf(out, "gnuplot %s\n", plotter_found() ? "found" : "missing");
}

/* ---- tables ---- */

struct tables {
    struct table_join of;
    struct table_frame frames[5];
    struct kin_loudness *loudness;
    struct kin_drawing_tables given;
};

static void tables_release(struct tables *tables)
{
    table_join_release(&tables->of);
    for (size_t i = 0; i < KIN_COUNT(tables->frames); i++)
        table_frame_release(&tables->frames[i]);
    kin_free(tables->loudness);
}

/* How loud the items of `loudness` are, by id. */
static int read_loudness(struct tables *tables, const struct kin_call *call, struct kin_error *err)
{
    const struct kin_set *set = kin_call_input(call, "loudness");
    size_t n = set ? set->n_items : 0;
    KIN_TRY(kin_alloc_into(&tables->loudness, n, sizeof *tables->loudness, err));
    for (size_t i = 0; i < n; i++)
        tables->loudness[i] = (struct kin_loudness){
            .id = set->items[i].id,
            .lufs = set->items[i].value ? kin_value_f64(set->items[i].value, "lufs", NAN) : NAN};
    tables->given.loudness = tables->loudness;
    tables->given.n_loudness = n;
    return 0;
}

static int tables_init(struct tables *tables, const struct kin_call *call, struct kin_error *err)
{
    struct kin_drawing_tables *given = &tables->given;
    const struct {
        const char *port;
        const struct kin_frame **given;
    } ports[] = {
        {"intervals", &given->intervals}, {"means", &given->means},
        {"originals", &given->originals}, {"performance", &given->performance},
        {"within", &given->within},
    };
    KIN_TRY(table_join_init(&tables->of, call, "of", &given->of, err));
    if (!given->of)
        return kin_fail(err, KIN_EDATA, "there is no table to draw%s%s",
                        tables->of.unavailable ? ": " : "",
                        tables->of.unavailable ? tables->of.unavailable : "");
    for (size_t i = 0; i < KIN_COUNT(ports); i++)
        KIN_TRY(table_frame_of_input(&tables->frames[i], call, ports[i].port, ports[i].given, err));
    return read_loudness(tables, call, err);
}

/* ---- drawing ---- */

static const char *text_or(const char *text, const char *otherwise)
{
    return *text ? text : otherwise;
}

/* Both arrangements, or a notice instead. */
static int add_drawn(struct kin_value *figure, const struct kin_drawing *drawing,
                     const struct kin_text *data, const struct kin_text *script, const char *notice,
                     struct kin_error *err)
{
    for (int narrow = 0; narrow < 2; narrow++) {
        KIN_AUTO(kin_text_release) struct kin_text drawn = {0};
        KIN_AUTO(kin_text_release) struct kin_text svg = {0};
        KIN_AUTO(kin_text_release) struct kin_text prefix = {0};
        kin_text_addf(&prefix, "%s%s", drawing->name, narrow ? "-n" : "");
        KIN_TRY(kin_text_check(&prefix, err));
        if (notice) {
            kin_svg_notice(notice, &svg);
        } else {
            KIN_TRY(plotter_draw(drawing->name, data, script, narrow, &drawn, err));
            KIN_TRY(kin_svg_tidy(drawn.data, prefix.data,
                                 kin_value_text(figure, "title", drawing->title), &svg, err));
        }
        KIN_TRY(kin_text_check(&svg, err));
        KIN_TRY(kin_value_set_text(figure, narrow ? "narrow" : "svg", svg.data, err));
    }
    return kin_value_set_text(figure, "notice", notice ? notice : "", err);
}

static int make(const struct kin_args *args, const struct kin_drawing *drawing,
                const struct kin_plot *plot, struct kin_value *figure, struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text data = {0};
    KIN_AUTO(kin_text_release) struct kin_text script = {0};
    const char *title = text_or(kin_arg_text(args, "title"), drawing->title);
    const char *caption = text_or(kin_arg_text(args, "caption"), drawing->caption);
    kin_plot_data(plot, &data);
    kin_plot_script(plot, drawing->name, title, &script);
    KIN_TRY(kin_text_check(&data, err));
    KIN_TRY(kin_text_check(&script, err));
    KIN_TRY(kin_value_set_text(figure, "name", drawing->name, err));
    KIN_TRY(kin_value_set_i64(figure, "number", drawing->figure, err));
    KIN_TRY(kin_value_set_text(figure, "title", title, err));
    KIN_TRY(kin_value_set_text(figure, "caption", caption, err));
    KIN_TRY(kin_value_set_text(figure, "data", data.data, err));
    KIN_TRY(kin_value_set_text(figure, "script", script.data, err));
    const char *notice = NULL;
    if (kin_plot_points(plot) == 0)
        notice = "There is nothing to draw: the table has no rows for it.";
    else if (!plotter_found())
        notice = "Not drawn: gnuplot is missing. The Debian package is " PLOTTER_PACKAGE ".";
    return add_drawn(figure, drawing, &data, &script, notice, err);
}

static int run(struct kin_call *call, struct kin_error *err)
{
    KIN_AUTO(tables_release) struct tables tables = {0};
    KIN_AUTO(kin_plot_release) struct kin_plot plot = {0};
    struct kin_colours colours = {0};
    const struct kin_drawing *drawing = kin_drawing_find(kin_arg_text(call->args, "drawing"));
    colours.n = kin_arg_list(call->args, "colours", &colours.list);
    KIN_TRY(tables_init(&tables, call, err));
    if (drawing->needs && !kin_call_input(call, drawing->needs))
        return kin_fail(err, KIN_EINVAL, "the drawing '%s' needs the input '%s'", drawing->name,
                        drawing->needs);
    KIN_TRY(drawing->draw(&tables.given, &colours, &plot, err));
    KIN_AUTO(kin_value_auto) struct kin_value *figure = kin_value_new("figure");
    if (!figure)
        return kin_fail(err, KIN_ENOMEM, "no memory for a figure");
    KIN_TRY(make(call->args, drawing, &plot, figure, err));
    struct kin_value *given = figure;
    figure = NULL;
    return kin_call_give(call, 0, NULL, given, err);
}

const struct kin_kind kin_kind_figure = {
    .name = "figure",
    .version = 1,
    .doc = "draws tables as a figure of the paper",
    .source = "Kim et al. 2019, figures 3 to 14",
    .params = params,
    .inputs = inputs,
    .outputs = outputs,
    .check = check,
    .outside = outside,
    .run = run,
};
