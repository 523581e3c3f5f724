# Round trip by message size: the median of each mechanism, both axes logarithmic. Data: by-size.awk.

name = "round-trip-by-size"
value_title = "round trip, p50"
value_is_rate = 0
load "plots/by-size.gp"
