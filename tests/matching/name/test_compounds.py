"""A name of two words is one token, however it is spelled."""

import pytest

from matching.name.read import read_name
from matching.name.token import Field, Kind

SPELLINGS = {
    "abdulrahman": (
        *("Abdulrahman", "Abd al-Rahman", "Abd ar-Rahman", "Abdel Rahman", "Abdur Rahman"),
        *("Abderrahmane", "Abdirahman", "عبد الرحمن", "عبدالرحمن", "عبدالرحمان"),
    ),
    "abdullah": ("Abdullah", "Abdallah", "Abd Allah", "Abdella", "عبد الله", "عبدالله", "عبداللہ"),
    "nuruddin": ("Nuruddin", "Nour al-Din", "Nour Eddine", "Noureddine", "نور الدين", "نورالدین"),
    "asadullah": ("Asadullah", "Asad Allah", "Assad Ullah", "Asadollah", "اسدالله", "أسد الله"),
    "abubakr": ("Abu Bakr", "Aboubacar", "Abubakar", "Abu Bakar", "أبو بكر", "ابوبكر"),
    "abdullatif": ("Abdullatif", "Abdul Latif", "Abdellatif", "عبداللطيف"),
    "abuabdulrahman": ("Abu Abd al-Rahman", "Abu Abdurrahman", "أبو عبد الرحمن"),
    "abdulali": ("Abdul Ali", "Abd al-Ali", "عبد العلي", "عبدالعلی"),
    "salahuddin": ("Saladin", "Salah ad-Din", "Salah El Deen", "صلاح الدين"),
}


@pytest.mark.parametrize(
    ("surface", "spelling"), [(name, s) for name, group in SPELLINGS.items() for s in group]
)
def test_every_spelling_is_one_token_with_one_surface(surface: str, spelling: str) -> None:
    assert [token.surface for token in read_name(text=spelling).tokens] == [surface]


@pytest.mark.parametrize(
    "text", ["Abdul Khan", "Muhammad Ullah", "Kamal Din", "Bin Laden Abd", "Abdi Hassan Mohamed"]
)
def test_words_that_form_no_name_are_not_joined(text: str) -> None:
    assert len(read_name(text=text).tokens) == len(text.split())


@pytest.mark.parametrize("text", ["Attila", "Jamila", "Camilla", "Abbott", "Aladin Abel"])
def test_other_names_are_no_compounds(text: str) -> None:
    last = read_name(text=text).tokens[-1]
    assert last.surface == text.lower().split()[-1]


def test_a_name_that_was_cut_by_the_fields_is_joined() -> None:
    cut, whole = read_name("Rahman Khan", "Ali Abdul"), read_name(text="Abdul Rahman Ali Khan")
    assert {t.surface for t in cut.tokens} == {t.surface for t in whole.tokens}
    assert cut.tokens[0].field is Field.UNKNOWN


@pytest.mark.parametrize(
    ("joined", "apart"),
    [
        ("ALMASRI", "al-Masri"),
        ("Alahmad", "الاحمد"),
        ("Benyoussef", "Ben Youssef"),
        ("Elsayed", "El Sayed"),
    ],
)
def test_an_article_that_is_written_together_is_a_particle(joined: str, apart: str) -> None:
    ours, theirs = read_name(text=joined).tokens, read_name(text=apart).tokens
    assert [t.kind for t in ours] == [t.kind for t in theirs] == [Kind.PARTICLE, Kind.WORD]
    assert ours[1].skeleton == theirs[1].skeleton


@pytest.mark.parametrize("name", ["Alexander", "Alyssa", "Alisha", "Elisa", "Benjamin", "Elmira"])
def test_names_that_begin_like_an_article_stay_whole(name: str) -> None:
    assert [token.surface for token in read_name(text=name).tokens] == [name.lower()]


@pytest.mark.parametrize(
    ("text", "vowelled"),
    [("عبد الرحمن", True), ("نورالدين", True), ("عبد الصقر", False), ("محمد", False)],
)
def test_a_spelling_from_the_table_has_its_vowels(text: str, vowelled: bool) -> None:
    assert read_name(text=text).tokens[0].vowelled is vowelled
