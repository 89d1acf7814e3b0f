"""An org in which every text that an org can say is an attack, made from the structure of its own describes."""

from __future__ import annotations

import itertools
from typing import Any

from sfseed_emulator.org_model import OrgSchema, org_schema
from sfseed_emulator.schema import demo_schema
from sfseed_emulator.tables import quoted

# each ends in a mark of its own: where the mark is seen on a page, all of the text before it must be seen letter by letter
ATTACKS = (
    "<script>window.hacked=1</script> QA1Z",
    '<img src="http://evil.example/i.png" onerror="window.hacked=2"> QA2Z',
    "[click](http://evil.example/a) ![i](http://evil.example/j.png) QA3Z",
    '"><a href="javascript:window.hacked=3">x</a> QA4Z',
    "**bold** _it_ `code` ~~no~~ # head | cell QA5Z",
    "$\\alpha$ and $$x^2$$ QA6Z",
    ":red[red] :violet-background[v] :blue-badge[b] :small[s] QA7Z",
    ":material/rocket_launch: :smile: :streamlit: QA8Z",
    "http://evil.example www.evil.example a@evil.example QA9Z",
    "=cmd|' /C calc'!A0 QB1Z",
    "{{7*7}} ${7*7} %s %(x)s &lt;b&gt; \\n QB2Z",
    "'; DROP TABLE x; -- \" QB3Z",
)
MARKS = {text.rsplit(" ", 1)[1]: text for text in ATTACKS}

# texts of a describe that are names of the platform or the schema, not free text of people
STRUCTURE = frozenset(
    {"approvalLayouts", "calculatedFormula", "childSObject", "compactLayouts", "compoundFieldName", "controllerName"}
    | {"defaultValue", "defaultValueFormula", "describe", "developerName", "extraTypeInfo", "field", "keyPrefix", "layout"}
    | {"layouts", "listviews", "name", "quickActions", "recordTypeId", "referenceTo", "relationshipName", "rowTemplate"}
    | {"soapType", "sobject", "sobjectDescribeOption", "type", "validFor", "value"}
)
FREE = frozenset({"label", "labelPlural", "inlineHelpText"})


class Poison:
    """Hands out the attacks in turn."""

    def __init__(self) -> None:
        self._next = itertools.cycle(ATTACKS)
        self.unknown: set[str] = set()

    def text(self) -> str:
        """The next attack."""
        return next(self._next)

    def of(self, data: Any, key: str = "", *, own_values: bool) -> Any:
        """The same data with an attack for each free text; `own_values`: for picklist values too."""
        if isinstance(data, dict):
            return self._of_dict(data, own_values=own_values)
        if isinstance(data, list):
            return [self.of(one, key, own_values=own_values) for one in data]
        if isinstance(data, str) and key in FREE:
            return self.text()
        if isinstance(data, str) and key not in STRUCTURE:
            self.unknown.add(key)
        return data

    def _of_dict(self, data: dict[str, Any], *, own_values: bool) -> dict[str, Any]:
        made = {key: self.of(one, key, own_values=own_values) for key, one in data.items()}
        if "recordTypeId" in data:
            made["name"] = self.text()
        if own_values and {"value", "label", "active"} <= data.keys():
            made["value"] = made["label"]
        if data.get("inlineHelpText", "") is None:
            made["inlineHelpText"] = self.text()
        return made


def hostile_schema(names: tuple[str, ...], poison: Poison) -> OrgSchema:
    """The practice org's objects; those named say nothing but attacks, and each has a rule whose message is one."""
    made = []
    for name, found in demo_schema().objects.items():
        if name not in names:
            made.append((found.describe, found.extras))
            continue
        describe = poison.of(found.describe, own_values=name == "Site__c")
        rule = {"name": "Never_Zzz", "active": True, "formula": 'Name = "Zzz"', "message": poison.text(), "field": "Name"}
        made.append((describe, {**found.extras, "validation_rules": [rule]}))
    return org_schema(made)


def poison_rows(state: Any, poison: Poison) -> None:
    """Give each row of the set-up objects attacks for its free texts: users, record types, queues, stages."""
    for name, found in state.schema.objects.items():
        columns = [
            field["name"]
            for field in found.describe["fields"]
            if field["type"] == "string"
            and field["name"] in {"Name", "FirstName", "LastName", "Alias", "MasterLabel", "Title"}
        ]
        if name not in {"User", "RecordType", "Group", "Profile", "UserRole"} or not columns:
            continue
        for row in state.db.execute(f"SELECT Id FROM {quoted(name)}").fetchall():
            for column in columns:
                state.db.execute(f"UPDATE {quoted(name)} SET {quoted(column)} = ? WHERE Id = ?", (poison.text(), row[0]))
