import numpy as np
from numpy.typing import NDArray

from matching.fingerprint.sketch import SKETCH_DIMENSIONS
from matching.gallery.sketch_table import _BLOCK, SketchTable, quantise
from matching.template import FingerPosition

THUMB, LITTLE = FingerPosition.RIGHT_THUMB, FingerPosition.LEFT_LITTLE


def _random(rng: np.random.Generator) -> NDArray[np.int8]:
    sketch = rng.random(SKETCH_DIMENSIONS).astype(np.float32) ** 4
    return quantise(sketch / np.float32(np.linalg.norm(sketch)))


def test_scores_are_the_inner_products_of_the_permitted_slots_across_blocks() -> None:
    rng = np.random.default_rng(1)
    table = SketchTable()
    slots = np.array([0, 3, _BLOCK - 1, _BLOCK, 2 * _BLOCK + 7])
    stored = {int(s): {THUMB: _random(rng), LITTLE: _random(rng)} for s in slots}
    for slot, sketches in stored.items():
        table.put(slot, sketches)
    table.put(5, {THUMB: _random(rng)})
    probe = {THUMB: _random(rng), LITTLE: _random(rng)}
    expected = [
        sum(int(np.dot(probe[p].astype(int), stored[int(s)][p].astype(int))) for p in probe)
        for s in slots
    ]
    assert table.scores(probe, slots).tolist() == expected


def test_no_slots_no_scores() -> None:
    assert len(SketchTable().scores({}, np.array([], np.int64))) == 0


def test_what_was_put_can_be_read_and_wiped_in_place() -> None:
    sketch = _random(np.random.default_rng(2))
    table = SketchTable()
    table.put(9, {LITTLE: sketch})
    rows = table._blocks[0].rows
    empty = rows[8].tobytes()
    assert table.get(9, LITTLE).tolist() == sketch.tolist()
    assert not table.get(9, THUMB).any()
    assert rows[9].tobytes() != empty
    table.wipe(9)
    assert rows[9].tobytes() == empty


def test_rounding_keeps_a_sketch_nearly_unit_length() -> None:
    lengths = [
        np.linalg.norm(_random(np.random.default_rng(seed)).astype(float)) / 508.0
        for seed in range(20)
    ]
    assert 0.95 < min(lengths) <= max(lengths) < 1.05
