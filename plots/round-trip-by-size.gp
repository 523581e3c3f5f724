# Round trip by message size: the median of each mechanism, both axes logarithmic. Data: against.awk.

name = "round-trip-by-size"
rate_title = "throughput"
load "plots/against.gp"
