# The paper's generalised additive models, with mgcv; marginal means and contrasts with emmeans.
#
#   Rscript gam.R performance|within|between     in/table.csv -> out/fit.csv, anova.csv, means.csv,
#                                                contrasts.csv
#   Rscript gam.R version                        prints the versions of R and of the two packages
#
# A workflow runs it as a step of kind `exec`. The columns of the tables are in docs/workflows.md.
# Source: Kim et al. 2019, sections 5.1 to 5.3. What the paper leaves open is decided here:
# - magnitude01, the magnitude scaled to 0 ... 1 inside its transformation, is the predictor;
# - a cell (one level of every factor) has one cubic regression spline of its own, with a basis of
#   min(10, distinct magnitudes - 1); mgcv wants at least 3, so that under four magnitudes a cell
#   has a straight line, and with one magnitude, or two rows, its mean alone; where every cell is
#   a single row, there are no interactions;
# - smoothness by REML, found by extended Fellner-Schall steps: with the forty curves of the
#   performance model they take a fifth of the time of Newton's, to the same five digits;
# - tests are Wald tests with sum contrasts, so that each effect is averaged over the other factors.
# Originals (OG) have no magnitude and are left out. A cell that the table lacks is left out of the
# means it would be part of.

how <- c(mean = "at_mean_magnitude01", listed = "average_over_listed_magnitudes")
packages <- c(mgcv = "r-cran-mgcv", emmeans = "r-cran-emmeans")

fail <- function(status, ...) {
    message(...)
    quit(status = status, save = "no")
}

# Status 69: something that is needed is not installed.
need_packages <- function() {
    for (name in names(packages)) {
        if (!nzchar(system.file(package = name)))
            fail(69, "the R package ", name, " is missing (", packages[[name]], ")")
    }
}

# ---- what is modelled ----

# Scores standardised inside each task, unless the table has them already.
performance_score <- function(table) {
    if (!is.null(table$standardised))
        return(as.numeric(table$standardised))
    ave(as.numeric(table$performance), table$task, FUN = function(x) (x - mean(x)) / sd(x))
}

# Per kind of table: the factors, the order of their interactions, the value, and the columns whose
# values name a model.
designs <- list(
    performance = list(factors = c("task", "encoder", "transformation"), models = character(),
                       value = performance_score),
    within = list(factors = c("transformation", "encoder"), models = "distance",
                  value = function(table) as.numeric(table$consistency)),
    between = list(factors = c("transformation", "encoder"),
                   models = c("measure", "d_audio", "d_latent"),
                   value = function(table) as.numeric(table$consistency)))

read_table <- function(design) {
    table <- read.csv("in/table.csv", colClasses = "character", check.names = FALSE)
    wanted <- c(design$factors, "magnitude01")
    lacking <- setdiff(wanted, names(table))
    if (length(lacking) > 0)
        fail(1, "in/table.csv has no column '", lacking[1], "', wanted ",
             paste(wanted, collapse = ", "))
    table <- table[table$transformation != "OG", ]
    if (!is.null(table$space)) # the models of the paper are of latent spaces
        table <- table[table$space == "latent", ]
    table$value <- design$value(table)
    table$magnitude01 <- as.numeric(table$magnitude01)
    table[!is.na(table$value) & !is.na(table$magnitude01), ]
}

# The tables of the models, by name; without columns that name them there is one, called `kind`.
split_models <- function(table, design, kind) {
    names <- intersect(design$models, names(table))
    if (length(names) == 0)
        return(setNames(list(table), kind))
    split(table, do.call(paste, table[names]))
}

# ---- curves ----

# How each cell's curve is modelled, one row a cell: a basis of so many functions, 2: a straight
# line, 1: the mean alone.
plan_cells <- function(data) {
    count <- function(f) tapply(data$magnitude01, data$cell, f)
    distinct <- count(function(x) length(unique(x)))
    basis <- ifelse(distinct >= 4, pmin(10, distinct - 1),
                    ifelse(distinct > 1 & count(length) > 2, 2, 1))
    data.frame(cell = names(distinct), basis = as.vector(basis))
}

bases_of <- function(plan) sort(unique(plan$basis[plan$basis > 2]))
lines_of <- function(plan) plan$cell[plan$basis == 2]

# The columns of the curves, for any rows with a cell and a magnitude01. The cells of one basis make
# a factor after a level for all others; it is ordered, as mgcv gives the first level of an ordered
# factor no curve.
add_columns <- function(data, plan) {
    for (basis in bases_of(plan)) {
        cells <- plan$cell[plan$basis == basis]
        data[[paste0("cells", basis)]] <- factor(ifelse(data$cell %in% cells, data$cell, ""),
                                                 levels = c("", cells), ordered = TRUE)
    }
    for (i in seq_along(lines_of(plan)))
        data[[paste0("line", i)]] <- ifelse(data$cell == lines_of(plan)[i], data$magnitude01, 0)
    data
}

curve_terms <- function(plan)
    c(sprintf("s(magnitude01, by = cells%d, bs = 'cr', k = %d)", bases_of(plan), bases_of(plan)),
      sprintf("line%d", seq_along(lines_of(plan))))

# ---- one model ----

# What the factors that have several levels here contribute: main effects, and interactions of two
# when there are rows enough for them; NULL when there are not even enough for the main effects.
factor_terms <- function(data, factors) {
    several <- factors[sapply(data[factors], nlevels) > 1]
    if (length(several) == 0)
        return("1")
    sum <- paste(several, collapse = " + ")
    for (terms in c(sprintf("(%s)^2", sum), sum)) {
        if (qr(model.matrix(as.formula(paste("~", terms)), data))$rank < nrow(data))
            return(terms)
    }
    NULL
}

# NULL: the rows allow no model.
fit_model <- function(data, factors) {
    for (name in factors)
        data[[name]] <- factor(data[[name]])
    data$cell <- do.call(paste, c(lapply(data[factors], as.character), sep = ":"))
    effects <- factor_terms(data, factors)
    if (is.null(effects) || length(unique(data$value)) < 2)
        return(NULL)
    plan <- plan_cells(data)
    formula <- as.formula(paste("value ~", paste(c(effects, curve_terms(plan)), collapse = " + ")))
    fit <- mgcv::gam(formula, data = add_columns(data, plan), method = "REML",
                     optimizer = if (length(bases_of(plan)) > 0) "efs" else "outer",
                     drop.unused.levels = FALSE)
    list(fit = fit, data = data, plan = plan, factors = factors)
}

# Rows of the model matrix for every cell, one a cell: what the coefficients are multiplied by to
# give the cell's value, read at the mean of all magnitudes or averaged over its own.
cell_rows <- function(model, how_read) {
    data <- model$data
    first <- data[!duplicated(data$cell), ]
    if (how_read == how[["mean"]]) {
        first$magnitude01 <- mean(data$magnitude01)
        grid <- first
    } else {
        grid <- data[!duplicated(data[c("cell", "magnitude01")]), ]
    }
    X <- predict(model$fit, add_columns(grid, model$plan), type = "lpmatrix")
    X <- rowsum(X, grid$cell) / as.vector(table(grid$cell))
    list(X = X[first$cell, , drop = FALSE], cells = first)
}

# Means over the cells of each level of a factor, or of two crossed («task:encoder»).
level_means <- function(model, rows, factor) {
    by <- strsplit(factor, ":")[[1]]
    level <- do.call(paste, c(lapply(rows$cells[by], as.character), sep = ":"))
    L <- rowsum(rows$X, level) / as.vector(table(level))
    emmeans::emmobj(coef(model$fit), vcov(model$fit), levels = list(level = rownames(L)),
                    linfct = L, df = df.residual(model$fit))
}

# ---- tables ----

fit_table <- function(name, model) {
    s <- summary(model$fit)
    y <- model$data$value
    data.frame(model = name, n = length(y),
               r_squared = 1 - sum(residuals(model$fit)^2) / sum((y - mean(y))^2),
               adj_r_squared = s$r.sq, deviance_explained = s$dev.expl,
               total_edf = sum(model$fit$edf), residual_df = df.residual(model$fit))
}

# Of the factors alone: straight lines are part of the curves.
anova_table <- function(name, model) {
    terms <- anova(model$fit)$pTerms.table
    terms <- terms[!grepl("^line", rownames(terms)), , drop = FALSE]
    if (NROW(terms) == 0)
        return(NULL)
    data.frame(model = name, term = rownames(terms), df = terms[, "df"],
               df2 = df.residual(model$fit), F = terms[, "F"], p = terms[, "p-value"])
}

# One and two factors: what has means of its own.
margins_of <- function(factors) {
    pairs <- combn(factors, 2, paste, collapse = ":")
    c(factors, pairs)
}

means_table <- function(name, model) {
    do.call(rbind, lapply(how, function(how_read) {
        rows <- cell_rows(model, how_read)
        do.call(rbind, lapply(margins_of(model$factors), function(factor) {
            means <- summary(level_means(model, rows, factor), infer = c(TRUE, FALSE), level = 0.95)
            data.frame(model = name, factor = factor, level = means$level, how = how_read,
                       mean = means$estimate, se = means$SE, lower = means$lower.CL,
                       upper = means$upper.CL)
        }))
    }))
}

# All pairs of levels, Tukey's adjustment. Of means over the listed magnitudes: the others are read
# where some transformations have few data.
contrasts_table <- function(name, model) {
    rows <- cell_rows(model, how[["listed"]])
    factors <- c(model$factors, if ("task" %in% model$factors) "task:encoder")
    do.call(rbind, lapply(factors, function(factor) {
        means <- level_means(model, rows, factor)
        levels <- means@levels$level
        if (length(levels) < 2)
            return(NULL)
        pairs <- combn(length(levels), 2)
        tests <- summary(emmeans::contrast(means, "pairwise", adjust = "tukey"))
        data.frame(model = name, factor = factor, first = levels[pairs[1, ]],
                   second = levels[pairs[2, ]], difference = tests$estimate, se = tests$SE,
                   df = tests$df, t = tests$t.ratio, p = tests$p.value)
    }))
}

columns <- list(
    fit = c("model", "n", "r_squared", "adj_r_squared", "deviance_explained", "total_edf",
            "residual_df"),
    anova = c("model", "term", "df", "df2", "F", "p"),
    means = c("model", "factor", "level", "how", "mean", "se", "lower", "upper"),
    contrasts = c("model", "factor", "first", "second", "difference", "se", "df", "t", "p"))

# Numbers with ten digits; what is not a number is empty.
write_table <- function(parts, name) {
    rows <- if (length(parts) > 0) do.call(rbind, parts)
    if (is.null(rows))
        rows <- as.data.frame(sapply(columns[[name]], function(column) character()))
    for (i in which(sapply(rows, is.numeric)))
        rows[[i]] <- ifelse(is.finite(rows[[i]]),
                            formatC(rows[[i]], digits = 10, width = 1, format = "g"), "")
    write.csv(rows[columns[[name]]], file.path("out", paste0(name, ".csv")), row.names = FALSE)
}

# ---- all models of a table ----

# Values that never vary, or too few of them: the row says how many there were, and nothing else.
no_fit <- function(name, n) {
    empty <- as.list(setNames(rep(NA_real_, length(columns$fit) - 2), columns$fit[-(1:2)]))
    data.frame(model = name, n = n, empty)
}

analyse <- function(kind) {
    design <- designs[[kind]]
    parts <- list()
    tables <- split_models(read_table(design), design, kind)
    for (name in names(tables)) {
        data <- tables[[name]]
        model <- tryCatch(fit_model(data, design$factors), error = function(e)
            fail(1, "the model '", name, "' of ", nrow(data), " rows: ", conditionMessage(e)))
        if (is.null(model)) {
            parts$fit[[name]] <- no_fit(name, nrow(data))
            next
        }
        parts$fit[[name]] <- fit_table(name, model)
        parts$anova[[name]] <- anova_table(name, model)
        parts$means[[name]] <- means_table(name, model)
        parts$contrasts[[name]] <- contrasts_table(name, model)
    }
    for (name in names(columns))
        write_table(parts[[name]], name)
}

main <- function(arguments) {
    kind <- if (length(arguments) == 1) arguments[1] else ""
    if (!kind %in% c(names(designs), "version"))
        fail(2, "usage: gam.R ", paste(names(designs), collapse = "|"), "|version")
    need_packages()
    if (kind == "version") {
        versions <- sapply(names(packages), function(name) as.character(packageVersion(name)))
        cat(R.version.string, paste(names(packages), versions), sep = "\n")
        return(invisible())
    }
    options(contrasts = c("contr.sum", "contr.poly"))
    analyse(kind)
}

main(commandArgs(trailingOnly = TRUE))
