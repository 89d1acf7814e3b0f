"""Formulas read into trees and written back; errors that underline the fragment."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfseed_core.formula.lexer import MAX_CHARS
from sfseed_core.formula.nodes import (
    Binary,
    Boolean,
    Call,
    Field,
    FormulaError,
    FormulaNotParsed,
    FormulaTooLarge,
    FormulaWrongType,
    Node,
    Null,
    Number,
    Text,
    Unary,
    fields,
    fold,
    functions,
)
from sfseed_core.formula.parser import parse, unparse
from sfseed_core.formula.types import Type, check

FOLDER = Path(os.environ.get("SFSEED_OUTSIDE_DATA", Path(__file__).resolve().parents[3] / "shared" / "data")) / "formula"


def lines(name: str) -> list[dict]:
    """Read a file of outside cases; none where it is absent."""
    path = FOLDER / name
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line] if path.is_file() else []


PARSED = lines("formula_parse_cases.jsonl")
REFUSED = lines("formula_error_cases.jsonl")
RULES = lines("validation_rules.jsonl")

absent = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"outside data not present at {FOLDER}: set SFSEED_OUTSIDE_DATA")


def s_expression(formula: str) -> str:
    """Write the tree of a formula as Salesforce's parser tests do, words as they stand in the text."""

    def written(node: Node, below) -> str:
        source = formula[node.span.start : node.span.end]
        if not below:
            return source.split("(")[0].strip() if isinstance(node, Call) else source
        if isinstance(node, Call):
            return f"( {source.split('(')[0].strip()} {' '.join(below)} )"
        if isinstance(node, Unary) and node.operator == "not":
            return f"( {'not' if source.startswith('!') else source[:3]} {below[0]} )"
        return f"( {node.operator} {' '.join(below)} )"

    return fold(parse(formula), written)


@absent
@pytest.mark.parametrize("case", PARSED, ids=[f"{number}-{case['formula'][:40]}" for number, case in enumerate(PARSED)])
def test_parse_case(case):
    """A formula is read into the tree that Salesforce's own parser makes of it."""
    assert s_expression(case["formula"]) == case["sexpr"]
    assert parse(unparse(parse(case["formula"]))) == parse(case["formula"])


@absent
@pytest.mark.parametrize("case", REFUSED, ids=[f"{number}-{case['formula'][:40]}" for number, case in enumerate(REFUSED)])
def test_error_case(case):
    """A formula that Salesforce refuses is refused, for the same reason."""
    with pytest.raises(FormulaError) as caught:
        check(parse(case["formula"]), case["formula"], lambda path: Type.ANY)
    for number in filter(str.isdigit, case["message"].replace(",", " ").split()):
        assert number in caught.value.message
    assert "^" in str(caught.value)


@absent
@pytest.mark.parametrize("case", RULES, ids=[f"{case['object']}.{case['rule']}" for case in RULES])
def test_rule_of_a_real_project_is_read(case):
    """A validation rule of an open project is read, knows its functions and is written back to the same tree."""
    formula = case["errorConditionFormula"]
    node = parse(formula)
    check(node, formula, lambda path: Type.ANY)
    assert parse(unparse(node)) == node
    assert set(case["functions"]) - {"NOT"} <= set(functions(node))


@pytest.mark.parametrize(
    ("formula", "tree"),
    [
        ("a == 'x' && b != 2", 'a = "x" && b <> 2'),
        ("Not IsBlank( Owner:User.Email )", "NOT(ISBLANK(Owner:User.Email))"),
        ("/* why */ true || /** x **/ FALSE", "TRUE || FALSE"),
        ("-a ^ 2 * 3", "-a ^ 2 * 3"),
        ("(a - b) - (c - d)", "a - b - (c - d)"),
        ("'it\\'s'", '"it\'s"'),
        ("if(\n  $User.Id = $Setup.A__c.B__c,\n  1,\n  0)", "IF($User.Id = $Setup.A__c.B__c, 1, 0)"),
    ],
)
def test_spellings(formula, tree):
    """Spellings that mean the same are written one way."""
    assert unparse(parse(formula)) == tree


def test_power_binds_weaker_than_times():
    """As in Salesforce, `^` binds weaker than `*`."""
    assert parse("2 * 3 ^ 2") == parse("(2 * 3) ^ 2")


def test_fields_and_functions_in_order():
    """A formula names its fields and functions, each once."""
    node = parse("IF(A__c = B__c, LEN(A__c), LEN($User.Title))")
    assert fields(node) == ("A__c", "B__c", "$User.Title")
    assert functions(node) == ("LEN", "IF")


@pytest.mark.parametrize(
    ("formula", "fragment", "message"),
    [
        ("IF(a,, b)", ",", "where a field, a value or a function should be"),
        ("a = 'x", "'x", "closing quote is missing"),
        ("a /* b", "/* b", "end */ is missing"),
        ("LEN(a", " ", "the formula ends"),
        ("a b", "b", "'b' stands"),
        ("a ~ b", "~", "no place in a formula"),
        ("REGEX(a, '\\d')", "\\d", "two backslashes"),
        ("", " ", "the formula ends"),
    ],
)
def test_errors_underline_the_fragment(formula, fragment, message):
    """A syntax error says what stands where, and underlines it."""
    with pytest.raises(FormulaNotParsed) as caught:
        parse(formula)
    assert message in caught.value.message
    shown, carets = str(caught.value).splitlines()[1:]
    assert (shown + " ")[carets.index("^") : carets.rindex("^") + 1] == fragment


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("LEN(1)", "LEN takes Text here, not Number"),
        ("ISBLNK(a)", "did you mean ISBLANK?"),
        ("1 + 'a'", "+ does not take Number and Text"),
        ("IF(1, 2, 3)", "IF takes Boolean here, not Number"),
        ("CASE(1, 2, 3)", "CASE takes 4 arguments here, not 3"),
        ("TODAY() - NOW()", "- does not take Date and DateTime"),
        ("1 < 'a'", "< takes Number here, not Text"),
        ("LEFT('a')", "LEFT takes 2 arguments here, not 1"),
    ],
)
def test_wrong_types(formula, message):
    """A type error says what is taken and what was given."""
    with pytest.raises(FormulaWrongType) as caught:
        check(parse(formula), formula, lambda path: Type.TEXT)
    assert message in caught.value.message


@pytest.mark.parametrize(
    "formula",
    [
        "(" * 5_000 + "1" + ")" * 5_000,
        "NOT " * 5_000 + "a",
        "-" * 5_000 + "1",
        "LEN(" * 5_000,
        "[" * 9_000,
        " " * (MAX_CHARS + 1),
        "1" + "+1" * 9_000,
    ],
    ids=["brackets", "not", "minus", "calls", "lists", "long", "chain"],
)
def test_no_text_exhausts_the_parser(formula):
    """Size and nesting are limited, with an error and no crash."""
    with pytest.raises((FormulaTooLarge, FormulaNotParsed)):
        parse(formula)


def test_long_chains_are_read():
    """A long chain of operators is no nesting."""
    formula = " & ".join(f'"{number}"' for number in range(1_500))
    assert unparse(parse(formula)) == formula


@given(st.text(max_size=60) | st.text(alphabet="()'\"\\,.+-*/^&|=<>!$:_aN1 []", max_size=40))
@settings(max_examples=150, deadline=None)
def test_nothing_crashes_the_parser(text):
    """Any text is read or refused with a formula error."""
    try:
        node = parse(text)
    except FormulaError:
        return
    assert parse(unparse(node)) == node


_names = st.from_regex(r"\A[A-Za-z][A-Za-z0-9_]{0,6}(\.[A-Za-z]{1,4}){0,2}\Z").filter(
    lambda name: name.upper() not in {"TRUE", "FALSE", "NULL", "NOT"}
)
_leaves = st.one_of(
    st.from_regex(r"\A[0-9]{1,4}(\.[0-9]{1,3})?\Z").map(Number),
    st.text(max_size=6).map(Text),
    st.booleans().map(Boolean),
    st.just(Null()),
    _names.map(Field),
)
_trees = st.recursive(
    _leaves,
    lambda below: st.one_of(
        st.builds(Unary, st.sampled_from(["-", "+", "not"]), below),
        st.builds(Binary, st.sampled_from(["and", "or", "=", "<>", "<", ">=", "+", "-", "&", "^", "*", "/"]), below, below),
        st.builds(Call, st.sampled_from(["IF", "LEN", "NOW"]), st.lists(below, max_size=3).map(tuple)),
    ),
    max_leaves=12,
)


@given(_trees)
@settings(max_examples=200, deadline=None)
def test_unparse_is_undone_by_parse(tree):
    """Whatever tree is written is read back as the same tree."""
    assert parse(unparse(tree)) == tree
