"""Arguments of scenarios out of range end with one line and exit code 2."""

import pytest

from benchmarks.__main__ import main


@pytest.mark.parametrize(
    "arguments",
    [
        ["vectors", "--n", "0"],
        ["vectors", "--seconds", "nan"],
        ["population", "--threads", "-1"],
        ["population", "--budget", "5"],
        ["population", "--n", "0"],
        ["vectors", "--threads", "1,-2"],
        ["calibrate-cuts", "--budget", "0"],
        ["synthetic", "--fingers", "x"],
    ],
)
def test_a_value_out_of_range_is_refused(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "is needed" in capsys.readouterr().err


def test_too_few_pairs_give_no_cuts(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calibrate-cuts", "--layouts", "face-128", "--pairs", "200", "--n", "1000"]) == 2
    captured = capsys.readouterr()
    assert "too few" in captured.err
    assert "[[cut]]" not in captured.out
