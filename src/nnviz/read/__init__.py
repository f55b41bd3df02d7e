"""What a user gives → arrays: text, pictures, array files, weights, standard input.

One file per kind of content; `sources` decides, by content, which of them reads.
Importing this loads neither NumPy nor Pillow.
"""

from nnviz.read.given import Stdin
from nnviz.read.images import ImageOptions
from nnviz.read.sources import Named, Source, read_array, read_input, read_weights

__all__ = ["ImageOptions", "Named", "Source", "Stdin", "read_array", "read_input", "read_weights"]
