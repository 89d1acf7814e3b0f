"""The parts of the first page: the orgs there are, what was made earlier, what to fill an org with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.shared import earlier_work, foot, frame, labels, making, own_file, press, resources, state, words
from sfseed_core.errors import SfseedError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from sfseed_core.recipe.model import Plan
    from sfseed_core.workflow.survey import Survey

CHOOSE = -1
SIZES: Mapping[int, str] = {3000: "About 3,000", CHOOSE: "Choose"}
_FEWEST = 10
_FILLINGS = (
    ("sales-cloud", "Sales Cloud", "accounts, contacts, leads, campaigns, opportunities with products, quotes, orders"),
    ("service-cloud", "Service Cloud", "accounts, contacts, cases with comments, contracts, tasks"),
)


def welcome() -> None:
    """What this is, in two lines."""
    st.title("Fill a Salesforce sandbox with records that look real")
    st.markdown("See and change every record before it is loaded, load it once, take it back when you are done.")


def earlier(where: state.Place) -> None:
    """The datasets that were made last, to go on with."""
    found = earlier_work.datasets(resources.home(), 3)
    if not found:
        return
    with st.expander("Continue with records made earlier", icon=":material/history:", expanded=where.org is None):
        for one in found:
            with st.container(horizontal=True, vertical_alignment="center"):
                with st.container(width="stretch", gap=None):
                    st.markdown(f"**{words.many(one.records, 'record')}** of {words.many(one.objects, 'object')}")
                    st.caption(words.plain(one.sentence(st.context.timezone)))
                if press.button("Continue", key=f"continue_{one.id}"):
                    state.leave_for(frame.STEPS[3].file, dataset=one.id, org=where.org or one.org)


def filling(where: state.Place) -> None:
    """What the org should be filled with, how much, and which day is today in the records."""
    assert where.org is not None
    reached = resources.connection(where.org)
    st.title("What should it be filled with?")
    if reached.decision.verdict == "refused":
        st.error(
            f"This org is never written to: {words.plain(reached.decision.reason)}. You can look at it and make records, "
            "but not load them here.",
            title="Not an org to fill",
            icon=":material/block:",
        )
    names, captions = _choices(where)
    chosen = st.radio(
        "What should it be filled with?",
        list(names),
        format_func=names.__getitem__,
        captions=captions,
        label_visibility="collapsed",
        **state.bound("recipe", "connect", within=names.__contains__, otherwise=state.OWN_FILE),
    )
    if chosen == state.OWN_FILE:
        own_file.own_file(where)
    st.space("small")
    how_many, day, _ = st.columns([5, 3, 1], vertical_alignment="bottom")
    with how_many:
        _size(where)
    with day:
        _day()


def files_instead(where: state.Place, step: frame.Step) -> bool:
    """Say on a page about recipes that files of one's own need none, and lead on; False where there is a recipe."""
    if where.recipe != state.OWN_FILE:
        return False
    told = "Records from files of yours are taken as they are: no recipe makes them. See and change them on *Preview*."
    frame.first_choose(step, told, label="Choose files or a recipe")
    if foot.bar(None, back=frame.STEPS[0], onward=None if where.dataset is None else "Next: Preview"):
        state.leave_for(frame.STEPS[3].file)
    return True


def _choices(where: state.Place) -> tuple[dict[str, str], list[str]]:
    from sfseed_core.recipe.store import is_kept

    assert where.org is not None
    custom = earlier_work.custom_objects(resources.listing(where.org))
    names = {name: label for name, label, _ in _FILLINGS}
    captions = [about for _, _, about in _FILLINGS]
    names["custom-only"] = f"Custom objects only ({custom:,} found)"
    captions.append("every custom object of this org, and what it requires")
    if where.recipe not in names and where.recipe != state.OWN_FILE:
        names[where.recipe] = _title(where.recipe)
        captions.append("your own recipe" if is_kept(where.recipe) else "chosen on Discover")
    names[state.OWN_FILE] = "Spreadsheets or a recipe of mine"
    captions.append(
        "your own customers from Excel or CSV with all that belongs around them, several files that refer to each other, "
        "or a YAML recipe"
    )
    return names, captions


def _title(recipe_id: str) -> str:
    try:
        return words.plain(making.title(recipe_id))
    except SfseedError:
        return words.plain(recipe_id)


def _size(where: state.Place) -> None:
    own = making.base(where) if where.recipe != state.OWN_FILE else 0
    sizes: dict[int, str] = {state.AS_IT_IS: f"About {own:,} records", **SIZES}
    if state.remembered("size_choice") is None or state.remembered("size_seen") != where.size:
        state.note("size_choice", where.size if where.size in sizes else CHOOSE)
        state.note("size_seen", where.size)
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    with left:
        chosen = st.segmented_control(
            "How many",
            list(sizes),
            format_func=sizes.__getitem__,
            key="size_choice",
            on_change=_sized,
            required=True,
            help="Of all objects together. Each object keeps its share; on Design each can be given its own number.",
        )
    if chosen == CHOOSE:
        with right:
            given = state.bound("size", "connect", within=lambda number: number >= _FEWEST, otherwise=own or _FEWEST)
            about = (
                "Press Enter when it is typed. What belongs together stays together, so it may become a few more or less."
            )
            st.number_input("Records, about", min_value=_FEWEST, max_value=10_000_000, step=100, help=about, **given)


def _sized() -> None:
    chosen = state.remembered("size_choice")
    if chosen != CHOOSE:
        state.note("size_seen", chosen)
        state.go(size=chosen)


def _day() -> None:
    st.date_input(
        "Today, in the records",
        format="YYYY-MM-DD",
        help="Dates lie around this day: open deals close after it, cases were opened before it.",
        **state.bound("day", "connect", within=lambda day: day is not None, otherwise=_today()),
    )


def _today() -> date:
    from sfseed_core.clock import SYSTEM

    return SYSTEM.now().date()


def summary(plan: Plan, survey: Survey) -> None:
    """What would be made, by the org's own labels, and what the org has left of calls."""
    names = [words.plain(labels.counted(one.count, one.name, survey.schema.objects)) for one in plan.objects if one.count]
    left = survey.snapshot.api_calls_left
    calls = "" if left is None else f" The org has {words.many(left, 'API call')} left today."
    st.caption("**This makes** " + words.listed(names, 24) + "." + calls)
    for one in plan.notes:
        st.caption(f":material/info: {words.plain(one[:1].upper() + one[1:])}")


def free_megabytes(where: state.Place) -> int | None:
    """Return how much storage the org has left."""
    return making.surveyed(where).snapshot.storage_free_mb


def why_not(where: state.Place) -> str | None:
    """Return why the records cannot be made; None when they can."""
    return None if where.recipe != state.OWN_FILE else "Choose a file first."
