/*
 * Runs a fuzz target as a plain test: every file of tests/fuzz/corpus/<name>/, then MUTATIONS
 * changed copies of them, the same ones every time. `configure --fuzz` links libFuzzer instead.
 */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kindred/memory.h"
#include "kindred/random.h"
#include "kindred/text.h"

#define MUTATIONS 2000
#define LONGEST_INPUT 4096 /* of a mutated copy */

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

struct input {
    char *bytes;
    size_t length;
};

/* The target sees memory of exactly this length, so that a sanitizer notices one byte too far. */
static void run_target(const char *bytes, size_t length)
{
    unsigned char *copy = malloc(length > 0 ? length : 1);
    if (!copy)
        abort();
    memcpy(copy, bytes, length);
    LLVMFuzzerTestOneInput(copy, length);
    free(copy);
}

/* One small change: a byte, a bit, a number of four bytes, a cut, a repeated or a moved piece. */
static size_t mutate(char *bytes, size_t length, struct kin_random *random)
{
    static const unsigned numbers[] = {0, 1, 0x7f, 0xff, 0x7fffffff, 0x80000000, 0xffffffff};
    if (length == 0) {
        bytes[0] = (char)kin_random_below(random, 256);
        return 1;
    }
    size_t at = kin_random_below(random, length);
    size_t span = 1 + kin_random_below(random, length - at);
    switch (kin_random_below(random, 6)) {
    case 0:
        bytes[at] = (char)kin_random_below(random, 256);
        return length;
    case 1:
        bytes[at] = (char)(bytes[at] ^ (1 << kin_random_below(random, 8)));
        return length;
    case 2:
        memcpy(bytes + at, &numbers[kin_random_below(random, KIN_COUNT(numbers))],
               length - at < 4 ? length - at : 4);
        return length;
    case 3: /* cut out */
        memmove(bytes + at, bytes + at + span, length - at - span);
        return length - span;
    case 4: /* repeat */
        if (length + span > LONGEST_INPUT)
            return at;
        memmove(bytes + at + span, bytes + at, length - at);
        return length + span;
    default: /* move */
        memmove(bytes + kin_random_below(random, length - span + 1), bytes + at, span);
        return length;
    }
}

static void run_mutations(const struct input *inputs, size_t n)
{
    struct kin_random random = kin_random_stream(2019, "fuzz", 4);
    char *bytes = kin_alloc(LONGEST_INPUT, 1);
    if (!bytes)
        abort();
    for (int i = 0; i < MUTATIONS; i++) {
        const struct input *input = &inputs[kin_random_below(&random, n)];
        size_t length = input->length < LONGEST_INPUT ? input->length : LONGEST_INPUT;
        memcpy(bytes, input->bytes, length);
        for (uint64_t changes = 1 + kin_random_below(&random, 4); changes > 0; changes--)
            length = mutate(bytes, length, &random);
        run_target(bytes, length);
    }
    kin_free(bytes);
}

int main(int argc, char **argv)
{
    struct kin_error err = {0};
    const char *name = strrchr(argv[0], '/');
    name = strstr(name ? name : argv[0], "fuzz_");
    char pattern[256];
    snprintf(pattern, sizeof pattern, "tests/fuzz/corpus/%s/*", name ? name + 5 : "");
    glob_t found;
    if (argc != 1 || glob(pattern, 0, NULL, &found) != 0) {
        fprintf(stderr, "no files in %s\n", pattern);
        return 1;
    }
    struct input *inputs = kin_alloc(found.gl_pathc, sizeof *inputs);
    int status = inputs ? 0 : KIN_ENOMEM;
    for (size_t i = 0; status == 0 && i < found.gl_pathc; i++) {
        status = kin_read_file(found.gl_pathv[i], &inputs[i].bytes, &inputs[i].length, &err);
        if (status == 0)
            run_target(inputs[i].bytes, inputs[i].length);
    }
    if (status == 0)
        run_mutations(inputs, found.gl_pathc);
    else
        fprintf(stderr, "%s\n", err.text);
    for (size_t i = 0; inputs && i < found.gl_pathc; i++)
        kin_free(inputs[i].bytes);
    kin_free(inputs);
    globfree(&found);
    return status == 0 ? 0 : 1;
}
