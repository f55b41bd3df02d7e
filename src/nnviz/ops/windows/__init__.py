"""Convolution, transposed convolution and pooling: what slides a window."""
