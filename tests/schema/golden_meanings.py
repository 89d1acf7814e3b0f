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

FOLDER = Path(__file__).parent / "golden"
GOLDEN, SECOND, UNSEEN = (FOLDER / f"{name}.tsv" for name in ("meanings", "meanings_second", "meanings_unseen"))
PAGE = Path(__file__).resolve().parents[2] / "docs" / "meanings.md"
CONTEXT = "?"  # a neighbour that stands in the sample for what it tells of others
NOTHING = "-"
GUESS = 50  # the confidence of what only the type suggests
LANGUAGES = {"en": "English", "de": "German", "fr": "French", "es": "Spanish", "pt": "Portuguese", "it": "Italian",
             "nl": "Dutch", "ja": "Japanese"}  # fmt: skip
HEAD = """# What fields are about, and how well that is recognised

sfseed reads what a field is about from its object, name, label, type, help text and neighbours, in English, German, French,
Spanish, Portuguese, Italian, Dutch and Japanese; it shows the evidence and how sure it is, and a recipe can say otherwise. This
page counts how often it is right on three samples of labelled fields (`tests/schema/golden/*.tsv`):

- **tuned** ({tuned} fields: open projects, a nonprofit's org, standard objects; {tuned_others} of them labels in other languages as
  forms and translated pages have them): labelled by those who wrote the tables, which were corrected by it over and over;
- **second** ({second} fields drawn at random from standard objects, and labels of a nonprofit package's own translations):
  labelled before anything was asked of it; {first_time} % were right the first time, then the tables were corrected by it once;
- **unseen** ({unseen} fields drawn and labelled in the same way): nothing was corrected by it. On an org that nobody here has seen,
  expect this.

Of the translations the labels alone are read: their fields' English API names are left out, though an org would show them.
*Right* means the very meaning of the label; where nobody could say more than the type does, that nothing was claimed beyond the
type. Many misses are near: a date that is *past* called a date, a number of a document called a code.

This page is written by `python -m tests.schema.golden_meanings`.
"""
FIRST_TIME = 71  # percent of the second sample that were right before the tables were corrected by it


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


def judged(path: Path = GOLDEN) -> list[Judged]:
    """Every labelled field, judged among the labelled fields of its object."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    objects = defaultdict(dict)
    for row in rows:
        objects[row["source"], row["object"], row["language"]][row["field"]] = _field(row)
    asked = [row for row in rows if row["meaning"] != CONTEXT]
    return [_judge(row, objects[row["source"], row["object"], row["language"]]) for row in asked]


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
    """The page with the accuracy per language and per class, of each sample."""
    samples = [judged(path) for path in (GOLDEN, SECOND, UNSEEN)]
    tuned, second, unseen = map(len, samples)
    others = sum(row.language != "en" for row in samples[0])
    head = HEAD.format(tuned=tuned, tuned_others=others, second=second, unseen=unseen, first_time=FIRST_TIME)
    lines = ["## Per language", "", "| language | tuned | second | unseen |", "|---|---:|---:|---:|"]
    for key, name in LANGUAGES.items():
        lines.append(_line(name, [[row for row in rows if row.language == key] for rows in samples]))
    others = [[row for row in rows if row.language != "en"] for rows in samples]
    lines += [_line("all but English", others), _line("all", samples), ""]
    lines += [
        "## Per meaning",
        "",
        "*Said* counts how often the meaning was given in all samples, so that a wrong one counts against",
    ]
    lines += ["two classes.", "", "| meaning | tuned | second | unseen | said |", "|---|---:|---:|---:|---:|"]
    said = Counter(row.said for rows in samples for row in rows)
    for name in sorted({row.expected for rows in samples for row in rows}):
        shown = "nothing beyond its type" if name == NOTHING else name
        own = [[row for row in rows if row.expected == name] for rows in samples]
        lines.append(f"{_line(shown, own)} {said[name]} |")
    return head + "\n" + "\n".join(lines) + "\n"


def _line(name, samples):
    return " | ".join([f"| {name}", *map(_share, samples)]) + " |"


def _share(rows):
    right = sum(row.right for row in rows)
    return f"{right} of {len(rows)}: {100 * right // len(rows)} %" if rows else ""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
