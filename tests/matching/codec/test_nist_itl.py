import io
import struct
from dataclasses import replace

import nistitl
import numpy as np
import pytest
from PIL import Image

from matching.codec import image, nist_itl
from matching.codec.nist_itl import NistFace, NistFile, NistFinger, NistHeader
from matching.errors import NistFileError
from tests.matching.codec.prints import ridges

PIXELS = ridges(80, 70)
HEADER = NistHeader("EURODAC", "20260701", "EU-LISA", "IT-QUESTURA", "TCN-0001")


def finger(position: int, media_type: str = "image/png") -> NistFinger:
    return NistFinger(position, 0, 500, media_type, image.encode(PIXELS, media_type))


def portrait() -> NistFace:
    out = io.BytesIO()
    Image.new("RGB", (60, 80), (200, 160, 140)).save(out, "JPEG")
    return NistFace("image/jpeg", out.getvalue())


FILE = NistFile(
    HEADER,
    {5: (("IT1ABC",),), 6: (("current", "Müller", "محمد"), ("alias", "X", ""))},
    tuple(
        finger(position, media_type)
        for position, media_type in enumerate(sorted(image.FINGER_MEDIA_TYPES), start=1)
    ),
    (portrait(),),
    ((7, "amputated"), (9, "bandaged")),
)


def code_of(data: bytes) -> str:
    with pytest.raises(NistFileError) as caught:
        nist_itl.read(data)
    return caught.value.code


def with_record(record: object) -> bytes:
    """A file of another sender: its header and one more record."""
    message = nistitl.Message()
    message.TOT = "EURODAC"
    message += record
    return bytes(message.NIST)


def type_14(**fields: object) -> nistitl.AsciiRecord:
    record = nistitl.AsciiRecord(14)
    values: dict[str, object] = {
        "IDC": 1, "IMP": 1, "HLL": 70, "VLL": 80, "SLC": 1, "THPS": 500, "TVPS": 500, "CGA": "NONE",
        "FGP": 3, "DATA": PIXELS.tobytes(),
    }  # fmt: skip
    for name, value in (values | fields).items():
        setattr(record, name, value)
    return record


def type_4(*, position: int = 2, compression: int = 0, scale: int = 0) -> nistitl.BinaryRecord:
    record = nistitl.BinaryRecord(4)
    record.IDC = 1
    data = PIXELS.tobytes() if compression == 0 else image.encode(PIXELS, "image/x-wsq")
    others = bytes([position]) + b"\xff" * 5
    record.pack("!B6sBHHB", 1, others, scale, 70, 80, compression, data)
    return record


def test_a_file_survives_writing_and_reading() -> None:
    data = nist_itl.write(FILE)
    assert nist_itl.read(data) == FILE
    assert nist_itl.write(nist_itl.read(data)) == data


def test_the_records_are_those_of_the_standard() -> None:
    message = nistitl.Message()
    message.parse(nist_itl.write(FILE))
    assert [record.type for record in message] == [1, 2, 14, 14, 14, 14, 14, 14, 10]
    assert message[0].VER == "0500"
    assert message[1][5].value == "IT1ABC"
    assert (message[2].FGP, message[2].HLL, message[2].VLL) == ("1", "70", "80")
    assert [record.CGA for record in message.iter(14) if record[11] is not None] == [
        "JP2", "PNG", "TIFF", "WSQ20",
    ]  # fmt: skip


def test_uncompressed_fingers_become_png() -> None:
    (found,) = nist_itl.read(with_record(type_14())).fingers
    assert (found.position, found.impression_type, found.ppi) == (3, 1, 500)
    assert found.media_type == "image/png"
    assert np.array_equal(image.decode(found.data).pixels, PIXELS)


def test_resolutions_are_read_in_both_units() -> None:
    per_cm = with_record(type_14(SLC=2, THPS=394, TVPS=394))
    assert nist_itl.read(per_cm).fingers[0].ppi == 1001
    assert nist_itl.read(with_record(type_14(SLC=0))).fingers[0].ppi is None


@pytest.mark.parametrize(("compression", "media_type"), [(0, "image/png"), (1, "image/x-wsq")])
def test_binary_fingers_of_type_4_are_read(compression: int, media_type: str) -> None:
    (found,) = nist_itl.read(with_record(type_4(compression=compression))).fingers
    assert (found.position, found.impression_type, found.ppi) == (2, 1, 500)
    assert found.media_type == media_type
    assert image.decode(found.data).pixels.shape == PIXELS.shape


def test_type_4_takes_its_native_resolution_from_the_header() -> None:
    message = nistitl.Message()
    message.TOT = "EURODAC"
    message[0][11].value = "39.37"
    message += type_4(scale=1)
    assert nist_itl.read(bytes(message.NIST)).fingers[0].ppi == 1000
    assert code_of(with_record(type_4(scale=1))) == "nist_resolution"


@pytest.mark.parametrize(("position", "thumb"), [(11, 1), (12, 6)])
def test_a_plain_thumb_is_the_thumb(position: int, thumb: int) -> None:
    for record in (type_14(FGP=position), type_4(position=position)):
        assert nist_itl.read(with_record(record)).fingers[0].position == thumb
    with pytest.raises(NistFileError, match=f"position {position}:"):
        nist_itl.write(replace(FILE, fingers=(replace(finger(1), position=position),)))


@pytest.mark.parametrize("impression", [0, 1, 2, 3, 8])
def test_rolled_plain_and_swiped_impressions_are_read(impression: int) -> None:
    (found,) = nist_itl.read(with_record(type_14(IMP=impression))).fingers
    assert found.impression_type == impression


@pytest.mark.parametrize("position", [0, 13, 14, 15, 19])
def test_slaps_and_unknown_fingers_are_refused(position: int) -> None:
    assert code_of(with_record(type_14(FGP=position))) == "nist_position"
    assert code_of(with_record(type_4(position=position))) == "nist_position"
    with pytest.raises(NistFileError, match=f"position {position}:"):
        nist_itl.write(replace(FILE, fingers=(replace(finger(1), position=position),)))


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"CGA": "JPEGL"}, "nist_compression"),
        ({"HLL": 71}, "nist_field"),
        ({"HLL": 0}, "nist_field"),
        ({"HLL": "70a"}, "nist_field"),
        ({"IMP": ""}, "nist_field"),
        ({"FGP": [["3"], ["4"]]}, "nist_field"),
        ({"DATA": b""}, "nist_field"),
        ({"THPS": 501}, "nist_resolution"),
        ({"THPS": 200, "TVPS": 200}, "nist_resolution"),
        ({"SLC": 3}, "nist_resolution"),
        ({"AMP": [["3", "ZZ"]]}, "nist_field"),
        ({"AMP": [["13", "XX"]]}, "nist_position"),
    ],
)
def test_unusable_fields_are_named(fields: dict[str, object], code: str) -> None:
    assert code_of(with_record(type_14(**fields))) == code


@pytest.mark.parametrize("kind", [9, 13, 15, 20, 99])
def test_records_of_other_types_are_refused(kind: int) -> None:
    with pytest.raises(NistFileError, match=f"type {kind} ") as caught:
        nist_itl.read(with_record(nistitl.AsciiRecord(kind)))
    assert caught.value.code == "nist_record_type"


def test_only_faces_are_read_from_type_10() -> None:
    record = nistitl.AsciiRecord(10)
    record.IMT, record.CGA, record.DATA = "TATTOO", "JPEGB", b"\xff\xd8\xff"
    assert code_of(with_record(record)) == "nist_image_type"


def test_text_in_latin_1_is_read_if_the_header_says_so() -> None:
    message = nistitl.Message()
    message.TOT = "EURODAC"
    record = nistitl.AsciiRecord(2)
    record += nistitl.Field(2, 9, "Köln")
    message += record
    assert code_of(bytes(message.NIST)) == "nist_text"
    message[0].DCS = [["001", "ISO8859-1"]]
    assert nist_itl.read(bytes(message.NIST)).descriptive == {9: (("Köln",),)}


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (replace(FILE, header=replace(HEADER, origin="")), "nist_field"),
        (replace(FILE, header=replace(HEADER, origin="Österreich")), "nist_field"),
        (replace(FILE, descriptive={2: (("x",),)}), "nist_field"),
        (replace(FILE, descriptive={9: ()}), "nist_field"),
        (replace(FILE, descriptive={9: (("a\x1cb",),)}), "nist_text"),
        (replace(FILE, descriptive={9: (("\ud800",),)}), "nist_text"),
        (replace(FILE, missing=((3, "refused"),)), "nist_field"),
        (replace(FILE, fingers=(replace(finger(1), ppi=100),)), "nist_resolution"),
        (replace(FILE, fingers=(replace(finger(1), media_type="image/gif"),)), "nist_compression"),
        (replace(FILE, fingers=(replace(finger(1), data=b"nothing"),)), "nist_image"),
    ],
)
def test_what_cannot_be_written_is_refused(file: NistFile, code: str) -> None:
    with pytest.raises(NistFileError) as caught:
        nist_itl.write(file)
    assert caught.value.code == code


def test_a_file_of_too_many_records_is_refused() -> None:
    fingers = tuple(finger(1) for _ in range(nist_itl.MAX_RECORDS))
    assert code_of(nist_itl.write(replace(FILE, fingers=fingers))) == "nist_too_large"


@pytest.mark.parametrize("data", [b"", b"\x00" * 1000, b"1.001:", b"1.001:99999999\x1d", b"<xml/>"])
def test_other_files_are_refused(data: bytes) -> None:
    assert code_of(data) in {"nist_format", "nist_field"}


def damaged(data: bytes, seed: int) -> bytes:
    """Change, cut, or shuffle separators and digits; the head of the file more often."""
    rng = np.random.default_rng(seed)
    changed = bytearray(data)
    reach = len(data) if seed % 2 else 900
    start = int(rng.integers(0, reach))
    kind = seed % 5
    if kind == 0:
        changed[start : start + 3] = rng.bytes(3)
    elif kind == 1:
        del changed[start:]
    elif kind == 2:
        del changed[start : start + int(rng.integers(1, 6))]
    elif kind == 3:
        changed[start:start] = bytes(rng.choice(list(b"0129.:\x1c\x1d\x1e\x1f"), 3).tolist())
    else:
        changed[start : start + 4] = struct.pack(">I", int(rng.integers(0, 1 << 20)))
    return bytes(changed)


def test_2500_damaged_files_give_a_file_or_a_typed_error() -> None:
    data = nist_itl.write(FILE)
    refused = 0
    for seed in range(2500):
        try:
            nist_itl.read(damaged(data, seed))
        except NistFileError:
            refused += 1
    assert 1000 < refused < 2500


def test_the_errors_quote_nothing_of_the_file() -> None:
    data = nist_itl.write(FILE)
    messages = set()
    for seed in range(500):
        try:
            nist_itl.read(damaged(data, seed))
        except NistFileError as error:
            messages.add(str(error))
            messages.add(repr(error.__cause__))
    assert not any("IT1ABC" in message or "ller" in message for message in messages)
    assert len(messages) > 3
