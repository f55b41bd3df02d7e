"""Several layers or both directions of a recurrent net, gone back through."""

from __future__ import annotations

from nnviz.figure.layout.page import page
from nnviz.figure.layout.style import Style
from nnviz.figure.recurrent._row import Row, row_block
from nnviz.figure.recurrent._shares import bars_said, shares
from nnviz.figure.recurrent._stacked import measured_stack
from nnviz.figure.recurrent.rnn_stacked import fits
from nnviz.figure.scene import Scene
from nnviz.request import Appearance
from nnviz.trace import Step, Trace
from nnviz.words import Words
