# Messages per second against how many of them go into one system call. Data: against.awk.

name = "batch"
rate_title = "messages"
load "plots/against.gp"
