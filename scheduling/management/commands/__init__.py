"""Commands of scheduling, one file each."""
