/* Labels against the list of those that there are. */
#include <string.h>

#include "dataset/songs.h"
#include "kindred/memory.h"

int kin_label_unknown(const struct kin_song *song, const char *const *labels, size_t n,
                      struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text all = {0};
    for (size_t i = 0; i < n; i++)
        kin_text_addf(&all, "%s%s", i == 0 ? "" : i + 1 == n ? " or " : ", ", labels[i]);
    KIN_TRY(kin_text_check(&all, err));
    const char *near = kin_nearest_name(song->label, labels, n);
    return kin_fail(err, KIN_EDATA,
                    "song '%s': the label '%s' is not among those of the set, "
                    "wanted %s%s%s%s",
                    song->id, song->label, kin_text_string(&all), near ? "; did you mean '" : "",
                    near ? near : "", near ? "'?" : "");
}

int kin_labels_check(const struct kin_songs *songs, const char *const *labels, size_t n,
                     struct kin_error *err)
{
    for (size_t i = 0; i < songs->n; i++) {
        const struct kin_song *song = &songs->list[i];
        bool known = !song->label;
        for (size_t k = 0; !known && k < n; k++)
            known = strcmp(song->label, labels[k]) == 0;
        if (!known)
            return kin_label_unknown(song, labels, n, err);
    }
    return 0;
}
