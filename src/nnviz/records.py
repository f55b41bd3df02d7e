"""Named tuples and frozen dataclasses as the standard library's, made without compiling code.

For each dataclass the standard library writes, compiles and runs six functions; for each named
tuple it compiles the annotations. Of the hundred classes that a small command loads, that took
longer than all else of ours; here one function serves all classes.
"""

from __future__ import annotations

import dataclasses
from collections import namedtuple
from collections.abc import Callable
from dataclasses import MISSING, FrozenInstanceError, asdict, field, fields, replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Never, TypeVar

__all__ = ["NamedTuple", "asdict", "dataclass", "field", "fields", "replace"]
C = TypeVar("C")


# --- named tuples --------------------------------------------------------------


class _Named(type):
    """Makes a named tuple of what the body of a class declares."""

    def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> Any:
        named: Any = namedtuple
        names = body["__annotations__"]
        defaults = [body.pop(field) for field in names if field in body]
        made = named(name, names, defaults=defaults, module=body["__module__"])
        return type(name, (made, *bases[1:]), {"__slots__": (), **body})


# --- frozen dataclasses --------------------------------------------------------


def _dataclass(*, frozen: bool, eq: bool = True, kw_only: bool = False) -> Callable[[C], C]:
    assert frozen
    methods = _METHODS | _COMPARING if eq else _METHODS

    def record(cls: Any) -> Any:
        made: Any = dataclasses.dataclass(init=False, repr=False, eq=False, kw_only=kw_only)(cls)
        every = fields(made)
        shared = {
            "_names": frozenset(f.name for f in every),
            "_makers": {f.name: f.default_factory for f in every if f.default is MISSING},
            "_compared": attrgetter(*[f.name for f in every if f.compare] or ["__class__"]),
        }
        for name, value in (shared | methods).items():
            if name not in vars(made):
                setattr(made, name, value)
        return made

    return record


def _init(self: Any, *args: Any, **given: Any) -> None:
    """Keep what is given; the other defaults are the class's."""
    values = dict(zip(self.__match_args__, args, strict=False), **given) if args else given
    if not self._names >= values.keys() or len(values) < len(args) + len(given):
        raise TypeError(f"{type(self).__qualname__} has no fields for all of {args}, {given}")
    for name, make in self._makers.items():
        if name not in values:
            if make is MISSING:
                raise TypeError(f"{type(self).__qualname__} needs {name}")
            values[name] = make()
    self.__dict__.update(values)


def _repr(self: Any) -> str:
    shown = (f"{f.name}={getattr(self, f.name)!r}" for f in fields(self) if f.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _eq(self: Any, other: Any) -> Any:
    if type(other) is not type(self):
        return NotImplemented
    return self._compared(self) == self._compared(other)


def _hash(self: Any) -> int:
    return hash(self._compared(self))


def _set(_: Any, name: str, *__: Any) -> Never:
    raise FrozenInstanceError(f"{name!r} cannot be changed")


_METHODS = {"__init__": _init, "__repr__": _repr, "__setattr__": _set, "__delattr__": _set}
_COMPARING = {"__eq__": _eq, "__hash__": _hash}


if TYPE_CHECKING:
    from dataclasses import dataclass
    from typing import NamedTuple
else:
    dataclass = _dataclass
    NamedTuple = type.__new__(_Named, "NamedTuple", (), {})
