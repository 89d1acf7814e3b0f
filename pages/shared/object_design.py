"""One object on Design: made, given as rows, taken from what the org has, or left out; how children fall on parents; owners."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import streamlit as st

from pages.shared import designing, graph_network, labels, recipe_changes, resources, state, words
from sfseed_core.errors import SfseedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pages.shared.state import Place
    from sfseed_core.recipe.model import ObjectPlan, ObjectRecipe, Plan
    from sfseed_core.schema.model import ObjectSchema
    from sfseed_core.workflow.survey import Survey

_SOURCES: Mapping[str, str] = {
    "make": "Make them",
    "rows": "Rows of mine",
    "org": "What the org has",
    "out": "Leave out",
}
_SPREADS: Mapping[str, str] = {
    "": "as usual (natural)",
    "fixed": "all alike",
    "uniform": "anything from few to many",
    "geometric": "many with few, few with many",
    "long_tail": "a few with very many",
}


def panel(where: Place, plan: Plan, survey: Survey, name: str) -> None:
    """The object in full."""
    described = survey.schema.objects.get(name)
    if described is None:
        return
    said = _said(where, name)
    with st.container(border=True):
        designing.choose(where, plan, survey.schema, name, "Object")
        now = "org" if said is not None and said.only_existing else "rows" if said is not None and said.rows else "make"
        key = f"source_{where.recipe}_{name}"
        chosen = st.segmented_control(
            "Where its records come from",
            list(_SOURCES),
            format_func=_SOURCES.__getitem__,
            default=now,
            required=True,
            key=key,
            help="New ones are made; your own rows come first; or the org's own are used as they are.",
        )
        own = next((one for one in plan.objects if one.name == name), None)
        if chosen == now == "make" and own is not None:
            _how_many(where, plan, own, words.plain(labels.reason(own.why, survey.schema.objects)))
        _PANELS[str(chosen or now)](where, survey, described, own, said)
        if chosen == "make" and own is not None:
            _family(where, plan, survey, name, said)
        if chosen in {"make", "rows"} and "OwnerId" in described.fields:
            designing.owners(where, survey, name, said.owners if said is not None else None)


def _said(where: Place, name: str) -> ObjectRecipe | None:
    from sfseed_core.recipe.presets import complete

    return complete(resources.recipe(where.recipe)).objects.get(name)


def _make(where: Place, survey: Survey, described: ObjectSchema, own: ObjectPlan | None, said: ObjectRecipe | None) -> None:
    from sfseed_core.recipe.change import with_existing, with_per, without_rows

    name = described.name
    if own is None or (said is not None and (said.rows or said.existing is not None)):
        st.caption("Now its records are given, or the org's own are used.")
        st.button(
            "Make them instead",
            type="primary",
            on_click=recipe_changes.change,
            args=(where, lambda recipe: without_rows(with_existing(recipe, name, None), name)),
        )
        return
    if said is not None and said.per is not None and said.each is not None:
        per, key = said.per, f"each_{where.recipe}_{name}"

        def take() -> None:
            each = float(state.remembered(key) or 0)
            if each > 0 and each != said.each:
                recipe_changes.change(where, lambda recipe: with_per(recipe, name, per, each))

        st.number_input(
            words.plain(f"{described.label_plural} per {labels.of(per, survey.schema.objects)}, on average"),
            min_value=0.01,
            max_value=10_000.0,
            value=float(said.each),
            step=0.5,
            key=key,
            on_change=take,
            width=300,
            help="2.5: some have two, some three, a few none or many. Press Enter when it is typed.",
        )


def _how_many(where: Place, plan: Plan, own: ObjectPlan, why: str) -> None:
    """A number that is taken as it is typed, so that the storage bar moves with it."""
    key, seen = f"count_{own.name}", f"count_seen_{own.name}"
    if state.remembered(seen) != own.count:  # the plan says another number than it did: that is what stands here
        state.note(key, str(own.count))
        state.note(seen, own.count)

    def take() -> None:
        typed = _number(state.remembered(key, ""))
        if typed is not None and typed != own.count:
            state.note(seen, typed)
            designing.take_counts(where, plan, {own.name: typed})

    with st.container(horizontal=True, vertical_alignment="bottom", key="how_many"):
        typed = st.text_input(
            "How many records",
            key=key,
            live="300ms",
            on_change=take,
            width=200,
            help="Taken as you type: the storage above and the total below move with it.",
        )
        wrong = f":red[Give a whole number from 1 to {designing.MOST:,}.] Until then it stays {own.count:,}."
        st.caption(wrong if _number(typed) is None else f"Now {words.many(own.count, 'record')}: {why}.", width="stretch")


def _number(text: str | None) -> int | None:
    """Return the number that was typed, with or without separators; None when it is none that can be made."""
    digits = re.sub(r"[\s,.']", "", text or "")
    number = int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 12 else 0
    return number if 1 <= number <= designing.MOST else None


def _family(where: Place, plan: Plan, survey: Survey, name: str, said: ObjectRecipe | None) -> None:
    """How the records fall on their parents, as a small histogram to change."""
    from sfseed_core.generate.family_sizes import family_sizes
    from sfseed_core.recipe.change import with_spread

    found = family_sizes(plan, name)
    if found is None:
        return
    above = survey.schema.objects.get(found.parent)
    parent, parents = (found.parent,) * 2 if above is None else (above.label, above.label_plural)
    now = str((said.spread if said is not None else {}).get("distribution", "") or "")
    key = f"spread_{where.recipe}_{name}"

    def take() -> None:
        chosen = state.remembered(key, "")
        recipe_changes.change(where, lambda recipe: with_spread(recipe, name, chosen or None))

    left, right = st.columns([2, 3])
    with left:
        st.selectbox(
            f"How they fall on {words.plain(parents)}",
            list(_SPREADS) if now in _SPREADS else [*_SPREADS, now],
            index=list(_SPREADS).index(now) if now in _SPREADS else len(_SPREADS),
            format_func=lambda one: _SPREADS.get(one, one),
            key=key,
            on_change=take,
            help="Whether all have about as many, or a few have most of them: the picture beside shows it.",
        )
        st.caption(
            f"{found.children:,} for {found.parents:,} {words.plain(parents)}; the busiest has {found.largest:,}"
            + (" (of the first ones)." if found.sampled else ".")
        )
    with right:
        sizes = [str(size) for size in range(len(found.sizes))]
        st.bar_chart(
            {f"Records per {parent}": sizes, "How many": list(found.sizes)},
            x=f"Records per {parent}",
            y="How many",
            sort=False,
            height=170,
            color=graph_network.KINDS[graph_network.kind_of(name)][1],
            alt=", ".join(f"{count:,} have {size}" for size, count in enumerate(found.sizes) if count),
        )


def _rows(where: Place, survey: Survey, described: ObjectSchema, _: ObjectPlan | None, said: ObjectRecipe | None) -> None:
    from sfseed_core.recipe.own_table import columns_of, with_rows
    from sfseed_core.workflow.given_rows import read_file, read_pasted

    del survey
    if said is not None and said.rows:
        st.caption(f"{words.many(len(said.rows), 'row')} given; the fields that they do not have are made up.")
        st.dataframe([dict(row) for row in said.rows[:5]], hide_index=True, alt="The first rows given")
    about = "Its first line names the fields, by label or API name."
    kinds = ["csv", "tsv", "txt", "xlsx"]
    given = st.file_uploader("A CSV or Excel file", type=kinds, key=f"rows_{where.recipe}", help=about)
    about = "Copy the cells with their heading line."
    text = st.text_area("Or paste rows from a spreadsheet", key=f"pasted_{where.recipe}", height=90, help=about)
    if given is None and not (text or "").strip():
        return
    try:
        rows = read_file(given.name, given.getvalue()) if given else read_pasted(text or "")
    except SfseedError as error:
        st.error(words.plain(str(error)))
        return
    found = columns_of(described, list(rows[0]) if rows else [])
    st.caption("Understood: " + words.plain(", ".join(f"{one} as {field}" for one, field in found.columns.items())) + ".")
    if found.unknown:
        st.warning(f"Not fields of {words.plain(described.name)}, left out: {words.plain(words.listed(found.unknown, 8))}.")
    more = st.number_input(
        "Made-up records besides",
        min_value=0,
        max_value=1_000_000,
        value=0,
        key="rows_more",
        width=220,
        help="They come after your rows.",
    )
    st.button(
        f"Use these {words.many(len(rows), 'row')}",
        type="primary",
        disabled=not found.columns,
        on_click=recipe_changes.change,
        args=(where, lambda recipe: with_rows(recipe_changes.own(recipe), found, rows, more=int(more or 0))),
    )


def _org(where: Place, survey: Survey, described: ObjectSchema, _: ObjectPlan | None, said: ObjectRecipe | None) -> None:
    from sfseed_core.recipe.change import with_existing
    from sfseed_core.recipe.model import Existing

    name = described.name
    has = survey.snapshot.counts.get(name)
    st.caption(
        "Nothing is made or changed: what points to this object points to records that the org has already."
        + (f" It has {has:,} now." if has is not None else "")
    )
    before = said.existing.where if said is not None and said.existing is not None else ""
    condition = st.text_input(
        "Only those where",
        value=before,
        placeholder="all of them",
        help="A condition as in SOQL, for example: Industry = 'Banking'",
        key=f"condition_{where.recipe}_{name}",
    )
    st.button(
        "Use the org's own",
        type="primary",
        on_click=recipe_changes.change,
        args=(where, lambda recipe: with_existing(recipe, name, Existing((condition or "").strip()))),
    )


def _out(where: Place, _: Survey, described: ObjectSchema, own: ObjectPlan | None, __: Any) -> None:
    from sfseed_core.recipe.change import without_object

    st.caption("What requires it must be left out too; you are told if something does.")
    st.button(
        f"Leave {words.plain(described.label_plural)} out",
        type="primary",
        disabled=own is None,
        on_click=recipe_changes.change,
        args=(where, lambda recipe: without_object(recipe, described.name)),
    )


_PANELS: Mapping[str, Any] = {"make": _make, "rows": _rows, "org": _org, "out": _out}
