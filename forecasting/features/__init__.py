"""What a forecaster looks at: the past as days, lags, calendar, covariates. Pure numpy."""
