import pickle
from collections.abc import Iterator

import pytest

from matching.errors import MatchingError


def _all(root: type[MatchingError]) -> Iterator[type[MatchingError]]:
    yield root
    for one in root.__subclasses__():
        yield from _all(one)


@pytest.mark.parametrize("kind", list(_all(MatchingError)))
def test_an_error_of_another_process_says_the_same(kind: type[MatchingError]) -> None:
    found = pickle.loads(pickle.dumps(kind("some_code", "what, why")))
    assert (type(found), found.code, str(found)) == (kind, "some_code", "what, why")
