/*
 * FastDTW: halve both sequences until one is short, align the short ones exactly, and let the path
 * found, widened by `radius` frames of its own resolution, be the window at the next one.
 *
 * The window decides the result and hangs on comparisons of sums, so that this one is computed in
 * double also for float32 sequences. Among equal sums the step from the frame before in x wins,
 * then the one in y, then the diagonal; an odd last frame is dropped in halving.
 */
#include <math.h>

#include "distance/block.h"

#define MAX_LEVELS 64 /* halvings of a size_t */

enum step { STEP_X, STEP_Y, STEP_BOTH };

/* A sequence and its halvings, finest first, in one piece of memory. */
struct pyramid {
    const double *x[MAX_LEVELS];
    size_t frames[MAX_LEVELS];
};

struct span {
    size_t begin, end;
};

/* What one alignment needs: spans and offsets by frame of x, costs by frame of y + 1. */
struct work {
    struct span *window;  /* frames of y that a frame of x may meet */
    struct span *path;    /* those it does meet */
    size_t *offset;       /* where its steps begin */
    double *before, *now; /* cumulated costs; [0] stands for «before the first frame of y» */
    unsigned char *steps;
    size_t steps_capacity;
};

static void work_release(struct work *work)
{
    kin_free(work->window);
    kin_free(work->path);
    kin_free(work->offset);
    kin_free(work->before);
    kin_free(work->now);
    kin_free(work->steps);
}

static int work_init(struct work *work, size_t x_frames, size_t y_frames, struct kin_error *err)
{
    KIN_TRY(kin_alloc_into(&work->window, x_frames, sizeof *work->window, err));
    KIN_TRY(kin_alloc_into(&work->path, x_frames, sizeof *work->path, err));
    KIN_TRY(kin_alloc_into(&work->offset, x_frames, sizeof *work->offset, err));
    KIN_TRY(kin_alloc_into(&work->before, y_frames + 1, sizeof *work->before, err));
    return kin_alloc_into(&work->now, y_frames + 1, sizeof *work->now, err);
}

/* How many levels two sequences have: both are halved while neither is shorter than radius + 2. */
static size_t level_count(size_t x_frames, size_t y_frames, size_t radius)
{
    size_t levels = 1;
    for (; x_frames >= radius + 2 && y_frames >= radius + 2; x_frames /= 2, y_frames /= 2)
        levels++;
    return levels;
}

/* memory   as much again as the sequence itself */
static void pyramid_build(struct pyramid *pyramid, const double *x, size_t frames, size_t dims,
                          double *memory)
{
    pyramid->x[0] = x;
    pyramid->frames[0] = frames;
    for (size_t level = 1; frames >= 2; level++) {
        const double *fine = pyramid->x[level - 1];
        frames /= 2;
        for (size_t i = 0; i < frames; i++) {
            const double *pair = fine + 2 * i * dims;
            for (size_t d = 0; d < dims; d++)
                memory[i * dims + d] = (pair[d] + pair[dims + d]) / 2;
        }
        pyramid->x[level] = memory;
        pyramid->frames[level] = frames;
        memory += frames * dims;
    }
}

static double frame_cost(const double *a, const double *b, size_t dims)
{
    double sum = 0;
    for (size_t d = 0; d < dims; d++) {
        double difference = a[d] - b[d];
        sum += difference * difference;
    }
    return sqrt(sum);
}

/* One frame of x against its window. before and now are indexed by frame of y + 1. */
static void align_frame(const double *x, const double *y, size_t dims, struct span window,
                        const double *before, double *now, unsigned char *steps)
{
    now[window.begin] = (double)INFINITY;
    for (size_t j = window.begin; j < window.end; j++) {
        double cost = frame_cost(x, y + j * dims, dims);
        double best = before[j + 1] + cost;
        enum step step = STEP_X;
        if (now[j] + cost < best) {
            best = now[j] + cost;
            step = STEP_Y;
        }
        if (before[j] + cost < best) {
            best = before[j] + cost;
            step = STEP_BOTH;
        }
        now[j + 1] = best;
        steps[j - window.begin] = (unsigned char)step;
    }
}

/* Windows only move forward: the cells to the right of one that the next will look at are not
 * reached, those to its left are never looked at again. */
static double align(const double *x, size_t x_frames, const double *y, size_t y_frames, size_t dims,
                    struct work *work)
{
    for (size_t j = 0; j <= y_frames; j++)
        work->before[j] = (double)INFINITY;
    work->before[0] = 0;
    for (size_t i = 0; i < x_frames; i++) {
        struct span window = work->window[i];
        align_frame(x + i * dims, y, dims, window, work->before, work->now,
                    work->steps + work->offset[i]);
        size_t next_end = i + 1 < x_frames ? work->window[i + 1].end : window.end;
        for (size_t j = window.end; j < next_end; j++)
            work->now[j + 1] = (double)INFINITY;
        double *swap = work->before;
        work->before = work->now;
        work->now = swap;
    }
    return work->before[y_frames];
}

/* The step that led to a cell. Sums beyond the range of a double are all infinite and their steps
 * mean nothing: at the edges and outside the window the only way that remains is taken. */
static enum step step_to(const struct work *work, size_t i, size_t j)
{
    if (i == 0)
        return j == 0 ? STEP_BOTH : STEP_Y;
    if (j == 0)
        return STEP_X;
    struct span window = work->window[i];
    if (j < window.begin || j >= window.end)
        return STEP_BOTH;
    return (enum step)work->steps[work->offset[i] + j - window.begin];
}

/* Follows the steps from the end; path (or NULL) receives the cells in that order. */
static size_t trace(struct work *work, size_t x_frames, size_t y_frames, int32_t *path)
{
    size_t i = x_frames - 1, j = y_frames - 1, count = 0;
    work->path[i] = (struct span){j, j + 1};
    for (;;) {
        if (path) {
            path[2 * count] = (int32_t)i;
            path[2 * count + 1] = (int32_t)j;
        }
        count++;
        if (i == 0 && j == 0)
            return count;
        enum step step = step_to(work, i, j);
        if (step != STEP_X)
            j--;
        if (step != STEP_Y)
            work->path[--i] = (struct span){j, j + 1};
        work->path[i].begin = j;
    }
}

static void reverse(int32_t *path, size_t steps)
{
    for (size_t a = 0, b = steps - 1; a < b; a++, b--) {
        for (size_t side = 0; side < 2; side++) {
            int32_t swap = path[2 * a + side];
            path[2 * a + side] = path[2 * b + side];
            path[2 * b + side] = swap;
        }
    }
}

static void whole_window(struct span *window, size_t x_frames, size_t y_frames)
{
    for (size_t i = 0; i < x_frames; i++)
        window[i] = (struct span){0, y_frames};
}

/* The window of a level from the path of the next coarser one: a frame of x may meet what the path
 * meets within `radius` coarse frames of it, widened by as much, at twice the resolution. */
static void widen(const struct span *path, size_t coarse_frames, size_t radius,
                  struct span *window, size_t x_frames, size_t y_frames)
{
    for (size_t i = 0; i < x_frames; i++) {
        size_t coarse = i / 2;
        size_t first = coarse > radius ? coarse - radius : 0;
        size_t last = coarse + radius < coarse_frames ? coarse + radius : coarse_frames - 1;
        size_t begin = path[first].begin > radius ? path[first].begin - radius : 0;
        size_t end = 2 * (path[last].end + radius);
        window[i] = (struct span){2 * begin, end < y_frames ? end : y_frames};
    }
}

/* Numbers the cells of the window, and makes room for their steps. */
static int number_cells(struct work *work, size_t x_frames, struct kin_error *err)
{
    size_t cells = 0;
    for (size_t i = 0; i < x_frames; i++) {
        work->offset[i] = cells;
        cells += work->window[i].end - work->window[i].begin;
    }
    return kin_grow(&work->steps, &work->steps_capacity, cells, 1, err);
}

static int fastdtw(const struct pyramid *x, const struct pyramid *y, size_t dims, size_t radius,
                   struct work *work, double *distance, int32_t *path, size_t *steps,
                   struct kin_error *err)
{
    size_t level = level_count(x->frames[0], y->frames[0], radius) - 1;
    whole_window(work->window, x->frames[level], y->frames[level]);
    for (;; level--) {
        size_t x_frames = x->frames[level], y_frames = y->frames[level];
        KIN_TRY(number_cells(work, x_frames, err));
        *distance = align(x->x[level], x_frames, y->x[level], y_frames, dims, work);
        if (level == 0 && !steps)
            return 0;
        size_t count = trace(work, x_frames, y_frames, level == 0 ? path : NULL);
        if (level == 0) {
            *steps = count;
            if (path)
                reverse(path, count);
            return 0;
        }
        widen(work->path, x_frames, radius, work->window, x->frames[level - 1],
              y->frames[level - 1]);
    }
}

static int fastdtw_of(const struct kin_sequence_f64 *x, const struct kin_sequence_f64 *y,
                      size_t radius, struct work *work, double *distance, int32_t *path,
                      size_t *steps, struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) double *halves = NULL;
    KIN_TRY(kin_alloc_into(&halves, (x->frames + y->frames) * x->dims, sizeof *halves, err));
    struct pyramid of_x, of_y;
    pyramid_build(&of_x, x->x, x->frames, x->dims, halves);
    pyramid_build(&of_y, y->x, y->frames, y->dims, halves + x->frames * x->dims);
    KIN_TRY(work_init(work, x->frames, y->frames, err));
    return fastdtw(&of_x, &of_y, x->dims, radius, work, distance, path, steps, err);
}

int kin_fastdtw(const struct kin_sequence_f64 *x, const struct kin_sequence_f64 *y, size_t radius,
                double *distance, int32_t *path, size_t *steps, struct kin_error *err)
{
    if (radius == 0)
        return kin_fail(err, KIN_EINVAL, "a radius of 0 frames, wanted at least 1");
    if (x->frames == 0 || y->frames == 0 || x->dims != y->dims)
        return kin_fail(err, KIN_EDATA, "%zu x %zu and %zu x %zu values do not align", x->frames,
                        x->dims, y->frames, y->dims);
    KIN_AUTO(work_release) struct work work = {0};
    return fastdtw_of(x, y, radius, &work, distance, path, steps, err);
}

static int fastdtw_pair(const struct kin_sequence_f64 *x, const struct kin_sequence_f64 *y,
                        const struct kin_distance_params *params, double *out,
                        struct kin_error *err)
{
    KIN_AUTO(work_release) struct work work = {0};
    return fastdtw_of(x, y, params->value[0], &work, out, NULL, NULL, err);
}

/* Memory for all pairs of a block. */
struct block_memory {
    float *unpacked;
    double *x, *y; /* a sequence in double, and its halvings */
    struct work work;
};

static void block_memory_release(struct block_memory *memory)
{
    kin_free(memory->unpacked);
    kin_free(memory->x);
    kin_free(memory->y);
    work_release(&memory->work);
}

static int block_memory_init(struct block_memory *memory, const struct kin_distance_block *block,
                             struct kin_error *err)
{
    size_t longest = block->group->longest > block->longest_row ? block->group->longest
                                                                : block->longest_row;
    size_t values = longest * block->dims;
    KIN_TRY(kin_alloc_into(&memory->unpacked, values, sizeof *memory->unpacked, err));
    KIN_TRY(kin_alloc_into(&memory->x, 2 * values, sizeof *memory->x, err));
    KIN_TRY(kin_alloc_into(&memory->y, 2 * values, sizeof *memory->y, err));
    return work_init(&memory->work, longest, longest, err);
}

static void pyramid_from_f32(struct pyramid *pyramid, const float *x, size_t frames, size_t dims,
                             double *memory)
{
    for (size_t i = 0; i < frames * dims; i++)
        memory[i] = (double)x[i];
    pyramid_build(pyramid, memory, frames, dims, memory + frames * dims);
}

/* Both directions when asked for: among equal sums they may choose different paths. */
static int block_pair(const struct kin_distance_block *block, size_t row, size_t lane,
                      const struct pyramid *x, const struct pyramid *y, struct work *work,
                      struct kin_error *err)
{
    size_t radius = block->params->value[0];
    double forth, back = 0;
    KIN_TRY(fastdtw(x, y, block->dims, radius, work, &forth, NULL, NULL, err));
    if (block->back)
        KIN_TRY(fastdtw(y, x, block->dims, radius, work, &back, NULL, NULL, err));
    kin_block_put(block, row, lane, (float)forth, (float)back);
    return 0;
}

static int fastdtw_block(const struct kin_distance_block *block, struct kin_error *err)
{
    KIN_AUTO(block_memory_release) struct block_memory memory = {0};
    KIN_TRY(block_memory_init(&memory, block, err));
    struct pyramid x, y;
    for (size_t lane = 0; lane < block->group->count; lane++) {
        kin_group_unpack(block->group, block->dims, lane, memory.unpacked);
        pyramid_from_f32(&y, memory.unpacked, block->group->frames[lane], block->dims, memory.y);
        for (size_t i = 0; i < block->rows; i++) {
            pyramid_from_f32(&x, block->from[i].x, block->from[i].frames, block->dims, memory.x);
            KIN_TRY(block_pair(block, i, lane, &x, &y, &memory.work, err));
        }
    }
    return 0;
}

const struct kin_distance kin_distance_fastdtw = {
    .name = "fastdtw",
    .doc = "dynamic time warping in a window that is found by halving: never below dtw",
    .source = "Kim et al. 2019, section 3.2; Salvador and Chan 2004",
    .operand = KIN_DISTANCE_SEQUENCES,
    .symmetric = false,
    .self_tolerance = 0,
    .param_count = 1,
    .params = {{.name = "radius",
                .unit = "frames",
                .doc = "how far the window reaches to both sides of the coarser path",
                .fallback = 1,
                .min = 1,
                .max = 1000000}},
    .pair = fastdtw_pair,
    .block = fastdtw_block,
};
