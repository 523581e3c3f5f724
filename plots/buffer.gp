# Messages per second against the size that was asked for of socket buffers, pipe, queue or ring. Data: against.awk.

name = "buffer"
rate_title = "messages"
load "plots/against.gp"
