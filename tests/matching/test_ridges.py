import numpy as np
import pytest
from numpy.typing import NDArray

from matching.fingerprint.ridges import find_ridges
from tests.matching.codec.prints import PERIOD, ridges

SIZE = 256


def waves(turn: float, period: float = PERIOD) -> NDArray[np.uint8]:
    """Straight ridges whose direction is ``turn``, counter-clockwise as one sees the picture."""
    y, x = np.mgrid[:SIZE, :SIZE]
    across = x * np.sin(turn) + y * np.cos(turn)
    return np.asarray(128 + 100 * np.cos(2 * np.pi * across / period), np.uint8)


def alike(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """Correlation of the middles of two pictures."""
    inner = slice(40, -40)
    first, second = one[inner, inner].ravel(), other[inner, inner].ravel()
    return float(np.corrcoef(first, second)[0, 1])


@pytest.mark.parametrize("degrees", [0, 20, 45, 90, 110, 170])
@pytest.mark.parametrize("period", [7.0, 9.0, 12.0])
def test_the_flow_is_the_direction_of_the_ridges(degrees: int, period: float) -> None:
    turn = np.radians(degrees)
    points = np.array([[128.0, 128.0], [100.0, 140.0]])
    flow = find_ridges(waves(turn, period)).flow_at(points)
    off = np.angle(flow * np.exp(-2j * turn)) / 2
    assert np.all(np.abs(np.degrees(off)) < 2)
    assert np.all(np.abs(flow) > 0.7)


def test_the_flow_is_read_between_windows() -> None:
    picture = waves(0.0)
    picture[:, SIZE // 2 :] = waves(np.pi / 4)[:, SIZE // 2 :]
    x = np.arange(40.0, SIZE - 40)
    flow = find_ridges(picture).flow_at(np.stack([x, np.full_like(x, 128.0)], axis=1))
    turn = np.degrees(np.angle(flow)) / 2
    assert abs(turn[0]) < 3
    assert abs(turn[-1] - 45) < 3
    assert np.abs(np.diff(turn)).max() < 5


def test_enhancement_takes_noise_away() -> None:
    clean = ridges()
    noise = np.random.default_rng(1).normal(0, 90, clean.shape)
    noisy = np.clip(clean + noise, 0, 255).astype(np.uint8)
    assert alike(find_ridges(noisy).enhanced, clean) > alike(noisy, clean) + 0.1


def test_contrast_and_brightness_of_the_sensor_hardly_matter() -> None:
    picture = ridges()
    pale = (180 + 0.25 * (picture.astype(np.float32) - 128)).astype(np.uint8)
    assert alike(find_ridges(pale).enhanced, find_ridges(picture).enhanced) > 0.99


def test_the_foreground_is_where_ridges_are() -> None:
    picture = np.full((SIZE, SIZE), 200, np.uint8)
    picture[60:200, 60:200] = waves(0.5)[60:200, 60:200]
    points = np.array([[130.0, 130.0], [60.0, 130.0], [8.0, 8.0]])
    inside, edge, outside = find_ridges(picture).foreground_at(points)
    assert inside == 1
    assert 0.3 < edge < 0.9
    assert outside == 0


@pytest.mark.parametrize("shape", [(64, 64), (65, 79), (300, 201)])
def test_any_shape_keeps_its_size(shape: tuple[int, int]) -> None:
    found = find_ridges(ridges(*shape))
    assert found.enhanced.shape == shape
    corners = np.array([[0.0, 0.0], [shape[1] - 1.0, shape[0] - 1.0]])
    assert np.isfinite(found.flow_at(corners)).all()
    assert found.foreground_at(corners).shape == (2,)


def test_a_blank_image_has_no_ridges() -> None:
    found = find_ridges(np.full((100, 100), 77, np.uint8))
    assert np.ptp(found.enhanced) == 0
    assert not found.flow.any()
    assert not found.foreground.any()
