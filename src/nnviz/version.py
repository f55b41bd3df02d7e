"""The version, in one place: packaging and `--version` both read it."""

__version__ = "0.1.0"
