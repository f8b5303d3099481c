"""Foreign names in Han characters are told from Chinese ones."""

from __future__ import annotations

import pytest

from matching.name.read import read_name


def surfaces(text: str) -> list[str]:
    return [token.surface for token in read_name(text=text).tokens]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("罗伯特·约翰逊", ["robert", "johnson"]),
        ("維克托‧彼得罗夫", ["viktor", "petrov"]),
        ("阿尔贝托・罗马诺", ["albeto", "romano"]),
        ("德米尔", ["demil"]),
        ("奥尔洛夫", ["ollov"]),
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
