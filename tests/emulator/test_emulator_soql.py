"""SOQL: what is understood, what is refused and in which words, and how values compare."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfseed_emulator.soql.errors import SoqlError
from sfseed_emulator.soql.execute import execute
from sfseed_emulator.soql.lexer import tokens, unquote
from sfseed_emulator.soql.literals import Moment, bounds
from sfseed_emulator.soql.parser import parse
from sfseed_emulator.soql.periods import COUNTED, PLAIN, period
from sfseed_emulator.soql.tree import Comparison, FieldRef, Literal, Logic

if TYPE_CHECKING:
    from tests.emulator.conftest import Org

REFUSALS = [
    ("SELECT Id FORM Account", "MALFORMED_QUERY", 11, "unexpected token: FORM"),
    ("SELECT Id FROM", "MALFORMED_QUERY", 15, "unexpected end of file"),
    ("SELECT FROM Account", "MALFORMED_QUERY", 8, "unexpected token: FROM"),
    ("SELECT * FROM Account", "MALFORMED_QUERY", 8, "no viable alternative at character '*'"),
    ("SELECT Id FROM Account;", "MALFORMED_QUERY", 23, "no viable alternative at character ';'"),
    ("SELECT Id FROM Account WHERE", "MALFORMED_QUERY", 29, "unexpected end of file"),
    ("SELECT Id FROM Account WHERE Name = 'a' AND Phone = 'b' OR Fax = 'c'", "MALFORMED_QUERY", 57, "unexpected token: OR"),
    ("SELECT Id FROM Account WHERE Name = 'a\\z'", "MALFORMED_QUERY", 37, "Illegal character sequence '\\z'"),
    ("SELECT Id FROM Account WHERE Name = 'a", "MALFORMED_QUERY", 37, "mismatched character '<EOF>'"),
    ("SELECT Id FROM Account WHERE Name = :name", "MALFORMED_QUERY", 37, "Only variable references"),
    ("SELECT Id FROM Account WHERE Name == 'a'", "MALFORMED_QUERY", 36, "unexpected token: ="),
    ("SELECT Id FROM Account WHERE Name NOT LIKE 'a%'", "MALFORMED_QUERY", 35, "unexpected token: NOT"),
    ("SELECT Id FROM Account LIMIT x", "MALFORMED_QUERY", 30, "unexpected token: x"),
    ("SELECT Id FROM Account LIMIT -1", "MALFORMED_QUERY", 30, "unexpected token: -1"),
    ("SELECT Id FROM Account ORDER Name", "MALFORMED_QUERY", 30, "unexpected token: Name"),
    ("SELECT Id Name FROM Account", "MALFORMED_QUERY", 8, "only aggregate expressions use field aliasing"),
    ("SELECT Naem FROM Account", "INVALID_FIELD", 8, "No such column 'Naem' on entity 'Account'."),
    ("SELECT Id FROM Account WHERE Naem = 'a'", "INVALID_FIELD", 30, "No such column 'Naem' on entity 'Account'."),
    ("SELECT Acount.Name FROM Contact", "INVALID_FIELD", 8, "Didn't understand relationship 'Acount' in field path."),
    ("select count() from XYZZY", "INVALID_TYPE", 21, "sObject type 'XYZZY' is not supported."),
    (
        "SELECT Id, (SELECT Id FROM Foos) FROM Account",
        "INVALID_TYPE",
        28,
        "Didn't understand relationship 'Foos' in FROM part",
    ),
    (
        "SELECT Id FROM Account WHERE Name = 5",
        "INVALID_FIELD",
        30,
        "must be of type string and should be enclosed in quotes",
    ),
    ("SELECT Id FROM Account WHERE AnnualRevenue = '5'", "INVALID_FIELD", 30, "of type double and should not be enclosed"),
    ("SELECT Id FROM Account WHERE CreatedDate > 2026-01-01", "INVALID_FIELD", 30, "must be of type dateTime"),
    ("SELECT Id FROM Opportunity WHERE CloseDate > 2026-01-01T00:00:00Z", "INVALID_FIELD", 34, "must be of type date and"),
    (
        "SELECT Id FROM Account WHERE Description = 'a'",
        "INVALID_FIELD",
        30,
        "'Description' can not be filtered in a query call",
    ),
    (
        "SELECT Id FROM Account ORDER BY Description",
        "MALFORMED_QUERY",
        33,
        "'Description' can not be sorted in a query call",
    ),
    ("SELECT Industry, Id FROM Account GROUP BY Industry", "MALFORMED_QUERY", 18, "must be grouped or aggregated: Id"),
    ("SELECT COUNT(Id), Name FROM Account", "MALFORMED_QUERY", 19, "Field must be grouped or aggregated: Name"),
    ("SELECT Id FROM Account ALL ROWS", "MALFORMED_QUERY", 24, "ALL ROWS not allowed in this context"),
    ("SELECT SUM(Name) FROM Account", "MALFORMED_QUERY", 8, "does not support aggregate operator SUM"),
]


@pytest.mark.parametrize(("query", "code", "column", "text"), REFUSALS, ids=[case[0] for case in REFUSALS])
def test_refuses_with_salesforces_code_and_a_caret(org: Org, query: str, code: str, column: int, text: str) -> None:
    """A query that Salesforce refuses is refused with its code, the place and its words."""
    with pytest.raises(SoqlError) as refused:
        execute(org.state, query)
    assert refused.value.code == code
    first, line, caret, place, said = refused.value.message.split("\n", 4)
    assert (first, place) == ("", f"ERROR at Row:1:Column:{column}")
    assert line[: len(caret) - 1] + line[len(caret) - 1 :] == line
    assert caret.endswith("^")
    assert text in said


def test_caret_stands_under_the_fault_in_its_own_line() -> None:
    """In a query of several lines the row counts lines, and the caret line shows the fault's one."""
    with pytest.raises(SoqlError) as refused:
        parse("SELECT Id\nFROM Account\n  WHERE Name ! 'a'")
    assert "\n  WHERE Name ! 'a'\n             ^\nERROR at Row:3:Column:14\n" in refused.value.message


@given(st.text())
def test_quoted_text_reads_back(text: str) -> None:
    """What a client quotes by the rules (backslash and apostrophe escaped, line ends as escapes) is what is compared."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r")
    quoted = f"'{escaped}'"
    token, _ = tokens(quoted)
    assert unquote(quoted, token) == text


@given(st.text(max_size=60))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    """No text makes the parser fail in any way but Salesforce's."""
    try:
        parse(text)
    except SoqlError as error:
        assert error.code == "MALFORMED_QUERY"  # noqa: PT017 - either outcome is fine


def test_conditions_keep_their_structure() -> None:
    """Parentheses group, and each literal kind is told apart."""
    query = parse("select id from account where (a = 'x' or b = null) and c >= LAST_N_DAYS:3 and d != TRUE and e < -1.5e3")
    assert isinstance(query.where, Logic)
    first, *others = query.where.parts
    assert first == Logic(
        "OR",
        (
            Comparison(FieldRef(("a",)), "=", Literal("text", "x", pattern="x")),
            Comparison(FieldRef(("b",)), "=", Literal("null", "")),
        ),
    )
    assert [part.right for part in others if isinstance(part, Comparison)] == [
        Literal("period", "LAST_N_DAYS", 3),
        Literal("boolean", "TRUE"),
        Literal("number", "-1.5e3"),
    ]


# Date literals


@given(st.sampled_from(sorted(PLAIN)), st.dates(date(1971, 1, 1), date(3000, 1, 1)))
def test_periods_neither_overlap_nor_leave_gaps(name: str, today: date) -> None:
    """LAST_X, THIS_X and NEXT_X follow one another without a gap, whatever the day."""
    first, behind = period(name, None, today)
    assert first < behind
    which, _, unit = name.partition("_")
    if which == "LAST" and not unit.endswith("DAYS"):
        assert behind == period(f"THIS_{unit}", None, today)[0]
        assert period(f"THIS_{unit}", None, today)[1] == period(f"NEXT_{unit}", None, today)[0]


@given(st.sampled_from(sorted(COUNTED)), st.integers(1, 500), st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_counted_periods_lie_on_their_side_of_today(name: str, count: int, today: date) -> None:
    """LAST_N and N_AGO periods begin before today, NEXT_N ones after it."""
    first, behind = period(name, count, today)
    assert first < behind
    assert (first > today) if name.startswith("NEXT") else (first <= today)


@pytest.mark.parametrize(
    ("name", "count", "first", "behind"),
    [
        ("TODAY", None, "2026-11-23", "2026-11-24"),
        ("LAST_N_DAYS", 2, "2026-11-21", "2026-11-24"),
        ("NEXT_N_DAYS", 2, "2026-11-24", "2026-11-26"),
        ("N_DAYS_AGO", 2, "2026-11-21", "2026-11-22"),
        ("THIS_WEEK", None, "2026-11-22", "2026-11-29"),
        ("LAST_MONTH", None, "2026-10-01", "2026-11-01"),
        ("THIS_QUARTER", None, "2026-10-01", "2027-01-01"),
        ("LAST_N_YEARS", 2, "2024-01-01", "2026-01-01"),
        ("NEXT_FISCAL_YEAR", None, "2027-01-01", "2028-01-01"),
        ("N_MONTHS_AGO", 11, "2025-12-01", "2026-01-01"),
    ],
)
def test_periods_by_example(name: str, count: int | None, first: str, behind: str) -> None:
    """On Monday 23 November 2026 each literal means these days."""
    assert period(name, count, date(2026, 11, 23)) == (date.fromisoformat(first), date.fromisoformat(behind))


def test_periods_follow_the_users_zone(org: Org) -> None:
    """TODAY begins at midnight at the user's place, and LAST_N_DAYS ends now."""
    field = org.state.schema.objects["Account"].fields["CreatedDate"]
    moment = Moment(datetime(2026, 11, 23, 3, 0, tzinfo=UTC), "America/New_York")
    assert bounds(field, Literal("period", "TODAY"), moment) == (
        "2026-11-22T05:00:00.000+0000",
        "2026-11-23T05:00:00.000+0000",
    )
    end = bounds(field, Literal("period", "LAST_N_DAYS", 1), moment)[1]
    assert end == "2026-11-23T03:00:00.001+0000"


# Values compared


@pytest.fixture
def seeded(org: Org) -> Org:
    """An org with a few accounts, contacts and opportunities."""
    acme = org.insert("Account", Name="Acme", Industry="Energy", AnnualRevenue=1000, BillingCity="Ulm", Rating="Hot")
    over = org.insert("Account", Name="ÄPFEL & Söhne", AnnualRevenue=250.5, ParentId=acme)
    org.insert("Account", Name="100% _pure", Industry="Banking")
    org.insert("Contact", LastName="Diaz", FirstName="Ana", AccountId=acme, Email="Ana.Diaz@example.com")
    org.insert("Contact", LastName="Berg", AccountId=over)
    org.insert("Contact", LastName="Alone")
    stage = org.state.db.execute('SELECT "ApiName" FROM "OpportunityStage" ORDER BY "SortOrder" LIMIT 1').fetchone()[0]
    for days, amount in ((-1, 10), (0, 20), (40, 30)):
        close = (org.state.now() + timedelta(days=days)).date().isoformat()
        org.insert("Opportunity", Name=f"Deal {amount}", StageName=stage, CloseDate=close, Amount=amount, AccountId=acme)
    return org


def found(org: Org, query: str) -> list[Any]:
    """Return the first selected value of each record."""
    result = execute(org.state, query)
    return [next(value for key, value in record.items() if key != "attributes") for record in result.records]


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ("Name = 'aCME'", {"Acme"}),
        ("Name = 'äpfel & söhne'", {"ÄPFEL & Söhne"}),
        ("Name LIKE 'a%'", {"Acme"}),
        ("Name LIKE 'Äpfel%'", {"ÄPFEL & Söhne"}),
        ("Name LIKE '%\\% \\_p%'", {"100% _pure"}),
        ("Name LIKE 'Acm_'", {"Acme"}),
        ("NOT (Name LIKE 'a%')", {"ÄPFEL & Söhne", "100% _pure"}),
        ("Name != 'acme'", {"ÄPFEL & Söhne", "100% _pure"}),
        ("Industry != 'Energy'", {"ÄPFEL & Söhne", "100% _pure"}),
        ("Industry = null", {"ÄPFEL & Söhne"}),
        ("Industry = ''", {"ÄPFEL & Söhne"}),
        ("Industry IN ('energy', 'Banking')", {"Acme", "100% _pure"}),
        ("Industry NOT IN ('Energy')", {"ÄPFEL & Söhne", "100% _pure"}),
        ("Name IN ('Acme', 'äpfel & söhne')", {"Acme", "ÄPFEL & Söhne"}),
        ("AnnualRevenue > 250.4 AND AnnualRevenue <= 1e3", {"Acme", "ÄPFEL & Söhne"}),
        ("AnnualRevenue = USD1000", {"Acme"}),
        ("AnnualRevenue < 1000", {"ÄPFEL & Söhne"}),
        ("IsDeleted = null", {"Acme", "ÄPFEL & Söhne", "100% _pure"}),
        ("Parent.Name = 'Acme'", {"ÄPFEL & Söhne"}),
        ("Parent.Industry = null", {"Acme", "100% _pure"}),
        ("Account.Name = 'Acme'", {"Acme"}),
        ("CreatedDate = TODAY AND CreatedDate >= LAST_N_DAYS:1", {"Acme", "ÄPFEL & Söhne", "100% _pure"}),
        ("CreatedDate < 2020-01-01T00:00:00.000Z", set()),
        ("Id IN (SELECT AccountId FROM Contact WHERE LastName = 'Diaz')", {"Acme"}),
        ("Id NOT IN (SELECT AccountId FROM Contact)", {"100% _pure"}),
        ("(Industry = 'Energy' AND Rating = 'Hot') OR Name LIKE '100%'", {"Acme", "100% _pure"}),
    ],
)
def test_where(seeded: Org, where: str, names: set[str]) -> None:
    """Conditions find what they find in Salesforce: no case in text, nulls on the unequal side."""
    assert set(found(seeded, f"SELECT Name FROM Account WHERE {where}")) == names


def test_id_filters_take_both_lengths_and_check_the_form(seeded: Org) -> None:
    """An id of 15 or 18 characters finds its record; what is no id is refused."""
    [record_id] = found(seeded, "SELECT Id FROM Account WHERE Name = 'Acme'")
    assert found(seeded, f"SELECT Name FROM Account WHERE Id = '{record_id[:15]}'") == ["Acme"]
    with pytest.raises(SoqlError) as refused:
        execute(seeded.state, "SELECT Id FROM Account WHERE Id = 'nope'")
    assert (refused.value.code, refused.value.message) == ("INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: nope")


def test_values_never_reach_the_sql_text(seeded: Org) -> None:
    """A literal that looks like SQL is only ever compared."""
    assert found(seeded, "SELECT Name FROM Account WHERE Name = '\\' OR 1=1 --'") == []
    assert found(seeded, 'SELECT Name FROM Account WHERE Name IN (\'"; DROP TABLE "Account"\')') == []
    assert len(found(seeded, "SELECT Id FROM Account")) == 3


def test_order_puts_nulls_first_and_ignores_case(seeded: Org) -> None:
    """Nulls come first both ways unless NULLS LAST is said; LIMIT and OFFSET cut the ordered list."""
    assert found(seeded, "SELECT Industry FROM Account ORDER BY Industry") == [None, "Banking", "Energy"]
    assert found(seeded, "SELECT Industry FROM Account ORDER BY Industry DESC") == [None, "Energy", "Banking"]
    assert found(seeded, "SELECT Industry FROM Account ORDER BY Industry DESC NULLS LAST") == ["Energy", "Banking", None]
    assert found(seeded, "SELECT Name FROM Account ORDER BY Name LIMIT 1 OFFSET 1") == ["Acme"]


def test_records_nest_parents_and_children(seeded: Org) -> None:
    """A record has its attributes, parents as objects (null where there is none) and child records per relationship."""
    children = "(SELECT LastName FROM Contacts ORDER BY LastName)"
    result = execute(seeded.state, f"SELECT Id, Name, Parent.Name, Owner.Username, {children} FROM Account ORDER BY Name")
    pure, acme, over = result.records
    assert next(iter(acme)) == "attributes"
    assert acme["attributes"] == {"type": "Account", "url": f"/services/data/v67.0/sobjects/Account/{acme['Id']}"}
    assert acme["Parent"] is None
    assert over["Parent"]["Name"] == "Acme"  # type: ignore[index]
    assert over["Parent"]["attributes"]["type"] == "Account"  # type: ignore[index]
    assert pure["Contacts"] is None
    contacts: Any = acme["Contacts"]
    assert (contacts["totalSize"], contacts["done"], contacts["records"][0]["LastName"]) == (1, True, "Diaz")


def test_compound_fields_are_objects(seeded: Org) -> None:
    """An address reads as an object of its parts, null when all are empty; a person's name is put together."""
    [acme] = execute(seeded.state, "SELECT BillingAddress FROM Account WHERE Name = 'Acme'").records
    address: Any = acme["BillingAddress"]
    assert address["city"] == "Ulm"
    assert address["street"] is None
    [other] = execute(seeded.state, "SELECT BillingAddress FROM Account WHERE Industry = 'Banking'").records
    assert other["BillingAddress"] is None
    assert set(found(seeded, "SELECT Name FROM Contact")) == {"Ana Diaz", "Berg", "Alone"}


def test_polymorphic_references_show_their_type(seeded: Org) -> None:
    """What and Who lead to records of several objects, told apart by Type."""
    [acme] = found(seeded, "SELECT Id FROM Account WHERE Name = 'Acme'")
    [deal] = found(seeded, "SELECT Id FROM Opportunity WHERE Name = 'Deal 10'")
    seeded.insert("Task", Subject="Call", WhatId=acme, Status="Not Started", Priority="Normal")
    seeded.insert("Task", Subject="Mail", WhatId=deal, Status="Not Started", Priority="Normal")
    query = "SELECT What.Name, What.Type FROM Task WHERE What.Type IN ('Account', 'Opportunity') ORDER BY What.Name"
    names = [(record["What"]["Name"], record["What"]["Type"]) for record in execute(seeded.state, query).records]  # type: ignore[index]
    assert names == [("Acme", "Account"), ("Deal 10", "Opportunity")]


def test_aggregates(seeded: Org) -> None:
    """Aggregates are named by alias or expr0, expr1; groups by their field; HAVING chooses among the groups."""
    [row] = execute(seeded.state, "SELECT COUNT(Id) n, SUM(Amount), AVG(Amount), MIN(CloseDate) FROM Opportunity").records
    assert (row["n"], row["expr0"], row["expr1"]) == (3, 60.0, 20.0)
    assert row["attributes"] == {"type": "AggregateResult"}
    grouped = execute(
        seeded.state,
        "SELECT Account.Name, COUNT(Id) FROM Contact GROUP BY Account.Name HAVING COUNT(Id) > 0 ORDER BY Account.Name",
    )
    assert [(row["Name"], row["expr0"]) for row in grouped.records] == [(None, 1), ("Acme", 1), ("ÄPFEL & Söhne", 1)]
    assert execute(seeded.state, "SELECT COUNT() FROM Contact WHERE AccountId != null").total == 2
    assert execute(seeded.state, "SELECT COUNT() FROM Contact LIMIT 2").total == 2


def test_rollup_adds_the_totals(seeded: Org) -> None:
    """GROUP BY ROLLUP adds a row for the whole, with GROUPING telling it from a null value."""
    rows = execute(
        seeded.state, "SELECT Industry, COUNT(Id) n, GROUPING(Industry) g FROM Account GROUP BY ROLLUP(Industry)"
    ).records
    assert {(row["Industry"], row["n"], row["g"]) for row in rows} == {
        ("Energy", 1, 0),
        ("Banking", 1, 0),
        (None, 1, 0),
        (None, 3, 1),
    }


def test_date_functions_group(seeded: Org) -> None:
    """Parts of dates can be selected, grouped and compared."""
    year = seeded.state.now().year
    query = "SELECT CALENDAR_YEAR(CreatedDate) y, COUNT(Id) n FROM Account GROUP BY CALENDAR_YEAR(CreatedDate)"
    [row] = execute(seeded.state, query).records
    assert (row["y"], row["n"]) == (year, 3)
    assert execute(seeded.state, f"SELECT COUNT() FROM Account WHERE CALENDAR_YEAR(CreatedDate) = {year}").total == 3


def test_fields_function(seeded: Org) -> None:
    """FIELDS(ALL) needs a LIMIT of at most 200 and returns every field; a field twice is refused."""
    [record] = execute(seeded.state, "SELECT FIELDS(ALL) FROM Account WHERE Name = 'Acme' LIMIT 200").records
    assert set(record) - {"attributes"} == set(seeded.state.schema.objects["Account"].fields)
    for query in ("SELECT FIELDS(ALL) FROM Account", "SELECT FIELDS(CUSTOM) FROM Account LIMIT 201"):
        with pytest.raises(SoqlError, match="LIMIT of at most 200"):
            execute(seeded.state, query)
    with pytest.raises(SoqlError, match="duplicate field selected: Id"):
        execute(seeded.state, "SELECT Id, id FROM Account")


def test_offset_has_a_limit(org: Org) -> None:
    """OFFSET goes up to 2,000."""
    with pytest.raises(SoqlError) as refused:
        execute(org.state, "SELECT Id FROM Account OFFSET 2001")
    assert (refused.value.code, refused.value.message) == (
        "NUMBER_OUTSIDE_VALID_RANGE",
        "Maximum SOQL offset allowed is 2000",
    )


def test_every_field_of_every_object_can_be_selected(org: Org) -> None:
    """Each object of the demo org answers a query of all its fields, and counts its records."""
    for name, described in org.state.schema.objects.items():
        if described.queryable:
            listed = ", ".join(described.fields)
            execute(org.state, f"SELECT {listed} FROM {name} LIMIT 1")


def test_every_parent_path_and_child_relationship_works(org: Org) -> None:
    """Each reference of the demo org leads to its parent's Id, each named child relationship can be a subquery."""
    schema = org.state.schema
    for name, described in schema.objects.items():
        paths = [
            f"{field.relationship_name}.Id"
            for field in described.by_relationship.values()
            if schema.get(field.reference_to[0])
        ]
        children = [
            f"(SELECT Id FROM {relation.name})"
            for relation in described.child_relationships
            if relation.name and relation.child in schema.objects
        ]
        for selected in [", ".join(paths[at : at + 20]) for at in range(0, len(paths), 20)] + children:
            execute(org.state, f"SELECT Id, {selected} FROM {name} LIMIT 1")


def test_typeof_chooses_fields_by_the_parents_object(seeded: Org) -> None:
    """TYPEOF gives each record the fields of its parent's object, ELSE those that every parent has."""
    [acme] = found(seeded, "SELECT Id FROM Account WHERE Name = 'Acme'")
    [deal] = found(seeded, "SELECT Id FROM Opportunity WHERE Name = 'Deal 10'")
    for subject, what in (("a", acme), ("b", deal), ("c", None)):
        seeded.insert("Task", Subject=subject, WhatId=what, Status="Not Started", Priority="Normal")
    query = "SELECT TYPEOF What WHEN Account THEN Industry, BillingCity ELSE Name END FROM Task ORDER BY Subject"
    one, two, none = (record["What"] for record in execute(seeded.state, query).records)
    url = "/services/data/v67.0/sobjects"
    assert one == {
        "attributes": {"type": "Account", "url": f"{url}/Account/{acme}"},
        "Industry": "Energy",
        "BillingCity": "Ulm",
    }
    assert two == {"attributes": {"type": "Opportunity", "url": f"{url}/Opportunity/{deal}"}, "Name": "Deal 10"}
    assert none is None
    with pytest.raises(SoqlError, match="only allowed on a polymorphic relationship"):
        execute(seeded.state, "SELECT TYPEOF Account WHEN Account THEN Name END FROM Contact")


def test_each_parents_children_are_cut_on_their_own(seeded: Org) -> None:
    """LIMIT and OFFSET of a subquery count within each parent; keys stand in the order of the select list."""
    children_asked = "(SELECT Name FROM Opportunities ORDER BY Amount DESC LIMIT 1 OFFSET 1)"
    query = f"SELECT Id, {children_asked}, Name FROM Account WHERE Name = 'Acme'"
    [acme] = execute(seeded.state, query).records
    assert list(acme) == ["attributes", "Id", "Opportunities", "Name"]
    children: Any = acme["Opportunities"]
    assert [child["Name"] for child in children["records"]] == ["Deal 20"]


def test_aliases_of_from(seeded: Org) -> None:
    """An alias stands for the object, or for a parent of it."""
    query = "SELECT c.LastName, a.Name FROM Contact c, c.Account a WHERE a.Name = 'Acme' AND c.LastName != null"
    [record] = execute(seeded.state, query).records
    assert (record["LastName"], record["Account"]["Name"]) == ("Diaz", "Acme")  # type: ignore[index]


def test_scopes(seeded: Org) -> None:
    """USING SCOPE mine finds the running user's records; scopes of teams and territories are refused."""
    assert len(found(seeded, "SELECT Id FROM Account USING SCOPE mine")) == 3
    other = found(seeded, "SELECT Id FROM User WHERE IsActive = true AND UserType = 'Standard' ORDER BY Id DESC LIMIT 1")[0]
    seeded.call("PATCH", "/sobjects/Account/" + found(seeded, "SELECT Id FROM Account LIMIT 1")[0], json={"OwnerId": other})
    assert len(found(seeded, "SELECT Id FROM Account USING SCOPE mine")) == 2
    with pytest.raises(SoqlError, match="unexpected token: team"):
        parse("SELECT Id FROM Account USING SCOPE team")


def test_long_and_deep_queries_end_in_an_answer_or_a_refusal(seeded: Org) -> None:
    """Thousands of alternatives work; nesting without end is refused, not followed."""
    many = " OR ".join(f"Name = '{number}'" for number in range(4000))
    assert found(seeded, f"SELECT Id FROM Account WHERE {many} OR Name = 'Acme'") != []
    listed = ", ".join(f"'{number}'" for number in range(9000))
    assert found(seeded, f"SELECT Name FROM Account WHERE Name NOT IN ({listed}) AND Name = 'Acme'") == ["Acme"]
    for deep in (
        "NOT " * 5000 + "Name = 'a'",
        "(" * 5000 + "Name = 'a'" + ")" * 5000,
        "f(" * 5000 + "Name" + ")" * 5000 + " = 1",
    ):
        with pytest.raises(SoqlError, match="nested too deeply"):
            execute(seeded.state, f"SELECT Id FROM Account WHERE {deep}")
    with pytest.raises(SoqlError, match="too long"):
        parse("SELECT Id FROM Account WHERE Name = '" + "a" * 100_000 + "'")


class TestDistance:
    """DISTANCE of addresses and geolocations from a point."""

    PLACES = (("Berlin", 52.52, 13.405), ("Hamburg", 53.551, 9.994), ("Sydney", -33.869, 151.209), ("Nowhere", None, None))
    BERLIN = "DISTANCE(BillingAddress, GEOLOCATION(52.52, 13.405), '{}')"

    @pytest.fixture
    def places(self, org: Org) -> Org:
        """Accounts of some cities, one of them without coordinates."""
        for name, north, east in self.PLACES:
            org.insert("Account", Name=name, BillingLatitude=north, BillingLongitude=east)
        return org

    def names(self, org: Org, text: str) -> list[str]:
        """List the names that a query finds."""
        return [row["Name"] for row in org.call("GET", "/query", params={"q": text}).json()["records"]]

    @pytest.mark.parametrize(
        ("unit", "most", "found"),
        [("mi", 250, ["Hamburg", "Berlin"]), ("km", 260, ["Hamburg", "Berlin"]), ("km", 250, ["Berlin"])],
    )
    def test_records_are_filtered_and_sorted_by_distance(self, places: Org, unit: str, most: int, found: list[str]) -> None:
        """Hamburg is 255 km (159 miles) from Berlin; a place that is not known is at no distance."""
        distance = self.BERLIN.format(unit)
        text = f"SELECT Name FROM Account WHERE {distance} < {most} ORDER BY {distance} DESC"
        assert self.names(places, text) == found

    def test_a_distance_can_be_selected(self, places: Org) -> None:
        """Under its alias, or as expr0."""
        distance = self.BERLIN.format("km")
        query = {
            "q": f"SELECT Name, {distance} far, {distance} FROM Account WHERE Name IN ('Sydney', 'Nowhere') ORDER BY Name"
        }
        nowhere, sydney = places.call("GET", "/query", params=query).json()["records"]
        assert (nowhere["far"], round(sydney["far"], -2), sydney["expr0"]) == (None, 16100, sydney["far"])

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("WHERE DISTANCE(Name, GEOLOCATION(1, 2), 'km') < 3", "INVALID_FIELD"),
            ("WHERE DISTANCE(BillingAddress, GEOLOCATION(1, 2), 'ft') < 3", "MALFORMED_QUERY"),
            ("WHERE DISTANCE(BillingAddress, GEOLOCATION(91, 2), 'km') < 3", "MALFORMED_QUERY"),
            ("WHERE DISTANCE(BillingAddress, GEOLOCATION(1, 2), 'km') = 3", "MALFORMED_QUERY"),
            ("WHERE DISTANCE(BillingAddress, 'x', 'km') < 3", "MALFORMED_QUERY"),
        ],
    )
    def test_what_is_no_distance_is_refused(self, org: Org, text: str, code: str) -> None:
        """Fields that are no place, other units, points off the globe, comparisons for equality."""
        assert org.error("GET", "/query", params={"q": f"SELECT Id FROM Account {text}"})["errorCode"] == code


def test_words_of_typeof_are_names_elsewhere() -> None:
    """A field may be called End."""
    query = parse("SELECT Start, End FROM ResourceAbsence WHERE End != null ORDER BY End")
    assert [item.what for item in query.select] == [FieldRef(("Start",)), FieldRef(("End",))]
