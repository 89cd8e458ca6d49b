/* What `kindred help` says of the commands about workflows and the cache. */
#include "cli.h"
#include "commands.h"

#define ALLOW_EXEC \
    "  --allow-exec      run programs that the workflow brings (see 'kindred check')\n"
#define COMMON                                         \
    "  --set NAME=VALUE  a variable of the workflow\n" \
    "  --cache DIR       the cache (KINDRED_CACHE, or cache/)"

const struct kin_command kin_command_run = {
    .name = "run",
    .doc = "runs what is not in the cache yet and writes results",
    .usage = "run WORKFLOW [STEP…] [--set NAME=VALUE]… [-j N] [--memory SIZE]\n"
             "                   [--cache DIR] [--out DIR] [--force] [--keep-going] [--log json]\n"
             "                   [--stats FILE.json]\n"
             "  STEP              a step, or instances of it: 'within[task=AT]'\n"
             "  -j N              threads; no result depends on it\n"
             "  --memory SIZE     to stay within, if possible: 4G, 500M; half of the machine's\n"
             "  --out DIR         where results go (results/)\n"
             "  --force           compute the STEPs anew although they are in the cache\n"
             "  --keep-going      go on without what failed, which tables show as empty cells\n"
             "  --log json        progress as one JSON object a line\n"
             "  --stats FILE      instances, items, hits, seconds, bytes of every step\n" ALLOW_EXEC
                 COMMON,
    .run = command_run,
};

const struct kin_command kin_command_plan = {
    .name = "plan",
    .doc = "says what would run, what is cached, and how long it should take",
    .usage = "plan WORKFLOW [STEP…] [--by AXIS,…] [--json] [--exit-code] [--force]\n"
             "  --by AXIS,…       the rows of every table by the values of these axes\n"
             "  --json            one object: steps, rows, causes, totals\n"
             "  --exit-code       0: nothing would run, 4: something would\n"
             "  --force           as with 'kindred run --force'\n" ALLOW_EXEC COMMON,
    .run = command_plan,
};

const struct kin_command kin_command_why = {
    .name = "why",
    .doc = "says why a step runs, or who made what is there",
    .usage = "why WORKFLOW STEP… [--json] [--force]\n"
             "  Reasons: param, input-content, input-set, kind-version, format, output-missing,\n"
             "  forced, never-run, upstream; then the first causes and what all of it costs.\n"
             "  --json            one object for each STEP\n"
             "  --force           as with 'kindred run --force'\n" ALLOW_EXEC COMMON,
    .run = command_why,
};

const struct kin_command kin_command_check = {
    .name = "check",
    .doc = "reads a workflow and reports every mistake; nothing runs",
    .usage = "check WORKFLOW\n" COMMON,
    .run = command_check,
};

const struct kin_command kin_command_graph = {
    .name = "graph",
    .doc = "prints the steps as a graph in DOT",
    .usage = "graph WORKFLOW\n" COMMON,
    .run = command_graph,
};

const struct kin_command kin_command_get = {
    .name = "get",
    .doc = "writes a step's artifacts as files",
    .usage = "get WORKFLOW STEP [-o DIR]\n" ALLOW_EXEC COMMON,
    .run = command_get,
};

const struct kin_command kin_command_provenance = {
    .name = "provenance",
    .doc = "writes a run as an RO-Crate, or the chain behind one row of a table",
    .usage = "provenance WORKFLOW [STEP…] [-o DIR] [--license NAME]\n"
             "       kindred provenance WORKFLOW --row within.csv:118\n"
             "  -o DIR            where the crate goes (results/)\n"
             "  --license NAME    of the crate: an SPDX name or a URL\n"
             "  --row FILE:LINE   line 1 are the names of the columns\n" COMMON,
    .run = command_provenance,
};

const struct kin_command kin_command_report = {
    .name = "report",
    .doc = "writes the page of a workflow with its figures and tables",
    .usage = "report WORKFLOW [-o DIR] [-j N] [--keep-going] [--log json]\n"
             "  -o DIR            where the page goes (results/)\n" ALLOW_EXEC COMMON,
    .run = command_report,
};

const struct kin_command kin_command_cache = {
    .name = "cache",
    .doc = "looks after the cache",
    .usage = "cache stat                     how much is of what, and what it has saved\n"
             "       kindred cache ls [--runs]              every action, or every run\n"
             "       kindred cache verify [--recompute N]   reads all of it again\n"
             "       kindred cache repair                   computes again what is damaged\n"
             "       kindred cache pin [WHAT]…, unpin WHAT… what gc never touches\n"
             "       kindred cache gc [--max-size SIZE] [--keep-runs N] [--dry-run]\n"
             "       kindred cache compact [--wait]         gives free space back to the disk\n"
             "       kindred cache trust ls|revoke SIGNER   whose claims came with snapshots\n"
             "  WHAT              a workflow (its last run), or the beginning of a name in ls\n"
             "  --recompute N     computes N actions of past runs again and compares\n"
             "  --max-size SIZE   drop what is cheapest to recompute per byte: 50G, 500M\n"
             "  --keep-runs N     of each workflow the last N runs\n"
             "  --dry-run         change nothing, say what it would free\n"
             "  --wait            until nobody else uses the cache\n"
             "  --cache DIR       the cache (KINDRED_CACHE, or cache/)",
    .run = command_cache,
    .guarded = true,
};
