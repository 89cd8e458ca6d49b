#include <string.h>

#include "kindred/memory.h"
#include "kindred/task.h"

int kin_classes_copy(const char *const *names, size_t n, struct kin_classes *out,
                     struct kin_error *err)
{
    KIN_AUTO(kin_classes_release) struct kin_classes copy = {0};
    KIN_TRY(kin_alloc_into(&copy.names, n, sizeof *copy.names, err));
    for (size_t i = 0; i < n; i++) {
        copy.names[i] = kin_strdup(names[i]);
        copy.n = i + 1;
        if (!copy.names[i])
            return kin_fail(err, KIN_ENOMEM, "no memory for classes");
    }
    *out = copy;
    copy = (struct kin_classes){0};
    return 0;
}

void kin_classes_release(struct kin_classes *classes)
{
    if (!classes)
        return;
    for (size_t i = 0; i < classes->n; i++)
        kin_free(classes->names[i]);
    kin_free(classes->names);
    *classes = (struct kin_classes){0};
}

long kin_classes_place(const struct kin_classes *classes, const char *name)
{
    for (size_t i = 0; i < classes->n; i++)
        if (strcmp(classes->names[i], name) == 0)
            return (long)i;
    return -1;
}

static bool song_has(const struct kin_task *task, const struct kin_task_song *song,
                     const char *name)
{
    if (task->network == KIN_NN_IR)
        return song->label && strcmp(song->label, name) == 0;
    for (size_t i = 0; i < song->n_tags; i++)
        if (strcmp(song->tags[i], name) == 0)
            return true;
    return false;
}

void kin_classes_of(const struct kin_task *task, const struct kin_task_song *song,
                    const struct kin_classes *classes, uint8_t *out)
{
    for (size_t i = 0; i < classes->n; i++)
        out[i] = song_has(task, song, classes->names[i]);
}

int kin_classes_frequencies(const struct kin_task *task, const struct kin_task_song *songs,
                            size_t n, const struct kin_classes *classes, float *out,
                            struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) size_t *times = NULL;
    KIN_AUTO(kin_auto_free) uint8_t *has = NULL;
    KIN_TRY(kin_alloc_into(&times, classes->n, sizeof *times, err));
    KIN_TRY(kin_alloc_into(&has, classes->n, sizeof *has, err));
    for (size_t i = 0; i < n; i++) {
        kin_classes_of(task, &songs[i], classes, has);
        for (size_t c = 0; c < classes->n; c++)
            times[c] += has[c];
    }
    for (size_t c = 0; c < classes->n; c++)
        out[c] = n > 0 ? (float)((double)times[c] / (double)n) : 0;
    return 0;
}

static int check_given(const struct kin_task *task, const struct kin_task_song *songs, size_t n,
                       const struct kin_classes_wanted *wanted, struct kin_error *err)
{
    for (size_t c = 0; c < wanted->n_given; c++) {
        const char *name = wanted->given[c];
        size_t i = 0;
        for (size_t k = 0; k < c; k++)
            if (strcmp(wanted->given[k], name) == 0)
                return kin_fail(err, KIN_EINVAL, "class '%s' stands twice in the list", name);
        while (i < n && !song_has(task, &songs[i], name))
            i++;
        if (i == n)
            return kin_fail(err, KIN_EDATA, "none of %zu training songs has the class '%s'", n,
                            name);
    }
    return 0;
}

int kin_classes_find(const struct kin_task *task, const struct kin_task_song *songs, size_t n,
                     const struct kin_classes_wanted *wanted, struct kin_classes *out,
                     struct kin_error *err)
{
    if (wanted->n_given > 0 && !task->classes)
        return kin_fail(err, KIN_EINVAL, "task %s has no classes", task->name);
    if (wanted->n_given > 0) {
        KIN_TRY(check_given(task, songs, n, wanted, err));
        return kin_classes_copy(wanted->given, wanted->n_given, out, err);
    }
    return task->classes ? task->classes(songs, n, wanted->top, out, err) : 0;
}
