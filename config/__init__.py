"""Wiring: settings, addresses, server and worker entry points. Nobody imports it."""

import os

# Before numpy is loaded. A process has one thread that computes, and there are as many processes
# as cores: numpy's others would spin between two sums, which takes as much again as a large plan.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
