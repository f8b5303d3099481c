"""Two recorded identities compared: names, dates, nationality, sex, documents, with reasons."""

from matching.identity.compare import Comparer
from matching.identity.evidence import Comparison, Term, TermKind
from matching.identity.frequencies import Frequencies, PriorFrequencies
from matching.identity.record import Identity

__all__ = [
    "Comparer",
    "Comparison",
    "Frequencies",
    "Identity",
    "PriorFrequencies",
    "Term",
    "TermKind",
]
