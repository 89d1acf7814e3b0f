"""A run as one HTML page, with charts: nothing outside of it is needed to read it, and every text in it is escaped."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING

from sfseed_core.durations import duration
from sfseed_core.load.advice import advice
from sfseed_core.load.failures import failures

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sfseed_core.load.held_because import Held
    from sfseed_core.load.journal import Run
    from sfseed_core.load.status import Counts, RunStatus

_PARTS = (
    ("succeeded", "#2e844a"), ("failed", "#ba0517"), ("held", "#dd7a01"), ("unprocessed", "#a86403"), ("in_doubt", "#5a1ba9"),
    ("waiting", "#c9c9c9"), ("in_flight", "#0176d3"),
)  # fmt: skip
_STYLE = """
:root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}
table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem}th,td{padding:.25rem .6rem;border-bottom:1px solid #8884}
th{text-align:left}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}svg{width:100%;height:auto}
.key i{display:inline-block;width:.8em;height:.8em;margin:0 .3em 0 1em}small{color:#888}text{fill:currentColor;font-size:11px}
"""
_WIDE, _HIGH = 900, 160
_SLICES = 60
_SHOWN = 50


@dataclass(frozen=True, slots=True)
class _Settled:
    """When jobs were settled and how many records each had."""

    seconds: list[float]
    rows: list[int]


def html(run: Run, held: Sequence[Held] = ()) -> str:
    """Return the page of a run: counts, how it went over time, failures by cause, notes, and the calls that it took.

    `held` says what keeps back the records that were held back (`held_because`); only a run's dataset tells it.
    """
    status = run.status()
    title = f"Run {status.run}"
    body = [
        f"<h1>{escape(title)}</h1>",
        f"<p>{escape(_head(status))}</p>",
        *_section("Records", _counted(status.objects)),
        *_section("Filled in or activated afterwards", _counted(status.updates)),
        *_section("Taken back", _counted(status.undone)),
        *_section("Over time", _over_time(run)),
        *_section("What did not arrive, and why", _causes(run)),
        *_section("What was held back, and what keeps it back", _held(held)),
        *_section("Notes", (f"<p>{escape(one)}</p>" for one in (*status.notes, *([status.error] if status.error else [])))),
        *_section("Calls to the org", _calls(run)),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>{''.join(body)}</body></html>\n"
    )


def _head(status: RunStatus) -> str:
    parts = [f"{status.state}, org {status.org_name or 'none'} ({status.org_id or 'not reached'})"]
    parts += [f"dataset {status.dataset}, revision {status.revision}"] if status.dataset else []
    return ", ".join([*parts, f"begun {status.started:%Y-%m-%d %H:%M} UTC", f"took {duration(status.seconds)}"])


def _section(title: str, content: Iterable[str]) -> list[str]:
    inside = list(content)
    return [f"<h2>{escape(title)}</h2>", *inside] if inside else []


def _counted(passes: Mapping[str, Counts]) -> Iterator[str]:
    """A bar and a row of numbers for each object."""
    shown = {name: counts for name, counts in passes.items() if counts.planned}
    if not shown:
        return
    yield (
        '<p class="key">' + "".join(f'<i style="background:{color}"></i>{_words(name)}' for name, color in _PARTS) + "</p>"
    )
    head = "".join(f'<th class="n">{_words(name)}</th>' for name in ("planned", *(one for one, _ in _PARTS)))
    yield f'<table><tr><th>object</th><th style="width:30%"></th>{head}</tr>'
    for name, counts in shown.items():
        numbers = "".join(
            f'<td class="n">{getattr(counts, one):,}</td>' for one in ("planned", *(one for one, _ in _PARTS))
        )
        yield f"<tr><td>{escape(name)}</td><td>{_bar(counts)}</td>{numbers}</tr>"
    yield "</table>"


def _bar(counts: Counts) -> str:
    left, rects = 0.0, []
    for name, color in _PARTS:
        width = 100.0 * getattr(counts, name) / counts.planned
        if width:
            rects.append(f'<rect x="{left:.2f}" width="{width:.2f}" height="8" fill="{color}"/>')
        left += width
    return f'<svg viewBox="0 0 100 8" preserveAspectRatio="none" style="height:.8em">{"".join(rects)}</svg>'


def _over_time(run: Run) -> Iterator[str]:
    """Records settled in each slice of the run's time, as columns."""
    found = _settled(run)
    if len(found.seconds) < 2:
        return
    whole = max(found.seconds) or 1.0
    slices = Counter[int]()
    for second, rows in zip(found.seconds, found.rows, strict=True):
        slices[min(int(second / whole * _SLICES), _SLICES - 1)] += rows
    most = max(slices.values())
    step = _WIDE / _SLICES
    columns = "".join(
        f'<rect x="{number * step:.1f}" y="{_HIGH - _HIGH * rows / most:.1f}" width="{step - 1:.1f}" '
        f'height="{_HIGH * rows / most:.1f}" fill="#0176d3"/>'
        for number, rows in sorted(slices.items())
    )
    labels = f'<text x="0" y="{_HIGH + 14}">0</text><text x="{_WIDE}" y="{_HIGH + 14}" text-anchor="end">{duration(whole)}</text>'
    yield f'<svg viewBox="0 0 {_WIDE} {_HIGH + 20}" role="img">{columns}{labels}</svg>'
    yield f"<small>Records settled, by time since the first job; the highest column is {most:,} records.</small>"


def _settled(run: Run) -> _Settled:
    rows = run.read(
        "SELECT at, rows FROM lines JOIN jobs ON jobs.number = lines.job WHERE verb = 'settle' ORDER BY lines.number"
    )
    begun = run.read("SELECT min(at) FROM lines")[0][0]
    since = datetime.fromisoformat(begun) if begun else None
    seconds = [(datetime.fromisoformat(at) - since).total_seconds() for at, _ in rows] if since else []
    return _Settled(seconds, [int(count) for _, count in rows])


def _causes(run: Run) -> Iterator[str]:
    found = failures(run)
    if not found:
        return
    yield "<table><tr><th>object</th><th>code</th><th>fields</th><th class=n>records</th><th>what to do</th></tr>"
    for one in found[:_SHOWN]:
        cells = (one.object, one.code, ", ".join(one.fields))
        said = f"{escape(advice(one.code))}<br><small>{escape(one.message)}</small>"
        yield f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}<td class=n>{one.count:,}</td><td>{said}</td></tr>"
    yield "</table>"


def _held(held: Sequence[Held]) -> Iterator[str]:
    if not held:
        return
    yield "<table><tr><th>object</th><th class=n>records</th><th>because</th></tr>"
    for one in held[:_SHOWN]:
        yield f"<tr><td>{escape(one.object)}</td><td class=n>{one.count:,}</td><td>{escape(one.sentence())}</td></tr>"
    yield "</table>"


def _calls(run: Run) -> Iterator[str]:
    """How many calls of each kind the run took, and for how long, from its log."""
    path = run.folder / "log.jsonl"
    counts, spent = Counter[str](), Counter[str]()
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        try:
            entry = json.loads(line)
        except ValueError:
            continue  # the last line of a process that was killed
        if entry.get("event") == "call":
            kind = f"{entry.get('method')} {_kind(str(entry.get('path')))}"
            counts[kind] += 1
            spent[kind] += int(entry.get("ms") or 0)
    if counts:
        yield "<table><tr><th>call</th><th class=n>times</th><th class=n>seconds in all</th></tr>"
        for kind, times in counts.most_common():
            yield f"<tr><td>{escape(kind)}</td><td class=n>{times:,}</td><td class=n>{spent[kind] / 1000:,.1f}</td></tr>"
        yield f"<tr><th>all</th><td class=n>{counts.total():,}</td><td class=n>{spent.total() / 1000:,.1f}</td></tr></table>"


def _kind(path: str) -> str:
    """A path without version and ids."""
    parts = [one for one in path.split("/") if one and one not in {"services", "data"} and not one.startswith("v")]
    return "/".join(
        "…" if len(one) in {15, 18} and one.isalnum() and any(c.isdigit() for c in one) else one for one in parts
    )


def _words(name: str) -> str:
    return name.replace("_", " ")
