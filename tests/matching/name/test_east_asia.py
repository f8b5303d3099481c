"""Foreign names in Han characters are told from Chinese ones."""

from __future__ import annotations

import pytest

from matching.kernels.name import likeness
from matching.name import model as letters
from matching.name.letters import words
from matching.name.read import read_name


def surfaces(text: str) -> list[str]:
    return [token.surface for token in read_name(text=text).tokens]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("罗伯特·约翰逊", ["robert", "johnson"]),
        ("維克托‧彼得罗夫", ["viktor", "petrov"]),
        ("阿尔贝托・罗马诺", ["arbeto", "romano"]),
        ("德米尔", ["demir"]),
        ("奥尔洛夫", ["orrov"]),
        ("ヴィクトル・ペトロフ", ["viktr", "petrof"]),
        ("ジェニファー・ブラント", ["jenifa", "brant"]),
        ("罗曼诺夫斯卡娅", ["romannofskaya"]),  # too long for a Chinese name
    ],
)
def test_characters_that_stand_for_sounds_are_read_as_sounds(text: str, words: list[str]) -> None:
    assert surfaces(text) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("周晓明", ["zhou", "xiaoming"]),
        ("马妮", ["ma", "ni"]),  # a family name, and no point
        ("马丽娜", ["ma", "lina"]),
        ("欧阳明", ["ouyang", "ming"]),
        ("王", ["wang"]),
        ("阿", ["a"]),
    ],
)
def test_chinese_names_are_read_as_pinyin(text: str, words: list[str]) -> None:
    assert surfaces(text) == words


def test_r_and_l_of_a_transcription_are_one_letter() -> None:
    model = letters.load()
    transcribed, *spelled = (
        words(read_name(text=text).tokens)[:1] for text in ("米拉", "Mira", "Mila", "Mina")
    )
    mira, mila, mina = (likeness(model, transcribed, word) for word in spelled)
    assert min(mira, mila) > 200 > mina
