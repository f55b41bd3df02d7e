"""The views of operations on one array."""
