# Messages per second against what the size of socket buffers, pipe, queue or ring came to be. Data: against.awk.

name = "buffer"
rate_title = "messages"
load "plots/against.gp"
