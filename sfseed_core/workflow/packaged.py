"""The practice org as it is shipped: its schema and first snapshot, so that files can be made with no org running.

The data are written from a new practice org by `python -m sfseed_core.workflow.packaged`; a test compares them.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from sfseed_core import system
from sfseed_core.clock import SYSTEM
from sfseed_core.recipe.presets import chosen_objects
from sfseed_core.schema import typed_json
from sfseed_core.schema.graph import required_parents
from sfseed_core.schema.model import ObjectSummary, Schema
from sfseed_core.snapshot import store
from sfseed_core.snapshot.model import Snapshot, User
from sfseed_core.workflow.survey import Survey

if TYPE_CHECKING:
    from sfseed_core.recipe.model import Recipe
    from sfseed_core.schema.model import ObjectSchema

DEMO = "demo"
FOLDER = Path(__file__).with_name("demo_org")
ORG_FILE = "org.json"
NO_ORG = "00D000000000000EAA"
NO_DAY = datetime(2000, 1, 1, tzinfo=UTC)


def demo_survey(recipe: Recipe) -> Survey:
    """Return what a recipe's plan needs of a new practice org, from the package's own files."""
    org = json.loads((FOLDER / ORG_FILE).read_text(encoding="utf-8"))
    listing = {name: ObjectSummary(**one) for name, one in org["listing"].items()}
    names = chosen_objects(recipe, listing)
    objects = {
        name: _object(name) for name in names if (FOLDER / f"{system.safe_name(name)}.json").exists()
    }  # the plan names others
    while missing := [name for name in required_parents(objects, objects) if name in listing and name not in objects]:
        objects |= {name: _object(name) for name in missing if (FOLDER / f"{name}.json").exists()}
        if not any(name in objects for name in missing):
            break
    snapshot = store.from_json(org["snapshot"])
    return Survey(Schema(NO_ORG, snapshot.api_version, MappingProxyType(objects), MappingProxyType(listing)), snapshot)


def _object(name: str) -> ObjectSchema:
    path = FOLDER / f"{system.safe_name(name)}.json"
    return typed_json.from_json(json.loads(path.read_text(encoding="utf-8")))


def impersonal(snapshot: Snapshot) -> Snapshot:
    """Return the snapshot without what differs from one practice org to the next (ids, time, what is left of limits)."""
    return replace(
        snapshot,
        org_id=NO_ORG,
        taken_at=NO_DAY,
        user=replace(snapshot.user, id=""),
        users=tuple(User("", one.username, one.name) for one in snapshot.users),
        record_types={name: dict.fromkeys(types, "") for name, types in snapshot.record_types.items()},
        standard_price_book="" if snapshot.standard_price_book else None,
        api_calls_left=None,
        counts={},
    )


def impersonal_object(schema: ObjectSchema) -> ObjectSchema:
    """Return the object without the ids of its record types, which differ from one practice org to the next."""
    types = tuple(one if one.master else replace(one, id="") for one in schema.record_types)
    return replace(schema, record_types=types)


def read_new_org(home: Path) -> tuple[Schema, Snapshot]:
    """Start the home's practice org and read all of it."""
    from sfseed_core.schema.cache import Cache
    from sfseed_core.schema.discover import discover
    from sfseed_core.schema.record_types import with_picklists
    from sfseed_core.snapshot.read import take
    from sfseed_core.workflow.connect import open_org

    org = open_org(DEMO, clock=SYSTEM, home=home)
    schema = discover(org, cache=Cache(home))
    schema = replace(schema, objects=with_picklists(org, schema.objects, cache=Cache(home)))
    return schema, take(org, schema, objects=schema.objects.keys())


def files(schema: Schema, snapshot: Snapshot) -> dict[str, str]:
    """Return the packaged files by name."""
    listing = {name: asdict(one) for name, one in schema.listing.items()}
    org = {"listing": listing, "snapshot": store.to_json(impersonal(snapshot))}
    objects = {f"{name}.json": typed_json.to_json(impersonal_object(one)) for name, one in schema.objects.items()}
    return {
        name: json.dumps(data, indent=0, ensure_ascii=False) + "\n" for name, data in {ORG_FILE: org, **objects}.items()
    }


def write() -> None:
    """Write the packaged files from a new practice org."""
    from sfseed_emulator.demo import stop_demo

    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        try:
            made = files(*read_new_org(home))
        finally:
            stop_demo(home)
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.json"):
        old.unlink()
    for name, text in made.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
