"""What recipes can say of rows and fields, from the file to the records."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import date
from pathlib import Path

import jsonschema
import pytest
import yaml

from sfseed_core.cli.root import run
from sfseed_core.errors import RecipeError
from sfseed_core.generate.providers.asked import day_of
from sfseed_core.recipe.read import parse_recipe, read_recipe
from sfseed_core.recipe.rows import read_rows
from sfseed_core.recipe.write import recipe_yaml

SCHEMA = json.loads((Path(__file__).parents[2] / "sfseed_core/recipe/recipe.schema.json").read_text(encoding="utf-8"))
RECIPE = """
version: 1
mark: {Description: seeded}
objects:
  Account:
    count: 30
    rows: accounts.csv
    only: [Name, Website, BillingCity, Type, Rating]
    fields:
      AccountNumber: {sequence: "AC-#####"}
      NumberOfEmployees: {range: [10, 20], distribution: low}
      Site: {edge: true}
      Fax: {values: {file: accounts.csv, column: Fax}}
    variants:
      - {name: churned, share: 40, fields: {Rating: Cold, Type: [Other]}}
  Contact:
    per: Account
    each: 2
    rows:
      - {LastName: Muster, FirstName: Jörg, AccountId: "@beta", Birthdate: 1.2.1980}
    only: [FirstName, LastName, Birthdate]
    fields:
      Email: {template: "{FirstName}.{LastName}@{Account.Website.domain}", empty: 0}
      MailingCity: {copy: Account.BillingCity}
      Birthdate: {range: today - 60y .. today - 20y}
"""
ACCOUNTS = "as;Account Name;Fax;Rating;Annual Revenue\r\nacme;Acme Müller;5;Hot;1.234,50\r\nbeta;Beta AG;7;;99\r\n"


def made(folder: Path, text: str = RECIPE) -> dict[str, list[dict[str, str]]]:
    """The records that a recipe makes, by object."""
    recipe, out = folder / "recipe.yaml", folder / "out"
    recipe.write_text(text, encoding="utf-8")
    (folder / "accounts.csv").write_bytes(ACCOUNTS.encode("cp1252"))
    code = run(["generate", str(recipe), "--org", "demo", "--out", str(out), "--seed", "3", "--as-of", "2026-11-23", "-q"])
    assert code == 0
    return {path.stem: list(csv.DictReader(path.open(encoding="utf-8"))) for path in out.iterdir()}


@pytest.fixture
def records(home, tmp_path):
    """The records of the recipe above."""
    return made(tmp_path)


def test_own_rows_come_first_and_the_rest_is_generated(records):
    """The rows of a file are the first records, its columns by name or label; what they lack is made as usual."""
    first, second, *others = records["Account"]
    assert (first["Name"], first["Rating"], float(first["AnnualRevenue"])) == ("Acme Müller", "Hot", 1235)
    assert (second["Name"], second["Rating"], float(second["AnnualRevenue"])) == ("Beta AG", "", 99)
    assert len(others) == 28
    assert all(one["Name"] for one in others)


def test_named_rows_are_referred_to(records):
    """`@beta` in a row is the record of the row named so."""
    assert records["Contact"][0]["AccountId"] == "Account:1"
    assert (records["Contact"][0]["LastName"], records["Contact"][0]["Birthdate"]) == ("Muster", "1980-02-01")


def test_fields_are_made_as_the_recipe_says(records):
    """Templates, copies, sequences, ranges, files, marks and variants all show in the records."""
    accounts = {one["Id"]: one for one in records["Account"]}
    assert [one["AccountNumber"] for one in records["Account"]] == [f"AC-{number:05}" for number in range(1, 31)]
    assert {int(one["NumberOfEmployees"]) for one in accounts.values() if one["NumberOfEmployees"]} <= {*range(10, 21)}
    assert {one["Description"] for one in accounts.values()} == {"seeded"}
    assert {one["Fax"] for one in records["Account"][2:]} <= {"5", "7", ""}
    assert 5 <= sum(one["Type"] == "Other" and one["Rating"] == "Cold" for one in accounts.values()) <= 20
    for one in records["Contact"]:
        account = accounts[one["AccountId"]]
        assert one["MailingCity"] == account["BillingCity"]
        assert not one["Birthdate"] or "1966-11-23" <= one["Birthdate"] <= "2006-11-23"
        if one["Email"]:
            assert one["Email"].endswith("@" + account["Website"].removeprefix("https://www."))
    assert records["Contact"][0]["Email"] in {"", "jorg.muster@beta-ag.example.com"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("objects: {Account: {fields: {Name: {tempalte: x}}}}", "did you mean 'template'"),
        ("objects: {Account: {fields: {Name: {template: x, copy: y}}}}", "both say how the values are made"),
        ("objects: {Account: {variants: [{share: 60, fields: {}}, {share: 60, fields: {}}]}}", "more than 100"),
        ("objects: {Account: {rows: gone.csv}}", "there is no file"),
        ("objects: {Account: {rows: ../other.csv}}", "beside the recipe"),
        ("objects: {Account: {rows: /etc/other.csv}}", "beside the recipe"),
        ("objects: {Account: {fields: {Name: {range: 5}}}}", "two ends are wanted"),
    ],
)
def test_mistakes_are_named_with_their_place(text, says, tmp_path):
    """What a recipe says wrong is refused when it is read, with what was meant."""
    with pytest.raises(RecipeError, match=says):
        parse_recipe(f"version: 1\n{text}\n", path=str(tmp_path / "recipe.yaml"))


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("{LastName: X, AccountId: '@acmy'}", "no row is called '@acmy'; did you mean 'acme'"),
        ("{LastNam: X}", "there is no field 'LastNam'; did you mean 'LastName'"),
        ("{LastName: X, Birthdate: soon}", "is not a date"),
    ],
)
def test_mistakes_in_rows_are_named(row, says, home, tmp_path, capsys):
    """A row that does not fit the schema is refused when it is planned, with object, row and field."""
    (tmp_path / "accounts.csv").write_text(ACCOUNTS, encoding="utf-8")
    path = tmp_path / "recipe.yaml"
    path.write_text(
        f"version: 1\nobjects:\n  Account: {{count: 3, rows: accounts.csv}}\n  Contact: {{count: 3, rows: [{row}]}}\n",
        encoding="utf-8",
    )
    assert run(["generate", str(path), "--org", "demo", "--out", str(tmp_path / "out")]) == 2
    assert says in capsys.readouterr().err


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"\xef\xbb\xbfName;Sum\r\n\xc3\xa4;1.234,5\r\n", "1234.5"),
        ("Name;Sum\nä;3,5\n".encode("cp1252"), "3.5"),
        ("sep=;\nName;Sum\nä;7\n".encode(), "7"),
        ('Name,Sum\nä,"1,5"\n'.encode(), "1,5"),
        ("Name\tSum\nä\t2\n".encode("utf-16"), "2"),
    ],
)
def test_csv_is_read_as_excel_writes_it(tmp_path, data, value):
    """Byte order marks, semicolons, cp1252 and decimal commas are understood."""
    path = tmp_path / "rows.csv"
    path.write_bytes(data)
    assert read_rows(path) == [{"Name": "ä", "Sum": value}]


def test_workbooks_are_read(tmp_path):
    """Texts, numbers and dates of a workbook's first sheet come as text."""
    import xlsxwriter

    path = tmp_path / "rows.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Name", "Count", "Day", "Open"])
        sheet.write_string(1, 0, "Zoë & Co")
        sheet.write_number(1, 1, 12.5)
        sheet.write_datetime(1, 2, date(2026, 11, 23), book.add_format({"num_format": "dd.mm.yyyy"}))
        sheet.write_boolean(1, 3, True)
    assert read_rows(path) == [{"Name": "Zoë & Co", "Count": "12.5", "Day": "2026-11-23", "Open": "true"}]


def test_a_workbook_with_entities_is_refused(tmp_path):
    """A document type in a workbook is refused unread."""
    path = tmp_path / "rows.xlsx"
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("xl/worksheets/sheet1.xml", '<!DOCTYPE x [<!ENTITY a "b">]><worksheet><sheetData/></worksheet>')
    with pytest.raises(RecipeError, match="document type"):
        read_rows(path)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today", date(2026, 11, 30)),
        ("today - 2y", date(2024, 11, 30)),
        ("today - 9m", date(2026, 2, 28)),
        ("2026-01-31 + 1m", date(2026, 2, 28)),
        ("today + 1w - 2d", date(2026, 12, 5)),
    ],
)
def test_days_are_relative_to_the_as_of_date(text, day):
    """`today - 2y` and its like count from the plan's day; a month's missing day is its last."""
    assert day_of(text, date(2026, 11, 30), "A.B") == day


def test_a_recipe_is_written_as_it_is_read(tmp_path):
    """What a recipe says is kept when it is written again."""
    (tmp_path / "accounts.csv").write_bytes(ACCOUNTS.encode("cp1252"))
    path = tmp_path / "recipe.yaml"
    path.write_text(RECIPE, encoding="utf-8")
    read = read_recipe(path)
    again = parse_recipe(recipe_yaml(read), path=str(path))
    assert again == read


def test_the_schema_knows_the_language():
    """The JSON Schema that editors use takes our recipes, and refuses what the reader refuses."""
    check = jsonschema.Draft202012Validator(SCHEMA)
    folder = Path(__file__).parents[2]
    for path in [*(folder / "benchmarks").glob("*.yaml"), *(folder / "sfseed_core/recipe/preset_files").glob("*.yaml")]:
        assert not list(check.iter_errors(yaml.safe_load(path.read_text(encoding="utf-8")))), path.name
    assert not list(check.iter_errors(yaml.safe_load(io.StringIO(RECIPE))))
    assert list(check.iter_errors({"version": 1, "objects": {"Account": {"cuont": 1}}}))
    assert list(check.iter_errors({"version": 1, "objects": {"Account": {"fields": {"Name": {"tempalte": "x"}}}}}))


def test_paths_lead_over_several_references(tmp_path, home):
    """A template or copy may go from a line item to its deal's account."""
    text = """
version: 1
objects:
  Account: {count: 5, only: [Name]}
  Product2: 3
  PricebookEntry: {per: Product2, each: 1}
  Opportunity: {per: Account, each: 2, only: [StageName]}
  OpportunityLineItem:
    per: Opportunity
    each: 2
    fields: {Description: {template: "For {Opportunity.Account.Name} ({Opportunity.StageName})", empty: 0}}
"""
    found = made(tmp_path, text)
    names = {one["Id"]: one["Name"] for one in found["Account"]}
    deals = {one["Id"]: (names[one["AccountId"]], one["StageName"]) for one in found["Opportunity"]}
    assert found["OpportunityLineItem"]
    for one in found["OpportunityLineItem"]:
        assert one["Description"] == "For {} ({})".format(*deals[one["OpportunityId"]])


def test_rows_steer_what_is_made_beside_them(tmp_path, home):
    """The rest of an address goes with the city that a row says, mail with its website, a salutation with its first name."""
    text = """
version: 1
locale: en_GB
objects:
  Account:
    rows:
      - {Name: Northwind, BillingCity: leeds, Website: "https://www.northwind.example.com/start"}
      - {Name: Nowhere Ltd, BillingCity: Atlantis}
      - {Name: Clan Ltd, BillingState: Scotland}
    count: 30
  Contact:
    per: Account
    each: 2
    rows: [{FirstName: Margaret, LastName: Okafor, AccountId: 0}, {FirstName: Robert}, {FirstName: Margaret}, {FirstName: Robert}]
    fields: {Salutation: {empty: 0}, Email: {empty: 0}}
"""
    found = made(tmp_path, text.replace(", AccountId: 0", ""))
    first, second, third, *others = found["Account"]
    assert (first["BillingState"], first["BillingPostalCode"][:2], first["ShippingCity"]) == ("England", "LS", "Leeds")
    assert abs(float(first["BillingLatitude"]) - 53.8) < 0.1
    assert (second["BillingCity"], second["BillingState"], second["BillingPostalCode"], second["BillingLatitude"]) == (
        "Atlantis",
        "",
        "",
        "",
    )
    scottish = {"Edinburgh", "Glasgow", "Paisley", "Aberdeen", "Dundee", "Inverness", "Stirling", "Perth"}
    assert (third["BillingState"], third["BillingCity"] in scottish) == ("Scotland", True)
    assert all(one["BillingPostalCode"] for one in others)
    mail = {one["Email"].split("@")[1] for one in found["Contact"] if one["AccountId"] == first["Id"]}
    assert mail == {"northwind.example.com"}
    forms = [one["Salutation"] for one in found["Contact"][:4]]
    assert not {forms[0], forms[2]} & {"Mr."}
    assert not {forms[1], forms[3]} & {"Ms.", "Mrs."}
