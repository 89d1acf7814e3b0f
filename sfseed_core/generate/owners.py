"""Which company a record belongs to: its own, or that of the record that one of its references leads to.

Companies never borrow from the records that belong to them; so borrowing ends there, in whatever order objects load.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfseed_core.schema.semantics import meaning

if TYPE_CHECKING:
    from sfseed_core.recipe.chooser import FieldRequest, PlanContext

COMPANY = "company"
_NEAR_FIRST = ("children", "along", "within", "pair", "cycle", "round", "spread", "self", "symbol")


def owner_of(request: FieldRequest) -> dict[str, Any]:
    """Return the way to the object that holds the record's company: `via` a path of references, `of` the object.

    The nearest one: what the record itself refers to, else what a record that it refers to refers to.
    """
    return {} if _is_personal(request) else nearest_company(request.context)


def nearest_company(context: PlanContext) -> dict[str, str]:
    """Return the way to the object that holds the company of an object's records; nothing where there is none."""
    own = sorted(context.references.values(), key=lambda one: _NEAR_FIRST.index(one.mode))
    for reference in own:
        target = reference.targets[0].object
        if target is not None and company_of(context, target):
            return {"via": reference.field, "of": target}
    for reference in own:
        parent = context.earlier.get(reference.targets[0].object or "")
        for upper in parent.references if parent and len(reference.targets) == 1 else ():
            target = upper.targets[0].object
            if target is not None and company_of(context, target):
                return {"via": f"{reference.field}.{upper.field}", "of": target}
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
    return {"company": company_of(request.context, found["of"]), **found}


def company_of(context: PlanContext, target: str | None) -> str | None:
    """Return the field by which the object is named as a company, if it is one (another than that being planned)."""
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
