#ifndef KIN_REPORT_MODELS_H
#define KIN_REPORT_MODELS_H

#include "kindred/report.h"

/* One of the paper's models. */
struct page_model {
    const char *name;  /* in the columns `model`: «rho dtw euclidean» */
    const char *title; /* «C^B_rho, DTW and Euclidean» */
    struct kin_where where[4]; /* its observations */
    const char *order[6];      /* encoders as the paper ranks them, best first; NULL at the end */
};

const struct page_model *page_model_find(const char *name); /* or NULL */
/* The table it is about; NULL: not given. */
const struct kin_frame *page_model_rows(const struct kin_page *page,
                                        const struct page_model *model);
/* kin_marginal_mean of an encoder. */
double page_model_mean(const struct kin_page *page, const struct page_model *model,
                       const char *encoder, bool *modelled);

#endif
