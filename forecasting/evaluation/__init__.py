"""How good forecasts are: backtests in which knowledge time moves, and their scores. Pure."""
