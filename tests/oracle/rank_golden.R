#!/usr/bin/env Rscript
# Writes what src/rank.h defines, as R computes it, for rank_golden.c to compare: from the root of the
# sources, Rscript tests/oracle/rank_golden.R > tests/oracle/rank_golden.tsv (Debian package
# r-base-core). The file is committed: the test itself needs no R.
#
# From R's own functions as they stand:
#   p             wilcox.test; its exact argument says where the exact distribution is used, because R
#                 would draw that line at 50 values and we do where counts exceed 64 bits. With ties or
#                 zero differences exact = FALSE, correct = TRUE
#   shift         estimate of wilcox.test, where p is exact
#   intervals     conf.int of wilcox.test, where p is exact and R attains the level
#   adjusted p    p.adjust(p, "BH")
# In plain R, from the definition in METHOD, part 5:
#   shift and intervals where p is not exact: median and order statistics of outer(other, base, "-"),
#                 or of the Walsh averages. R inverts the normal approximation there (uniroot, to 1e-4)
#   C             the largest with 2 pwilcox(C - 1) <= 1 - level (psignrank for pairs), or by qnorm
#                 where there are too many orders. qwilcox(alpha / 2) is the same, except where
#                 pwilcox is alpha / 2 exactly: R's interval is wider there than it need be
#   no interval   where the level can't be had: R gives a lower level and a warning
#   p = 1         where all values are tied or all differences 0: wilcox.test gives NaN

set.seed(20240229)
levels <- c(0.95, 0.90)

# Judged by logarithms, and never near the border: choose() rounds there.
two_sample_fits <- function(m, n) lchoose(m + n, n) < 64 * log(2)
paired_fits <- function(n) n < 64

# The largest C whose tail of C - 1 is at most alpha / 2; fuzz for tails that are exactly that.
exact_order <- function(level, tail, last) {
  fits <- which(2 * tail(0:last) <= (1 - level) * (1 + 1e-12))
  if (length(fits) == 0) 0 else max(fits)
}
normal_order <- function(level, mean, variance) {
  floor(mean + 0.5 - qnorm(1 - (1 - level) / 2) * sqrt(variance))
}
two_sample_order <- function(m, n, level) {
  if (two_sample_fits(m, n)) exact_order(level, function(u) pwilcox(u, m, n), (m * n) %/% 2)
  else normal_order(level, m * n / 2, m * n * (m + n + 1) / 12)
}
paired_order <- function(n, level) {
  if (paired_fits(n)) exact_order(level, function(v) psignrank(v, n), (n * (n + 1)) %/% 4)
  else normal_order(level, n * (n + 1) / 4, n * (n + 1) * (2 * n + 1) / 24)
}

order_interval <- function(sorted, order) {
  if (order == 0) c(NaN, NaN) else sorted[c(order, length(sorted) + 1 - order)]
}

effect <- function(test, values, order, exact) {
  sorted <- sort(values)
  orders <- sapply(levels, order)
  intervals <- lapply(orders, function(c) order_interval(sorted, c))
  p <- test(exact, FALSE, 0.95)$p.value
  shift <- median(values)
  if (exact) {
    tests <- lapply(levels, function(level) test(TRUE, TRUE, level))
    shift <- unname(tests[[1]]$estimate)
    for (i in seq_along(levels)[orders > 0]) {
      ci <- tests[[i]]$conf.int
      if (attr(ci, "conf.level") == levels[i] && !at_the_border(order, levels[i])) intervals[[i]] <- ci[1:2]
    }
  }
  c(exact, if (is.nan(p)) 1 else p, shift, unlist(intervals))
}
# A little more than alpha would have given another C: R's qwilcox stops one lower there.
at_the_border <- function(order, level) order(level + 1e-9) != order(level)

two_sample <- function(base, other) {
  exact <- two_sample_fits(length(base), length(other)) && !anyDuplicated(c(base, other))
  test <- function(exact, conf.int, level) suppressWarnings(
    wilcox.test(other, base, exact = exact, correct = TRUE, conf.int = conf.int, conf.level = level))
  effect(test, as.vector(outer(other, base, "-")),
         function(level) two_sample_order(length(base), length(other), level), exact)
}
paired <- function(base, other) {
  d <- other - base
  exact <- paired_fits(length(d)) && all(d != 0) && !anyDuplicated(abs(d))
  test <- function(exact, conf.int, level) suppressWarnings(
    wilcox.test(other, base, paired = TRUE, exact = exact, correct = TRUE, conf.int = conf.int,
                conf.level = level))
  sums <- outer(d, d, "+")
  effect(test, sums[upper.tri(sums, diag = TRUE)] / 2, function(level) paired_order(length(d), level), exact)
}

rows <- 0
text <- function(values) {
  short <- sprintf("%.15g", values)
  paste(ifelse(is.nan(values) | as.numeric(short) == values, short, sprintf("%.17g", values)), collapse = " ")
}
row <- function(kind, ...) {
  rows <<- rows + 1
  cat(kind, sapply(list(...), text), sep = "\t")
  cat("\n")
}
two_sample_row <- function(base, other) row("two-sample", base, other, two_sample(base, other))
paired_row <- function(base, other) row("paired", base, other, paired(base, other))

# Run values as they come: of some shape, about ln 4000, with a spread of 3 %, in so many steps per unit.
# Powers of 2 keep differences exact, so that equal ones are.
draw <- function(count, shift, steps) {
  shape <- sample(3, 1)
  noise <- switch(shape, rnorm(count), rexp(count) - 1, rt(count, 2))
  round(steps * (8.3 + 0.03 * (noise + shift))) / steps
}
fine <- 1e6
middling <- 512
coarse <- 64
shifts <- c(0, 0, 0.5, -1, 3)
some_shift <- function() shifts[sample(length(shifts), 1)]
two_sample_case <- function(m, n, steps) two_sample_row(draw(m, 0, steps), draw(n, some_shift(), steps))
paired_case <- function(n, steps) {
  block <- draw(n, 0, steps)
  paired_row(block, round(steps * (block + draw(n, some_shift(), steps) - 8.3)) / steps)
}

cat("# Written by rank_golden.R with ", R.version.string, "\n", sep = "")
for (m in 1:7) for (n in 1:7) two_sample_case(m, n, fine)
for (m in 2:7) for (n in c(2, 5, 7)) two_sample_case(m, n, coarse)
for (n in c(8, 10, 12, 15, 20, 25, 30)) for (steps in c(fine, fine, middling, coarse)) two_sample_case(n, n, steps)
for (i in 1:25) two_sample_case(sample(6:30, 1), sample(6:30, 1), if (i %% 3) fine else coarse)
for (size in list(c(1, 19), c(1, 39), c(2, 38), c(3, 9), c(60, 70), c(33, 34), c(34, 33), c(34, 34), c(5, 120), c(90, 9)))
  for (steps in c(fine, coarse)) two_sample_case(size[1], size[2], steps)
two_sample_row(rep(8, 6), rep(8, 6))
two_sample_row(rep(8, 6), rep(9, 7))
two_sample_row(rep(8, 10), c(8, 8, 8.5, 8.5, 9, 9, 7, 7, 8, 8))

for (n in c(1:20, 25, 30, 45, 50, 63, 64, 70, 100)) for (steps in c(fine, middling, coarse)) paired_case(n, steps)
paired_row(rep(8, 7), rep(8, 7))
paired_row(rep(8, 7), rep(9, 7))
paired_row(rep(0, 9), c(0, 0, 0, 1, -2, 3, 4, -5, 6))
paired_row(rep(0, 12), c(1, -1, 2, -2, 3, 3, 3, -4, 5, 6, 7, 8))

for (m in 1:40) for (n in sort(unique(c(1:8, m, 2 * m, 39, 60))))
  row("two-sample-sizes", c(m, n), c(sapply(levels, function(level) two_sample_order(m, n, level)), min(1, 2 / choose(m + n, n))))
for (n in 1:120) row("paired-sizes", n, c(sapply(levels, function(level) paired_order(n, level)), min(1, 2 / 2^n)))

adjust_row <- function(p) row("adjust", p, ifelse(is.na(p), NaN, p.adjust(p, "BH")))
for (n in c(1, 2, 3, 10, 50, 300)) {
  adjust_row(runif(n))
  adjust_row(signif(runif(n)^4, 2))
  adjust_row(ifelse(runif(n) < 0.3, NaN, runif(n)^2))
}
adjust_row(c(0, 0, 1, 1, 0.05))
adjust_row(c(NaN, NaN))
adjust_row(rep(0.05, 20))
cat("end\t", rows, "\n", sep = "")
