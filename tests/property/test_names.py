"""Names in few bytes are found as a dictionary finds them."""

from hypothesis import given
from hypothesis import strategies as st

from zones.names import Names

FEW = st.sampled_from([f"é{number}" for number in range(90)])


@given(st.lists(FEW | st.text(max_size=6), max_size=200), st.text(max_size=6))
def test_names_are_found(added: list[str], other: str) -> None:
    """Every number of a name is found, the newest first, however many chains were made anew."""
    names = Names()
    known: dict[str, list[int]] = {}
    for number, name in enumerate(added):
        assert names.add(name) == number
        known.setdefault(name, []).insert(0, number)
        assert names.find(name) == known[name]
    assert [names[number] for number in range(len(names))] == added
    assert {name: names.find(name) for name in known} == known
    assert names.find(other) == known.get(other, [])


@given(st.lists(st.text("aAbB", max_size=5) | FEW, max_size=40), st.text("abß", max_size=3))
def test_names_that_hold_a_text_are_found(added: list[str], text: str) -> None:
    """A text is found in each name that holds it, in no two names together, in any case."""
    names = Names()
    for name in added:
        names.add(name)
    wanted = [number for number, name in enumerate(added) if text in name.casefold()]
    assert names.holding(text) == wanted
