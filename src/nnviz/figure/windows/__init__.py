"""The views of sliding windows."""
