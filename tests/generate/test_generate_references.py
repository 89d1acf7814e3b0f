"""Which record points to which: quotas, both ways, pairs, forests, and keys that agree."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfseed_core.generate.engine import Engine
from sfseed_core.generate.layout import BLOCK, DISTRIBUTIONS, Layout
from sfseed_core.recipe.model import SHARE, ObjectPlan, Plan, ReferencePlan, Target
from tests.generate.conftest import column, plan_by_hand


def numbers(plan: Plan, name: str, field: str) -> np.ndarray:
    """All local keys of a reference, -1 where it is empty."""
    keys = Engine(plan).at(name, np.arange(plan.object(name).count)).keys(field)
    valid = keys.with_number()
    return keys.numbers if valid is None else np.where(valid, keys.numbers, -1)


def two(count: int, parents: int, *references: ReferencePlan) -> Plan:
    """A plan of parents and children with the given references."""
    name = (column("Name", "string", "word", {"pool": "keywords"}, length=80),)
    return Plan(
        seed=3,
        as_of=plan_by_hand(1).as_of,
        zone="GMT",
        locale="en_US",
        schema_fingerprint="",
        objects=(ObjectPlan("Parent", parents, 0, name), ObjectPlan("Child", count, 1, name, references)),
    )


@given(
    parents=st.integers(1, 3 * BLOCK),
    each=st.floats(0.01, 5),
    distribution=st.sampled_from(sorted(DISTRIBUTIONS)),
    key=st.integers(0, 2**32),
)
@settings(deadline=None, max_examples=60)
def test_quotas_are_exact_and_found_both_ways(parents: int, each: float, distribution: str, key: int):
    """All children are dealt out, in order, and a parent's children are those whose parent it is."""
    layout = Layout(parents, max(int(parents * each), 1), key, distribution)
    found = layout.parents_of(np.arange(layout.children))
    first, count = layout.children_of(np.arange(parents))
    assert (np.diff(found) >= 0).all()
    assert (np.bincount(found, minlength=parents) == count).all()
    assert (first == np.cumsum(count) - count).all()


def test_any_children_in_any_order_find_their_parents():
    """Parents of scattered children are those that they have in order."""
    layout = Layout(3 * BLOCK + 7, 40_000, 5)
    whole = layout.parents_of(np.arange(40_000))
    some = np.random.default_rng(1).permutation(40_000)[:3000]
    assert (layout.parents_of(some) == whole[some]).all()


@given(minimum=st.integers(0, 2), maximum=st.integers(3, 9), children=st.integers(1, 3000))
@settings(deadline=None)
def test_parents_have_no_fewer_and_no_more_than_allowed(minimum: int, maximum: int, children: int):
    """Minimum and maximum hold wherever the totals allow them, also when there is no room to spare."""
    parents = max(-(-children // maximum), 1)
    _, count = Layout(parents, children, 1, "long_tail", minimum, maximum).children_of(np.arange(parents))
    assert count.sum() == children
    assert count.max() <= maximum
    assert count.min() >= (minimum if children >= minimum * parents else 0)


def test_children_are_not_all_alike():
    """By default some parents have many children and some few, none has none where there are enough."""
    _, count = Layout(1000, 4000, 1, minimum=1).children_of(np.arange(1000))
    assert count.min() >= 1
    assert count.max() >= 8
    assert len(np.unique(count)) > 5


def test_siblings_report_to_an_elder_of_the_same_account():
    """A reference to the same object along a parent points to a lower record of that parent."""
    plan = plan_by_hand(500)
    account, boss = numbers(plan, "Contact", "AccountId"), numbers(plan, "Contact", "ReportsToId")
    has = boss >= 0
    assert has.mean() > 0.5
    assert (boss[has] < np.flatnonzero(has)).all()
    assert (account[boss[has]] == account[has]).all()


@pytest.mark.parametrize("depth", [1, 2, 4])
def test_forests_are_no_deeper_than_asked(depth: int):
    """A reference to the same object leads to lower records, in at most so many levels below the roots."""
    plan = two(5000, 1, ReferencePlan("UpId", "self", (Target("Child"),), null_share=SHARE // 10, options={"depth": depth}))
    up = numbers(plan, "Child", "UpId")
    level = np.zeros(len(up), dtype=int)
    for record, parent in enumerate(up):
        assert parent < record
        level[record] = 0 if parent < 0 else level[parent] + 1
    assert level.max() == depth
    assert 0.2 < (up >= 0).mean() < 0.8


def test_pairs_do_not_repeat():
    """A pair reference gives each parent partners of its own, up to all of them."""
    up = ReferencePlan("ParentId", "children", (Target("Parent"),), options={"maximum": 40})
    plan = two(1500, 40, up, ReferencePlan("OtherId", "pair", (Target("Parent"),)))
    pairs = set(zip(numbers(plan, "Child", "ParentId"), numbers(plan, "Child", "OtherId"), strict=True))
    assert len(pairs) == 1500


def test_pairs_keep_away_from_where_the_path_leads():
    """A pair with `away_from` never holds the record that the path leads to."""
    up = ReferencePlan("ParentId", "children", (Target("Parent"),), options={"maximum": 39})
    away = ReferencePlan("OtherId", "pair", (Target("Parent"),), options={"away_from": "ParentId"})
    plan = two(1500, 40, up, away)
    parents, others = numbers(plan, "Child", "ParentId"), numbers(plan, "Child", "OtherId")
    assert (parents != others).all()
    assert len(set(zip(parents, others, strict=True))) == 1500
    assert others.min() == 0
    assert others.max() == 39


def test_within_and_along_agree_with_the_deal():
    """A role's contact works for the deal's account, and its account is the deal's."""
    plan = plan_by_hand(400)
    deal_account, contact_account = numbers(plan, "Opportunity", "AccountId"), numbers(plan, "Contact", "AccountId")
    deal, contact, account = (numbers(plan, "Role", field) for field in ("OpportunityId", "ContactId", "AccountId"))
    assert (account == deal_account[deal]).all()
    assert (contact >= 0).all()
    assert (contact_account[contact] == account).all()


def test_within_the_record_itself():
    """With an empty path a reference holds one of the record's own children."""
    plan = plan_by_hand(200)
    account = plan.objects[0]
    main = ReferencePlan("MainId", "within", (Target("Contact"),), options={"via": "", "through": "AccountId"})
    changed = ObjectPlan("Account", 200, 0, account.columns, (main,))
    plan = dataclasses.replace(plan, objects=(changed, *plan.objects[1:]))
    found, owner = numbers(plan, "Account", "MainId"), numbers(plan, "Contact", "AccountId")
    assert (owner[found] == np.arange(200)).all()


def test_cycle_and_round_make_every_pair_once():
    """Products in a cycle and books in rounds: first all standard prices, then each other book's, no pair twice."""
    book = (Target(None, "standard-price-book"), Target("Parent"))
    plan = two(
        30,
        10,
        ReferencePlan("ProductId", "cycle", (Target("Parent"),)),
        ReferencePlan("BookId", "round", book, options={"with": "ProductId"}),
    )
    batch = Engine(plan).rows("Child", 0, 30)
    pairs = list(zip(*(batch[name].to_pylist() for name in ("ProductId", "BookId", "BookId@")), strict=True))
    assert len(set(pairs)) == 30
    assert {pair[1:] for pair in pairs[:10]} == {(None, "=standard-price-book")}
    assert {pair[1:] for pair in pairs[10:20]} == {(0, "Parent")}


def test_a_slot_is_shared():
    """References that share a slot are filled each where the others are not, and the same draw chooses the target."""
    who = ReferencePlan(
        "WhoId",
        "spread",
        (Target("Parent", weight=3), Target("Child", weight=1)),
        options={"slot": {"name": "who", "low": 0, "high": SHARE, "chooses": True}},
    )
    what = ReferencePlan(
        "WhatId", "spread", (Target("Parent"),), options={"slot": {"name": "who", "low": 0, "high": SHARE * 3 // 4}}
    )
    batch = Engine(two(4000, 50, who, what)).rows("Child", 0, 4000)
    targets, what_keys = batch["WhoId@"].to_pylist(), batch["WhatId"].to_pylist()
    assert all((target == "Parent") == (key is not None) for target, key in zip(targets, what_keys, strict=True))
    assert 0.7 < sum(target == "Parent" for target in targets) / 4000 < 0.8


def test_targets_by_weight_with_their_names():
    """A reference to several objects says which one each key counts, by weight; empty ones say nothing."""
    batch = Engine(plan_by_hand(2000)).rows("Task", 0, 2000)
    names, keys = batch["WhatId@"].to_pylist(), batch["WhatId"].to_pylist()
    assert all((name is None) == (key is None) for name, key in zip(names, keys, strict=True))
    assert 0.5 < names.count("Opportunity") / 2000 < 0.62
    assert 0.2 < names.count(None) / 2000 < 0.3
    assert batch["BookId"].null_count == 2000
    assert set(batch["BookId@"].to_pylist()) == {"=standard-price-book"}


def test_two_records_show_a_hierarchy():
    """Of two records the second hangs on the first."""
    plan = two(2, 1, ReferencePlan("UpId", "self", (Target("Child"),), options={"depth": 3}))
    assert list(numbers(plan, "Child", "UpId")) == [-1, 0]
