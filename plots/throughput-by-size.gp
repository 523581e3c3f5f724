# Throughput by message size: bytes per second at the receiver, both axes logarithmic, and what a lossy
# transport lost. Data: against.awk.

name = "throughput-by-size"
rate_title = "throughput"
load "plots/against.gp"
