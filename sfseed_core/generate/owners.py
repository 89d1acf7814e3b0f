"""Which company a record belongs to: its own, or that of the record that one of its references leads to.

Companies never borrow from the records that belong to them; so borrowing ends there, in whatever order objects load.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfseed_core.schema.semantics import meaning

if TYPE_CHECKING:
    from sfseed_core.recipe.chooser import FieldRequest, PlanContext
    from sfseed_core.recipe.model import ReferencePlan

COMPANY = "company"
_NEAR_FIRST = ("children", "along", "within", "pair", "cycle", "spread")


def owner_of(request: FieldRequest) -> dict[str, Any]:
    """Return the reference to the object that holds the record's company: `via` the field, `of` the object."""
    context = request.context
    if _is_personal(request):
        return {}
    for mode in _NEAR_FIRST:
        for reference in context.references.values():
            if reference.mode == mode and company_of(context, reference) is not None:
                return {"via": reference.field, "of": reference.targets[0].object}
    return {}


def company_field(request: FieldRequest) -> dict[str, Any]:
    """Return the field that names the record's company, with `via` and `of` where another record holds it."""
    if _is_personal(request):
        return {}
    own = request.context.find(COMPANY)
    if own:
        return {"company": own}
    found = owner_of(request)
    if not found:
        return {}
    return {"company": company_of(request.context, request.context.references[found["via"]]), **found}


def company_of(context: PlanContext, reference: ReferencePlan) -> str | None:
    """Return the field by which the reference's object is named as a company, if it is one."""
    target = reference.targets[0].object
    schema = context.schema.objects.get(target or "")
    if schema is None or target == context.object.name:
        return None
    for field in schema.fields.values():
        if field.name_field and field.createable:
            found = meaning(schema, field)
            return field.name if found is not None and found.name == COMPANY else None
    return None


def _is_personal(request: FieldRequest) -> bool:
    """Say whether the field is a person account's own: persons have no company."""
    return request.field.name.startswith("Person") or request.field.name.endswith("__pc")
