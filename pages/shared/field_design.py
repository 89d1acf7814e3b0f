"""The fields of an object on Design: what fills each, with samples; one of them in full beside it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from pages.shared import designing, labels, making, press, recipe_changes, state, words
from sfseed_core.errors import SfseedError
from sfseed_core.recipe import field_ways
from sfseed_core.recipe.field_ways import Filled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pages.shared.state import Place
    from sfseed_core.recipe.model import FieldRecipe, ObjectPlan, Plan
    from sfseed_core.schema.model import Field, Schema

_IN_A_ROW, _IN_FULL = 3, 10
_TAKEN = "Taken when you press *Use this*."
_VALUE = "One of the values that the field gets."


def fields(where: Place, plan: Plan, schema: Schema, name: str) -> None:
    """How each field of an object is filled, with samples; to change."""
    one = next((each for each in plan.objects if each.name == name), None)
    if one is None:
        st.info("The org's own records are used: their fields stay as they are.")
        return
    said = making.said(where, name)
    samples = samples_of(plan, one)
    rows = _rows(one, schema, said, samples)
    fields_ = schema.objects[name].fields
    offered = [*rows, *(key.partition(".")[2] for key in plan.omitted if key.startswith(f"{name}."))]
    offered = [field for field in dict.fromkeys(offered) if field in fields_ and fields_[field].createable]
    field = where.field if where.field in offered and where.field is not None else offered[0]
    _table(where, name, rows, said, field)
    left = {key.partition(".")[2]: why for key, why in plan.omitted.items() if key.startswith(f"{name}.")}
    if left:
        with st.expander(f"{len(left):,} fields stay empty"):
            st.dataframe(
                [{"Field": labels.field(f, schema.objects[name]), "API name": f, "Why": why} for f, why in left.items()],
                hide_index=True,
                alt="Fields left empty",
            )
    with st.container(border=True):
        st.selectbox(
            "Field",
            offered,
            format_func=lambda one: labels.full(fields_[one].label, one),
            width=360,
            help="Choose the field that is changed here; its row in the table above does the same.",
            **state.bound("field", "design", within=offered.__contains__, otherwise=field),
        )
        _one(where, name, fields_[field], said.get(field), samples.get(field, ()))


def _table(
    where: Place, name: str, rows: Mapping[str, Mapping[str, Any]], said: Mapping[str, FieldRecipe], field: str
) -> None:
    key = f"fields_{where.recipe}_{name}_{field}"
    names = list(rows)

    def take() -> None:
        edited: Mapping[Any, Mapping[str, Any]] = state.remembered(key)["edited_rows"]
        for row, cells in edited.items():
            changed = names[int(row)]
            if cells.get("Change"):
                state.go(field=changed)
            if "% empty" in cells:
                empty = None if cells["% empty"] is None else int(cells["% empty"])
                before = field_ways.read(said.get(changed))
                given = Filled(before.way, before.given, before.provider, before.values, empty, before.unique)
                recipe_changes.change(where, partial(_with_field, name=name, field=changed, said=field_ways.write(given)))

    st.data_editor(
        designing.frame_of({one: {"Change": one == field, **row} for one, row in rows.items()}),
        key=key,
        on_change=take,
        disabled=["Field", "Type", "Filled with", "For example", "API name"],
        hide_index=True,
        column_config={
            "Change": st.column_config.CheckboxColumn("Change", width=75, help="Tick one to change it below."),
            "Filled with": st.column_config.TextColumn("Filled with", width=300),
            "For example": st.column_config.TextColumn("For example", width=250),
            "% empty": st.column_config.NumberColumn(
                "% empty", min_value=0, max_value=100, step=5, width=80, help="How many of 100 records have no value here."
            ),
        },
        alt=f"Fields of {name}",
        height=290,
    )


def _with_field(recipe: Any, name: str, field: str, said: FieldRecipe | None) -> Any:
    from sfseed_core.recipe.change import with_field

    return with_field(recipe, name, field, said)


def _rows(
    one: ObjectPlan, schema: Schema, said: Mapping[str, FieldRecipe], samples: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, Any]]:
    from sfseed_core.recipe.model import SHARE

    described = schema.objects[one.name].fields
    rows: dict[str, dict[str, Any]] = {
        column.field: {
            "Field": described[column.field].label,
            "For example": " · ".join(samples.get(column.field, ())[:_IN_A_ROW]),
            "% empty": round(column.null_share * 100 / SHARE),
            "Filled with": column.why or column.provider,
            "Type": labels.kind(column.type),
        }
        for column in one.columns
    }
    for name, own in said.items():
        if own.skip and name in described:
            label, kind = described[name].label, labels.kind(described[name])
            rows[name] = {
                "Field": label,
                "For example": "",
                "% empty": 100,
                "Filled with": "left empty, as you said",
                "Type": kind,
            }
    return rows


def samples_of(plan: Plan, one: ObjectPlan) -> dict[str, list[str]]:
    """Return a few values of each column, as text."""
    from sfseed_core.generate.engine import rows

    first = rows(plan, one.name, 0, min(_IN_FULL * 2, one.count))
    return {
        name: [str(value)[:60] for value in first.column(name).to_pylist() if value is not None][:_IN_FULL]
        for name in first.schema.names
    }


def _one(where: Place, name: str, field: Field, said: FieldRecipe | None, samples: Sequence[str]) -> None:
    """One field in full: the way, what it asks for, how many are empty; samples beside it."""
    if field.is_reference:
        st.caption(
            "A lookup is filled together with its parents' records; its share of empty ones can be set in the recipe's text."
        )
        return
    before = field_ways.read(said)
    key = f"{where.recipe}_{name}_{field.name}"
    left, right = st.columns([3, 2], gap="medium")
    with right:
        st.markdown("**Looks like this now**")
        st.dataframe(
            [{"Value": one} for one in samples] or [{"Value": "(empty)"}], hide_index=True, alt="Samples", height=210
        )
    with left:
        ways = {one.name: one.label for one in field_ways.ways_for(field.type)}
        way = st.selectbox(
            "Filled with",
            list(ways),
            index=list(ways).index(before.way) if before.way in ways else 0,
            format_func=ways.__getitem__,
            key=f"way_{key}",
            help="How its values come about; what the way needs is asked below.",
        )
        filled = _asked(str(way), field, before, key)
        share = st.number_input(
            "% empty",
            min_value=0,
            max_value=100,
            value=before.empty,
            placeholder="as sfseed chose",
            key=f"empty_{key}",
            disabled=way == "skip",
            help="How many of 100 records have no value here. Nothing given: as sfseed chose.",
        )
        unique = st.checkbox(
            "Different in every record",
            before.unique,
            key=f"unique_{key}",
            disabled=way in {"skip", "chosen"},
            help="No two records get the same value.",
        )
        given = Filled(filled.way, filled.given, filled.provider, filled.values, share, unique)
        if press.button("Use this", type="primary", key=f"use_{key}"):
            _use(where, name, field.name, given)


def _use(where: Place, name: str, field: str, given: Filled) -> None:
    try:
        said = field_ways.write(given)
    except SfseedError as error:
        st.error(words.plain(error.message), icon=":material/error:")
        return
    recipe_changes.change(where, partial(_with_field, name=name, field=field, said=said))
    st.rerun()


def _asked(way: str, field: Field, before: Filled, key: str) -> Filled:
    """Ask for what the way needs."""
    if way == "values":
        return Filled("values", values=_values(field, before, key))
    if way == "provider":
        return _provider(field, before, key)
    given = {}
    for one in field_ways.BY_NAME[way].asks:
        now = before.given.get(one.key, "") if before.way == way else ""
        if one.choices:
            place = one.choices.index(now) if now in one.choices else 0
            given[one.key] = str(
                st.selectbox(one.label, one.choices, index=place, key=f"{one.key}_{way}_{key}", help=_TAKEN)
            )
        else:
            about = f"For example: {words.plain(one.example)}" if one.example else _TAKEN
            given[one.key] = str(st.text_input(one.label, now, key=f"{one.key}_{way}_{key}", help=about) or "")
    return Filled(way, given)


def _values(field: Field, before: Filled, key: str) -> tuple[tuple[str, int], ...]:
    import pandas as pd

    now = before.values or tuple((one, 1) for one in field.active_values[:20]) or (("", 1),)
    edited = st.data_editor(
        pd.DataFrame({"Value": [one for one, _ in now], "Weight": [weight for _, weight in now]}),
        num_rows="dynamic",
        hide_index=True,
        key=f"values_{key}",
        column_config={
            "Value": st.column_config.SelectboxColumn("Value", options=list(field.active_values), help=_VALUE)
            if field.type == "picklist" and field.restricted
            else st.column_config.TextColumn("Value", help=_VALUE),
            "Weight": st.column_config.NumberColumn(
                "Weight", min_value=1, step=1, default=1, help="3: three times as often."
            ),
        },
        alt="Values and how often each comes",
        height=200,
    )
    return tuple(
        (str(value), int(weight) if weight == weight else 1)
        for value, weight in zip(edited["Value"], edited["Weight"], strict=True)
        if value is not None and str(value).strip() not in {"", "nan", "None"}
    )


def _provider(field: Field, before: Filled, key: str) -> Filled:
    from sfseed_core.generate.registry import standard

    known = {name: one for name, one in standard().by_name.items() if field.type in one.types}
    names = sorted(known)
    if not names:
        st.caption("No generator makes values of this type.")
        return Filled("provider")
    chosen = st.selectbox(
        "Generator",
        names,
        index=names.index(before.provider) if before.provider in names else None,
        format_func=lambda name: f"{name}: {known[name].about}",
        key=f"provider_{key}",
        placeholder="choose one",
        help="What makes the values: each says what it makes.",
    )
    given = {}
    for option, meaning in (known[chosen].options or {}).items() if chosen else ():
        now = before.given.get(option, "") if before.provider == chosen else ""
        given[option] = str(
            st.text_input(f"{option} (optional)", now, help=meaning, key=f"option_{option}_{chosen}_{key}") or ""
        )
    return Filled("provider", given, chosen)
