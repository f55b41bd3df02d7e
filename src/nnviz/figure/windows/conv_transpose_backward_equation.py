"""The gradient of a transposed convolution, which is one of a convolution too."""

from nnviz.figure.windows.conv_backward_equation import ABREAST, RANK, draw, fits, panel

__all__ = ["ABREAST", "RANK", "draw", "fits", "panel"]
