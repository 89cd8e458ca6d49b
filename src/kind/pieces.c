/*
 * Several pieces of every song, each a song of its own that `excerpt` cuts elsewhere: a few long
 * recordings give many excerpts. The first piece is the song itself; piece 2 of «ballad» is
 * «ballad.2», with the field `piece` (i64, from 1) and in the group of its song.
 */
#include <string.h>

#include "kindred/kind.h"
#include "kindred/memory.h"

static const struct kin_param params[] = {
    {.name = "count",
     .type = KIN_PARAM_INTEGER,
     .fallback = "1",
     .min = 1,
     .max = 10000,
     .doc = "pieces of every song"},
    {.name = "seconds",
     .type = KIN_PARAM_NUMBER,
     .unit = "s",
     .fallback = "0",
     .min = 0,
     .max = 3600,
     .doc = "no more pieces than the song has room for, side by side; 0: never mind"},
    {0},
};

static const struct kin_port inputs[] = {
    {.name = "of", .type = "catalog", .mode = KIN_WHOLE, .doc = "the songs"},
    {0},
};

static const struct kin_output outputs[] = {
    {.name = "songs", .type = "catalog", .doc = "their pieces"},
    {0},
};

/* At most: short songs give fewer. */
static double foresee(const struct kin_args *args, double n, bool *drawn)
{
    *drawn = false;
    return n * kin_arg_number(args, "count");
}

static int copy_value(const struct kin_value *value, struct kin_value **out, struct kin_error *err)
{
    void *bytes = NULL;
    size_t length = 0;
    KIN_TRY(kin_value_encode(value, &bytes, &length, err));
    int status = kin_value_decode(bytes, length, out, err);
    if (status != 0)
        kin_free(bytes);
    return status;
}

/* A song without a group is its own: its pieces must not be told apart from it by a split. */
static int give_piece(struct kin_call *call, const struct kin_item *item, int64_t piece,
                      struct kin_error *err)
{
    KIN_AUTO(kin_value_auto) struct kin_value *song = NULL;
    KIN_AUTO(kin_text_release) struct kin_text id = {0};
    KIN_TRY(copy_value(item->value, &song, err));
    KIN_TRY(kin_value_set_i64(song, "piece", piece, err));
    const char *group = kin_value_text(item->value, "group", item->id);
    KIN_TRY(kin_value_set_text(song, "group", group, err));
    kin_text_addf(&id, "%s.%lld", item->id, (long long)piece + 1);
    KIN_TRY(kin_text_check(&id, err));
    struct kin_value *takes = song;
    song = NULL;
    return kin_call_give_item(call, NULL, id.data, takes, err);
}

static int64_t count_pieces(const struct kin_args *args, const struct kin_value *song)
{
    int64_t count = kin_arg_integer(args, "count");
    double seconds = kin_arg_number(args, "seconds");
    double room = seconds > 0 ? kin_value_f64(song, "seconds", 0) / seconds : (double)count;
    return room < (double)count ? (int64_t)room : count;
}

static int run(struct kin_call *call, struct kin_error *err)
{
    const struct kin_set *songs = kin_call_input(call, "of");
    for (size_t i = 0; i < songs->n_items; i++) {
        const struct kin_item *item = &songs->items[i];
        KIN_TRY(kin_call_pass_item(call, NULL, item, err));
        int64_t count = item->value ? count_pieces(call->args, item->value) : 1;
        for (int64_t piece = 1; piece < count; piece++)
            KIN_TRY(give_piece(call, item, piece, err));
    }
    return 0;
}

const struct kin_kind kin_kind_pieces = {
    .name = "pieces",
    .version = 1,
    .doc = "several pieces of every song, for several excerpts of each",
    .params = params,
    .inputs = inputs,
    .outputs = outputs,
    .foresee = foresee,
    .run = run,
};
