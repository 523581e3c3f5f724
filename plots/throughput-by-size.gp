# Throughput by message size: bytes per second at the receiver, both axes logarithmic, and what a lossy
# transport lost. Data: by-size.awk.

name = "throughput-by-size"
value_title = "throughput"
value_is_rate = 1
load "plots/by-size.gp"
