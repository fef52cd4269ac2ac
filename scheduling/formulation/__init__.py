"""The mathematics of a site: arrays in, blocks of a linear model out. Knows no solver."""
