import numpy as np
import pytest

from matching.errors import GalleryCorruptError
from matching.fingerprint.compare import overwrite, pack
from matching.gallery.dump import Dumped, decode, encode
from matching.template import FingerPosition
from tests.matching.gallery.population import Person


def _dumped(seed: int, extractor: str = "mindtct/1") -> Dumped:
    packed = pack(Person(seed).capture(extractor=extractor))
    rng = np.random.default_rng(seed)
    sketches = {p: rng.integers(-127, 128, 1152).astype(np.int8) for p in packed.fingers}
    return Dumped(f"key-{seed}", (1 << 63) | seed, packed, sketches)


def test_references_survive_the_way_through_bytes() -> None:
    before = [_dumped(1), _dumped(2, "leader/1")]
    after = list(decode(b"".join(encode(one) for one in before)))
    assert [(a.key, a.attributes) for a in after] == [(b.key, b.attributes) for b in before]
    for a, b in zip(after, before, strict=True):
        for position in FingerPosition:
            one, other = a.packed.fingers[position], b.packed.fingers[position]
            assert one.family is other.family
            assert one.own.tobytes() == other.own.tobytes()
            assert one.general.tobytes() == other.general.tobytes()
            assert (one.general is one.own) == (other.general is other.own)
            assert one.own.ctypes.data % 64 == one.general.ctypes.data % 64 == 0
            assert a.sketches[position].tolist() == b.sketches[position].tolist()


@pytest.mark.parametrize("cut", [1, 12, 500, 2000])
def test_a_part_that_ends_early_is_refused(cut: int) -> None:
    with pytest.raises(GalleryCorruptError) as caught:
        list(decode(encode(_dumped(3))[:-cut]))
    assert caught.value.code == "part_malformed"


def test_a_finger_position_that_does_not_exist_is_refused() -> None:
    data = bytearray(encode(_dumped(4)))
    data[10 + len("key-4")] = 11
    with pytest.raises(GalleryCorruptError):
        list(decode(bytes(data)))


def test_overwriting_reaches_every_byte_of_every_finger() -> None:
    packed = _dumped(5, "leader/1").packed
    arrays = [a for finger in packed.fingers.values() for a in (finger.own, finger.general)]
    assert all(array.any() for array in arrays)
    overwrite(packed)
    assert not any(array.any() for array in arrays)
