"""A network gone back through: the pipeline, values above and gradients below, arrows reversed."""

from nnviz.figure.networks.net_pipeline import RANK, draw, fits

__all__ = ["RANK", "draw", "fits"]
