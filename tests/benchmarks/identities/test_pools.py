import unicodedata
from random import Random

import numpy as np
import pytest

from benchmarks.identities.names import NATIVE, SPELLINGS, Names
from benchmarks.identities.origins import Kind, Origin, load_nations, load_origins, read
from benchmarks.identities.rewriting import Rewriter, misspelled
from benchmarks.identities.spelling import Speller

ORIGINS = load_origins()
PARTICLES = {"al", "el", "abd", "abdel", "abdul", "abdur", "abdi", "ben", "bin", "ou", "ait", "ul"}
PARTICLES |= {"dos", "om", "um", "nour"}
SCRIPTS = {
    "arabic": "ARABIC", "persian": "ARABIC", "russian": "CYRILLIC", "ukrainian": "CYRILLIC",
    "serbian": "CYRILLIC", "georgian": "GEORGIAN", "armenian": "ARMENIAN", "geez": "ETHIOPIC",
    "bengali": "BENGALI", "devanagari": "DEVANAGARI", "tamil": "TAMIL", "han": "CJK",
}  # fmt: skip


@pytest.mark.parametrize("origin", ORIGINS, ids=lambda origin: origin.code)
def test_pools_hold_single_names_only(origin: Origin) -> None:
    """A space in an entry is one after a particle: no given name stands with a family name."""
    for names in origin.names.values():
        for name in names:
            for spelling in name.latin:
                *particles, word = spelling.casefold().split()
                assert set(particles) <= PARTICLES, spelling
                assert word
                assert all("LATIN" in unicodedata.name(c) for c in spelling if c.isalpha())


@pytest.mark.parametrize("origin", ORIGINS, ids=lambda origin: origin.code)
def test_pools_are_large_enough_and_in_their_script(origin: Origin) -> None:
    assert len(origin.names[Kind.MALE]) + len(origin.names[Kind.FEMALE]) >= 60
    if any(field.part == "family" for field in origin.fields):
        assert len(origin.names[Kind.FAMILY]) >= 60
    assert len(origin.fields) <= 6
    if origin.script != "latin":
        for names in origin.names.values():
            for name in names:
                found = {unicodedata.name(c).split()[0] for c in name.native if c.isalpha()}
                assert found == {SCRIPTS[origin.script]}, name


@pytest.mark.parametrize("origin", ORIGINS, ids=lambda origin: origin.code)
def test_rare_names_are_composed_in_latin_and_in_the_origins_script(origin: Origin) -> None:
    names = Names([origin], 1)
    first, listed = names.bases(0, Kind.MALE), len(origin.names[Kind.MALE])
    if origin.tails[Kind.MALE] == "none":
        return
    ranks = range(listed, listed + 40)
    codes = [(first + rank) * SPELLINGS + spelling for rank in ranks for spelling in (0, NATIVE)]
    found = names.words(np.array(codes))
    latin, native = found[::2], found[1::2]
    assert len({word for (word, *_) in latin}) > 30
    if origin.script != "latin":
        for words in native:
            letters = [c for word in words for c in word if c.isalpha()]
            assert letters
            assert {unicodedata.name(c).split()[0] for c in letters} == {SCRIPTS[origin.script]}


def test_nations_name_origins_that_exist() -> None:
    codes = {origin.code for origin in ORIGINS}
    nations = load_nations()
    assert abs(sum(nation.share for nation in nations) - 1) < 1e-9
    assert len({nation.code for nation in nations}) == len(nations) < 256
    assert set().union(*(nation.origins for nation in nations)) == codes


def test_every_table_of_rules_is_used_and_changes_words() -> None:
    for table in read("spelling.toml"):
        speller = Speller((table,))
        used = [o for o in ORIGINS if table in o.rules]
        assert used, table
        words = [w for o in used for ns in o.names.values() for n in ns for w in n.latin]
        random = Random(1)
        changed = sum(speller.respell(w, random.randrange) != w for w in words)
        assert changed > 0.05 * len(words), table


def test_rewriting_changes_words_and_keeps_them_words() -> None:
    random = Random(2)
    rewriter = Rewriter(next(o for o in ORIGINS if o.code == "levant"))
    found = {rewriter.respelled("Mohammad", random) for _ in range(200)}
    assert {"Mohammed", "Muhammad", "Mohamad"} <= found
    assert rewriter.native("Mohammad") == "محمد"
    assert rewriter.respelled("محمد", random).isascii()
    slips = {misspelled("Samir", random) for _ in range(300)}
    assert "Samir" not in slips
    assert all(abs(len(slip) - 5) <= 1 and slip[0].isupper() for slip in slips)
    assert misspelled("Li", random) == "Li"
