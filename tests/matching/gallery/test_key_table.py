import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.gallery import key_table
from matching.gallery.key_table import KeyTable

STEPS = st.lists(st.tuples(st.sampled_from(["put", "remove", "find"]), st.integers(0, 40)))


@settings(deadline=None)
@given(STEPS)
def test_a_table_does_what_a_dictionary_does(steps: list[tuple[str, int]]) -> None:
    keys: dict[int, str] = {}
    table, model = KeyTable(keys.__getitem__), dict[str, int]()
    for number, (step, one) in enumerate(steps):
        key = f"key-{one}"
        if step == "put":
            keys[number] = key
            table.put(key, number)
            model[key] = number
        elif step == "remove":
            assert table.remove(key) == model.pop(key, None)
        assert table.find(key) == model.get(key)
    assert len(table) == len(model)


def test_keys_of_one_hash_stay_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = {n: f"key-{n}" for n in range(2000)}
    table = KeyTable(keys.__getitem__)
    real = key_table._hash
    monkeypatch.setattr(key_table, "_hash", lambda key: real(key) & 0xFF)
    for slot, key in keys.items():
        table.put(key, slot)
    for slot in range(0, 2000, 2):
        assert table.remove(keys[slot]) == slot
    assert [table.find(key) for key in keys.values()] == [
        slot if slot % 2 else None for slot in keys
    ]


def test_many_keys_take_few_bytes_and_nothing_stays_of_removed_ones() -> None:
    keys = {n: f"{n:032x}" for n in range(20000)}
    table = KeyTable(keys.__getitem__)
    for slot, key in keys.items():
        table.put(key, slot)
    assert table.nbytes / len(keys) <= 27
    for _ in range(3):  # places of removed keys are used again
        for slot, key in keys.items():
            assert table.remove(key) == slot
        assert not np.any(table._slots >= 0)
        assert not table._hashes.any()
        for slot, key in keys.items():
            table.put(key, slot)
    assert [table.find(key) for key in keys.values()] == list(keys)
