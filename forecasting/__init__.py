"""What is coming: forecast models and their runs."""
