"""The views of chains and their parameters."""
