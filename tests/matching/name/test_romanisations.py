"""Names of East Asia, syllable by syllable."""

from __future__ import annotations

import pytest

from matching.name.read import read_name
from matching.name.romanisations import same_syllables
from matching.name.tones import other_marks


def same(a: str, b: str) -> bool | None:
    first, second = read_name(text=a), read_name(text=b)
    found = same_syllables(first, second)
    assert found == same_syllables(second, first)
    return found


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Teng Kuo-hua", "Deng Guohua"),
        ("Sun Haiyan", "Haiyan Sun"),
        ("Sun Haiyan", "孙海燕"),
        ("Hsü Yung-lin", "Xu Yonglin"),
        ("Yen Tzu-chieh", "Yan Zijie"),
        ("Чжан Вэйхуа", "Zhang Weihua"),
        ("Сюй Цзюнь", "Xu Jun"),
        ("Цзян Юйхуэй", "Chiang Yü-hui"),
        ("Lee Hsien Ming", "李显明"),
        ("Lü Jih-sheng", "Lü Risheng"),
        ("Wong Kwok Keung", "Guoqiang Huang"),
        ("Kwok Keung Wong", "黃國強"),
        ("陳光明", "Tran Quang Minh"),
        ("Park Min-soo", "Pak Minsu"),
        ("Min-soo Park", "박민수"),
        ("李貞姬", "Rhee Chung-hee"),
        ("Ri Yong-sun", "이영순"),
        ("Matsushita Shoji", "Matusita Syōzi"),
        ("佐藤健一", "Ken'ichi Satō"),
        ("佐藤健一", "さとう けんいち"),
    ],
)
def test_one_name_in_two_systems(a: str, b: str) -> None:
    assert same(a, b) is True


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Sun Haiyan", "Sun Haiyang"),
        ("Zhou Xiaoming", "周晓东"),
        ("Chiang Wei-ming", "Jiang Weimin"),
        ("Wang Anna", "Wang Anya"),
        ("Kimura Takuma", "Takumi Kimura"),
        ("Kim Yong-ho", "Kim Yong-sik"),
        ("Чжан Вэйхуа", "Zhang Weihong"),
        ("Chen Lijun", "Li Chun"),
        ("Ch'en Li-chun", "Chen Li"),
        ("金永浩", "金英好"),  # one sound in Korean, where only one of them may be in characters
    ],
)
def test_names_of_which_a_syllable_differs(a: str, b: str) -> None:
    assert same(a, b) is False


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Tran Van Minh", "Chen Wenming"),  # in Latin letters nobody writes both
        ("佐藤健一", "Sato Kenji"),
        ("Anna Example", "Anna Example"),
        ("Sun", "Son"),
        ("A. B.", "C. D."),
        ("Titi Sato", "Chichi Kato"),
        ("Abdul Karim Mohammed Hassan Ali", "Abdul Karim Mohammed Hassan Omar"),
    ],
)
def test_names_of_which_syllables_say_nothing(a: str, b: str) -> None:
    assert same(a, b) is None


@pytest.mark.parametrize(
    ("a", "b", "other"),
    [
        ("Trần Thị Hạnh", "Trần Thị Hành", True),
        ("Phạm Văn Đức", "Phạm Văn Dục", True),
        ("Phạm Văn Đức", "Phạm Van Duc", False),
        ("Bùi Thị Hoà", "Bùi Thị Hòa", False),
        ("Nguyễn Văn Hùng", "Hùng Nguyễn Văn", False),
        ("Nguyễn Văn Vân", "Nguyễn Văn", False),
        ("Jiří Novák", "Jiři Nóvak", False),  # Czech: marks are often wrong
        ("Đặng Thu", "Dang Thu", False),
    ],
)
def test_vietnamese_names_are_told_apart_by_marks_that_both_bear(
    a: str, b: str, other: bool
) -> None:
    first, second = read_name(text=a), read_name(text=b)
    assert other_marks(first, second) is other
    assert other_marks(second, first) is other
