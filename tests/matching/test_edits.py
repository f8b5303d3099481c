"""Single slips, held against definitions that try everything."""

from hypothesis import given
from hypothesis import strategies as st

from matching.edits import is_one_edit, is_one_swap

TEXT = st.text("AB<", max_size=5)


def edited_once(text: str) -> set[str]:
    shorter = {text[:at] + text[at + 1 :] for at in range(len(text))}
    longer = {text[:at] + c + text[at:] for at in range(len(text) + 1) for c in "AB<"}
    replaced = {text[:at] + c + text[at + 1 :] for at in range(len(text)) for c in "AB<"}
    return (shorter | longer | replaced) - {text}


def swapped_once(text: str) -> set[str]:
    found = set()
    for i in range(len(text)):
        for j in range(i):
            letters = list(text)
            letters[i], letters[j] = letters[j], letters[i]
            found.add("".join(letters))
    return found - {text}


@given(TEXT, TEXT)
def test_one_edit_is_what_one_edit_makes(a: str, b: str) -> None:
    assert is_one_edit(a, b) == (b in edited_once(a)) == is_one_edit(b, a)


@given(TEXT, TEXT)
def test_one_swap_is_what_one_swap_makes(a: str, b: str) -> None:
    assert is_one_swap(a, b) == (b in swapped_once(a)) == is_one_swap(b, a)


def test_words_of_a_list_may_change_places_too() -> None:
    assert is_one_swap(["DE", "LA", "CRUZ"], ["CRUZ", "LA", "DE"])
    assert not is_one_swap(["DE", "LA", "CRUZ"], ["LA", "CRUZ", "DE"])
