"""Chinese names of other romanisations get their pinyin as aliases."""

from __future__ import annotations

import pytest

from matching.name.ask import rows_of
from matching.name.read import read_name
from matching.name.respelled import with_respelled


def respelled(text: str) -> list[str]:
    name = read_name(text=text)
    first, *others = with_respelled([name])
    assert first is name
    return [other.shown for other in others]


@pytest.mark.parametrize(
    ("text", "pinyin"),
    [
        ("Teng Kuo-hua", ["deng guohua", "deng kuohua"]),
        ("Hsieh Yu-lan", ["xie youlan", "xie yulan"]),
        ("Tzu-ming Chou", ["zhou ciming", "zhou ziming"]),
        ("Чжан Вэйхуа", ["zhang weihua"]),
        ("Wong Kwok Wah", ["huang guohua", "wang guohua"]),
    ],
)
def test_a_name_in_another_romanisation_has_its_pinyin(text: str, pinyin: list[str]) -> None:
    assert respelled(text) == pinyin


@pytest.mark.parametrize(
    "text",
    [
        "Deng Guohua", "邓国华", "Leung Chi Wai", "Teng", "Park Min-soo", "Anna Example", "J. R.",
        "ก:Aฯ", "A:A", "Nguyen Van", "Иван Петров", "Abd al-Rahman bin Ali",
    ],
)  # fmt: skip
def test_other_names_and_those_of_too_many_readings_have_none(text: str) -> None:
    assert respelled(text) == []


def test_a_record_has_a_row_for_its_pinyin() -> None:
    assert len(rows_of([read_name(text="Teng Kuo-hua"), read_name(text="Karim")])) == 4
