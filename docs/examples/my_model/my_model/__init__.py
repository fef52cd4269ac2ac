"""A forecaster for Loadstar."""
