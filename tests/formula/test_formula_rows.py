"""The emulator's row-by-row evaluator: on the same outside cases, and as judge of the columnar one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfseed_core.formula.evaluate import evaluate
from sfseed_core.formula.parser import parse, unparse
from sfseed_core.formula.setting import Blanks
from sfseed_core.formula.table import Table
from sfseed_core.formula.types import SIGNATURES, Type
from sfseed_core.formula.types.check import check
from sfseed_emulator.formula_rows import compiled
from tests.formula.outside_cases import (
    ERROR,
    FOLDER,
    MODES,
    CaseRecord,
    by_row,
    expected,
    lines,
    moment_of,
    reason_to_differ,
    row_result,
    same,
    setting,
    stored,
    typed,
    unpacked,
)

# The folder is SFSEED_OUTSIDE_DATA/formula.
CASES = lines("cases.jsonl")

absent = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"outside data not present at {FOLDER}: set SFSEED_OUTSIDE_DATA")


def marked(case):
    """Make a parameter of a case; one that is known to differ must differ."""
    reason = reason_to_differ(case)
    return pytest.param(case, id=case["id"], marks=[pytest.mark.xfail(reason=reason, strict=True)] if reason else [])


@absent
@pytest.mark.parametrize("case", [marked(case) for case in CASES])
def test_case_by_row(case):
    """A formula over one record gives what Salesforce's engine gives, in both ways of handling blanks."""
    for mode in MODES:
        found, wanted = by_row(case, mode), expected(case, mode)
        assert same(found, wanted), f"{mode}: {case['formula']} of {case['inputs']} gave {found}, the engine {wanted}"


FIELDS = {
    "N1__c": Type.NUMBER,
    "N2__c": Type.NUMBER,
    "T1__c": Type.TEXT,
    "T2__c": Type.TEXT,
    "B1__c": Type.BOOLEAN,
    "D1__c": Type.DATE,
    "D2__c": Type.DATE,
    "M1__c": Type.DATETIME,
    "H1__c": Type.TIME,
    "P1__c": Type.PICKLIST,
    "S1__c": Type.MULTIPICKLIST,
}

VALUES = {
    Type.NUMBER: st.one_of(
        st.sampled_from([Decimal(0), Decimal(1), Decimal("-2.5"), Decimal("0.1"), Decimal("99.995")]),
        st.decimals(-(10**15), 10**15, places=3, allow_nan=False),
    ),
    Type.TEXT: st.sampled_from(["", "a", "Ab", "ab cd", "12", "-1.5", "2024-02-29", "Zoë", "x;y"]),
    Type.BOOLEAN: st.booleans(),
    Type.DATE: st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    Type.DATETIME: st.integers(-(2**31), 2**32).map(
        lambda seconds: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    ),
    Type.TIME: st.times().map(lambda clock: clock.replace(microsecond=clock.microsecond // 1000 * 1000)),
    Type.PICKLIST: st.sampled_from(["Open", "Closed", "a"]),
    Type.MULTIPICKLIST: st.sampled_from(["x", "x;y", "y;z"]),
}
ROW = st.fixed_dictionaries(
    {name: VALUES[type_] if type_ is Type.BOOLEAN else st.none() | VALUES[type_] for name, type_ in FIELDS.items()}
)


def templates(*patterns: str) -> list[str]:
    """Name the shapes of formulas of one type; {N} {T} {B} {D} {M} {H} stand for parts of that type."""
    return list(patterns)


SHAPES = {
    "N": templates(
        "N1__c", "N2__c", "3", "0.25", "-{N}", "({N} + {N})", "({N} - {N})", "({N} * {N})", "({N} / {N})", "({N} ^ 2)",
        "ABS({N})", "ROUND({N}, 1)", "ROUND({N}, {N})", "TRUNC({N}, 2)", "FLOOR({N})", "CEILING({N})", "MFLOOR({N})",
        "MCEILING({N})", "MOD({N}, {N})", "MAX({N}, {N})", "MIN({N}, {N}, 2)", "SQRT({N})", "LEN({T})", "VALUE({T})",
        "FIND({T}, {T})", "YEAR({D})", "MONTH({D})", "DAY({D})", "WEEKDAY({D})", "ISOWEEK({D})", "DAYOFYEAR({D})",
        "({D} - {D})", "({M} - {M})", "({H} - {H})", "HOUR({H})", "MILLISECOND({H})", "UNIXTIMESTAMP({M})", "IF({B}, {N}, {N})",
        "CASE({T}, {T}, {N}, \"a\", {N}, {N})", "BLANKVALUE({N}, {N})", "IFERROR({N}, {N})", "PICKLISTCOUNT(S1__c)",
    ),
    "T": templates(
        "T1__c", "T2__c", '"a"', '""', "({T} & {T})", "({T} + {T})", "LEFT({T}, {N})", "RIGHT({T}, 2)", "MID({T}, 2, {N})",
        "SUBSTR({T}, -2)", "UPPER({T})", "LOWER({T})", "TRIM({T})", "TEXT({N})", "TEXT({D})", "TEXT({M})", "TEXT({H})",
        "TEXT(P1__c)", "SUBSTITUTE({T}, {T}, \"-\")", "LPAD({T}, 5, {T})", "RPAD({T}, 4)", "REVERSE({T})", "INITCAP({T})",
        "IF({B}, {T}, {T})", "CASE({N}, 1, {T}, {N}, {T}, {T})", "BLANKVALUE({T}, {T})", "HTMLENCODE({T})",
        "FORMATDURATION({N}, {B})", "NULLVALUE({T}, {T})",
    ),
    "B": templates(
        "B1__c", "TRUE", "({N} = {N})", "({N} <> {N})", "({N} < {N})", "({N} >= {N})", "({T} = {T})", "({T} <> {T})", "({T} < {T})",
        "({D} < {D})", "({D} = {D})", "({M} > {M})", "NOT({B})", "({B} && {B})", "({B} || {B})", "AND({B}, {B}, {B})",
        "OR({B}, {B})", "ISBLANK({T})", "ISBLANK({N})", "ISNULL({D})", "ISNULL(TEXT(P1__c))", "ISNUMBER({T})", "CONTAINS({T}, {T})",
        "BEGINS({T}, {T})", "ISPICKVAL(P1__c, \"Open\")", "INCLUDES(S1__c, \"x\")", 'REGEX({T}, "[a-z ]*")', "IN({N}, 1, {N})",
        'LIKE({T}, "%b_")', "IF({B}, {B}, {B})", "(B1__c = {B})", "ISCHANGED(N1__c)",
    ),
    "D": templates(
        "D1__c", "D2__c", "DATE(2024, 2, 29)", "DATE({N}, 1, 31)", "TODAY()", "({D} + {N})", "({D} - 1)", "ADDMONTHS({D}, 1)",
        "DATEVALUE({M})", "DATEVALUE({T})", "IF({B}, {D}, {D})",
    ),
    "M": templates("M1__c", "NOW()", "({M} + 0.5)", "({M} - {N})", "DATETIMEVALUE({D})", "ADDMONTHS({M}, -1)", "IF({B}, {M}, {M})"),
    "H": templates("H1__c", "TIMEVALUE({M})", "({H} + 5000)", "({H} - {N})"),
}  # fmt: skip


@st.composite
def formulas(draw, kind: str = "", depth: int = 3) -> str:
    """Draw a formula that is correct in its types."""
    chosen = kind or draw(st.sampled_from("NTBDM"))
    shapes = SHAPES[chosen] if depth else [shape for shape in SHAPES[chosen] if "{" not in shape]
    text = draw(st.sampled_from(shapes))
    while "{" in text:
        start = text.index("{")
        text = text[:start] + draw(formulas(text[start + 1], depth - 1)) + text[start + 3 :]
    return text


def types(path: str) -> Type:
    """Return the type of a field of the random rows."""
    return FIELDS[path]


@given(formulas(), st.lists(ROW, min_size=1, max_size=5), st.sampled_from(Blanks))
@settings(max_examples=400, deadline=None)
def test_columns_equal_rows(formula, rows, blanks):
    """Over columns and row by row, a random formula gives the same for random records, faults included."""
    node = parse(formula)
    check(node, formula, types)
    moment = setting(blanks)
    columns = {name.lower(): typed([row_value(row[name]) for row in rows], type_) for name, type_ in FIELDS.items()}
    together = unpacked(evaluate(node, Table(len(rows), columns, moment), moment).spread(len(rows)))
    one = compiled(formula, types)
    apart = [row_result(one, CaseRecord(row, {}, moment_of(blanks)), moment_of(blanks)) for row in rows]
    for found, wanted, row in zip(together, apart, rows, strict=True):
        assert same(found, wanted), f"{formula} of {row}: {found} over columns, {wanted} by row"


TEXTS = [
    *("😀", "a😀b", "e\u0301", "ß", "\u0131", "İ", "\u00a0x ", "\uff41", "\U0001d49c\U0001d4b7", "\u01c6", "\ufb01"),
    *(" \t\n", "a\r\nb", "'\"<>&", "x" * 300),
]
NUMBERS = ["0", "-1", "2", "0.5", "2.5", "-0.5", "1e15", "99999999999999999", "0.000000000001", "-7.25", "1e-20", "1e25"]
DAYS = ["1900,2,28", "2000,2,29", "2023,12,31", "9999,12,31", "1700,1,1", "2024,1,31"]
OVER_TEXTS = [
    *(f"{name}(T1__c, {count})" for name in ("LEFT", "RIGHT", "SUBSTR", "LPAD", "RPAD") for count in (0, 1, 2, 5)),
    *(
        "MID(T1__c, 2, 2)",
        "MID(T1__c, 0, 1)",
        'FIND("b", T1__c)',
        'FIND("", T1__c)',
        "LEN(T1__c)",
        "UPPER(T1__c)",
        "LOWER(T1__c)",
    ),
    *(
        "INITCAP(T1__c)",
        "REVERSE(T1__c)",
        "TRIM(T1__c)",
        "ASCII(T1__c)",
        "HTMLENCODE(T1__c)",
        "URLENCODE(T1__c)",
        "JSENCODE(T1__c)",
    ),
    *('SUBSTITUTE(T1__c, "😀", "-")', 'T1__c < "b"', "T1__c = LOWER(T1__c)", "CASESAFEID(T1__c)", 'CONTAINS(T1__c, "")'),
]
OVER_NUMBERS = [
    *(
        "TEXT(N1__c)",
        "TEXT(N1__c / 7)",
        "TEXT(N1__c * 1.10)",
        "VALUE(TEXT(N1__c))",
        "N1__c ^ -1",
        "N1__c ^ 2",
        "N1__c - 0.1 + 0.1",
    ),
    *(f"ROUND(N1__c, {places})" for places in (0, 1, -2)),
    "FLOOR(N1__c)",
    "CEILING(N1__c)",
    "MFLOOR(N1__c)",
    "MCEILING(N1__c)",
    *("TRUNC(N1__c, 0)", "MOD(N1__c, -3)", "SQRT(N1__c)", "EXP(N1__c)", "LN(N1__c)", "CHR(N1__c)", "FORMATDURATION(N1__c)"),
    *("DATE(2024, N1__c, 1)", "DATE(2024, 1, N1__c)", "FROMUNIXTIME(N1__c)"),
]
OVER_DAYS = [
    *(f"ADDMONTHS(DATE({day}), {months})" for day in DAYS for months in (1, -1, 12, 0.5)),
    *(
        f"{name}(DATE({day}))"
        for day in DAYS
        for name in ("WEEKDAY", "ISOWEEK", "ISOYEAR", "DAYOFYEAR", "TEXT", "UNIXTIMESTAMP")
    ),
    *(f"DATE({day}) + N1__c" for day in DAYS),
    *(f"DATEVALUE(DATETIMEVALUE(DATE({day})) + 0.999999)" for day in DAYS),
]


@pytest.mark.parametrize(
    ("formulas", "field", "values"),
    [
        (OVER_TEXTS, "T1__c", TEXTS),
        (OVER_NUMBERS, "N1__c", [Decimal(one) for one in NUMBERS]),
        (OVER_DAYS, "N1__c", [Decimal(one) for one in NUMBERS]),
    ],
    ids=["texts", "numbers", "days"],
)
def test_edges_are_the_same_in_both(formulas, field, values):
    """Beyond the first plane, at the ends of the calendar and of numbers, both evaluators give one value, or fail alike."""
    for blanks in Blanks:
        moment = setting(blanks)
        rows = [{field: value} for value in (*values, None)]
        column = typed([row[field] for row in rows], FIELDS[field])
        for formula in formulas:
            node = parse(formula)
            check(node, formula, types)
            together = unpacked(evaluate(node, Table(len(rows), {field.lower(): column}, moment), moment).spread(len(rows)))
            one = compiled(formula, types)
            for found, row in zip(together, rows, strict=True):
                wanted = row_result(one, CaseRecord(row, {}, moment_of(blanks)), moment_of(blanks))
                assert same(found, wanted), f"{formula} of {row}: {found} over columns, {wanted} by row"


def row_value(value):
    """Return a plain value as columns hold it."""
    if isinstance(value, time):
        return ((value.hour * 60 + value.minute) * 60 + value.second) * 1000 + value.microsecond // 1000
    return stored(value)


def test_both_know_every_function():
    """Every function with a signature can be worked out in both ways, or says that the org is needed."""
    from sfseed_core.formula.functions import FUNCTIONS as OVER_COLUMNS
    from sfseed_emulator.formula_rows.functions import FUNCTIONS as BY_ROW
    from sfseed_emulator.formula_rows.functions import NEEDS_THE_ORG

    special = {"AND", "OR", "ISBLANK", "ISNULL", "ISCHANGED", "PRIORVALUE", "VLOOKUP"}
    assert set(SIGNATURES) <= {*OVER_COLUMNS, "ISCHANGED", "PRIORVALUE", "VLOOKUP"}
    assert set(SIGNATURES) <= {*BY_ROW, *NEEDS_THE_ORG, *special}
    assert len(SIGNATURES) >= 100


@pytest.mark.parametrize("length", [10, 1_500])
def test_long_chains_are_worked_out(length):
    """A long chain of operators exhausts no stack, in either way."""
    for formula in ("1" + " + 1" * length, " && ".join(["TRUE"] * length), " & ".join(['"a"'] * length)):
        node = parse(formula)
        moment = setting()
        assert unpacked(evaluate(node, Table(1, {}, moment), moment))[0] == by_one(compiled(formula, types), {})
        assert unparse(node)


def test_what_is_not_known_decides_nothing_that_is_decided_without_it():
    """A rule that hangs on an unknown permission holds nowhere where its other part is false."""
    formula = "AND($Permission.Bypass, ISBLANK(T1__c))"
    moment = setting()
    table = Table(2, {"t1__c": typed(["a", None], Type.TEXT)}, moment)
    found = evaluate(parse(formula), table, moment)
    assert unpacked(found) == [False, ERROR]
    assert found.reasons == {"the values of $Permission.Bypass are not known"}
    rule = compiled(formula, lambda path: Type.TEXT if path == "T1__c" else Type.ANY)
    assert [by_one(rule, {"T1__c": one}) for one in ("a", None)] == [False, ERROR]


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia", "UTC"])
def test_the_day_of_each_moment_is_that_of_the_users_clock(zone):
    """DATEVALUE of moments gives the local day, also on the days on which the clock is put forward or back."""
    home = ZoneInfo(zone)
    starts = [datetime(2011, 12, 27, tzinfo=UTC), datetime(2026, 3, 6, tzinfo=UTC), datetime(2026, 10, 2, tzinfo=UTC)]
    moments = [start + timedelta(minutes=15 * step) for start in starts for step in range(3_000)]
    user = replace(setting(), zone=home)
    table = Table(len(moments), {"m1__c": typed([stored(one) for one in moments], Type.DATETIME)}, user)
    found = unpacked(evaluate(parse("DATEVALUE(M1__c)"), table, user))
    assert found == [one.astimezone(home).date() for one in moments]


@pytest.mark.parametrize(
    "formula", ['CONTAINS(T1__c, "b")', 'BEGINS(T1__c, "b")', 'ENDS(T1__c, "")', 'CONTAINS("abc", T2__c)']
)
def test_searches_in_texts_agree_with_one_row_at_a_time(formula):
    """Searching for one word in many texts, empty and missing ones among them, gives what each alone gives."""
    texts, moment = ["abc", "b", "", None, "xyz", "b"], setting()
    columns = {"t1__c": typed(texts, Type.TEXT), "t2__c": typed(texts, Type.TEXT)}
    rule = compiled(formula, lambda _: Type.TEXT)
    rows = [by_one(rule, {"T1__c": one, "T2__c": one}) for one in texts]
    assert unpacked(evaluate(parse(formula), Table(len(texts), columns, moment), moment)) == rows


def by_one(rule, values):
    """Work a rule out for one record."""
    moment = moment_of(Blanks.AS_BLANK)
    return row_result(rule, CaseRecord(values, {}, moment), moment)


@pytest.mark.parametrize("pattern", ["(a*)+b", "(a|aa)+$b", "((a+)+)+b", "(a*)*(?=b)", "a*a*a*a*a*a*a*a*b", "(.*a){20}b"])
def test_no_pattern_hangs(pattern):
    """A pattern that would take for ever is matched in linear time, or refused as too complicated."""
    formula = f'REGEX("{"a" * 60}c", "{pattern}")'
    moment = setting()
    assert unpacked(evaluate(parse(formula), Table(1, {}, moment), moment))[0] in (False, ERROR)
    assert by_one(compiled(formula, types), {}) in (False, ERROR)
