"""Recurrent nets: cells, weights, sequences."""
