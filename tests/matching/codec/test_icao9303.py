"""Machine readable zones: the specimens of ICAO Doc 9303, and zones built here."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.codec.icao9303 import MachineReadableZone, MrzFormat, check_digit, read_mrz
from matching.errors import MrzError

TD3 = """P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<
L898902C36UTO7408122F1204159ZE184226B<<<<<10"""
TD2 = """I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<
D231458907UTO7408122F1204159<<<<<<<6"""
TD1 = """I<UTOD231458907<<<<<<<<<<<<<<<
7408122F1204159UTO<<<<<<<<<<<6
ERIKSSON<<ANNA<MARIA<<<<<<<<<<"""
VISA = """V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<
L8988901C4XXX4009078F96121096ZE184226B<<<<<<"""


def read(text: str) -> MachineReadableZone:
    return read_mrz(text, reference_year=2026)


def passport(
    names: str = "HADDAD<<OMAR", birth: str = "900203", sex: str = "M", expiry: str = "300101"
) -> str:
    """A passport whose check digits are right."""
    number, personal = "X12345678", "<" * 14
    second = "".join(
        [
            number + check_digit(number) + "SYR",
            birth + check_digit(birth) + sex + expiry + check_digit(expiry),
            personal + "<",
        ]
    )
    composite = check_digit(second[:10] + second[13:20] + second[21:])
    return f"P<SYR{names.ljust(39, '<')}\n{second}{composite}"


@pytest.mark.parametrize(
    ("text", "size", "number"),
    [(TD3, "TD3", "L898902C3"), (TD2, "TD2", "D23145890"), (TD1, "TD1", "D23145890")],
)
def test_the_specimens_of_the_standard_are_read(text: str, size: str, number: str) -> None:
    zone = read(text)
    assert zone.format is MrzFormat(size)
    assert (zone.surname, zone.forenames) == ("ERIKSSON", "ANNA MARIA")
    assert (zone.number, zone.nationality, zone.issuing_state) == (number, "UTO", "UTO")
    assert (str(zone.date_of_birth), zone.sex, str(zone.expires_on)) == (
        "1974-08-12",
        "F",
        "2012-04-15",
    )
    assert zone.is_valid
    assert not zone.names_may_be_truncated


def test_a_visa_has_no_composite_digit() -> None:
    zone = read(VISA)
    assert zone.is_valid
    assert (zone.document_type, zone.number, zone.optional) == ("V", "L8988901C", "6ZE184226B")


def test_small_letters_and_line_breaks_do_not_matter() -> None:
    typed = "\r\n\n".join(TD3.lower().split())
    assert read(typed) == read(TD3)


@pytest.mark.parametrize(
    ("at", "failed"),
    [
        (44 + 1, ("number", "composite")),
        (44 + 14, ("date_of_birth", "composite")),
        (44 + 22, ("expires_on", "composite")),
        (44 + 30, ("optional", "composite")),
        (44 + 43, ("composite",)),
    ],
)
def test_a_wrong_character_is_found_by_its_check_digits(at: int, failed: tuple[str, ...]) -> None:
    compact = TD3.replace("\n", "")
    replacement = "1" if compact[at] != "1" else "2"
    zone = read(compact[:at] + replacement + compact[at + 1 :])
    assert zone.failed_checks == failed
    assert not zone.is_valid


@pytest.mark.parametrize(
    ("birth", "reference_year", "date"),
    [
        ("900203", 2026, "1990-02-03"),
        ("260203", 2026, "2026-02-03"),
        ("270203", 2026, "1927-02-03"),
        ("270203", 2030, "2027-02-03"),
        ("9002<<", 2026, "1990-02"),
        ("90<<<<", 2026, "1990"),
        ("900000", 2026, "1990"),
        ("90<<03", 2026, "1990"),
        ("<<<<<<", 2026, "None"),
    ],
)
def test_a_date_of_birth_may_be_partial_and_is_not_in_the_future(
    birth: str, reference_year: int, date: str
) -> None:
    zone = read_mrz(passport(birth=birth), reference_year=reference_year)
    assert str(zone.date_of_birth) == date
    assert zone.is_valid


def test_an_expiry_may_lie_ahead() -> None:
    assert str(read(passport(expiry="760101")).expires_on) == "2076-01-01"
    assert str(read(passport(expiry="770101")).expires_on) == "1977-01-01"


@pytest.mark.parametrize(("sex", "meaning"), [("M", "M"), ("F", "F"), ("<", "X"), ("X", "X")])
def test_the_sex_may_be_left_open(sex: str, meaning: str) -> None:
    assert read(passport(sex=sex)).sex == meaning


@pytest.mark.parametrize(
    ("names", "surname", "forenames", "truncated"),
    [
        ("HADDAD<<OMAR", "HADDAD", "OMAR", False),
        ("AL<HADDAD<<OMAR<ALI", "AL HADDAD", "OMAR ALI", False),
        ("HADDAD", "HADDAD", "", False),
        ("ABDULRAHMAN<BIN<MUHAMMAD<<MUHAMMAD<ABDUL", *("ABDULRAHMAN BIN MUHAMMAD",), "", True),
    ],
)
def test_names_are_taken_apart(names: str, surname: str, forenames: str, truncated: bool) -> None:
    zone = read(passport(names=names[:39]))
    assert zone.surname == surname
    assert zone.forenames == forenames or truncated
    assert zone.names_may_be_truncated is truncated


def test_a_number_of_more_than_nine_characters_goes_on_in_the_optional_data() -> None:
    number = "D23145890734"
    first = f"I<UTO{number[:9]}<{number[9:]}{check_digit(number)}<<<<<<<<<<<"
    second = "7408122F1204159UTO<<<<<<<<<<<"
    composite = check_digit(first[5:] + second[:7] + second[8:15] + second[18:])
    zone = read(f"{first}\n{second}{composite}\n{'ERIKSSON<<ANNA'.ljust(30, '<')}")
    assert zone.number == number
    assert zone.optional == ""
    assert zone.is_valid


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "mrz_length"),
        ("P<UTO", "mrz_length"),
        ("P" * 10_000, "mrz_length"),
        (TD3.replace("E", "é"), "mrz_character"),
        (TD3.replace("<", "\0"), "mrz_character"),
        (TD3.replace("<", "\ud800"), "mrz_character"),
        (passport(birth="900230"), "mrz_date"),
        (passport(birth="9O0203"), "mrz_date"),
        (passport(expiry="301301"), "mrz_date"),
        (passport(sex="9"), "mrz_sex"),
    ],
)
def test_what_is_no_zone_is_refused_without_quoting_it(text: str, code: str) -> None:
    with pytest.raises(MrzError) as refused:
        read(text)
    assert refused.value.code == code
    assert "UTO" not in str(refused.value)


@given(
    st.text(st.characters(), max_size=100) | st.text("P<0123456789ABM", min_size=88, max_size=88)
)
def test_any_text_is_read_or_refused(text: str) -> None:
    """Nothing but its own error, and never a number longer than its field and the optional data."""
    with contextlib.suppress(MrzError):
        assert len(read(text).number) <= 22
