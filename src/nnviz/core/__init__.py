"""Pad, window and count: arrays in, arrays out. All the speed lives here."""
