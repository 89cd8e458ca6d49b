/* The models of the paper's section 5: which observations they are about, and what they are called.
 */
#include "models.h"

#include <math.h>
#include <string.h>

#include "kindred/memory.h"

static const struct page_model models[] = {
    {"performance", "Performance (standardised)", {{0}}, {"VGG", "MFCC", NULL}},
    {"euclidean",
     "C^W, Euclidean",
     {{"space", "latent"}, {"distance", "euclidean"}, {0}},
     {"MFCC", "AT", "IR", "VS", "AE", NULL}},
    {"cosine",
     "C^W, cosine",
     {{"space", "latent"}, {"distance", "cosine"}, {0}},
     {"MFCC", "AT", "IR", "VS", "AE", NULL}},
    {"accuracy simple cosine",
     "C^B_acc, SiMPle and cosine",
     {{"measure", "accuracy"}, {"d_audio", "simple"}, {"d_latent", "cosine"}, {0}},
     {"MFCC", "AT", "IR", "VS", "AE", NULL}},
    {"rho dtw euclidean",
     "C^B_rho, DTW and Euclidean",
     {{"measure", "rho"}, {"d_audio", "dtw"}, {"d_latent", "euclidean"}, {0}},
     {"MFCC", "AE", "IR", "VS", "AT", NULL}},
};

const struct page_model *page_model_find(const char *name)
{
    for (size_t i = 0; i < KIN_COUNT(models); i++)
        if (strcmp(models[i].name, name) == 0)
            return &models[i];
    return NULL;
}

const struct kin_frame *page_model_rows(const struct kin_page *page, const struct page_model *model)
{
    if (strcmp(model->name, "performance") == 0)
        return page->performance;
    return strcmp(model->where[0].column, "space") == 0 ? page->within : page->between;
}

double page_model_mean(const struct kin_page *page, const struct page_model *model,
                       const char *encoder, bool *modelled)
{
    bool performance = strcmp(model->name, "performance") == 0;
    return kin_marginal_mean(page_model_rows(page, model),
                             performance ? "standardised" : "consistency", model->where,
                             page->means, model->name, encoder, modelled);
}
