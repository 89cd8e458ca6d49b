/* What good workflows become. */
#include "yaml.h"

#define HEAD "kindred: 1\nsteps:\n  msd: { kind: songs, folder: x }\n"
#define CLIPS HEAD "  clips: { kind: excerpt, of: msd }\n"
#define NET CLIPS "  net: { kind: train, of: msd, for: { task: [AE, AT], trial: [0, 1] } }\n"

static void expect_points(const struct parsed *parsed, const char *name, size_t points, size_t axes)
{
    const struct kin_step *step = step_named(parsed, name);
    ck_assert_msg(step->n_points == points && step->n_axes == axes,
                  "%s: %zu points, %zu axes; wanted %zu, %zu", name, step->n_points, step->n_axes,
                  points, axes);
}

static void expect_args(const struct parsed *parsed, const char *step, const char *instance,
                        const char *want)
{
    struct kin_text text = {0};
    kin_args_canonical(args_of(parsed, step, instance), &text);
    ck_assert_str_eq(kin_text_string(&text), want);
    kin_text_release(&text);
}

START_TEST(the_paper)
{
    struct kin_error err = {0};
    char *text;
    size_t length;
    ck_ok(kin_read_file("tests/unit/workflow/paper.yaml", &text, &length, &err));
    struct parsed parsed = parse_good(text);
    ck_assert_str_eq(parsed.workflow->title, "Are nearby neighbours relatives?");
    expect_points(&parsed, "excerpts", 1, 0);
    expect_points(&parsed, "warped", 94, 2); /* 20 + 20 + 2 * 19 + 16 */
    expect_points(&parsed, "model", 20, 2);
    expect_points(&parsed, "z", 94 * 20, 4);
    expect_points(&parsed, "z0", 20, 2);
    expect_points(&parsed, "m", 94, 3);
    expect_points(&parsed, "dz", 94 * 21 * 2, 5); /* 1974 rows of each distance */
    expect_points(&parsed, "table", 1, 0);
    const struct kin_step *table = step_named(&parsed, "table");
    ck_assert_uint_eq(table->feed_start[1], 94 * 21 * 2);
    ck_assert_str_eq(table->file, "within.csv");
    ck_assert(!step_named(&parsed, "warped")->keep);
    ck_assert(step_named(&parsed, "model")->keep);
    ck_assert(!step_named(&parsed, "model")->show);
    ck_assert(step_named(&parsed, "msd")->expect == 1000);
    expect_feeds(&parsed, "dz", "dz[d_z=cosine,magnitude=0.3,task=AT,transformation=TS,trial=3]",
                 "to", "z0[task=AT,trial=3]");
    expect_feeds(&parsed, "dz", "dz[d_z=cosine,magnitude=0.3,task=MFCC,transformation=TS]", "from",
                 "m[magnitude=0.3,task=MFCC,transformation=TS]");
    expect_feeds(&parsed, "model", "model[task=IR,trial=0]", "of", "irmas");
    expect_args(&parsed, "model", "model[task=VS,trial=4]",
                "param epochs 5000\nparam task \"VS\"\nparam trial 4\n");
    parsed_release(&parsed);
    kin_free(text);
}
END_TEST

START_TEST(paths_are_relative_to_the_file)
{
    setenv("KINDRED_TEST_SET", "/data", 1);
    struct parsed parsed =
        parse_good("kindred: 1\nsteps:\n  a: { kind: songs, folder: ./x, file: $$x }\n"
                   "  b: { kind: songs, folder: /y }\n"
                   "  c: { kind: songs, folder: '${KINDRED_TEST_SET}/z' }\n");
    ck_assert_str_eq(parsed.workflow->folder, "/study");
    ck_assert_str_eq(kin_arg_text(args_of(&parsed, "a", "a"), "folder"), "/study/x");
    ck_assert_str_eq(kin_arg_text(args_of(&parsed, "a", "a"), "file"), "$x");
    ck_assert_str_eq(kin_arg_text(args_of(&parsed, "b", "b"), "folder"), "/y");
    ck_assert_str_eq(kin_arg_text(args_of(&parsed, "c", "c"), "folder"), "/data/z");
    parsed_release(&parsed);
}
END_TEST

/* Steps, keys, axes and values in another order: the same points, feeds and arguments. */
START_TEST(the_order_of_keys_does_not_matter)
{
    struct parsed one = parse_good(
        NET "  z: { kind: encode, of: clips, model: net }\n"
            "  t: { kind: table, of: net.losses, over: [trial], where: { task: [AE, AT] } }\n");
    struct parsed other = parse_good(
        "steps:\n  t: { over: [trial], where: { task: [AT, AE] }, of: net.losses, kind: table }\n"
        "  z: { model: net, of: clips, kind: encode }\n"
        "  net: { for: { trial: [1.0, 0e0], task: [AT, AE] }, of: msd, kind: train }\n"
        "  msd: { folder: x, kind: songs }\n  clips: { of: msd, kind: excerpt }\nkindred: 1.0\n");
    static const char *const names[] = {"net", "z", "t"};
    for (size_t i = 0; i < KIN_COUNT(names); i++) {
        const struct kin_step *a = step_named(&one, names[i]);
        const struct kin_step *b = step_named(&other, names[i]);
        struct kin_text x = {0}, y = {0};
        ck_assert_uint_eq(a->n_points, b->n_points);
        for (size_t p = 0; p < a->n_points; p++) {
            for (size_t port = 0; port < kin_kind_inputs(a->kind); port++) {
                feeds_text(&one, a, p, a->kind->inputs[port].name, &x);
                feeds_text(&other, b, p, a->kind->inputs[port].name, &y);
                ck_assert_str_eq(kin_text_string(&x), kin_text_string(&y));
            }
            kin_text_clear(&x);
            kin_text_clear(&y);
            kin_instance_name(a, p, &x);
            kin_instance_name(b, p, &y);
            kin_args_canonical(a->args[p], &x);
            kin_args_canonical(b->args[p], &y);
            ck_assert_str_eq(kin_text_string(&x), kin_text_string(&y));
        }
        kin_text_release(&x);
        kin_text_release(&y);
    }
    parsed_release(&one);
    parsed_release(&other);
}
END_TEST

START_TEST(steps_come_after_their_inputs)
{
    struct parsed parsed =
        parse_good("kindred: 1\nsteps:\n  c: { kind: excerpt, of: b2 }\n"
                   "  b1: { kind: songs, folder: x }\n  b2: { kind: songs, folder: y }\n"
                   "  a: { kind: excerpt, of: b1 }\n");
    static const char *const want[] = {"b1", "b2", "c", "a"};
    for (size_t i = 0; i < KIN_COUNT(want); i++)
        ck_assert_str_eq(parsed.workflow->steps[i].name, want[i]);
    parsed_release(&parsed);
}
END_TEST

START_TEST(equal_arguments_are_shared)
{
    struct parsed parsed =
        parse_good(NET "  more: { kind: train, of: msd, scaler: net, task: $task }\n");
    const struct kin_step *step = step_named(&parsed, "more");
    ck_assert_uint_eq(step->n_points, 4); /* AE,0 AE,1 AT,0 AT,1 */
    ck_assert_ptr_eq(step->args[0], step->args[1]);
    ck_assert_ptr_eq(step->param_marks[2], step->param_marks[3]);
    ck_assert_ptr_ne(step->args[1], step->args[2]);
    ck_assert_uint_eq(step->param_marks[0][0].line, 6); /* task: $task */
    ck_assert_uint_eq(step->param_marks[0][1].line, 0); /* epochs: a default */
    parsed_release(&parsed);
}
END_TEST

START_TEST(marks_point_at_values)
{
    struct kin_setting setting = {"n", "7"};
    static const char text[] = HEAD "  a: { kind: train, of: msd, for: { task: [AE, AT] },\n"
                                    "       epochs: { by: task, AE: $m, else: $n } }\n"
                                    "vars: { m: 5, n: 6 }\n";
    struct parsed parsed = parse_bytes(text, strlen(text), "x.yaml", &setting, 1);
    const struct kin_step *step = step_named(&parsed, "a");
    ck_assert_uint_eq(step->param_marks[1][0].line, 4); /* AT */
    ck_assert_uint_eq(step->param_marks[1][0].column, 48);
    ck_assert_uint_eq(step->param_marks[1][0].length, 2);
    ck_assert_uint_eq(step->param_marks[0][1].line, 6); /* m is 5 in line 6 */
    ck_assert_uint_eq(step->param_marks[1][1].line, 0); /* n came with --set */
    ck_assert_int_eq(kin_arg_integer(step->args[0], "epochs"), 5);
    ck_assert_int_eq(kin_arg_integer(step->args[1], "epochs"), 7);
    parsed_release(&parsed);
}
END_TEST

START_TEST(set_takes_lists)
{
    struct kin_setting setting = {"trials", "[0, 1, 2]"};
    static const char text[] = "vars: { trials: 0 }\n" HEAD
                               "  a: { kind: train, of: msd, task: AE, for: { trial: $trials } }\n";
    struct parsed parsed = parse_bytes(text, strlen(text), "x.yaml", &setting, 1);
    expect_points(&parsed, "a", 3, 1);
    parsed_release(&parsed);
}
END_TEST

START_TEST(gathering)
{
    struct parsed parsed =
        parse_good("kindred: 1\nsteps:\n  msd: { kind: songs, folder: x }\n"
                   "  net: { kind: train, of: msd, for: { task: [AT, AE], trial: [10, 9, -1] } }\n"
                   "  all: { kind: table, of: net.losses, over: all }\n"
                   "  each: { kind: table, of: net.losses, over: trial }\n"
                   "  none: { kind: table, of: net.losses, over: [] }\n");
    expect_points(&parsed, "each", 2, 1);
    expect_points(&parsed, "none", 6, 2);
    expect_feeds(&parsed, "each", "each[task=AE]", "of",
                 "net[task=AE,trial=-1].losses net[task=AE,trial=9].losses "
                 "net[task=AE,trial=10].losses");
    expect_feeds(&parsed, "all", "all", "of",
                 "net[task=AE,trial=-1].losses net[task=AE,trial=9].losses "
                 "net[task=AE,trial=10].losses net[task=AT,trial=-1].losses "
                 "net[task=AT,trial=9].losses net[task=AT,trial=10].losses");
    parsed_release(&parsed);
}
END_TEST

START_TEST(unions)
{
    struct parsed parsed = parse_good(
        NET
        "  z: { kind: encode, of: clips, model: net }\n"
        "  m: { kind: encode, of: clips, for: { task: MFCC } }\n"
        "  d: { kind: distance, from: [z, m], to: [m, z] }\n"
        "  named: { kind: distance, from: { by: source, 1: m, 2.0: z }, to: { by: source, 1: m, "
        "2: z } }\n");
    expect_points(&parsed, "d", 5, 2);
    expect_feeds(&parsed, "d", "d[task=MFCC]", "to", "m[task=MFCC]");
    expect_feeds(&parsed, "d", "d[task=AT,trial=1]", "from", "z[task=AT,trial=1]");
    const struct kin_step *step = step_named(&parsed, "d");
    size_t p = point_named(step, "d[task=MFCC]");
    ck_assert_str_eq(step->points[p * 2 + 1].axis, "trial");
    ck_assert_ptr_null(step->points[p * 2 + 1].text);
    expect_points(&parsed, "named", 5, 3);
    expect_feeds(&parsed, "named", "named[source=2,task=AE,trial=0]", "to", "z[task=AE,trial=0]");
    parsed_release(&parsed);
}
END_TEST

START_TEST(choosing_by_an_axis)
{
    struct parsed parsed = parse_good(
        NET
        "  n1: { kind: within, of: d }\n  z: { kind: encode, of: clips }\n"
        "  d: { kind: distance, from: z, to: z }\n"
        "  some: { kind: train, of: msd, scaler: { by: task, AE: n1 }, for: { task: [AE, IR] } }\n"
        "  rest: { kind: train, of: msd, scaler: { by: task, AE: net, else: n1 },\n"
        "          for: [{ task: AE, trial: [0, 1] }, { task: [IR, VS] }] }\n"
        "  less: { kind: train, of: { by: task, AE: msd, IR: msd }, for: { task: [AE, IR] },\n"
        "          where: { task: AE }, epochs: { by: task, AE: 2, IR: 3 } }\n");
    expect_feeds(&parsed, "some", "some[task=AE]", "scaler", "n1");
    expect_feeds(&parsed, "some", "some[task=IR]", "scaler", "");
    expect_feeds(&parsed, "rest", "rest[task=AE,trial=1]", "scaler", "net[task=AE,trial=1]");
    expect_feeds(&parsed, "rest", "rest[task=VS]", "scaler", "n1");
    expect_points(&parsed, "less", 1, 1);
    parsed_release(&parsed);
}
END_TEST

/* Of the cases, one has the axis trial and one has not: that one is broadcast. */
START_TEST(cases_with_other_axes)
{
    struct parsed parsed =
        parse_good(NET "  z: { kind: encode, of: clips }\n  d: { kind: distance, from: z, to: z }\n"
                       "  one: { kind: within, of: d }\n"
                       "  two: { kind: train, of: msd, scaler: { by: task, AE: net, AT: one },\n"
                       "         for: { task: [AE, AT], trial: [0, 1] } }\n");
    expect_points(&parsed, "two", 4, 2);
    expect_feeds(&parsed, "two", "two[task=AT,trial=1]", "scaler", "one");
    expect_feeds(&parsed, "two", "two[task=AE,trial=1]", "scaler", "net[task=AE,trial=1]");
    parsed_release(&parsed);
}
END_TEST

START_TEST(selecting)
{
    struct parsed parsed = parse_good(
        NET
        "  z: { kind: encode, of: clips, model: 'net[task=AT, trial=1.0]' }\n"
        "  y: { kind: encode, of: clips, model: 'net[trial=0]', where: { task: AE } }\n"
        "  x: { kind: encode, of: clips, model: net, exclude: [{ task: AE, trial: 0 }] }\n"
        "  w: { kind: encode, of: clips, model: net, rename: { task: a_task, trial: trial2 } }\n"
        "  v: { kind: distance, from: 'x[task=AE|AT]', to: 'x[task=AT,trial=0]' }\n");
    expect_points(&parsed, "z", 1, 0);
    expect_feeds(&parsed, "z", "z", "model", "net[task=AT,trial=1]");
    expect_points(&parsed, "y", 1, 1);
    expect_feeds(&parsed, "y", "y[task=AE]", "model", "net[task=AE,trial=0]");
    expect_points(&parsed, "x", 3, 2);
    expect_feeds(&parsed, "w", "w[a_task=AT,trial2=0]", "model", "net[task=AT,trial=0]");
    expect_points(&parsed, "v", 3, 2);
    expect_feeds(&parsed, "v", "v[task=AE,trial=1]", "to", "x[task=AT,trial=0]");
    parsed_release(&parsed);
}
END_TEST

START_TEST(selectors)
{
    struct kin_error err = {0};
    struct parsed parsed = parse_good(NET "  pair: { kind: train, of: msd, for: [{ task: AE, "
                                          "trial: 0 }, { task: AT, trial: 1 }] }\n");
    size_t step;
    bool *points;
    ck_ok(kin_workflow_select(parsed.workflow, "net[task=AT]", &step, &points, &err));
    ck_assert_str_eq(parsed.workflow->steps[step].name, "net");
    ck_assert(!points[0] && !points[1] && points[2] && points[3]);
    kin_free(points);
    ck_ok(kin_workflow_select(parsed.workflow, "net[trial=0|1.0,task=AE]", &step, &points, &err));
    ck_assert(points[0] && points[1] && !points[2] && !points[3]);
    kin_free(points);
    static const char *const wrong[][2] = {
        {"nett", "there is no step 'nett'; did you mean 'net'?"},
        {"net[tsk=AE]", "step 'net' has no axis 'tsk'; did you mean 'task'?"},
        {"net[task=A]", "axis 'task' of step 'net' has no value 'A'; did you mean 'AE'?"},
        {"net[trial=7]", "axis 'trial' of step 'net' has no value '7'"},
        {"pair[task=AE,trial=1]", "no point of step 'pair' has all these values"},
        {"net.losses", "'net.losses': steps are selected whole, without an output"},
        {"net[task=AE", "'net[task=AE' lacks the closing bracket"},
        {"", "'' names no step: write step, step.output or step[axis=value]"},
    };
    for (size_t i = 0; i < KIN_COUNT(wrong); i++) {
        int status = kin_workflow_select(parsed.workflow, wrong[i][0], &step, &points, &err);
        ck_assert_int_eq(status, KIN_EINVAL);
        ck_assert_str_eq(err.text, wrong[i][1]);
    }
    parsed_release(&parsed);
}
END_TEST

static void add_numbers(struct kin_text *out, size_t n)
{
    for (size_t i = 0; i < n; i++)
        kin_text_addf(out, "%s%zu", i ? ", " : "[", i);
    kin_text_add(out, "]");
}

static void expect_text(const struct parsed *parsed, const char *want)
{
    ck_assert_int_eq(parsed->status, KIN_EINVAL);
    ck_assert_uint_eq(parsed->diagnostics.n, 1);
    ck_assert_str_eq(parsed->diagnostics.list[0].text, want);
}

START_TEST(sizes_are_bounded)
{
    struct kin_text text = {0};
    kin_text_add(&text, HEAD "  c: { kind: excerpt, of: msd, for: { seed: ");
    add_numbers(&text, 1000);
    kin_text_add(&text, " } }\n  n: { kind: train, of: msd, task: AE, for: { trial: ");
    add_numbers(&text, 1001);
    kin_text_add(&text, " } }\n  z: { kind: encode, of: c, model: n }\n");
    struct parsed parsed = parse_bytes(text.data, text.length, "x.yaml", NULL, 0);
    expect_text(&parsed, "step 'z' has more than 1000000 points");
    parsed_release(&parsed);

    kin_text_clear(&text);
    kin_text_add(&text, HEAD "  c: { kind: excerpt, of: msd, for: { a: 0");
    for (size_t i = 0; i < 64; i++)
        kin_text_addf(&text, ", a%zu: 0", i);
    kin_text_add(&text, " } }\n");
    parsed = parse_bytes(text.data, text.length, "x.yaml", NULL, 0);
    expect_text(&parsed, "more than 64 axes in one step");
    parsed_release(&parsed);

    kin_text_clear(&text);
    kin_text_add(&text, HEAD "  c: { kind: excerpt, of: msd, for: { a: 0");
    for (size_t i = 0; i < 40; i++)
        kin_text_addf(&text, ", a%zu: 0", i);
    kin_text_add(&text, " } }\n  n: { kind: train, of: msd, task: AE, for: { b: 0");
    for (size_t i = 0; i < 40; i++)
        kin_text_addf(&text, ", b%zu: 0", i);
    kin_text_add(&text, " } }\n  z: { kind: encode, of: c, model: n }\n");
    parsed = parse_bytes(text.data, text.length, "x.yaml", NULL, 0);
    expect_text(&parsed, "step 'z' has more than 64 axes");
    parsed_release(&parsed);
    kin_text_release(&text);
}
END_TEST

/* Whatever allocation fails: an error, nothing lost, nothing twice. */
START_TEST(memory_runs_out)
{
    static const char text[] =
        NET "  z: { kind: encode, of: [clips], model: { by: task, AE: net, else: net } }\n"
            "  bad: { kind: table, of: net.loses, over: all }\n";
    for (unsigned long n = 1; n < 10000; n++) {
        kin_memory_fail_nth(n);
        struct parsed parsed = parse_bytes(text, strlen(text), "x.yaml", NULL, 0);
        kin_memory_fail_nth(0);
        parsed_release(&parsed);
        if (parsed.status == KIN_EINVAL && n > 1)
            return; /* no allocation was left to fail */
        ck_assert_int_eq(parsed.status, KIN_ENOMEM);
    }
    ck_abort_msg("it never ran through");
}
END_TEST

START_TEST(files)
{
    struct kin_error err = {0};
    struct kin_diagnostics diagnostics = {0};
    struct kin_workflow *workflow = NULL;
    int status = kin_workflow_load("no/such.yaml", NULL, 0, &workflow, &diagnostics, &err);
    ck_assert_int_eq(status, KIN_ENOTFOUND);
    ck_assert_ptr_null(workflow);
    kin_diagnostics_release(&diagnostics);
}
END_TEST

TEST_MAIN("workflow", the_paper, paths_are_relative_to_the_file, the_order_of_keys_does_not_matter,
          steps_come_after_their_inputs, equal_arguments_are_shared, marks_point_at_values,
          set_takes_lists, gathering, unions, choosing_by_an_axis, cases_with_other_axes, selecting,
          selectors, sizes_are_bounded, memory_runs_out, files)
