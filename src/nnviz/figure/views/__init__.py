"""Arrangements, one file each, found by their names: `{op}_{view}.py`."""
