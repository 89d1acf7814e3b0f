"""Fields as a recipe names them: `Website`, or `Account.Website`, `Opportunity.Account.Website` where references lead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfseed_core.errors import RecipeError
from sfseed_core.recipe.suggestion import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sfseed_core.recipe.chooser import FieldRequest
    from sfseed_core.recipe.model import ObjectPlan, ReferencePlan
    from sfseed_core.schema.model import ObjectSchema


def find_field(request: FieldRequest, path: str) -> dict[str, Any]:
    """Return `field`, with `via` and `of` when it is that of another record; raises RecipeError for an unknown one."""
    place = f"{request.context.object.name}.{request.field.name}"
    link, _, name = path.strip().rpartition(".")
    if not link:
        if name == request.field.name:
            raise RecipeError(f"{place}: it cannot be made out of itself")
        if name not in request.context.meanings:
            raise RecipeError(f"{place}: {name!r} gets no values{did_you_mean(name, request.context.meanings)}")
        return {"field": name}
    via, parent = _followed(request, link.split("."), place)
    columns = [one.field for one in parent.columns]
    if name not in columns:
        raise RecipeError(f"{place}: {parent.name}.{name} gets no values{did_you_mean(name, columns)}")
    return {"field": name, "via": via, "of": parent.name}


def refuse_gaps(request: FieldRequest, found: dict[str, Any]) -> None:
    """Raise RecipeError where a field that must have a value is made of one that some records lack."""
    if not request.rules.needed:
        return
    context, name = request.context, str(found["field"])
    place = f"{context.object.name}.{request.field.name}"
    if "of" in found:
        column = next(one for one in context.earlier[found["of"]].columns if one.field == name)
        path = str(found["via"]).split(".")
        reference = context.references.get(path[0])
        always = column.null_share == 0 and reference is not None and reference.required
    else:
        rules = context.rules.fields.get(name)
        always = rules is not None and rules.needed
    if not always:
        raise RecipeError(f"{place} must have a value in this org, and {name}, which it is made of, may be empty")


def _followed(request: FieldRequest, links: list[str], place: str) -> tuple[str, ObjectPlan]:
    """Return the path of reference fields that the links name, one after the other, and the object at its end."""
    context = request.context
    schema, references = context.object, tuple(context.references.values())
    path: list[str] = []
    parent: ObjectPlan | None = None
    for link in links:
        reference = _reference(schema, references, link, place)
        target = next((one.object for one in reference.targets if one.object), None)
        parent = context.earlier.get(target or "")
        if parent is None:
            raise RecipeError(f"{place}: {link!r} leads to no records that are made before these")
        path.append(reference.field)
        schema, references = context.schema.objects[parent.name], parent.references
    assert parent is not None
    return ".".join(path), parent


def _reference(schema: ObjectSchema, references: Iterable[ReferencePlan], link: str, place: str) -> ReferencePlan:
    """Return the reference that goes by the link's name: its own, its relationship's, or that of what it refers to."""
    known: dict[str, ReferencePlan] = {}
    for reference in references:
        relationship = schema.fields[reference.field].relationship_name
        names = [reference.field, relationship, *(one.object for one in reference.targets)]
        for name in filter(None, names):
            known.setdefault(name, reference)
    if link not in known:
        raise RecipeError(f"{place}: {link!r} is no reference that is filled{did_you_mean(link, known)}")
    return known[link]
