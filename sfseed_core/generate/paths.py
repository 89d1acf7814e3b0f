"""Fields as a recipe names them: `Website`, or `Account.Website` of the record that a reference leads to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfseed_core.errors import RecipeError
from sfseed_core.recipe.suggestion import did_you_mean

if TYPE_CHECKING:
    from sfseed_core.recipe.chooser import FieldRequest
    from sfseed_core.recipe.model import ReferencePlan


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
    reference = _reference(request, link, place)
    target = next((one.object for one in reference.targets if one.object), None)
    parent = request.context.earlier.get(target or "")
    if parent is None:
        raise RecipeError(f"{place}: {link!r} leads to no records that are made before these")
    columns = [one.field for one in parent.columns]
    if name not in columns:
        raise RecipeError(f"{place}: {parent.name}.{name} gets no values{did_you_mean(name, columns)}")
    return {"field": name, "via": reference.field, "of": parent.name}


def _reference(request: FieldRequest, link: str, place: str) -> ReferencePlan:
    references = request.context.references
    fields = request.context.object.fields
    for reference in references.values():
        names = {reference.field, fields[reference.field].relationship_name, *(one.object for one in reference.targets)}
        if link in names:
            return reference
    raise RecipeError(f"{place}: {link!r} is no reference that is filled{did_you_mean(link, references)}")
