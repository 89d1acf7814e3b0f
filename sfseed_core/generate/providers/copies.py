"""Values that another field decides: copies, from this record or its parent, and tables from one field's value to another's."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sfseed_core.errors import RecipeError
from sfseed_core.generate import texts
from sfseed_core.generate.cells import Cells, Coded, Numbers, both, coded, joined
from sfseed_core.generate.owners import COMPANY, company_of, owner_of
from sfseed_core.generate.paths import find_field, refuse_gaps
from sfseed_core.generate.provider import ALL_TEXT, CHOICE, DAY, NUMBER, TEXT, Make, Options, Provider, Scope
from sfseed_core.generate.providers.mixed import instead

if TYPE_CHECKING:
    from sfseed_core.generate.rows import Rows
    from sfseed_core.recipe.chooser import FieldRequest
    from sfseed_core.recipe.model import ColumnPlan, ObjectPlan, ReferencePlan


def propose(request: FieldRequest) -> Options | str:
    """Propose to copy a company's name within the record, a price from the record's parent."""
    name = request.meaning.name if request.meaning else ""
    if name == COMPANY:
        first = request.context.find(COMPANY)
        if first and first != request.field.name:
            return {"field": first}
        found = {} if request.field.name_field or request.rules.required else owner_of(request)
        if not found:
            return _NOTHING
        return {"field": company_of(request.context, found["of"]), **found}
    if name == "price":
        return _from_parent(request) or _NOTHING
    return _NOTHING


_NOTHING = "there is nothing to copy"
_FAMILIES = (NUMBER, frozenset({"date"}), frozenset({"datetime"}), CHOICE, frozenset({"email"}), ALL_TEXT)


def _from_parent(request: FieldRequest) -> Options | None:
    for reference in request.context.references.values():
        parent = request.context.earlier.get(reference.targets[0].object or "")
        column = _alike(request, parent) if parent and _always_there(reference) else None
        if parent and column:
            return {"field": column.field, "via": reference.field, "of": parent.name}
    return None


def _always_there(reference: ReferencePlan) -> bool:
    return len(reference.targets) == 1 and not (
        reference.null_share or reference.deferred or reference.rows or reference.options.get("high")
    )


def _alike(request: FieldRequest, parent: ObjectPlan) -> ColumnPlan | None:
    """Return the parent's column of the same name, if its values fit here."""
    field = request.field
    for one in parent.columns:
        fits = one.type == field.type and one.scale == field.scale and one.precision <= field.precision and not one.rows
        if fits and one.null_share == 0 and one.field == field.name:
            return one
    return None


def _read(request: FieldRequest, asked: Options) -> Options:
    """Return where the recipe's `from` leads; without it what is proposed, under what is asked."""
    if "from" in asked:
        found = find_field(request, str(asked["from"]))
        refuse_gaps(request, found)
        _check_kinds(request, found)
        return found
    proposed = propose(request)
    return {**({} if isinstance(proposed, str) else proposed), **asked}


def _check_kinds(request: FieldRequest, found: dict[str, Any]) -> None:
    """Raise RecipeError where what the other field holds is nothing that this one takes."""
    of = str(found.get("of", request.context.object.name))
    other, mine = request.context.schema.objects[of].fields[str(found["field"])], request.field
    family = next((one for one in _FAMILIES if mine.type in one), frozenset({mine.type}))
    place = f"{request.context.object.name}.{mine.name}"
    if other.type not in family:
        raise RecipeError(f"{place} is of type {mine.type}: it cannot hold what {of}.{other.name} ({other.type}) does")
    allowed = request.rules.allowed
    if mine.type in CHOICE and allowed is not None and not {*other.active_values} <= {*allowed}:
        raise RecipeError(f"{place}: its picklist lacks values of {of}.{other.name}")


def prepare(scope: Scope) -> Make:
    """Prepare copies of another field's cells, of this record or of the one that `via` leads to."""
    field, via, of = str(scope.options["field"]), scope.options.get("via"), scope.options.get("of")

    def make(rows: Rows) -> Cells:
        if not via:
            return _fitted(rows.cells(field), scope.column)
        link = rows.parents(str(via), of)
        return _empty(scope.column, len(rows)) if link is None else _fitted(link.cells(field), scope.column)

    return instead(scope, make)


def _whole_name(scope: Scope) -> Make:
    """Prepare the whole name of the person that a reference leads to, in the locale's order."""
    options = scope.options
    names = [str(options[part]) for part in ("first", "last") if options.get(part)]
    if scope.pools.settings.get("full_name", "").startswith("{last}"):
        names.reverse()

    def make(rows: Rows) -> Cells:
        link = rows.parents(str(options["via"]), options.get("of"))
        if link is None:
            return _empty(scope.column, len(rows))
        parts: list[Any] = []
        valid = link.valid
        for name in names:
            cells = link.cells(name)
            assert not isinstance(cells, Numbers)
            valid = both(valid, cells.valid)
            parts += [*([" "] if parts else []), replace(cells, valid=None)]
        return joined(*parts, valid=valid).fitted(scope.column.length)

    return instead(scope, make)


def _fitted(cells: Cells, column: ColumnPlan) -> Cells:
    return cells if isinstance(cells, Numbers) else cells.fitted(column.length)


def _empty(column: ColumnPlan, count: int) -> Cells:
    nobody = np.zeros(count, dtype=bool)
    if column.type in NUMBER | DAY:
        return Numbers(np.zeros(count, dtype=np.int64), nobody)
    return Coded(texts.strings(["x"]), np.zeros(count, dtype=np.int32), nobody)


def _propose_lookup(request: FieldRequest) -> Options | str:
    """Propose what the org's own table of statuses says for each status."""
    group = request.meaning.group if request.meaning else ""
    status = request.context.find("status", group)
    stages = request.context.snapshot.statuses.get(group, ())
    if not status or not stages:
        return "the org derives it from the record's status"
    if request.field.type in NUMBER:
        return {"field": status, "values": {one.api_name: one.probability for one in stages if one.probability is not None}}
    allowed = request.rules.allowed
    pairs = {one.api_name: one.category for one in stages if one.category and (allowed is None or one.category in allowed)}
    return {"field": status, "values": pairs} if pairs else "the org derives it from the record's status"


def _lookup(scope: Scope) -> Make:
    """Prepare a table from another field's value to this one's; values that the table lacks stay empty."""
    field, table = str(scope.options["field"]), dict(scope.options["values"])
    numeric = scope.column.type in NUMBER

    def make(rows: Rows) -> Cells:
        source = rows.cells(field)
        pool, codes = coded(source)
        found: list[Any] = [table.get(value) for value in texts.listed(pool)]
        known = np.array([one is not None for one in found])[codes]
        if numeric:
            values = np.array([int(one or 0) * 10**scope.column.scale for one in found], dtype=np.int64)
            return Numbers(values[codes], None if known.all() else known).masked(source.valid)
        target = texts.strings([str(one or "") for one in found])
        return Coded(target, codes, None if known.all() else known).masked(source.valid)

    return make


PROVIDERS = (
    Provider(
        "copy",
        "what another field holds",
        ALL_TEXT | CHOICE | NUMBER | DAY,
        propose,
        prepare,
        read=_read,
        options={
            "from": "the field as a recipe names it: Account.BillingCity",
            "field": "which field",
            "via": "of the record that this reference leads to",
            "of": "the object it has there",
            "otherwise": "how records get theirs where that is empty",
        },
    ),
    Provider(
        "person.named",
        "the whole name of the person whom a reference leads to",
        TEXT,
        lambda _: _NOTHING,
        _whole_name,
        options={
            "via": "the reference",
            "of": "the object it leads to",
            "first": "its field with the first name",
            "last": "its field with the last name",
            "otherwise": "how records get theirs that lead to nobody",
        },
    ),
    Provider(
        "lookup",
        "what a table says for another field's value",
        ALL_TEXT | CHOICE | NUMBER,
        _propose_lookup,
        _lookup,
        meanings=frozenset({"percent.probability", "status.forecast"}),
        options={"field": "which field", "values": "per value of it, the value here"},
    ),
)
