"""Rules as orgs have them: generation obeys each, or says why not, by the word of the emulator's own row-by-row evaluator."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType

import numpy as np
import pytest

from sfseed_core.clock import SYSTEM
from sfseed_core.constraints.validation import TYPES
from sfseed_core.formula.types import Type
from sfseed_core.generate.engine import Engine
from sfseed_core.recipe.plan_json import from_json, to_json
from sfseed_core.schema.model import ValidationRule
from sfseed_core.workflow.plan import draw_up, recipe_of
from sfseed_core.workflow.request import Request
from sfseed_core.workflow.source import source_survey
from sfseed_emulator.formula_rows import Failed, Moment, NotKnown, compiled, fires
from tests.hostile_projects import lookup, record_type
from tests.sfdx_project import Project

COUNT = 150
AS_OF = date(2026, 11, 23)

OBEYED = [
    # a value is needed
    "ISBLANK(Email__c)",
    "ISNULL(Amount__c)",
    'ISPICKVAL(Stage__c, "")',
    "AND(ISPICKVAL(Stage__c, 'Won'), ISBLANK(Signed__c))",
    'AND(TEXT(Stage__c) = "Lost", ISBLANK(TEXT(Reason__c)))',
    'AND(OR(ISPICKVAL(Stage__c, "Won"), ISPICKVAL(Stage__c, "Lost")), ISBLANK(Closed__c))',
    "IF(Urgent__c, ISBLANK(Due__c), FALSE)",
    "Urgent__c && ISBLANK(Due__c) && NOT(ISPICKVAL(Stage__c, 'Lost'))",
    "AND(NOT(ISBLANK(Street__c)), OR(ISBLANK(City__c), ISBLANK(Zip__c)))",
    "AND(Discount__c > 0.2, ISBLANK(Reason_Text__c))",
    'AND(NOT(ISBLANK(TEXT(Reason__c))), NOT(ISPICKVAL(Stage__c, "Lost")))',
    "AND(ISBLANK(Email__c), ISBLANK(Phone__c), ISBLANK(Zip__c))",
    "LEN(Reason_Text__c) = 0",
    "NOT(ISBLANK(Due__c)) && NOT(Urgent__c)",
    # days
    "End__c < Start__c",
    "AND(NOT(ISBLANK(End__c)), NOT(ISBLANK(Start__c)), End__c - Start__c > 90)",
    "Start__c < TODAY()",
    "Due__c > TODAY() + 30",
    "Signed__c > TODAY()",
    "AND(ISPICKVAL(Stage__c, 'New'), Closed__c <= TODAY())",
    "OR(WEEKDAY(Due__c) = 1, WEEKDAY(Due__c) = 7)",
    "YEAR(Start__c) <> YEAR(TODAY())",
    "MONTH(Start__c) = 12 || MONTH(Start__c) = 1",
    "ADDMONTHS(Start__c, 6) < End__c",
    "DATEVALUE(Seen__c) > TODAY()",
    "Seen__c > NOW()",
    "Born__c > DATE(YEAR(TODAY()) - 18, MONTH(TODAY()), 1)",
    # numbers
    "Amount__c <= 0",
    "OR(Discount__c < 0, Discount__c > 0.5)",
    "Amount__c < Floor__c",
    "AND(Amount__c > 1000000, NOT(Urgent__c))",
    "MOD(Amount__c, 5) <> 0",
    "ROUND(Amount__c, 0) <> Amount__c",
    "Seats__c < 2 || Seats__c > 9",
    "Seats__c * Floor__c > 20000",
    "AND(Amount__c < 100, ISPICKVAL(Stage__c, 'Won'))",
    "CASE(Stage__c, 'New', 1, 'Won', 2, 'Lost', 3, 0) = 0",
    "AND(Seats__c <> 3, Seats__c <> 4)",
    # forms
    r'NOT(REGEX(Zip__c, "\\d{5}(-\\d{4})?"))',
    r'AND(NOT(ISBLANK(Phone__c)), NOT(REGEX(Phone__c, "\\D*?(\\d\\D*?){10}")))',
    r'NOT(REGEX(Phone__c, "^\\(\\d{3}\\) \\d{3}-\\d{4}$"))',
    r'NOT(REGEX(Code__c, "[A-Z]{3}-(EU|US|AP)-[0-9]{4}"))',
    r'AND(LEN(Zip__c) <> 5, TEXT(Country__c) = "US")',
    r'IF(TEXT(Country__c) = "GB", NOT(REGEX(Zip__c, "[A-Z]{1,2}[0-9][0-9A-Z]? [0-9][A-Z]{2}")), FALSE)',
    'NOT(BEGINS(Link__c, "https://"))',
    'AND(NOT(ISBLANK(Code__c)), NOT(CONTAINS(Code__c, "-")))',
    "LEN(Code__c) > 8",
    "LEN(Code__c) <> 6",
    "UPPER(Code__c) <> Code__c",
    'CONTAINS(Email__c, "@example.com")',
    'NOT(OR(Code__c = "A-17", Code__c = "B-4"))',
    'LEFT(Code__c, 2) <> "X-"',
    "ISNUMBER(Code__c)",
    'NOT(CONTAINS("AL:AK:AZ:CA", State__c))',
    # picklists and record types
    'INCLUDES(Topics__c, "Sport") && INCLUDES(Topics__c, "Opera")',
    "PICKLISTCOUNT(Topics__c) > 2",
    "AND(ISBLANK(TEXT(Country__c)), NOT(ISBLANK(Street__c)))",
    'AND(RecordType.DeveloperName = "Large", Amount__c < 500)',
    'AND($RecordType.Name = "Small", ISPICKVAL(Stage__c, "Won"))',
    # bypasses, and what can fire on an update only
    "AND(NOT($Permission.Skip_Rules), ISBLANK(Email__c))",
    'AND($Profile.Name <> "System Administrator", ISBLANK(Phone__c))',
    "AND(NOT($Setup.Switches__c.Off__c), Amount__c = 0)",
    'AND($User.Email <> "x@example.com", Urgent__c, ISBLANK(Due__c))',
    "AND(NOT(ISNEW()), ISCHANGED(Amount__c))",
    'AND(ISNEW(), NOT(ISPICKVAL(Stage__c, "New")))',
    'ISCHANGED(Stage__c) && ISPICKVAL(PRIORVALUE(Stage__c), "Won")',
    # parents and formula fields
    "Firm__r.Blocked__c",
    'AND(ISPICKVAL(Firm__r.Tier__c, "Gold"), Discount__c < 0.1)',
    "Amount__c > Firm__r.Limit__c",
    "Weight__c > 300000",
    # several at once, comments, any case
    "/* tidy */ or( isblank(Code__c), and(len(Code__c)<3, not isblank(Email__c)) )",
    "NOT(AND(NOT(ISBLANK(Start__c)), NOT(ISBLANK(End__c)), End__c >= Start__c, OR(Urgent__c, Amount__c >= 10)))",
    # met by few draws
    "DAY(Start__c) <> 1",
    "Start__c <> DATE(YEAR(Start__c), MONTH(Start__c), 1)",
    "DAY(End__c + 1) <> 1",
    "FLOOR((TODAY() - Born__c) / 365.2425) > 65",
    "IF(NOT(ISBLANK(Email__c)), 1, 0) + IF(NOT(ISBLANK(Phone__c)), 1, 0) + IF(NOT(ISBLANK(Link__c)), 1, 0) <> 1",
    "(ISBLANK(Street__c) || ISBLANK(City__c) || ISBLANK(Zip__c)) && NOT(ISBLANK(Street__c & City__c & Zip__c))",
    r'NOT(REGEX(Code__c, "(?=.*\\d)(?=.*[A-Z])[A-Z\\d]{8}"))',
    'NOT(REGEX(Code__c, "[A-Z&&[^IO]]{4}-[0-9]{3}"))',
]

LEFT_TO_THE_CHECK = {
    "Amount__c <> 1 && Amount__c <> 2 && Amount__c = Amount__c && TRUE && 1 = 1 || TRUE": "no way was found",
    '$Profile.Name = "Sales"': "cannot be known",
    "VLOOKUP($ObjectType.Zip__c.Fields.City__c, $ObjectType.Zip__c.Fields.Name, Zip__c) <> City__c": "cannot be known",
}


@pytest.fixture(scope="module")
def survey(tmp_path_factory):
    """A small org of two objects, from source."""
    project = Project(tmp_path_factory.mktemp("org"))
    project.object("Firm__c").field("Firm__c", "Blocked__c", "Checkbox", defaultValue=False)
    project.picklist("Firm__c", "Tier__c", "Gold", "Silver", "Bronze")
    project.field("Firm__c", "Limit__c", "Currency", precision=18, scale=2)
    project.object("Deal__c")
    lookup(project, "Deal__c", "Firm__c", "Firm__c")
    for name in ("Zip__c", "City__c", "Code__c", "State__c"):
        project.field("Deal__c", name, "Text", length=40)
    project.field("Deal__c", "Reason_Text__c", "Text", length=80).field("Deal__c", "Street__c", "Text", length=80)
    for name in ("Start__c", "End__c", "Due__c", "Signed__c", "Closed__c", "Born__c"):
        project.field("Deal__c", name, "Date")
    project.field("Deal__c", "Seen__c", "DateTime").field("Deal__c", "Email__c", "Email").field(
        "Deal__c", "Phone__c", "Phone"
    )
    project.field("Deal__c", "Link__c", "Url").field("Deal__c", "Urgent__c", "Checkbox", defaultValue=False)
    for name in ("Amount__c", "Floor__c"):
        project.field("Deal__c", name, "Currency", precision=18, scale=2)
    project.field("Deal__c", "Seats__c", "Number", precision=4, scale=0)
    project.field("Deal__c", "Discount__c", "Percent", precision=5, scale=2)
    project.field("Deal__c", "Weight__c", "Number", precision=18, scale=2, formula="Amount__c * (1 - Discount__c)")
    project.picklist("Deal__c", "Stage__c", "New", "Open", "Won", "Lost")
    project.picklist("Deal__c", "Reason__c", "Price", "Timing", "Other")
    project.picklist("Deal__c", "Country__c", "US", "GB", "DE")
    listed = "".join(
        f"<value><fullName>{one}</fullName><default>false</default><label>{one}</label></value>" for one in TOPICS
    )
    own = f"<valueSetDefinition><sorted>false</sorted>{listed}</valueSetDefinition>"
    inner = f"<valueSet><restricted>true</restricted>{own}</valueSet>"
    project.field("Deal__c", "Topics__c", "MultiselectPicklist", inner, visibleLines=4)
    for name in ("Small", "Large"):
        record_type(project, "Deal__c", name, {})
    return source_survey(f"sfdx:{project.folder}", recipe_of(asked()), clock=SYSTEM)


TOPICS = ("Sport", "Opera", "Books", "Films")


def asked():
    """What is asked for: all custom objects."""
    return Request(org="sfdx:", seed=7, as_of=AS_OF, preset="custom-only", count_each=COUNT)


def planned(survey, *formulas):
    """The plan of an org whose deals have the rules."""
    rules = tuple(ValidationRule(f"R{number}", text, f"No {number}.") for number, text in enumerate(formulas))
    snapshot = replace(survey.snapshot, validation_rules=MappingProxyType({"Deal__c": rules}))
    return draw_up(asked(), replace(survey, snapshot=snapshot))


class Dealing:
    """One record for the emulator's evaluator, with its parents' records."""

    def __init__(self, survey, name, rows, place):
        self.schema = survey.schema.objects[name]
        self.survey, self.rows, self.place = survey, rows, place
        self.row = rows[name][place]

    def value(self, path):
        head, *rest = path.split(".")
        if head.lower() in ("recordtype", "$recordtype"):
            return self.row["RecordTypeId"]
        if head.startswith("$"):
            raise NotKnown(path)
        if rest:
            place = self.row[head.replace("__r", "__c")]
            return None if place is None else Dealing(self.survey, "Firm__c", self.rows, place).value(".".join(rest))
        field = self.schema.fields[head]
        if field.formula:
            amount, discount = self.row["Amount__c"], self.row["Discount__c"]
            return None if amount is None or discount is None else amount * (1 - discount / 100)
        value = self.row.get(head)
        if field.is_reference and value is not None:
            return f"a0{value:013d}"
        if field.type == "percent" and value is not None:
            return value / 100
        return Decimal(value) if TYPES.get(field.type) is Type.NUMBER and value is not None else value

    def old(self, path):
        return self.value(path)


def refused_by_row(survey, plan, formula):
    """The deals that the emulator's evaluator refuses."""
    fields = survey.schema.objects["Deal__c"].fields
    node = compiled(formula, lambda path: _type(survey, fields, path))
    rows = {one.name: Engine(plan).rows(one.name, 0, one.count).to_pylist() for one in plan.objects}
    moment = Moment(datetime(2026, 11, 23, 12, tzinfo=UTC), UTC)
    found = []
    for place in range(COUNT):
        try:
            if fires(node, Dealing(survey, "Deal__c", rows, place), moment):
                found.append(rows["Deal__c"][place])
        except (Failed, NotKnown):
            continue
    return found


def _type(survey, fields, path):
    head, *rest = path.split(".")
    if head.startswith("$") or head == "RecordType":
        return Type.BOOLEAN if head.lower() == "$permission" else Type.ANY
    if rest:
        firm = survey.schema.objects["Firm__c"].fields
        return TYPES.get(firm[rest[0]].type, Type.TEXT) if rest[0] in firm else Type.ANY
    return TYPES.get(fields[head].type, Type.TEXT)


@pytest.mark.parametrize("formula", OBEYED)
def test_generation_obeys(survey, formula):
    """No record breaks the rule, whatever is not known about who loads it."""
    plan = planned(survey, formula)
    assert [note for note in plan.notes if note.startswith("rule ")] == []
    assert refused_by_row(survey, plan, formula) == []


@pytest.mark.parametrize(("formula", "why"), LEFT_TO_THE_CHECK.items())
def test_what_cannot_be_obeyed_is_named(survey, formula, why):
    """A rule that no record passes, or of which nothing is known, is named in the plan, and the others are obeyed."""
    plan = planned(survey, formula, "ISBLANK(Email__c)")
    [note] = [note for note in plan.notes if note.startswith("rule ")]
    assert note.startswith("rule Deal__c.R0: ")
    assert why in note
    assert refused_by_row(survey, plan, "ISBLANK(Email__c)") == []


def test_what_a_recipe_states_holds_until_the_command_says_otherwise(survey):
    """A permission that the recipe states lets records pass; what the command line states wins; the plan keeps it."""
    rule = ValidationRule("R", "NOT($Permission.Skip_Rules)", "No.")
    snapshot = replace(survey.snapshot, validation_rules=MappingProxyType({"Deal__c": (rule,)}))
    recipe = "preset: custom-only\ngiven: {$Permission.Skip_Rules: true}\n"
    request = replace(asked(), preset=None, recipe=recipe)
    found = replace(survey, snapshot=snapshot)
    freed = draw_up(request, found)
    bound = draw_up(replace(request, given={"$permission.skip_rules": False}), found)
    assert [dict(one.rules.given) for one in (freed, bound)] == [{"$permission.skip_rules": one} for one in (True, False)]
    notes = [[note for note in one.notes if note.startswith("rule ")] for one in (freed, bound)]
    assert notes[0] == []
    assert "no way was found" in notes[1][0]
    assert from_json(to_json(freed)) == freed


def test_rules_in_conflict_are_named_together(survey):
    """Of two rules that exclude each other one is given up, and the note names the other."""
    plan = planned(survey, "ISBLANK(Email__c)", "NOT(ISBLANK(Email__c))", "Amount__c < 10")
    [note] = [note for note in plan.notes if note.startswith("rule ")]
    assert "R0" in note
    assert "R1" in note
    assert "R2" not in note
    assert refused_by_row(survey, plan, "Amount__c < 10") == []


def test_many_rules_together(survey):
    """Twenty rules of one object are obeyed at once, a slice holds what the whole holds, and a stored plan makes the same."""
    chosen = [OBEYED[0], *OBEYED[3:14:2], OBEYED[14], OBEYED[18], OBEYED[28], OBEYED[38], OBEYED[39], *OBEYED[55:65:2]]
    plan = planned(survey, *chosen)
    assert [note for note in plan.notes if note.startswith("rule ")] == []
    for formula in chosen:
        assert refused_by_row(survey, plan, formula) == []
    whole = Engine(plan).rows("Deal__c", 0, COUNT)
    again = Engine(from_json(to_json(plan)))
    assert again.rows("Deal__c", 40, 60).equals(whole.slice(40, 20))
    assert again.at("Deal__c", np.array([7, 3])).batch().column(0).to_pylist() == [7, 3]


def test_without_rules_nothing_changes(survey):
    """A rule that every record passes anyway leaves each cell as it is without it."""
    plain, ruled = planned(survey), planned(survey, "Amount__c < -1")
    assert plain.rules is None
    assert Engine(ruled).rows("Deal__c", 0, COUNT).equals(Engine(plain).rows("Deal__c", 0, COUNT))
    assert ruled.as_of - plain.as_of == timedelta(0)
