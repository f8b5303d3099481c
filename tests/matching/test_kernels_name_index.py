"""The index of identities finds what scoring every row finds, and forgets what is erased."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numpy.typing import NDArray

from matching.date import PartialDate
from matching.kernels import name_index as kernel
from matching.kernels.name_twin import score
from matching.name import model, weights
from matching.name.ask import ask, rows_of
from matching.name.index import IdentityIndex, Match
from matching.name.probe import build
from matching.name.read import read_name

GIVEN = ["Mohammed", "Muhammad", "Ahmed", "Ali", "Hassan", "Fatima", "Yusuf", "Omar", "Sara"]
FAMILY = ["Haddad", "Khoury", "Nassar", "Rahimi", "Karimi", "Petrenko", "Berhane", "Garcia"]
COUNTRIES = {"SYR": 1, "AFG": 2, "ERI": 3}


def filled(people: int, seed: int = 1) -> IdentityIndex:
    index = IdentityIndex(model.load(), weights.load())
    chance = np.random.default_rng(seed)
    for owner in range(1, people + 1):
        name = read_name(
            surnames=str(chance.choice(FAMILY)),
            forenames=" ".join(chance.choice(GIVEN, chance.integers(1, 3))),
        )
        year, month = int(chance.integers(1985, 1990)), int(chance.integers(0, 13))
        birth = PartialDate.read(year, month, int(chance.integers(1, 29)) if month else 0)
        nationality, sex = int(chance.integers(0, 4)), str(chance.choice(["M", "F", ""]))
        rows = rows_of([name], birth, nationality=nationality, sex=sex)
        index.add(owner, rows, label=1 + owner % 3)
    return index


def everybody(index: IdentityIndex, asked: object, k: int) -> list[int]:
    """Scores of the best rows, every row scored."""
    parts = index._segments.parts(words=len(index.vocabulary))
    matcher = build(
        asked, index.vocabulary, index.weights, index._population(),  # type: ignore[arg-type]
        scratch=kernel.Scratch(np.zeros(1, np.uint16), np.zeros(1, np.uint64)),
        permitted=np.ones(1, np.uint8),
    )  # fmt: skip
    found = [score(matcher, row) for part in parts for row in part.rows if row["label"]]
    least = int(matcher.probe["least"][0])
    return sorted((s for s in found if s >= least), reverse=True)[:k]


PROBES = [
    ("Mohamed Hadad", PartialDate(1987, 3, 4), "SYR", "M"),
    ("Fatima", None, "", ""),
    ("محمد كريمي", PartialDate(1988, 1, 1), "AFG", ""),
    ("Karimi Yousef Ali", PartialDate(1986), "AFG", "M"),
    ("Ahmedali Nassar", PartialDate(1989, 12, 1), "", "F"),
    ("Sara Petrenko", PartialDate(1985, 6), "ERI", "F"),
    ("Haddadhassan", None, "", ""),
    ("M Hadad", None, "", ""),
    ("Omar M H Kuri", PartialDate(1987, 1, 1), "SYR", ""),
    ("Hasanhadad Omr", PartialDate(1988, 5, 7), "", ""),
]


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: str(probe[0]))
@pytest.mark.parametrize("people", [0, 1, 300])
def test_a_search_finds_what_scoring_every_row_finds(
    people: int, probe: tuple[str, PartialDate | None, str, str]
) -> None:
    index = filled(people)
    name, birth, nationality, sex = probe
    asked = ask(read_name(text=name), birth, nationality=nationality, sex=sex, numbers=COUNTRIES)
    found = index.search(asked, k=10)
    assert [round(match.bits * 256) for match in found] == everybody(index, asked, 10)


def test_a_month_with_a_crowded_first_day_hides_nobody() -> None:
    """Days that too many share are not looked at; the other days of their month are."""
    index = filled(50)
    near = rows_of([read_name(text="Mohammed Hassan")], PartialDate(1991, 1, 15))
    for owner in range(910, 930):  # good enough to leave out the crowd, less good than the person
        index.add(owner, near, label=1)
    index.add(999, rows_of([read_name(text="Mohammed Hassan")], PartialDate(1990, 1, 15)), label=1)
    common = rows_of([read_name(text="Mohammed Ali")], PartialDate(1990, 1, 1))
    index.add(900, common, label=1)
    (rows,) = (part.rows for part in index._segments.parts(words=len(index.vocabulary)))
    many = (1 << 16) + 10
    crowd = np.repeat(rows[rows["day"] == common[0].day][:1], many)
    index.add_packed(crowd, np.arange(1000, 1000 + many, dtype=np.uint32))
    assert len(index._segments.parts(words=len(index.vocabulary))) == 1
    asked = ask(read_name(text="Mohammed"), PartialDate(1990, 1, 15), numbers=COUNTRIES)
    found = index.search(asked, k=3)
    assert found[0].owner == 999
    assert [round(match.bits * 256) for match in found] == everybody(index, asked, 3)


def look_up(index: IdentityIndex, name: str, **more: object) -> list[Match]:
    asked = ask(read_name(text=name), numbers=COUNTRIES, **more)  # type: ignore[arg-type]
    return index.search(asked, k=5)


def test_a_row_that_is_added_later_is_found() -> None:
    index = filled(200)
    look_up(index, "Zoroaster Quill")
    index.add(999, rows_of([read_name(text="Zoroaster Quill")]), label=1)
    assert look_up(index, "Zoroaster Quil")[0].owner == 999


@pytest.mark.parametrize(
    "joined",
    [
        "Quillzoroaster",  # begins with a word that is found by its beginning as well
        "Zoroasterquill",
        "Soroasterquil",  # other spellings, which are words too
        "Xuzoroaster",  # a short half
    ],
)
def test_two_words_that_were_written_together_are_found(joined: str) -> None:
    index = filled(300)
    name = "Zoroaster Xu" if "xu" in joined.casefold() else "Zoroaster Quill"
    index.add(999, rows_of([read_name(text=name)]), label=1)
    for owner, other in enumerate(("Soroaster Haddad", "Quil Garcia", "Xu Karimi"), 1000):
        index.add(owner, rows_of([read_name(text=other)]), label=1)
    found = look_up(index, joined)
    assert found[0].owner == 999
    assert found[0].bits > found[1].bits + 3


def test_words_that_were_written_together_say_less_than_apart() -> None:
    """One probe of twenty has two such words: log2 20 is 4.3 bits."""
    index = filled(300)
    index.add(999, rows_of([read_name(text="Zoroaster Quill")]), label=1)
    apart, together = (look_up(index, name)[0] for name in ("Zoroaster Quill", "Zoroasterquill"))
    assert (apart.owner, together.owner) == (999, 999)
    assert 4 < apart.bits - together.bits < 5


def test_an_initial_stands_for_a_word_that_begins_with_it() -> None:
    index = filled(300)
    names = ["Zacarias Quill", "Quill", "Viktor Quill", "Viktor Zacarias Quill"]
    for owner, name in enumerate(names, 996):
        index.add(owner, rows_of([read_name(text=name)]), label=1)
    found = {match.owner: match.bits for match in look_up(index, "Z Quill")}
    fits = weights.load().initial
    assert found[996] - found[997] == pytest.approx(fits + weights.load().particle, abs=0.01)
    assert found[997] - found[998] == pytest.approx(weights.load().unmatched, abs=0.01)
    assert found[999] == pytest.approx(found[996] - weights.load().unmatched, abs=0.01)


def test_a_short_name_with_a_slip_is_found() -> None:
    index = filled(300)
    index.add(999, rows_of([read_name(text="Jya Petrenko")]), label=1)
    index.add(998, rows_of([read_name(text="Wang Petrenko")]), label=1)
    assert look_up(index, "Nya Petrenko")[0].owner == 999


def test_a_person_with_aliases_is_one_result() -> None:
    index = filled(50)
    names = [read_name(text=text) for text in ("Zoroaster Quill", "Zoroastre Quil", "Z Quill")]
    index.add(999, rows_of(names, PartialDate(1970, 1, 2)), label=1)
    found = look_up(index, "Zoroaster Quill")
    assert [match.owner for match in found].count(999) == 1


def test_rows_added_together_share_their_new_words_and_long_names_keep_their_rarest() -> None:
    index = filled(0)
    (common,) = rows_of([read_name(text="Zoroaster Quill")])
    (long,) = rows_of([read_name(text="Zoroaster Quill Adeyemi Bakker Castillo Dubois Eriksen")])
    index.add_many([(owner, common, 1) for owner in range(1, 5)])
    index.add_many([(5, long, 1), (6, long, 1)])
    counts = [
        int(index.vocabulary.counts[index.vocabulary.find(word)])
        for word in (long.words[at : at + 1] for at in range(7))
    ]
    assert len(index.vocabulary) == 1 + 7
    assert counts == [6, 4, 2, 2, 2, 2, 2]


def test_many_aliases_leave_room_for_others() -> None:
    """Places of the list are counted by person, before rows are left out."""
    index = filled(0)
    alias = [read_name(text="Zoroaster Quill")] * 200
    index.add(1, rows_of(alias, PartialDate(1970, 1, 2)), label=1)
    for owner in range(2, 12):
        index.add(owner, rows_of([read_name(text="Zoroaster Quilt")], PartialDate(1971)), label=1)
    assert [match.owner for match in look_up(index, "Zoroaster Quill")] == [1, 2, 3, 4, 5]


def test_who_is_erased_is_gone_and_overwritten() -> None:
    index = filled(200)
    index.add(999, rows_of([read_name(text="Zoroaster Quill")], PartialDate(1970, 1, 2)), label=1)
    index.add(998, rows_of([read_name(text="Zoroaster Haddad")]), label=1)
    assert look_up(index, "Zoroaster Quill")[0].owner == 999
    words = len(index.vocabulary)
    assert index.erase([999]) == 1
    assert 999 not in [match.owner for match in look_up(index, "Zoroaster Quill")]
    assert look_up(index, "Zoroaster Haddad")[0].owner == 998
    assert len(index.vocabulary) == words
    quill: NDArray[np.void] = rows_of([read_name(text="Quill")])[0].words
    assert index.vocabulary.find(quill) == 0
    assert index.erase([999]) == 0


def test_only_permitted_labels_are_searched() -> None:
    index = filled(300)
    permitted = np.zeros(1 << 16, np.uint8)
    permitted[2] = 1
    asked = ask(read_name(text="Mohammed"), numbers=COUNTRIES)
    found = index.search(asked, k=20, permitted=permitted)
    assert found
    assert all(1 + match.owner % 3 == 2 for match in found)


def test_a_search_leaves_what_is_permitted_as_it_was() -> None:
    permitted = np.ones(1 << 16, np.uint8)
    permitted.setflags(write=False)
    asked = ask(read_name(text="Mohammed"), numbers=COUNTRIES)
    assert filled(20).search(asked, k=5, permitted=permitted)
    assert permitted.all()


@pytest.mark.parametrize(
    ("stored", "asked"),
    [
        ("Mohammed Zoroaster", "Zoroaster Mohammed"),
        ("Mohammed Zoroaster", "Mohammedzoroaster"),
        ("Mohammedzoroaster", "Mohammed Zoroaster"),
        ("Mohammed Ali Zoroaster", "Zoroaster"),
        ("محمد زوروستر", "Mohammed Zorostar"),
    ],
)
def test_order_joins_splits_gaps_and_scripts_do_not_hide_a_person(stored: str, asked: str) -> None:
    index = filled(300)
    index.add(999, rows_of([read_name(text=stored)], PartialDate(1970, 5, 3)), label=1)
    assert look_up(index, asked, birth=PartialDate(1970, 3, 5))[0].owner == 999


def test_of_equal_evidence_the_spelling_that_was_asked_comes_first() -> None:
    """A common name brings as much in each of its spellings."""
    index = filled(300)
    for owner in range(901, 1101):
        spelled = "Muhammad" if owner % 2 else "Mohamed"
        index.add(owner, rows_of([read_name(text=f"{spelled} Karimi")]), label=1)
    found = look_up(index, "Mohamed Karimi")
    assert [match.owner for match in found] == [902, 904, 906, 908, 910]


def test_searches_side_by_side_answer_like_one() -> None:
    index = filled(2000)
    expected = [look_up(index, name) for name in GIVEN]
    with ThreadPoolExecutor(4) as pool:
        for _ in range(5):
            assert list(pool.map(lambda name: look_up(index, name), GIVEN)) == expected


def test_many_segments_answer_like_one() -> None:
    """Rows that were added in bulk and rows that came one by one are searched alike."""
    whole, grown = filled(300), filled(300)
    grown._segments._sealed.append(grown._segments._seal_tail(len(grown.vocabulary)))
    grown._segments._empty_tail()
    for index in (whole, grown):
        index.add(999, rows_of([read_name(text="Mohammed Haddad")]), label=1)
    found = [[match.bits for match in look_up(i, "Mohammed Haddad")] for i in (whole, grown)]
    assert found[0] == found[1]
    assert len(found[0]) == 5
