"""How well fields' meanings are recognised: labelled fields against what the core says, per class and language.

`python -m tests.schema.golden_meanings` writes docs/meanings.md; a test compares.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from sfseed_core.schema.model import Field, ObjectSchema
from sfseed_core.schema.semantics import meaning

GOLDEN = Path(__file__).parent / "golden" / "meanings.tsv"
PAGE = Path(__file__).resolve().parents[2] / "docs" / "meanings.md"
NOTHING = "-"
GUESS = 50  # the confidence of what only the type suggests
LANGUAGES = {"en": "English", "de": "German", "fr": "French", "es": "Spanish", "pt": "Portuguese", "it": "Italian",
             "nl": "Dutch", "ja": "Japanese"}  # fmt: skip
HEAD = """# What fields are about, and how well that is recognised

sfseed reads what a field is about from its object, name, label, type, help text and neighbours, in English, German, French,
Spanish, Portuguese, Italian, Dutch and Japanese; it shows the evidence and how sure it is, and a recipe can say otherwise. This
page counts how often it is right on {count} labelled fields (`tests/schema/golden/meanings.tsv`): {english} from open projects, a
nonprofit's org and standard objects, and {others} labels in other languages. No project with labels in another language
and a free license was at hand: those rows are labels as forms and Salesforce's translated pages have them.

The sample was labelled by those who wrote the tables, and the tables were corrected by it: on projects that nobody here has seen
expect less than these figures.

*Right* means the very meaning of the label; where nobody could say more than the type does, that nothing was claimed beyond the
type. *Said* counts how often the meaning was given, so that a wrong one counts against two classes.

This page is written by `python -m tests.schema.golden_meanings`.
"""


@dataclass(frozen=True)
class Judged:
    """One labelled field and what the core says of it."""

    source: str
    object: str
    field: str
    language: str
    expected: str
    said: str

    @property
    def right(self) -> bool:
        """Whether the core says what the label says."""
        return self.expected == self.said


def judged() -> list[Judged]:
    """Every labelled field, judged among the labelled fields of its object."""
    with GOLDEN.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    objects = defaultdict(dict)
    for row in rows:
        objects[row["source"], row["object"], row["language"]][row["field"]] = _field(row)
    return [_judge(row, objects[row["source"], row["object"], row["language"]]) for row in rows]


def _field(row):
    custom = row["field"].endswith(("__c", "__pc", "__s"))
    return Field(row["field"], row["label"], row["type"], custom=custom, compound=_compound(row["field"]))


def _compound(name):
    for prefix in ("Billing", "Shipping", "Mailing", "Other"):
        if name.startswith(prefix) and not name.endswith(("__c", "Phone")):
            return f"{prefix}Address"
    return "Name" if name in {"FirstName", "LastName", "Salutation"} else None


def _judge(row, fields):
    name = row["object"]
    flags = dict.fromkeys(("createable", "queryable", "updateable", "deletable"), True)
    schema = ObjectSchema(name, name, name, None, name.endswith("__c"), fields=MappingProxyType(fields), **flags)
    found = meaning(schema, fields[row["field"]])
    expected = row["meaning"]
    said = NOTHING if found is None else found.name
    if found is not None and expected == NOTHING and found.confidence <= GUESS:
        said = NOTHING
    return Judged(row["source"], name, row["field"], row["language"], expected, said)


def page() -> str:
    """The page with the accuracy per language and per class."""
    rows = judged()
    english = sum(row.language == "en" for row in rows)
    head = HEAD.format(count=len(rows), english=english, others=len(rows) - english)
    lines = ["## Per language", "", "| language | fields | right | |", "|---|---:|---:|---:|"]
    for key, name in LANGUAGES.items():
        own = [row for row in rows if row.language == key]
        lines.append(_line(name, own))
    lines += [
        _line("all", rows),
        "",
        "## Per meaning",
        "",
        "| meaning | labelled | right | | said |",
        "|---|---:|---:|---:|---:|",
    ]
    said = Counter(row.said for row in rows)
    for name in sorted({row.expected for row in rows}):
        own = [row for row in rows if row.expected == name]
        shown = "nothing beyond its type" if name == NOTHING else name
        lines.append(f"{_line(shown, own)} {said[name]} |")
    return head + "\n" + "\n".join(lines) + "\n"


def _line(name, rows):
    right = sum(row.right for row in rows)
    return f"| {name} | {len(rows)} | {right} | {100 * right // len(rows)} % |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
