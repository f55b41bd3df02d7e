"""A small network gone back through, every value and weight above its gradient."""

from nnviz.figure.networks.net_graph import RANK, WHOLE, draw, fits

__all__ = ["RANK", "WHOLE", "draw", "fits"]
