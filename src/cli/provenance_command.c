/* kindred provenance */
#include <stdio.h>

#include "commands.h"
#include "kindred/memory.h"
#include "kindred/provenance.h"
#include "workflow_options.h"

static void print_path(void *context, const char *path)
{
    (void)context;
    puts(path);
}

static int print_row(const struct workflow_options *options, struct kin_session *session)
{
    struct kin_error err = {0};
    KIN_AUTO(kin_text_release) struct kin_text text = {0};
    if (kin_session_trace(session, options->row, &text, &err) != 0)
        return kin_cli_error(&err);
    fputs(kin_text_string(&text), stdout);
    return KIN_EXIT_DONE;
}

static int provenance(const struct workflow_options *options, struct kin_session *session)
{
    struct kin_error err = {0};
    if (options->row)
        return print_row(options, session);
    if (kin_session_crate(session, options->out, options->license, print_path, NULL, &err) != 0)
        return kin_cli_error(&err);
    return KIN_EXIT_DONE;
}

int command_provenance(int argc, char **argv)
{
    struct workflow_options options;
    struct opened opened = {0};
    int code = options_parse(argc, argv, "orc", &options);
    if (code == 0)
        code = open_all(&options, true, &opened);
    if (code == 0)
        code = provenance(&options, opened.session);
    close_all(&opened);
    options_release(&options);
    return code;
}
