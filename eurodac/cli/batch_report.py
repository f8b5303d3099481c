"""The report of a bulk linkage: one HTML file, drawings as inline SVG, no scripts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import isfinite

from matching.linkage import FEWEST
from matching.name.text import displayed

__all__ = ["Pair", "Term", "report", "said_of"]

_WIDTH, _ROW, _LABEL = 760, 22, 330
_UP, _DOWN, _GREY = "#2a7f4f", "#b03a2e", "#667"
_STYLE = (
    "body{font:15px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "td,th{padding:.1rem .8rem;text-align:left}svg{max-width:100%}text{font:13px sans-serif}"
)
_BINS = 40


@dataclass(frozen=True, slots=True)
class Term:
    """One line of an explanation: feature, how the sides relate, bits."""

    name: str
    relation: str
    bits: float


@dataclass(frozen=True, slots=True)
class Pair:
    """A pair as the report shows it.

    Args:
        left: Id of the row.
        right: Likewise.
        bits: The score.
        terms: Add up to the score, together with the prior.
        prior: Log2 odds before anything is compared.
        shown: Column and what both sides say.
    """

    left: str
    right: str
    bits: float
    terms: tuple[Term, ...]
    prior: float
    shown: tuple[tuple[str, str, str], ...]

    def __repr__(self) -> str:
        return f"Pair({self.bits:+.1f} bits)"


def report(
    *,
    strongest: Sequence[Pair],
    doubtful: Sequence[Pair],
    filled: Sequence[tuple[str, float]],
    scores: Sequence[float],
    threshold: float,
    weights: str,
) -> str:
    """Write the report.

    Args:
        strongest: Links with the highest scores.
        doubtful: Pairs nearest to the threshold.
        filled: Column and the share of its rows that say something, file by file.
        scores: Of all pairs compared.
        threshold: From which pairs are linked; infinity if none is.
        weights: Of the model.
    """
    parts = [
        "<h1>Linkage</h1><p>Bits are log2 odds of one person. A link is a proposal, no decision."
        f"</p><p>{said_of(weights)}</p><h2>Completeness</h2>",
        _bars([(name, share * 100, f"{share:.0%}") for name, share in filled], 100),
        "<h2>Scores and threshold</h2>",
        _histogram(scores, threshold),
        "<h2>Strongest links</h2>",
        *map(_pair, strongest),
        "<h2>Most doubtful pairs</h2>",
        *map(_pair, doubtful),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Linkage</title>'
        f"<style>{_STYLE}</style></head><body>{''.join(parts)}</body></html>\n"
    )


def said_of(weights: str) -> str:
    """Say where the weights of a model come from.

    Examples:
        >>> said_of("estimated")
        'What agreements are worth was estimated from these files.'
    """
    if weights == "estimated":
        return "What agreements are worth was estimated from these files."
    if weights == "none":
        return "No two records share enough to be compared."
    return (
        f"The files are too small to estimate weights from ({FEWEST} records each, or "
        f"{2 * FEWEST} in one, and {FEWEST} compared pairs are needed): the shipped weights "
        f"{weights} were used."
    )


def _safe(text: str) -> str:
    """Escape; texts of another direction are isolated, invisible characters removed."""
    return f"<bdi>{escape(displayed(text[:200]))}</bdi>"


def _pair(pair: Pair) -> str:
    rows = "".join(
        f"<tr><th>{_safe(name)}</th><td>{_safe(a)}</td><td>{_safe(b)}</td></tr>"
        for name, a, b in pair.shown
    )
    title = f"<h3>{_safe(pair.left)} and {_safe(pair.right)}: {pair.bits:+.1f} bits</h3>"
    return f"<section>{title}<table>{rows}</table>{_waterfall(pair)}</section>"


def _waterfall(pair: Pair) -> str:
    """Draw each term as a bar that begins where the last one ended."""
    steps, at = [], 0.0
    for name, bits in [("prior", pair.prior), *((f"{t.name}: {t.relation}", t.bits)
                                                for t in pair.terms)]:  # fmt: skip
        steps.append((name, at, at + bits))
        at += bits
    low = min(0.0, *(min(begin, end) for _, begin, end in steps))
    high = max(0.0, *(max(begin, end) for _, begin, end in steps))
    scale = (_WIDTH - _LABEL - 10) / max(high - low, 1.0)
    drawn = []
    for row, (name, begin, end) in enumerate(steps):
        x, width = _LABEL + (min(begin, end) - low) * scale, abs(end - begin) * scale
        colour, top = _UP if end >= begin else _DOWN, row * _ROW
        drawn.append(
            f'<text x="0" y="{top + 15}">{escape(displayed(name))} {end - begin:+.1f}</text>'
            f'<rect x="{x:.1f}" y="{top + 4}" width="{width:.1f}" height="14" fill="{colour}"/>'
        )
    return _svg("".join(drawn), len(steps) * _ROW, "terms of the score")


def _bars(rows: Sequence[tuple[str, float, str]], most: float) -> str:
    drawn = []
    for row, (name, value, text) in enumerate(rows):
        width = value / most * (_WIDTH - _LABEL - 10)
        drawn.append(
            f'<text x="0" y="{row * _ROW + 15}">{escape(displayed(name))} {text}</text>'
            f'<rect x="{_LABEL}" y="{row * _ROW + 4}" width="{width:.1f}" height="14" '
            f'fill="{_GREY}"/>'
        )
    return _svg("".join(drawn), len(rows) * _ROW, "completeness of columns")


def _histogram(scores: Sequence[float], threshold: float) -> str:
    """Draw how many pairs have which score (square root of the count), and the threshold."""
    if not scores:
        return "<p>No pair shares enough to be compared.</p>"
    low, high = min(scores), max(scores)
    step = max(high - low, 1.0) / _BINS
    counts = [0] * _BINS
    for score in scores:
        counts[min(int((score - low) / step), _BINS - 1)] += 1
    tallest, wide = max(counts), _WIDTH / _BINS
    drawn = [
        f'<rect x="{at * wide:.1f}" y="{160 - 150 * (count / tallest) ** 0.5:.1f}" '
        f'width="{wide - 1:.1f}" height="{150 * (count / tallest) ** 0.5:.1f}" fill="{_GREY}"/>'
        for at, count in enumerate(counts)
    ]
    if isfinite(threshold):
        x = (threshold - low) / step * wide
        drawn.append(f'<path d="M{x:.1f} 0V160" stroke="{_DOWN}" stroke-width="2"/>')
    drawn.append(
        f'<text x="0" y="178">{low:.0f} bits</text>'
        f'<text x="{_WIDTH}" y="178" text-anchor="end">{high:.0f} bits</text>'
    )
    return _svg("".join(drawn), 185, "scores of the pairs compared")


def _svg(content: str, height: int, label: str) -> str:
    return (
        f'<svg role="img" aria-label="{label}" width="{_WIDTH}" height="{height}" '
        f'viewBox="0 0 {_WIDTH} {height}">{content}</svg>'
    )
