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
#include "distance/lanes.h"
#include "distance/pyramid.h"

enum step { STEP_X, STEP_Y, STEP_BOTH };

struct span {
    size_t begin, end;
};

/* How the two sequences of an alignment lie in memory, and who computes their frame costs. */
struct pair {
    const struct kin_pyramid *x; /* frame after frame */
    const struct kin_pyramid *y; /* coefficient after coefficient */
    size_t dims, radius;
    void (*frame_costs)(const double *x, const double *y, size_t stride, size_t dims, size_t count,
                        double *cost);
};

/* What one alignment needs. Cells are those of the window, row after row. */
struct work {
    struct span *window;  /* by frame of x: frames of y that it may meet */
    struct span *path;    /* … and does meet */
    size_t *offset;       /* … and the number of its first cell */
    double *before, *now; /* sums by frame of y + 1; [0] stands for «before the first» */
    double *cost, *sum;   /* by cell */
    size_t cost_capacity, sum_capacity;
    bool tied; /* a path had the choice between a step in x and one in y */
};

static void work_release(struct work *work)
{
    kin_free(work->window);
    kin_free(work->path);
    kin_free(work->offset);
    kin_free(work->before);
    kin_free(work->now);
    kin_free(work->cost);
    kin_free(work->sum);
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

/* Eight neighbouring frames of y at a time, as many as fit a wide vector: the compiler may use what
 * vectors it has. */
static void frame_costs_plain(const double *x, const double *y, size_t stride, size_t dims,
                              size_t count, double *cost)
{
    for (size_t j = 0; j < count; j += KIN_COLUMN_PAD) {
        double sum[KIN_COLUMN_PAD] = {0};
        for (size_t d = 0; d < dims; d++) {
            for (size_t k = 0; k < KIN_COLUMN_PAD; k++) {
                double difference = x[d] - y[d * stride + j + k];
                sum[k] += difference * difference;
            }
        }
        for (size_t k = 0; k < KIN_COLUMN_PAD; k++)
            cost[j + k] = sqrt(sum[k]);
    }
}

static double least(double a, double b)
{
    return a < b ? a : b;
}

/* One frame of x against its window. before and now are indexed by frame of y + 1. */
static void align_frame(struct span window, const double *cost, const double *before, double *now,
                        double *sum)
{
    double left = (double)INFINITY;
    now[window.begin] = left;
    for (size_t j = window.begin; j < window.end; j++) {
        double above = least(before[j], before[j + 1]);
        left = least(above, left) + *cost++;
        now[j + 1] = left;
        *sum++ = left;
    }
}

/* Windows only move forward: the cells to the right of one that the next will look at are not
 * reached, those to its left are never looked at again. */
static double align(const struct pair *pair, size_t level, struct work *work)
{
    size_t x_frames = pair->x->frames[level], y_frames = pair->y->frames[level];
    size_t dims = pair->dims, stride = y_frames + KIN_COLUMN_PAD;
    for (size_t j = 0; j <= y_frames; j++)
        work->before[j] = (double)INFINITY;
    work->before[0] = 0;
    for (size_t i = 0; i < x_frames; i++) {
        struct span window = work->window[i];
        double *cost = work->cost + work->offset[i];
        pair->frame_costs(pair->x->x[level] + i * dims, pair->y->x[level] + window.begin, stride,
                          dims, window.end - window.begin, cost);
        align_frame(window, cost, work->before, work->now, work->sum + work->offset[i]);
        size_t next_end = i + 1 < x_frames ? work->window[i + 1].end : window.end;
        for (size_t j = window.end; j < next_end; j++)
            work->now[j + 1] = (double)INFINITY;
        double *swap = work->before;
        work->before = work->now;
        work->now = swap;
    }
    return work->before[y_frames];
}

static bool in_window(const struct work *work, size_t i, size_t j)
{
    return j >= work->window[i].begin && j < work->window[i].end;
}

static double sum_at(const struct work *work, size_t i, size_t j)
{
    if (!in_window(work, i, j))
        return (double)INFINITY;
    return work->sum[work->offset[i] + j - work->window[i].begin];
}

/* The step that led to a cell. Sums beyond the range of a double are all infinite and say nothing:
 * at the edges and outside the window the only way that remains is taken. */
static enum step step_to(struct work *work, size_t i, size_t j)
{
    if (i == 0)
        return j == 0 ? STEP_BOTH : STEP_Y;
    if (j == 0)
        return STEP_X;
    if (!in_window(work, i, j))
        return STEP_BOTH;
    double cost = work->cost[work->offset[i] + j - work->window[i].begin];
    double by_x = sum_at(work, i - 1, j) + cost;
    double by_y = sum_at(work, i, j - 1) + cost;
    double by_both = sum_at(work, i - 1, j - 1) + cost;
    if (by_both < by_x && by_both < by_y)
        return STEP_BOTH;
    work->tied |= !(by_x < by_y) && !(by_y < by_x);
    return by_y < by_x ? STEP_Y : STEP_X;
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
static void widen(const struct span *path, size_t coarse_frames, size_t radius, struct span *window,
                  size_t x_frames, size_t y_frames)
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

/* Numbers the cells of the window, and makes room for them. */
static int number_cells(struct work *work, size_t x_frames, struct kin_error *err)
{
    size_t cells = 0;
    for (size_t i = 0; i < x_frames; i++) {
        work->offset[i] = cells;
        cells += work->window[i].end - work->window[i].begin;
    }
    KIN_TRY(kin_grow(&work->sum, &work->sum_capacity, cells, sizeof *work->sum, err));
    return kin_grow(&work->cost, &work->cost_capacity, cells + KIN_COLUMN_PAD, sizeof *work->cost,
                    err);
}

/* steps   NULL when only the distance is wanted */
static int fastdtw(const struct pair *pair, struct work *work, double *distance, int32_t *path,
                   size_t *steps, struct kin_error *err)
{
    const size_t *x_frames = pair->x->frames, *y_frames = pair->y->frames;
    size_t level = level_count(x_frames[0], y_frames[0], pair->radius) - 1;
    whole_window(work->window, x_frames[level], y_frames[level]);
    work->tied = false;
    for (;; level--) {
        KIN_TRY(number_cells(work, x_frames[level], err));
        *distance = align(pair, level, work);
        if (level == 0)
            break;
        trace(work, x_frames[level], y_frames[level], NULL);
        widen(work->path, x_frames[level], pair->radius, work->window, x_frames[level - 1],
              y_frames[level - 1]);
    }
    if (steps) {
        *steps = trace(work, x_frames[0], y_frames[0], path);
        if (path)
            reverse(path, *steps);
    }
    return 0;
}

static int fastdtw_of(const struct kin_sequence_f64 *x, const struct kin_sequence_f64 *y,
                      size_t radius, struct work *work, double *distance, int32_t *path,
                      size_t *steps, struct kin_error *err)
{
    size_t dims = x->dims, column_values = kin_pyramid_column_values(y->frames, dims);
    KIN_AUTO(kin_auto_free) double *halves = NULL;
    KIN_AUTO(kin_auto_free) double *columns = NULL;
    KIN_TRY(kin_alloc_into(&halves, x->frames * dims, sizeof *halves, err));
    KIN_TRY(kin_alloc_into(&columns, column_values, sizeof *columns, err));
    for (size_t i = 0; i < y->frames; i++) {
        for (size_t d = 0; d < dims; d++)
            columns[d * (y->frames + KIN_COLUMN_PAD) + i] = y->x[i * dims + d];
    }
    struct kin_pyramid of_x, of_y;
    kin_pyramid_build(&of_x, x->x, x->frames, dims, halves);
    kin_pyramid_build_columns(&of_y, y->frames, dims, columns);
    KIN_TRY(work_init(work, x->frames, y->frames, err));
    struct pair pair = {&of_x, &of_y, dims, radius, frame_costs_plain};
    return fastdtw(&pair, work, distance, path, steps, err);
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

#define ROWS_AT_ONCE \
    8 /* what is made of a sequence is used so often before the next takes its place */

/* Memory for the pairs of a block: some rows, one lane. */
struct block_memory {
    struct kin_pyramid rows[ROWS_AT_ONCE], columns;
    double *rows_memory, *columns_memory;
    struct work work;
};

static void block_memory_release(struct block_memory *memory)
{
    kin_free(memory->rows_memory);
    kin_free(memory->columns_memory);
    work_release(&memory->work);
}

static int block_memory_init(struct block_memory *memory, const struct kin_distance_block *block,
                             struct kin_error *err)
{
    size_t x_frames = block->longest_row, y_frames = block->group->longest, dims = block->dims;
    size_t rows = block->rows < ROWS_AT_ONCE ? block->rows : ROWS_AT_ONCE;
    size_t column_values = kin_pyramid_column_values(y_frames, dims);
    KIN_TRY(kin_alloc_into(&memory->rows_memory, rows * 2 * x_frames * dims, sizeof(double), err));
    KIN_TRY(kin_alloc_into(&memory->columns_memory, column_values, sizeof(double), err));
    return work_init(&memory->work, x_frames, y_frames, err);
}

static void prepare_rows(const struct kin_distance_block *block, size_t first, size_t count,
                         struct block_memory *memory)
{
    for (size_t r = 0; r < count; r++) {
        const struct kin_sequence *row = &block->from[first + r];
        size_t n = row->frames * row->dims;
        double *x = memory->rows_memory + r * 2 * block->longest_row * block->dims;
        for (size_t i = 0; i < n; i++)
            x[i] = (double)row->x[i];
        kin_pyramid_build(&memory->rows[r], x, row->frames, row->dims, x + n);
    }
}

static void prepare_lane(const struct kin_distance_block *block, size_t lane,
                         struct block_memory *memory)
{
    size_t frames = block->group->frames[lane], dims = block->dims;
    for (size_t i = 0; i < frames; i++) {
        const float *frame = block->group->y + i * dims * KIN_LANES + lane;
        for (size_t d = 0; d < dims; d++)
            memory->columns_memory[d * (frames + KIN_COLUMN_PAD) + i] =
                (double)frame[d * KIN_LANES];
    }
    kin_pyramid_build_columns(&memory->columns, frames, dims, memory->columns_memory);
}

/* The exchanged pair has the same sums and, unless a path had a choice, the same paths. When one
 * had, it is computed as what it is. */
static int back_direction(const struct block_memory *memory, const struct kin_pyramid *row,
                          size_t dims, size_t radius, double forth, double *back,
                          struct kin_error *err)
{
    *back = forth;
    if (!memory->work.tied)
        return 0;
    size_t frames = memory->columns.frames[0];
    KIN_AUTO(kin_auto_free) double *lane = NULL;
    KIN_TRY(kin_alloc_into(&lane, frames * dims, sizeof *lane, err));
    for (size_t i = 0; i < frames * dims; i++)
        lane[i] = memory->columns.x[0][i % dims * (frames + KIN_COLUMN_PAD) + i / dims];
    struct kin_sequence_f64 x = {row->x[0], row->frames[0], dims}, y = {lane, frames, dims};
    return kin_fastdtw(&y, &x, radius, back, NULL, NULL, err);
}

static int fastdtw_some_rows(const struct kin_distance_block *block, size_t first, size_t count,
                             struct block_memory *memory, struct kin_error *err)
{
    const struct kin_lane_kernels *kernels = kin_lane_kernels(block->level);
    struct pair pair = {
        .y = &memory->columns,
        .dims = block->dims,
        .radius = block->params->value[0],
        .frame_costs = kernels->frame_costs,
    };
    prepare_rows(block, first, count, memory);
    for (size_t lane = 0; lane < block->group->count; lane++) {
        prepare_lane(block, lane, memory);
        for (size_t i = 0; i < count; i++) {
            double forth, back = 0;
            pair.x = &memory->rows[i];
            KIN_TRY(fastdtw(&pair, &memory->work, &forth, NULL, NULL, err));
            if (block->back)
                KIN_TRY(back_direction(memory, pair.x, pair.dims, pair.radius, forth, &back, err));
            kin_block_put(block, first + i, lane, (float)forth, (float)back);
        }
    }
    return 0;
}

static int fastdtw_block(const struct kin_distance_block *block, struct kin_error *err)
{
    KIN_AUTO(block_memory_release) struct block_memory memory = {0};
    KIN_TRY(block_memory_init(&memory, block, err));
    for (size_t first = 0; first < block->rows; first += ROWS_AT_ONCE) {
        size_t left = block->rows - first;
        size_t count = left < ROWS_AT_ONCE ? left : ROWS_AT_ONCE;
        KIN_TRY(fastdtw_some_rows(block, first, count, &memory, err));
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
