"""How properties are tried.

The gate tries the same examples every time, so that it speaks of the change and not of
luck; `pytest --hypothesis-profile default` looks for new ones.
"""

from hypothesis import settings

settings.register_profile("gate", derandomize=True)
settings.load_profile("gate")
