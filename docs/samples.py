"""Write docs/samples.md: the first records of every preset, and of every locale, as they are generated for the practice org.

`python docs/samples.py` writes the page; a test compares it with what is generated now.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from sfseed_core.dataset.export.readable import readable
from sfseed_core.generate.chooser import Chooser
from sfseed_core.generate.engine import Engine
from sfseed_core.generate.pools import shipped
from sfseed_core.recipe.plan import make_plan
from sfseed_core.recipe.presets import PRESETS, preset_recipe
from sfseed_core.workflow.packaged import demo_survey

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfseed_core.recipe.model import Plan

PAGE = Path(__file__).with_name("samples.md")
SEED, AS_OF, ROWS = 2026, date(2026, 11, 23), 4
HEAD = """# What the records look like

The first records of every preset and of every locale, as `sfseed generate --preset NAME --org demo --locale LOCALE --seed 2026
--as-of 2026-11-23` makes them for the practice org, whose picklists, stages and labels are English whatever the locale is. Only
some fields are shown. This page is written by `python docs/samples.py`.
"""
# the fields that tell most; of any other object the first ones that are filled
SHOWN = {
    "Account": (
        "Name",
        "Industry",
        "BillingStreet",
        "BillingPostalCode",
        "BillingCity",
        "Phone",
        "NumberOfEmployees",
        "AnnualRevenue",
    ),
    "Contact": ("Salutation", "FirstName", "LastName", "Title", "Email", "MailingCity", "AccountId"),
    "Lead": ("Salutation", "FirstName", "LastName", "Company", "Title", "Email", "City", "Status"),
    "Opportunity": ("Name", "StageName", "Probability", "CloseDate", "Amount", "NextStep"),
    "Case": ("Subject", "Status", "Origin", "SuppliedEmail", "Description"),
    "Campaign": ("Name", "StartDate", "EndDate", "BudgetedCost", "ActualCost", "ExpectedRevenue"),
    "Product2": ("Name", "Family", "ProductCode", "Description"),
    "PricebookEntry": ("Product2Id", "Pricebook2Id", "UnitPrice"),
    "Contract": ("Name", "StartDate", "ContractTerm", "CustomerSignedDate", "AccountId"),
    "Order": ("Name", "EffectiveDate", "EndDate", "PoDate", "AccountId"),
    "Quote": ("Name", "ExpirationDate", "Tax", "QuoteToName"),
    "Task": ("Subject", "ActivityDate", "Status", "Description"),
    "Event": ("Subject", "StartDateTime", "Location", "Description"),
    "Asset": ("Name", "ManufactureDate", "PurchaseDate", "InstallDate", "Price"),
    "CaseComment": ("CommentBody", "ParentId"),
}
BY_LOCALE = ("Account", "Contact", "Opportunity", "Case", "Product2", "Campaign")
MOST_FIELDS, MOST_LETTERS = 6, 64


def plan_of(preset: str, locale: str) -> Plan:
    """Return a preset's plan for the practice org."""
    recipe = preset_recipe(preset)
    survey = demo_survey(recipe)
    plan = make_plan(recipe, survey.schema, survey.snapshot, chooser=Chooser(), seed=SEED, as_of=AS_OF, locale=locale)
    return replace(plan, notes=())


def tables(plan: Plan, names: tuple[str, ...]) -> Iterator[str]:
    """Yield a table of the first records of each object."""
    engine = Engine(plan)
    for one in plan.objects:
        if names and one.name not in names:
            continue
        records = readable(one, engine.rows(one.name, 0, ROWS)).to_pydict()
        filled = [
            name for name, values in records.items() if name != "Id" and any(value not in (None, False) for value in values)
        ]
        shown = [name for name in SHOWN.get(one.name, ()) if name in records] or filled[:MOST_FIELDS]
        yield f"{one.name}:\n"
        yield f"| {' | '.join(shown)} |\n|{'---|' * len(shown)}"
        for row in zip(*(records[name] for name in shown), strict=True):
            yield f"| {' | '.join(map(cell, row))} |"
        yield ""


def cell(value: object) -> str:
    """Return a value as a table shows it."""
    text = "" if value is None else str(value).replace("|", "/").replace("\n", " ")
    return text if len(text) <= MOST_LETTERS else f"{text[: MOST_LETTERS - 1]}…"


def page() -> str:
    """Return the whole page."""
    lines = [HEAD]
    for locale in shipped():
        lines += [f"## {locale}\n", *tables(plan_of("everything", locale), BY_LOCALE)]
    for preset in PRESETS:
        lines += [f"## Preset {preset} (en_US)\n", *tables(plan_of(preset, "en_US"), ())]
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{PAGE}\n")
