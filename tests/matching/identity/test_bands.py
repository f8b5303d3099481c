import pytest

from matching.identity.bands import Band, lines_for


def test_the_more_are_searched_the_higher_the_lines() -> None:
    small, large = lines_for(100_000), lines_for(10_000_000)
    assert small.strong < large.strong
    assert large.strong - large.review == pytest.approx(small.strong - small.review)


@pytest.mark.parametrize("few", [0, 1, 99_999])
def test_few_count_as_many_so_that_a_rare_forename_is_never_strong(few: int) -> None:
    assert lines_for(few) == lines_for(100_000)


def test_a_line_belongs_to_its_band() -> None:
    lines = lines_for(1_000_000)
    assert lines.band(lines.strong) is Band.STRONG
    assert lines.band(lines.review) is Band.REVIEW
    assert lines.band(lines.review - 1e-9) is Band.WEAK


def test_fewer_than_none_is_refused() -> None:
    with pytest.raises(ValueError, match="-1"):
        lines_for(-1)
