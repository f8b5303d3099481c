from hypothesis import given
from hypothesis import strategies as st

from matching.fingerprint.compare import PackedSet
from matching.gallery.protocol import Permit
from matching.gallery.reference_table import ReferenceTable, Slot

WORDS = st.integers(0, 2**64 - 1) | st.integers(0, 7) | st.just(1 << 63)
KEYS = st.sampled_from([f"r{n}" for n in range(12)])


def _filled(labels: dict[str, int]) -> ReferenceTable:
    table = ReferenceTable()
    for key, word in labels.items():
        table.publish(table.reserve(), Slot(key, PackedSet({})), word)
    return table


def _found(table: ReferenceTable, permit: Permit) -> set[str]:
    return {table.live()[slot].key for slot in table.permitted(permit)}


@given(
    st.dictionaries(KEYS, WORDS),
    st.lists(WORDS, max_size=3).map(tuple),
    st.frozensets(KEYS),
)
def test_the_vectorised_filter_is_the_permit(
    labels: dict[str, int], masks: tuple[int, ...], excluded: frozenset[str]
) -> None:
    permit = Permit(masks, excluded)
    expected = {key for key, word in labels.items() if permit.allows(key, word)}
    assert _found(_filled(labels), permit) == expected


@given(st.lists(st.tuples(st.sampled_from(["put", "drop", "relabel"]), KEYS, WORDS), max_size=60))
def test_the_table_is_a_dictionary_in_order(steps: list[tuple[str, str, int]]) -> None:
    """Replacing keeps the place, as in a dict; released slots are used again."""
    table, model = ReferenceTable(), dict[str, int]()
    for step, key, word in steps:
        if step == "put":
            replaced = table.publish(table.reserve(), Slot(key, PackedSet({})), word)
            assert (replaced is not None) == (key in model)
            model[key] = word
            if replaced is not None:
                table.release(replaced)
        elif step == "drop":
            slot = table.withdraw(key)
            assert (slot is not None) == (model.pop(key, None) is not None)
            if slot is not None:
                table.release(slot)
        else:
            assert table.relabel(key, word) == (key in model)
            if key in model:
                model[key] = word
    live = table.live()
    assert [(live[slot].key, word) for slot, word in table.in_order()] == list(model.items())
    assert table.labels() == model
    assert len(table) == len(model)
    assert len(live) <= 13  # twelve keys, and one more while a key is replaced


def test_a_withdrawn_slot_keeps_its_data_until_it_is_released() -> None:
    table = _filled({"a": 1})
    slot = table.withdraw("a")
    assert slot is not None
    assert table.live()[slot].key == "a"
    table.release(slot)
    assert table.live()[slot].key == ""
