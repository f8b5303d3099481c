import numpy as np
import pytest

from matching.errors import CodecError
from matching.fingerprint.compact import encode
from matching.fingerprint.compare import compare_many, pack
from matching.fingerprint.stored import compare_reaching, compare_stored
from matching.template import FingerPosition, FingerSet
from tests.matching.gallery.population import Person

PROBES = ("mindtct/1", "leader/1", "other/1")


def _blobs(fingers: FingerSet) -> dict[FingerPosition, bytes]:
    return {position: encode(t) for position, t in fingers.fingers.items()}


@pytest.mark.parametrize("extractor", PROBES)
@pytest.mark.parametrize("threshold", [-1e9, 0.0, 10.0])
def test_it_gives_exactly_what_comparing_packed_fingers_gives(
    extractor: str, threshold: float
) -> None:
    references = [
        Person(seed, tuple(FingerPosition)[seed % 9 :]).capture(0, PROBES[seed % 3])
        for seed in range(9)
    ]
    probe = pack(Person(4).capture(1, extractor))
    found = compare_stored(probe, [_blobs(one) for one in references], threshold=threshold)
    every = compare_many(probe, [pack(one) for one in references])
    assert found == [(n, one) for n, one in enumerate(every) if one.score >= threshold]
    packed = [pack(one) for one in references]
    assert compare_reaching(probe, packed, threshold=threshold) == found
    assert len(found) == 9 or threshold > -10


def test_without_references_or_common_fingers_nothing_is_near() -> None:
    probe = pack(Person(1, [FingerPosition.LEFT_RING]).capture())
    assert compare_stored(probe, [], threshold=0.0) == []
    assert compare_reaching(probe, [], threshold=0.0) == []
    other = _blobs(Person(1, [FingerPosition.RIGHT_RING]).capture())
    (found,) = compare_stored(probe, [other], threshold=0.0)
    assert (found[0], found[1].score, found[1].terms) == (0, 0.0, ())


def test_damaged_minutiae_are_refused() -> None:
    blobs = _blobs(Person(1).capture())
    blobs[FingerPosition.LEFT_RING] = blobs[FingerPosition.LEFT_RING][:-1]
    with pytest.raises(CodecError):
        compare_stored(pack(Person(1).capture(1)), [blobs], threshold=0.0)


def test_a_finger_without_minutiae_can_be_stored() -> None:
    template = Person(1).capture().fingers[FingerPosition.LEFT_RING]
    empty = type(template)(np.zeros((0, 4), np.float32), np.zeros(0, np.uint8), "mindtct/1")
    fingers = FingerSet({FingerPosition.LEFT_RING: empty})
    probe = Person(1).capture(1)
    (found,) = compare_stored(pack(probe), [_blobs(fingers)], threshold=-1e9)
    assert found[1] == compare_many(pack(probe), [pack(fingers)])[0]
