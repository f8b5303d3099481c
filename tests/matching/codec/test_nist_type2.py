import pytest

from matching.codec import nist_type2
from matching.errors import NistFileError

MESSAGE: dict[str, object] = {
    "category": "applicant",
    "reference_number": "IT1ABC",
    "names": [
        {"kind": "current", "surnames": "Al-Ḥasan", "forenames": "سمير"},
        {"kind": "alias", "surnames": "Hassan"},
    ],
    "nationalities": ["SYR", "IRQ"],
    "date_of_birth": {"year": 1990, "month": 2, "day": None},
    "event": {"place": "Lampedusa", "on": "2026-07-01"},
    "documents": [
        {"type": "passport", "number": "X1", "issuing_country": "SYR", "expires_on": "2030-01-31"},
        {"type": "identity_card", "number": "Y2", "issuing_country": "SYR"},
    ],
    "biometrics_taken_at": "2026-07-01T10:20:30Z",
    "tp_exclusion_ground": False,
    "missing": {"facial_image": "technical_obstacle", "place_of_birth": "unknown"},
    "later": {
        "responsible_member_state": "DE",
        "visa": {"member_state": "FR", "application_number": "V9"},
        "security_flag": {"circumstances": ["armed", "violent"], "source": "screening"},
        "application_rejected": True,
    },
}


def test_a_message_survives_the_way_through_type_2() -> None:
    assert nist_type2.to_message(nist_type2.from_message(MESSAGE)) == MESSAGE


def test_the_written_form_is_that_of_the_standard() -> None:
    fields = nist_type2.from_message(MESSAGE)
    assert fields[6] == (("current", "Al-Ḥasan", "سمير"), ("alias", "Hassan", ""))
    assert fields[8] == (("19900200",),)
    assert fields[13] == (("20260701102030Z",),)
    assert fields[39] == (("Y",),)


def test_images_and_empty_keys_are_left_out() -> None:
    assert nist_type2.from_message({"fingerprints": [{"position": 1}], "documents": []}) == {}


@pytest.mark.parametrize(
    "fields",
    [
        {29: (("x",),)},
        {999: (("x",),)},
        {3: (("applicant",), ("admission",))},
        {3: (("applicant", "admission"),)},
        {8: (("1990-02-00",),)},
        {8: (("٢٠٢٠٠١٠١",),)},
        {11: (("Lampedusa", "20260701", "more"),)},
        {13: (("20260701102030",),)},
        {20: (("yes",),)},
    ],
)
def test_what_has_no_meaning_is_refused(
    fields: dict[int, tuple[tuple[str, ...], ...]],
) -> None:
    with pytest.raises(NistFileError) as caught:
        nist_type2.to_message(fields)
    assert caught.value.code == "nist_field"


@pytest.mark.parametrize(
    "message",
    [
        {"document_scan": {"media_type": "image/png"}},
        {"colour_of_eyes": "brown"},
        {"event": {"where": "Lampedusa"}},
        {"event": "Lampedusa"},
        {"sex": 1},
        {"date_of_birth": "1990"},
        {"biometrics_taken_at": "2026-07-01T10:20:30+02:00"},
        {"later": {"security_flag": {"circumstances": ["a,b"], "source": "x"}}},
    ],
)
def test_what_cannot_be_written_is_refused(message: dict[str, object]) -> None:
    with pytest.raises(NistFileError) as caught:
        nist_type2.from_message(message)
    assert caught.value.code == "nist_field"


def test_no_two_fields_share_a_key() -> None:
    keys = [row.key for row in nist_type2.TYPE2_FIELDS.values()]
    assert len(keys) == len(set(keys))
