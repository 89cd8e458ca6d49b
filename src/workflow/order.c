/* Inputs before those they feed, else in the file's order. */
#include "kindred/memory.h"
#include "kindred/text.h"
#include "workflow/compile.h"

/* Calls visit for every step that d reads, once for each reference. */
static void each_source(const struct kin_declaration *d,
                        void (*visit)(void *context, size_t source), void *context)
{
    for (size_t i = 0; i < d->n_inputs; i++) {
        for (size_t j = 0; j < d->inputs[i].n_cases; j++) {
            const struct kin_case *one = &d->inputs[i].cases[j];
            for (size_t k = 0; k < one->n_references; k++) {
                if (one->references[k].step != KIN_NO_STEP)
                    visit(context, one->references[k].step);
            }
        }
    }
}

/* Who reads whom, as one array: the readers of step i are readers[start[i]] up to start[i + 1]. */
struct graph {
    size_t *start, *readers;
    size_t *waiting; /* references of each step that are not sorted yet */
    size_t at;       /* the step that is being walked */
};

static void count_reader(void *context, size_t source)
{
    struct graph *g = context;
    g->start[source + 1]++;
    g->waiting[g->at]++;
}

static void add_reader(void *context, size_t source)
{
    struct graph *g = context;
    g->readers[--g->start[source + 1]] = g->at;
}

static int build_graph(struct kin_compile *c, struct graph *g, struct kin_error *err)
{
    size_t n = c->n_steps;
    KIN_TRY(kin_arena_take(&c->arena, &g->start, n + 2, sizeof *g->start, err));
    KIN_TRY(kin_arena_take(&c->arena, &g->waiting, n, sizeof *g->waiting, err));
    for (g->at = 0; g->at < n; g->at++)
        each_source(&c->steps[g->at], count_reader, g);
    for (size_t i = 0; i < n; i++)
        g->start[i + 1] += g->start[i];
    KIN_TRY(kin_arena_take(&c->arena, &g->readers, g->start[n], sizeof *g->readers, err));
    /* Filling counts each end down to its start; shifted by one, starts are in place again. */
    for (g->at = n; g->at-- > 0;)
        each_source(&c->steps[g->at], add_reader, g);
    for (size_t i = 0; i < n; i++)
        g->start[i] = g->start[i + 1];
    g->start[n] = 0;
    for (g->at = 0; g->at < n; g->at++)
        g->start[n] += g->waiting[g->at];
    return 0;
}

/* ---- a heap of ready steps, the first of the file on top ---- */

struct heap {
    size_t *list, n;
};

static void swap(size_t *a, size_t *b)
{
    size_t kept = *a;
    *a = *b;
    *b = kept;
}

static void heap_push(struct heap *heap, size_t step)
{
    size_t i = heap->n++;
    heap->list[i] = step;
    for (; i > 0 && heap->list[i] < heap->list[(i - 1) / 2]; i = (i - 1) / 2)
        swap(&heap->list[i], &heap->list[(i - 1) / 2]);
}

static size_t heap_pop(struct heap *heap)
{
    size_t top = heap->list[0];
    heap->list[0] = heap->list[--heap->n];
    for (size_t i = 0;;) {
        size_t least = i;
        for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < heap->n; child++) {
            if (heap->list[child] < heap->list[least])
                least = child;
        }
        if (least == i)
            return top;
        swap(&heap->list[i], &heap->list[least]);
        i = least;
    }
}

static int sort_steps(struct kin_compile *c, struct graph *g, struct kin_error *err)
{
    struct heap ready = {0};
    KIN_TRY(kin_arena_take(&c->arena, &ready.list, c->n_steps + 1, sizeof *ready.list, err));
    KIN_TRY(kin_arena_take(&c->arena, &c->order, c->n_steps, sizeof *c->order, err));
    for (size_t i = 0; i < c->n_steps; i++) {
        if (g->waiting[i] == 0)
            heap_push(&ready, i);
    }
    while (ready.n > 0) {
        size_t step = heap_pop(&ready);
        c->steps[step].position = c->n_order;
        c->order[c->n_order++] = step;
        for (size_t i = g->start[step]; i < g->start[step + 1]; i++) {
            if (--g->waiting[g->readers[i]] == 0)
                heap_push(&ready, g->readers[i]);
        }
    }
    return 0;
}

/* ---- cycles ---- */

/* The first source of a step that waits as well: the way along a cycle. */
struct way {
    const struct graph *g;
    size_t next;
};

static void follow(void *context, size_t source)
{
    struct way *way = context;
    if (way->next == KIN_NO_STEP && way->g->waiting[source] > 0)
        way->next = source;
}

static size_t next_on_cycle(const struct kin_compile *c, const struct graph *g, size_t step)
{
    struct way way = {g, KIN_NO_STEP};
    each_source(&c->steps[step], follow, &way);
    return way.next;
}

static void report_cycle(struct kin_compile *c, const struct graph *g, size_t first)
{
    struct kin_text path = {0};
    kin_text_add(&path, c->steps[first].step.name);
    size_t step = first;
    size_t shown = 0;
    do {
        step = next_on_cycle(c, g, step);
        if (shown++ < 20)
            kin_text_addf(&path, " -> %s", c->steps[step].step.name);
        else if (shown == 21)
            kin_text_add(&path, " -> …");
    } while (step != first);
    kin_report_error(&c->reporter, c->steps[first].step.mark, "these steps use each other: %s",
                     kin_text_string(&path));
    c->reporter.failed |= path.failed;
    kin_text_release(&path);
}

/* Every unsorted step leads to a cycle; each is reported once, from its first step in the file. */
static int find_cycles(struct kin_compile *c, const struct graph *g, struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) size_t *walk = NULL; /* the walk that came by, from 1 */
    KIN_TRY(kin_alloc_into(&walk, c->n_steps, sizeof *walk, err));
    for (size_t i = 0; i < c->n_steps; i++) {
        if (g->waiting[i] == 0)
            continue;
        c->steps[i].broken = true;
        size_t step = i;
        for (; walk[step] == 0; step = next_on_cycle(c, g, step))
            walk[step] = i + 1;
        if (walk[step] != i + 1 || step == KIN_NO_STEP)
            continue;
        size_t least = step;
        for (size_t s = next_on_cycle(c, g, step); s != step; s = next_on_cycle(c, g, s))
            least = s < least ? s : least;
        report_cycle(c, g, least);
    }
    return 0;
}

int kin_declarations_order(struct kin_compile *c, struct kin_error *err)
{
    struct graph graph = {0};
    KIN_TRY(build_graph(c, &graph, err));
    KIN_TRY(sort_steps(c, &graph, err));
    return c->n_order < c->n_steps ? find_cycles(c, &graph, err) : 0;
}
