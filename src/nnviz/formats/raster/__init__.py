"""From a Scene to pixels."""
