"""Arithmetic of scalars, equations of vectors, counts."""
