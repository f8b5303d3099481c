from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from matching.errors import CodecError
from matching.fingerprint.compact import FRONT, encode
from matching.fingerprint.compare import FingersComparison, PackedSet, compare_many, pack
from matching.fingerprint.stored import Early, blobs_of, compare_reaching, compare_stored
from matching.template import FingerPosition, FingerSet
from tests.matching.gallery.population import Person

PROBES = ("mindtct/1", "leader/1", "other/1")


def _stored(people: Sequence[FingerSet]) -> NDArray[np.uint8]:
    stored = np.zeros((len(people), 10, 400), np.uint8)
    for person, fingers in zip(stored, people, strict=True):
        for position, template in fingers.fingers.items():
            kept = encode(template)[len(FRONT) :]
            blob = len(kept).to_bytes(2, "little") + kept
            person[position - 1, : len(blob)] = np.frombuffer(blob, np.uint8)
    return stored


def _compared(
    probe: PackedSet, stored: NDArray[np.uint8], threshold: float, early: Early | None = None
) -> list[tuple[int, FingersComparison]]:
    strengths = stored[:, :, 3]  # how many minutiae
    return compare_stored(probe, stored, threshold=threshold, strengths=strengths, early=early)


def _references() -> list[FingerSet]:
    """Of all families, some with few fingers; three are of one person."""
    positions = tuple(FingerPosition)
    seeds = (0, 1, 2, 3, 4, 4, 4, 7, 8)
    return [
        Person(seed, positions[at % 4 * 3 :]).capture(at, PROBES[at % 3])
        for at, seed in enumerate(seeds)
    ]


@pytest.mark.parametrize("extractor", PROBES)
def test_it_gives_exactly_what_comparing_packed_fingers_gives(extractor: str) -> None:
    references = _references()
    packed = [pack(one) for one in references]
    probe = pack(Person(4).capture(9, extractor))
    every = compare_many(probe, packed)
    scores = [one.score for one in every]
    assert min(scores) < 0 < 20 < max(scores)
    above = np.nextafter(scores, np.inf).tolist()
    for threshold in (-np.inf, np.inf, 0.0, 10.0, 20.7, *scores, *above):
        reaching = [(n, one) for n, one in enumerate(every) if one.score >= threshold]
        assert _compared(probe, _stored(references), threshold) == reaching
        assert compare_reaching(probe, packed, threshold=threshold) == reaching


def test_it_gives_up_where_the_other_fingers_cannot_make_up_for_it() -> None:
    stranger = Person(5).capture()
    stored = _stored([stranger])
    (score,) = (one.score for one in compare_many(pack(stranger), [pack(Person(6).capture())]))
    assert score < -5
    largest = max(stranger.fingers, key=lambda p: len(stranger.fingers[p].minutiae))
    finger = stored[0, largest - 1]
    finger[1 + int.from_bytes(finger[:2].tobytes(), "little")] = 255  # no quality
    probe = pack(Person(6).capture())
    assert _compared(probe, stored, 20.7) == []
    with pytest.raises(CodecError):
        _compared(probe, stored, -np.inf)


def test_without_references_or_common_fingers_nothing_is_near() -> None:
    probe = pack(Person(1, [FingerPosition.LEFT_RING]).capture())
    assert _compared(probe, _stored([]), 0.0) == []
    assert compare_reaching(probe, [], threshold=0.0) == []
    other = _stored([Person(1, [FingerPosition.RIGHT_RING]).capture()])
    (found,) = _compared(probe, other, 0.0)
    assert (found[0], found[1].score, found[1].terms) == (0, 0.0, ())
    assert _compared(probe, other, 0.01) == []


def test_damaged_minutiae_are_refused() -> None:
    stored = _stored([Person(1).capture()])
    stored[0, FingerPosition.LEFT_RING - 1, 0] -= 1
    with pytest.raises(CodecError):
        _compared(pack(Person(1).capture(1)), stored, 0.0)


def test_stored_fingers_are_read_as_they_were_encoded() -> None:
    fingers = Person(1, list(FingerPosition)[3:]).capture()
    expected = {position: encode(template) for position, template in fingers.fingers.items()}
    assert blobs_of(_stored([fingers])[0]) == expected


def test_a_finger_without_minutiae_can_be_stored() -> None:
    template = Person(1).capture().fingers[FingerPosition.LEFT_RING]
    empty = type(template)(np.zeros((0, 4), np.float32), np.zeros(0, np.uint8), "mindtct/1")
    fingers = FingerSet({FingerPosition.LEFT_RING: empty})
    probe = Person(1).capture(1)
    (found,) = _compared(pack(probe), _stored([fingers]), -1e9)
    assert found[1] == compare_many(pack(probe), [pack(fingers)])[0]


def test_strangers_are_given_up_at_the_strongest_fingers_and_mates_are_not() -> None:
    references = [Person(seed).capture(1) for seed in range(20)]
    probe, stored = pack(Person(7).capture(2)), _stored(references)
    every = _compared(probe, stored, -np.inf)
    assert [n for n, _ in every] == list(range(20))
    least = np.full((11, 10), -np.inf)
    least[10, 1] = 0.0
    found = _compared(probe, stored, -np.inf, Early(np.full(10, 50.0), least))
    assert found == [every[7]]
    fewer = np.full((11, 10), -np.inf)
    fewer[9] = 1e9
    assert _compared(probe, stored, -np.inf, Early(np.full(10, 50.0), fewer)) == every
