"""Plans as JSON: canonical text (equal plans, equal bytes), and back."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sfseed_core.errors import DataError
from sfseed_core.recipe.model import ColumnPlan, ObjectPlan, Plan, ReferencePlan, RuleBook, Target
from sfseed_core.schema import typed_json as schema_json
from sfseed_core.schema.model import ObjectSchema, ValidationRule
from sfseed_core.snapshot.model import LookedUp

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMAT = 1


def to_json(plan: Plan) -> str:
    """Return the plan as one line of JSON; what has its default value is left out."""
    raw = {"format": FORMAT, **_plain(plan), "as_of": plan.as_of.isoformat()}
    return json.dumps(raw, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def from_json(text: str) -> Plan:
    """Read what `to_json` wrote; raises DataError for anything else."""
    try:
        raw = json.loads(text)
        made_as = raw.pop("format", None)
        if made_as != FORMAT:
            raise DataError(f"cannot read the plan: its format is {made_as!r}, this sfseed reads {FORMAT}")
        return _plan(raw)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(f"cannot read the plan: {error}") from error


def fingerprint(plan: Plan) -> str:
    """Return a short text that two plans share when they make the same records."""
    silent = dataclasses.replace(plan, omitted={}, notes=(), objects=tuple(_silent(one) for one in plan.objects))
    return hashlib.blake2b(to_json(silent).encode(), digest_size=16).hexdigest()


def identity(plan: Plan) -> str:
    """Return a short text that two plans share when they differ in what the org has by then at most: unique values, records.

    Planning the same thing again, after it was loaded, finds its unique values taken: it is the same plan all the same.
    """
    objects = tuple(
        dataclasses.replace(
            one,
            columns=tuple(_untaken(each) for each in one.columns),
            references=tuple(_uncounted(each) for each in one.references),
        )
        for one in plan.objects
    )
    rules = None if plan.rules is None else dataclasses.replace(plan.rules, looked_up={}, hinted_together={})
    return fingerprint(dataclasses.replace(plan, objects=objects, rules=rules))


def _untaken(one: ColumnPlan) -> ColumnPlan:
    """Return the column without the values that the org had when it was planned."""
    if one.unique:
        return dataclasses.replace(one, options={})
    return dataclasses.replace(one, options=_without_taken(one.options))


def _without_taken(options: Mapping[str, Any]) -> dict[str, Any]:
    """Options of a provider, and of those that it puts together, without what was taken."""
    kept = {name: value for name, value in options.items() if name != "taken"}
    inner = kept.get("otherwise")
    if isinstance(inner, dict | MappingProxyType) and "options" in inner:
        kept["otherwise"] = {**inner, "options": _without_taken(inner["options"])}
    return kept


def _uncounted(one: ReferencePlan) -> ReferencePlan:
    """Return the reference without how many records the org had when it was planned."""
    return dataclasses.replace(one, targets=tuple(dataclasses.replace(each, count=0) for each in one.targets))


def _silent(one: ObjectPlan) -> ObjectPlan:
    """Return the object's plan without the words for the user."""
    return dataclasses.replace(
        one,
        why="",
        columns=tuple(dataclasses.replace(column, why="") for column in one.columns),
        references=tuple(dataclasses.replace(reference, why="") for reference in one.references),
    )


def _plain(model: Any) -> dict[str, Any]:
    found = {}
    for one in dataclasses.fields(model):
        value = getattr(model, one.name)
        default = one.default if one.default_factory is dataclasses.MISSING else one.default_factory()
        if value != default:
            found[one.name] = _value(value)
    return found


def _value(value: Any) -> Any:
    if isinstance(value, ObjectSchema):
        return schema_json.to_json(value)
    if dataclasses.is_dataclass(value):
        return _plain(value)
    if isinstance(value, tuple | list):
        return [_value(one) for one in value]
    if isinstance(value, dict | MappingProxyType):
        return {key: _value(one) for key, one in value.items()}
    return value.isoformat() if isinstance(value, date) else value


def _plan(raw: Mapping[str, Any]) -> Plan:
    return Plan(
        **{
            **raw,
            "as_of": date.fromisoformat(raw["as_of"]),
            "objects": tuple(_object(one) for one in raw["objects"]),
            "omitted": MappingProxyType(dict(raw.get("omitted", {}))),
            "notes": tuple(raw.get("notes", ())),
            "cycles": tuple(tuple(one) for one in raw.get("cycles", ())),
            "rules": None if raw.get("rules") is None else _book(raw["rules"]),
        }
    )


def _book(raw: Mapping[str, Any]) -> RuleBook:
    return RuleBook(
        rules=MappingProxyType(
            {name: tuple(ValidationRule(**one) for one in rules) for name, rules in raw["rules"].items()}
        ),
        schemas=MappingProxyType({name: schema_json.from_json(one) for name, one in raw["schemas"].items()}),
        values=MappingProxyType(dict(raw.get("values", {}))),
        hints=MappingProxyType({name: tuple(one) for name, one in raw.get("hints", {}).items()}),
        hinted_together=MappingProxyType(
            {
                name: tuple(MappingProxyType({key: tuple(texts) for key, texts in one.items()}) for one in groups)
                for name, groups in raw.get("hinted_together", {}).items()
            }
        ),
        unjudged=tuple(raw.get("unjudged", ())),
        given=MappingProxyType(dict(raw.get("given", {}))),
        looked_up=MappingProxyType({name: _looked_up(one) for name, one in raw.get("looked_up", {}).items()}),
    )


def _looked_up(raw: Mapping[str, Any]) -> LookedUp:
    return LookedUp(
        tuple(raw.get("names", ())),
        MappingProxyType({name: tuple(one) for name, one in raw.get("values", {}).items()}),
        MappingProxyType(dict(raw.get("types", {}))),
    )


def _object(raw: Mapping[str, Any]) -> ObjectPlan:
    first = raw.get("first_pass")
    return ObjectPlan(
        **{
            **raw,
            "columns": tuple(_column(one) for one in raw["columns"]),
            "references": tuple(_reference(one) for one in raw.get("references", ())),
            "record_types": tuple((name, weight) for name, weight in raw.get("record_types", ())),
            "locales": tuple((name, share) for name, share in raw.get("locales", ())),
            "first_pass": None if first is None else (first[0], first[1]),
        }
    )


def _column(raw: Mapping[str, Any]) -> ColumnPlan:
    return ColumnPlan(**{**raw, "options": MappingProxyType(dict(raw.get("options", {}))), "rows": _rows(raw)})


def _reference(raw: Mapping[str, Any]) -> ReferencePlan:
    return ReferencePlan(
        **{
            **raw,
            "targets": tuple(Target(**{"object": None, **one}) for one in raw["targets"]),
            "options": MappingProxyType(dict(raw.get("options", {}))),
            "rows": _rows(raw),
        }
    )


def _rows(raw: Mapping[str, Any]) -> tuple[int, int] | None:
    rows = raw.get("rows")
    return None if rows is None else (rows[0], rows[1])
