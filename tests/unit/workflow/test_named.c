/* Kinds whose ports a step names. */
#include "yaml.h"

#define HEAD                                      \
    "steps:\n  msd: { kind: songs, folder: x }\n" \
    "  net: { kind: train, of: msd, for: { task: [AE, AT], trial: [0, 1] } }\n"

START_TEST(a_step_has_the_ports_it_names)
{
    struct parsed parsed =
        parse_good("kindred: 1\nvars: { measured: [n, r] }\n" HEAD
                   "  fit: { kind: program, run: [R, x], inputs: { model: net, all: "
                   "net.losses },\n"
                   "         outputs: { fit: { table: $measured }, z: vectors } }\n"
                   "  z: { kind: distance, from: fit.z, to: fit.z }\n"
                   "  t: { kind: table, of: fit, over: all }\n");
    const struct kin_step *fit = step_named(&parsed, "fit");
    ck_assert_str_eq(fit->kind->name, "program");
    ck_assert_uint_eq(kin_kind_inputs(fit->kind), 3);
    ck_assert_str_eq(fit->kind->inputs[1].name, "model");
    ck_assert_str_eq(fit->kind->inputs[2].name, "all");
    ck_assert_int_eq(fit->kind->inputs[2].mode, KIN_WHOLE);
    ck_assert_uint_eq(kin_kind_outputs(fit->kind), 2);
    ck_assert_str_eq(fit->kind->outputs[0].type, "table");
    ck_assert_uint_eq(fit->kind->outputs[0].n_columns, 2);
    ck_assert_str_eq(fit->kind->outputs[0].columns[1], "r");
    ck_assert_str_eq(fit->kind->outputs[1].type, "vectors");
    ck_assert_uint_eq(fit->kind->outputs[1].n_columns, 0);
    ck_assert_uint_eq(fit->n_points, 4);
    ck_assert_ptr_eq(kin_args_kind(fit->args[0]), fit->kind);
    expect_feeds(&parsed, "fit", "fit[task=AT,trial=1]", "all", "net[task=AT,trial=1].losses");
    expect_feeds(&parsed, "z", "z[task=AT,trial=1]", "to", "fit[task=AT,trial=1].z");
    parsed_release(&parsed);
}
END_TEST

START_TEST(over_gathers_all_of_them)
{
    struct parsed parsed = parse_good(
        "kindred: 1\n" HEAD
        "  fit: { kind: program, run: x, inputs: { model: net, one: 'net[trial=0]' }, over: "
        "trial,\n         outputs: { fit: number } }\n");
    const struct kin_step *fit = step_named(&parsed, "fit");
    ck_assert_int_eq(fit->kind->inputs[1].mode, KIN_GATHER);
    ck_assert_uint_eq(fit->n_points, 2);
    expect_feeds(&parsed, "fit", "fit[task=AE]", "model",
                 "net[task=AE,trial=0] net[task=AE,trial=1]");
    expect_feeds(&parsed, "fit", "fit[task=AE]", "one", "net[task=AE,trial=0]");
    parsed_release(&parsed);
}
END_TEST

START_TEST(one_without_inputs)
{
    struct parsed parsed =
        parse_good("kindred: 1\n" HEAD "  a: { kind: program, run: x, files: [f, /g], "
                   "outputs: { listing: number } }\n"
                   "  t: { kind: table, of: [a, net], over: all }\n");
    const char *const *files;
    ck_assert_uint_eq(kin_arg_list(args_of(&parsed, "a", "a"), "files", &files), 2);
    ck_assert_str_eq(files[0], "/study/f");
    ck_assert_str_eq(files[1], "/g");
    ck_assert_uint_eq(kin_kind_inputs(step_named(&parsed, "a")->kind), 1);
    parsed_release(&parsed);
}
END_TEST

TEST_MAIN("named ports", a_step_has_the_ports_it_names, over_gathers_all_of_them,
          one_without_inputs)
