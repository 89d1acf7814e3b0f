"""Checks of records: what the org would refuse, where, and which records."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfseed_core.check.finding import Level
from sfseed_core.check.records import Records, check_records
from sfseed_core.check.references import circles
from sfseed_core.check.unique import codes_together, held_before, later
from sfseed_core.constraints.model import FieldRules, ObjectRules, StandardRule
from sfseed_core.recipe.columns import arrow_type
from sfseed_core.schema.model import Field, ObjectSchema


def check(fields, values, *, rules=None, standard=(), **more):
    """Check records given as columns; the findings as (field, rule, level, records)."""
    schema = ObjectSchema(
        "Thing", "Thing", "Things", "a00", True, True, True, True, True, {one.name: one for one in fields}
    )
    count = len(next(iter(values.values())))
    columns = {"record": pa.array(range(count), pa.int64())}
    for name, cells in values.items():
        field = schema.fields.get(name)
        kind = pa.string() if field is None else arrow_type(field.type, field.precision, field.scale)
        columns[name] = pa.array(cells, kind)
    table = pa.table(columns)
    given_ = Records(
        schema=schema,
        rules=ObjectRules("Thing", rules or {}, tuple(standard)),
        tables=table.to_batches(max_chunksize=3),
        columns=tuple(name for name in values if not name.endswith("@")),
        exists=lambda name, keys: {"Account": keys < 5, "Thing": keys < count}.get(name),
        **more,
    )
    return [(one.field, one.rule, one.level, one.records.tolist()) for one in check_records(given_)]


def text(**more):
    """A text field."""
    return Field("F", "F", "string", length=255, **more)


ADDRESSES = ["a@b.co", "a.b+c@x-y.example.com", "a@b", "@b.co", "a b@c.de", "a@b..de", None, "  "]
REFUSED, PAGES, DOUBTFUL = Level.REFUSED, Level.PAGES, Level.DOUBTFUL


@pytest.mark.parametrize(
    ("rules", "values", "rule", "records"),
    [
        (FieldRules(required=True), ["a", None, "", "  \t", "b", "#N/A", " c"], "required", [1, 2, 3, 5]),
        (FieldRules(max_chars=3), ["äöü", "äöüä", None, "abc", "abcd"], "length", [1, 4]),
        (FieldRules(max_bytes=4), ["äö", "äöa", "abcd"], "length", [1]),
        (FieldRules(allowed=("Hot", "Cold")), ["Hot", "cold", "Warm", None, "Hot ", " "], "picklist", [2, 4]),
        (
            FieldRules(format="email"),
            ["a@b.co", "a.b+c@x-y.example.com", "a@b", "@b.co", "a b@c.de", "a@b..de", None, "  "],
            "format",
            [2, 3, 4, 5],
        ),
        (FieldRules(format="base64"), ["aGk=", "aGk", "", "a b=", None], "format", [1, 3]),
        (FieldRules(writable=False), [None, "x"], "read-only", [1]),
        (FieldRules(unique=True), ["a", "b", "A", None, None, "ä", "Ä"], "unique", [2, 6]),
        (FieldRules(unique=True, case_sensitive=True), ["a", "b", "A", "b"], "unique", [3]),
    ],
)
def test_texts_that_the_org_refuses(rules, values, rule, records):
    """Each rule of a text field finds the records that break it, and those only."""
    found = [one for one in check([text()], {"F": values}, rules={"F": rules}) if one[2] is REFUSED]
    assert found == [("F", rule, REFUSED, records)]


CURRENCY = Field("F", "F", "currency", precision=6, scale=2)
DEGREES = Field("F", "F", "double", precision=9, scale=3)
INSTANTS = [datetime(1699, 12, 31, 23, 59, tzinfo=UTC), datetime(4000, 12, 31, 23, tzinfo=UTC)]
SEVERAL = Field("F", "F", "multipicklist")


@pytest.mark.parametrize(
    ("field", "rules", "values", "rule", "records"),
    [
        (
            CURRENCY,
            FieldRules(whole_digits=3),
            [Decimal("999.99"), Decimal(1000), Decimal(-1000), None],
            "precision",
            [1, 2],
        ),
        (Field("F", "F", "int"), FieldRules(whole_digits=2), [99, 100, -100, None], "precision", [1, 2]),
        (DEGREES, FieldRules(low=-90), [Decimal(-90), Decimal("-90.001"), None], "range", [1]),
        (DEGREES, FieldRules(high=90), [Decimal(90), Decimal("90.001"), None], "range", [1]),
        (Field("F", "F", "int"), FieldRules(low=3), [3, 2, None], "range", [1]),
        (
            Field("F", "F", "date"),
            FieldRules(),
            [date(1700, 1, 1), date(1699, 12, 31), date(4001, 1, 1), None],
            "range",
            [1, 2],
        ),
        (Field("F", "F", "datetime"), FieldRules(), INSTANTS, "range", [0]),
        (Field("F", "F", "boolean"), FieldRules(required=True), [True, None, False], "required", [1]),
        (SEVERAL, FieldRules(allowed=("a", "b c")), ["a;b c", "b c", "a;x", None, "A"], "picklist", [2]),
        (SEVERAL, FieldRules(max_selected=1), ["a;b", "a", None], "picklist", [0]),
    ],
)
def test_other_values_that_the_org_refuses(field, rules, values, rule, records):
    """Numbers, dates and several choices are held against their bounds."""
    assert check([field], {"F": values}, rules={"F": rules}) == [("F", rule, REFUSED, records)]


def test_cells_that_a_load_would_change():
    """Blanks at the ends, #N/A, carriage returns and control characters are doubtful, each with its records."""
    values = ["ok", " x", "y\n", "#N/A", "a\rb", "a\x07b", None, "a\tb\nc", "\u00a0é"]
    assert check([text()], {"F": values}) == [
        ("F", "blanks", DOUBTFUL, [1, 2]),
        ("F", "null-mark", DOUBTFUL, [3]),
        ("F", "line-break", DOUBTFUL, [4]),
        ("F", "control-character", DOUBTFUL, [5]),
    ]


def test_what_pages_do_not_offer():
    """Values outside of an unrestricted picklist are taken by the API: its pages do not offer them."""
    field = Field("F", "F", "picklist")
    assert check([field], {"F": ["a", "b", None]}, rules={"F": FieldRules(suggested=("a",))}) == [
        ("F", "picklist", PAGES, [1])
    ]


def test_dependent_picklists():
    """A value must go with the controlling one; a controller that nothing is known of allows any."""
    fields = [Field("Country__c", "Country", "picklist"), Field("City__c", "City", "multipicklist")]
    rules = {"City__c": FieldRules(controller="Country__c", by_controller={"DE": ("Ulm", "Köln"), "FR": ("Lyon",)})}
    values = {
        "Country__c": ["DE", "DE", "FR", None, "XX", "FR"],
        "City__c": ["Ulm;Köln", "Lyon", "Lyon", "Ulm", "Ulm", None],
    }
    assert check(fields, values, rules=rules) == [("City__c", "dependent-picklist", PAGES, [1])]


def test_values_of_a_record_type():
    """A record has the picklist values of its type, and a type that the org has."""
    fields = [Field("RecordTypeId", "Type", "reference"), Field("F", "F", "picklist")]
    schema_values = {"RecordTypeId": ["Big", "Small", "Nope", None], "F": ["a", "a", "a", "a"]}
    fields[0] = Field("RecordTypeId", "Type", "string")
    found = check(
        fields, schema_values, rules={"F": FieldRules(by_record_type={"Small": ("b",)})}, record_types={"Big", "Small"}
    )
    assert found == [("RecordTypeId", "record-type", REFUSED, [2]), ("F", "record-type", PAGES, [1])]


@pytest.mark.parametrize(
    ("rule", "broken"),
    [
        (StandardRule("exactly_one", ("A", "B"), "m"), [0, 3]),
        (StandardRule("at_least_one", ("A", "B"), "m"), [0]),
        (StandardRule("at_most_one", ("A", "B"), "m"), [3]),
        (StandardRule("all_or_none", ("A", "B"), "m"), [1, 2]),
        (StandardRule("not_after", ("D", "E"), "m"), [2]),
        (StandardRule("unique_together", ("A", "D"), "m"), []),
        (StandardRule("at_least_one", ("X", "Y"), "m"), [0, 1, 2, 3]),
        (StandardRule("all_or_none", ("A", "Y"), "m"), [1, 3]),
    ],
)
def test_rules_between_fields(rule, broken):
    """The standard objects' rules count values, compare dates and look for pairs; an absent column holds nothing."""
    fields = [Field("A", "A", "string"), Field("B", "B", "string"), Field("D", "D", "date"), Field("E", "E", "date")]
    values = {
        "A": [None, "x", None, "x"],
        "B": [None, None, "y", "y"],
        "D": [date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 3), None],
        "E": [date(2026, 1, 1), None, date(2026, 1, 2), date(2026, 1, 2)],
    }
    found = check(fields, values, standard=[rule])
    assert [one[3] for one in found] == ([broken] if broken else [])


def test_references():
    """A reference must point to a record that is there, of an allowed object; symbols are not followed."""
    lookup = Field("L", "L", "reference", reference_to=("Account",))
    required = {"L": FieldRules(required=True)}
    assert check([lookup], {"L": [None, 4, 5]}, rules=required, references={"L": ("Account",)}) == [
        ("L", "required", REFUSED, [0]),
        ("L", "reference", REFUSED, [2]),
    ]
    values = {"L": [0, 9, 1, None, None], "L@": ["Account", "Account", "Case", "=running-user", None]}
    found = check([lookup], values, rules=required, references={"L": ("Account", "Case", "")})
    assert sorted(found, key=lambda one: one[3], reverse=True) == [
        ("L", "required", REFUSED, [4]),
        ("L", "reference-target", REFUSED, [2]),
        ("L", "reference", REFUSED, [1]),
    ]


def test_a_lead_with_something_else():
    """An activity with a lead has no other record."""
    fields = [Field("Who", "Who", "reference", reference_to=("Lead", "Contact")), Field("What", "What", "reference")]
    rule = StandardRule("not_with", ("What", "Who"), "m", target="Lead")
    values = {"Who": [1, 1, 1], "Who@": ["Lead", "Contact", "Lead"], "What": [1, 1, None]}
    found = check(fields, values, standard=[rule], references={"Who": ("Lead", "Contact"), "What": ("Account",)})
    assert found == [("What", "not-with", REFUSED, [0])]


def test_nothing_is_its_own_ancestor():
    """Self references in a circle are found, those that only lead into one are not; deferred ones break at the update."""
    parent = Field("P", "P", "reference", reference_to=("Thing",))
    values = {"P": [1, 2, 0, 0, 4, None, 5]}
    found = check([parent], values, references={"P": ("Thing",)}, deferred=frozenset({"P"}))
    assert found == [("P", "self-reference", REFUSED, [4]), ("P", "circle", REFUSED, [0, 1, 2])]


@given(st.lists(st.integers(-1, 14), min_size=1, max_size=15))
def test_circles_are_what_a_walk_finds(parents):
    """Doubling steps finds the same circles as walking up from each record."""
    count = len(parents)

    def on_circle(start: int) -> bool:
        at = parents[start]
        for _ in range(count):
            if not 0 <= at < count or parents[at] == at:
                return False
            if at == start:
                return True
            at = parents[at]
        return False

    expected = [n for n in range(count) if parents[n] != n and on_circle(n)]
    assert circles(np.array(parents, np.int64)).tolist() == expected


def test_pairs_that_agree():
    """Rows that agree in all columns are found from the second on; an empty column takes a row out."""
    a = pa.array(["x", "x", "y", None, None, "x"])
    b = pa.array([1, 1, 1, 1, 1, None])
    assert later(codes_together([(a,), (b,)])).tolist() == [False, True, False, False, False, False]
    key, target = pa.array([None, None, 1, 1, None]), pa.array(["=s", "=s", "A", "B", None])
    assert later(codes_together([(key, target)])).tolist() == [False, True, False, False, False]


def one_by_one(columns, refused):
    """What `held_before` says, worked out a row at a time: a row that is taken holds its values from then on."""
    held, found = [set() for _ in columns], [[] for _ in columns]
    for row, out in enumerate(refused):
        values = [int(one[row]) for one in columns]
        taken = [value >= 0 and value in known for value, known in zip(values, held, strict=True)]
        for mine, hit in zip(found, taken, strict=True):
            mine.append(hit)
        if not out and not any(taken):
            for known, value in zip(held, values, strict=True):
                known.add(value)
    return found


@given(st.lists(st.tuples(st.integers(-1, 4), st.integers(-1, 4), st.integers(-1, 4), st.booleans()), max_size=40))
def test_values_are_taken_by_the_records_that_are_accepted(rows):
    """Of those with the same value the first that is refused for nothing else takes it, in whatever order they depend."""
    columns = [np.array([row[place] for row in rows], np.int64) for place in range(3)]
    refused = np.array([row[3] for row in rows], bool)
    assert [one.tolist() for one in held_before(columns, refused)] == one_by_one(columns, refused)


def test_a_long_chain_of_values_comes_to_an_end():
    """Records that each share a value with the one before and the one after are all judged, the first ones exactly."""
    rows = np.arange(200_000)
    first, second = held_before([rows // 2, (rows + 1) // 2], np.zeros(len(rows), bool))
    assert (first | second)[:50].tolist() == [False, True] * 25
    assert len(first) == len(rows)


def test_a_refused_record_takes_no_value():
    """Its value goes to the next one that has it; of the refused one nothing more is said than that it is doubtful."""
    values = {"F": ["a", "A ", " ", " ", "b", "b", "B"], "G": ["xxx", "x", "x", "x", "x", "xxx", "x"]}
    rules = {"F": FieldRules(unique=True), "G": FieldRules(max_chars=2)}
    assert check([text(), Field("G", "G", "string")], values, rules=rules) == [
        ("F", "blanks", DOUBTFUL, [1, 2, 3]),
        ("G", "length", REFUSED, [0, 5]),
        ("F", "unique", REFUSED, [5, 6]),
        ("F", "unique", DOUBTFUL, [1]),
    ]


def test_values_that_the_org_has():
    """A unique value must not be in the org either, compared without case."""
    found = check([text()], {"F": ["A", "b", None]}, rules={"F": FieldRules(unique=True)}, taken={"F": ("a", "c")})
    assert found == [("F", "unique", REFUSED, [0])]


def test_required_fields_without_a_column():
    """A required field that nothing was made for breaks every record, unless a relationship column fills it."""
    rules = {"G": FieldRules(required=True)}
    assert check([text()], {"F": ["a", "b"]}, rules=rules) == [("G", "required", REFUSED, [0, 1])]
    assert check([text()], {"F": ["a", "b"]}, rules=rules, linked=frozenset({"G"})) == []


def test_columns_that_the_org_does_not_know():
    """A field that the schema has not breaks every record."""
    assert check([text()], {"F": ["a"], "Gone__c": ["x"]}) == [("Gone__c", "unknown-field", REFUSED, [0])]


def test_nothing_to_find_in_nothing():
    """Objects without records have no findings."""
    assert check([text()], {"F": []}, rules={"F": FieldRules(required=True, unique=True)}) == []


@given(st.lists(st.one_of(st.none(), st.text("aä \n\r\x00#", max_size=4)), min_size=1, max_size=12), st.integers(0, 4))
def test_text_checks_agree_with_plain_ones(values, limit):
    """Over any slices, each text check finds what a loop over the cells finds."""
    found = {
        rule: records
        for _, rule, _, records in check([text()], {"F": values}, rules={"F": FieldRules(required=True, max_chars=limit)})
    }
    blank = " \t\n\v\f\r"
    expected = {
        "required": [n for n, v in enumerate(values) if v is None or not v.strip(blank)],
        "length": [n for n, v in enumerate(values) if v and v.strip(blank) and len(v) > limit],
        "blanks": [n for n, v in enumerate(values) if v and v != v.strip(blank)],
        "line-break": [n for n, v in enumerate(values) if v and "\r" in v],
        "control-character": [n for n, v in enumerate(values) if v and "\x00" in v],
    }
    assert found == {rule: records for rule, records in expected.items() if records}


def test_a_record_that_is_changed_needs_no_more_than_its_key():
    """What the org has under the external id needs no required field; no key, one twice, and one of several records are told."""
    key, name = Field("K", "K", "string", length=20, external_id=True), Field("N", "N", "string", length=9)
    rules = {"N": FieldRules(required=True), "K": FieldRules(unique=True)}
    existing = {"Thing.K": (), "Thing.K=a": ("1",), "Thing.K=two": ("2", "3")}
    values = {"K": ["A", "b", "a ", "Two", None], "N": [None, None, "x", "x", "x"]}
    found = check([key, name], values, rules=rules, upsert="K", existing=existing, taken={"K": ("a", "two")})
    assert sorted((field, rule, records) for field, rule, level, records in found if level is REFUSED) == [
        ("K", "unique", [2]), ("K", "upsert", [3]), ("K", "upsert", [4]), ("N", "required", [1]),
    ]  # fmt: skip
    (missing,) = check([key], {"K": ["A", "b"]}, rules=rules, upsert="K", existing=existing)
    assert missing == ("N", "required", REFUSED, [1])


def test_keys_are_told_apart_as_the_org_tells_them_apart():
    """Ids of another org differ in nothing but case; a field that minds case takes both, as keys and as new values."""
    key = Field("K", "K", "string", length=20, external_id=True, unique=True, case_sensitive=True)
    for minds, refused in ((True, []), (False, [1])):
        rules = {"K": FieldRules(unique=True, case_sensitive=minds)}
        found = check([key], {"K": ["a01xDGbA", "a01xDGba"]}, rules=rules, upsert="K")
        assert [records for _, _, level, records in found if level is REFUSED] == [refused][: len(refused)]


def test_links_to_records_that_the_org_lacks_or_has_twice():
    """Only what was asked for is judged; case does not count."""
    link = Field("L", "L", "reference", reference_to=("Account",))
    existing = {"Account.K": (), "Account.K=a": ("1",), "Account.K=two": ("2", "3")}
    words = ["=Account.K=A", "=Account.K=b", "=Account.K=TWO", None, "=User.Username=x", "=running-user"]
    found = check([link], {"L": [None] * 6, "L@": words}, references={"L": ("",)}, existing=existing)
    assert found == [("L", "link", REFUSED, [1]), ("L", "link", REFUSED, [2])]
