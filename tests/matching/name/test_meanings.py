import numpy as np

from matching.name.equivalents import GROUPS
from matching.name.letters import words
from matching.name.lexicon import part
from matching.name.meanings import Meanings
from matching.name.read import read_name


def test_every_name_of_the_table_is_found_by_its_letters_alone() -> None:
    names = [(group, name) for group, many in enumerate(GROUPS) for name in many if part(name)]
    read = [read_name(text=name).tokens for _, name in names]
    whole = [(group, t[0]) for (group, _), t in zip(names, read, strict=True) if len(t) == 1]
    meanings = Meanings()
    vocabulary = np.concatenate([words((token,)) for _, token in (whole[0], *whole)])
    meanings.follow(vocabulary[:100])
    meanings.follow(vocabulary)
    expected = {
        number for number, (group, token) in enumerate(whole, 1) if group in token.equivalents
    }
    found = {
        number
        for number, (group, _) in enumerate(whole, 1)
        if number in meanings.find((group,)).tolist()
    }
    assert len(expected) > 2000
    assert expected - found == set()
    assert meanings.find(()).tolist() == []
