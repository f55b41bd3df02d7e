"""The page that plays steps: its script, its style, its figures."""
