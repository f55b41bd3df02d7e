"""The plan of a recurrent net: which step is of which time and chain, and what there is then."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nnviz.recurrence import Chain, Recurrence


@given(st.integers(1, 5), st.integers(1, 3), st.integers(1, 2))
def test_every_step_is_of_a_time_and_a_chain(length: int, layers: int, directions: int) -> None:
    plan = Recurrence(length, layers, directions)
    chains = list(plan.chains)
    assert len(chains) == layers * directions
    places = [(t, chain) for t in range(1, length + 1) for chain in chains]
    assert [plan.at(n) for n in range(1, len(places) + 1)] == places
    assert [plan.number(*place) for place in places] == list(range(1, len(places) + 1))


def test_a_backward_chain_starts_from_the_time_after() -> None:
    plan = Recurrence(3, 1, 2)
    assert [plan.at(n).before for n in (3, 4)] == [1, 3]
    assert str(plan.place(4)) == "time 2, layer 1, backward"
    assert Recurrence(3).place(2) is None


def test_modes_say_which_inputs_and_outputs_there_are() -> None:
    def there(plan: Recurrence) -> list[tuple[bool, bool]]:
        return [(plan.has_x(t), plan.has_y(t)) for t in (1, 2, 3)]

    assert there(Recurrence(3, makes_y=True)) == [(True, True)] * 3
    assert there(Recurrence(3)) == [(True, False)] * 3
    last = [(True, False), (True, False), (True, True)]
    assert there(Recurrence(3, mode="many-to-one", makes_y=True)) == last
    first = [(True, True), (False, True), (False, True)]
    assert there(Recurrence(3, mode="one-to-many", makes_y=True)) == first
    fed = Recurrence(3, mode="one-to-many", makes_y=True, feedback=True)
    assert there(fed) == [(True, True)] * 3


def test_the_last_step_of_a_time_makes_its_output() -> None:
    plan = Recurrence(2, 2, 2, mode="many-to-one", makes_y=True)
    assert [n for n in range(1, 9) if plan.makes(*plan.at(n))] == [8]


def test_arrays_and_states_are_named_after_their_chain() -> None:
    plan = Recurrence(1, 2, 2)
    assert [plan.end(c) for c in plan.chains] == ["_l0", "_l0_reverse", "_l1", "_l1_reverse"]
    assert [plan.raised(c) for c in plan.chains] == ["(1)→", "(1)←", "(2)→", "(2)←"]
    assert plan._replace(layers=1).raised(Chain(0, 1)) == "←"
    assert Recurrence(1).raised(Chain(0, 0)) == ""
