"""Load order, levels, cycles and what they leave for later."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfseed_core.errors import PlanRefused
from sfseed_core.schema.graph import Graph, Reference, build, order, required_parents
from sfseed_core.schema.model import Field, ObjectSchema


def lookup(name, *parents, required=False, updateable=True, detail=False, **more):
    """A writable reference field."""
    return Field(
        name,
        name,
        "reference",
        nillable=not (required or detail),
        updateable=updateable,
        reference_to=parents,
        relationship_order=0 if detail else None,
        cascade_delete=detail,
        **more,
    )


def objects(**fields):
    """Objects by name, each with its reference fields."""
    return {
        name: ObjectSchema(name, name, name, None, False, True, True, True, True, {one.name: one for one in has})
        for name, has in fields.items()
    }


def test_parents_come_before_children():
    """Each object's level lies above those of all that it refers to."""
    found = objects(
        Account=[],
        Contact=[lookup("AccountId", "Account")],
        Opportunity=[lookup("AccountId", "Account")],
        OpportunityContactRole=[lookup("OpportunityId", "Opportunity", required=True), lookup("ContactId", "Contact")],
    )
    assert order(build(found, found)).levels == (("Account",), ("Contact", "Opportunity"), ("OpportunityContactRole",))


def test_references_outside_of_the_choice_and_read_only_ones_are_no_edges():
    """Only writable references among chosen objects count."""
    created_by = Field("CreatedById", "", "reference", createable=False, reference_to=("User",))
    found = objects(Contact=[lookup("AccountId", "Account"), created_by], Account=[], User=[])
    assert build(found, ["Contact", "User"]).references == ()


def test_self_references_are_filled_later():
    """An optional reference to the same object never stands in the way."""
    found = objects(Account=[lookup("ParentId", "Account")])
    result = order(build(found, found))
    assert [str(one) for one in result.deferred] == ["Account.ParentId -> Account"]
    assert result.levels == (("Account",),)
    assert result.cycles == ()


def test_a_cycle_is_broken_at_its_least_reference():
    """The reference that deletes with the parent is kept; the custom one back is filled later."""
    found = objects(
        Account=[lookup("Main_Contact__c", "Contact", custom=True)],
        Contact=[lookup("AccountId", "Account")],
    )
    result = order(build(found, found))
    assert [str(one) for one in result.deferred] == ["Account.Main_Contact__c -> Contact"]
    assert result.cycles == (("Account", "Contact"),)
    assert result.levels == (("Account",), ("Contact",))


def test_required_and_named_references_are_never_deferred():
    """`must_keep` turns the choice around."""
    found = objects(A=[lookup("B__c", "B")], B=[lookup("A__c", "A")])
    kept = order(build(found, found), must_keep={("A", "B__c")})
    assert [str(one) for one in kept.deferred] == ["B.A__c -> A"]
    turned = order(build(found, found), must_keep={("B", "A__c")})
    assert [str(one) for one in turned.deferred] == ["A.B__c -> B"]


def test_a_reference_that_cannot_be_updated_is_kept_if_possible_and_else_left_empty():
    """Create-only references are not deferred; where they close a circle they stay empty."""
    found = objects(A=[lookup("B__c", "B")], B=[lookup("A__c", "A", updateable=False)])
    assert [str(one) for one in order(build(found, found)).deferred] == ["A.B__c -> B"]
    alone = objects(A=[lookup("Self__c", "A", updateable=False)])
    result = order(build(alone, alone))
    assert result.deferred == ()
    assert [str(one) for one in result.left_empty] == ["A.Self__c -> A"]


def test_a_circle_of_required_references_is_refused_with_its_path():
    """The message names every reference of the circle."""
    found = objects(
        A=[lookup("B__c", "B", required=True)], B=[lookup("C__c", "C", detail=True)], C=[lookup("A__c", "A", required=True)]
    )
    with pytest.raises(PlanRefused) as caught:
        order(build(found, found))
    assert "A.B__c -> B, B.C__c -> C, C.A__c -> A" in str(caught.value)


def test_a_required_self_reference_is_refused():
    """A record cannot need another of its kind before it."""
    found = objects(A=[lookup("Self__c", "A", required=True)])
    with pytest.raises(PlanRefused, match=r"A\.Self__c -> A"):
        order(build(found, found))


def test_a_polymorphic_reference_is_deferred_as_a_whole_unless_narrowed():
    """The plan's choice of targets decides whether the field takes part in a cycle."""
    found = objects(A=[lookup("Any__c", "B", "C")], B=[lookup("A__c", "A", required=True)], C=[])
    assert {one.parent for one in order(build(found, found)).deferred} == {"B", "C"}
    narrowed = build(found, found, {("A", "Any__c"): ["C"]})
    assert order(narrowed).deferred == ()


def test_required_parents_are_followed_with_their_reasons():
    """What is required is seeded too, through several steps, but nothing of the setup."""
    found = objects(
        Line=[lookup("Order__c", "Order", required=True), lookup("Owner__c", "User", required=True)],
        Order=[lookup("Account__c", "Account", required=True), lookup("Contract__c", "Contract")],
        Account=[],
        Contract=[],
        User=[],
    )
    assert required_parents(found, ["Line"]) == {
        "Order": ("Line.Order__c is required",),
        "Account": ("Order.Account__c is required",),
    }


def test_a_required_parent_that_is_not_described_yet_is_still_named():
    """Discovery learns from the names what to describe next."""
    assert required_parents(objects(Line=[lookup("O__c", "Order", required=True)]), ["Line"]) == {
        "Order": ("Line.O__c is required",)
    }


def test_a_parent_that_nobody_can_create_is_not_asked_for():
    """Where the org makes the parent itself, nothing can be seeded for it."""
    found = objects(Line=[lookup("To__c", "Made", required=True)], Made=[])
    found["Made"] = replace(found["Made"], createable=False)
    assert required_parents(found, ["Line"]) == {}


def test_one_chosen_target_satisfies_a_required_polymorphic_reference():
    """Nothing is added when one of several possible parents is there anyway."""
    found = objects(Link=[lookup("To__c", "Account", "Case", required=True)], Case=[], Account=[])
    assert required_parents(found, ["Link", "Case"]) == {}
    assert required_parents(found, ["Link"]) == {"Account": ("Link.To__c is required",)}


@st.composite
def graphs(draw):
    """Any graph of up to nine objects, with required references only from later to earlier objects."""
    names = [f"O{n}" for n in range(draw(st.integers(1, 9)))]
    edges = []
    pairs = list(itertools.product(range(len(names)), repeat=2))
    for number, (child, parent) in enumerate(draw(st.lists(st.sampled_from(pairs), max_size=25))):
        edges.append(
            Reference(
                names[child],
                f"F{number}",
                names[parent],
                required=parent < child and draw(st.booleans()),
                self_reference=child == parent,
                updateable=draw(st.booleans()),
                custom=draw(st.booleans()),
            )
        )
    return Graph(tuple(draw(st.permutations(names))), tuple(edges))


@settings(deadline=None, max_examples=300)
@given(graphs())
def test_any_order_is_valid_and_defers_no_more_than_needed(graph):
    """Kept references point to lower levels, nothing required is dropped, and no dropped one could have been kept."""
    result = order(graph)
    level = {name: number for number, names in enumerate(result.levels) for name in names}
    assert sorted(level) == sorted(graph.objects)
    dropped = {*result.deferred, *result.left_empty}
    assert all(level[one.parent] < level[one.child] for one in graph.references if one not in dropped)
    assert not any(one.required for one in dropped)
    assert all(one.updateable for one in result.deferred)
    kept = [one for one in graph.references if one not in dropped]
    for one in dropped:
        if not one.self_reference:
            assert reaches(kept, one.parent, one.child)


@settings(deadline=None)
@given(graphs())
def test_the_order_does_not_depend_on_the_order_of_the_choice(graph):
    """The same objects and references give the same levels, however they were listed."""
    again = Graph(tuple(sorted(graph.objects)), tuple(reversed(graph.references)))
    first, second = order(graph), order(again)
    assert (first.levels, set(first.deferred), first.cycles) == (second.levels, set(second.deferred), second.cycles)


def reaches(edges, start, goal):
    """Whether a path of references leads from one object to the other."""
    seen, stack = {start}, [start]
    while stack:
        name = stack.pop()
        for one in edges:
            if one.child == name and one.parent not in seen:
                seen.add(one.parent)
                stack.append(one.parent)
    return goal in seen


def test_a_large_graph_is_ordered():
    """Two thousand objects in one tangle come out with every object on a level."""
    names = [f"O{n}" for n in range(2000)]
    edges = tuple(
        Reference(names[n], f"F{k}", names[(n * 7 + k * 131) % 2000], self_reference=n == (n * 7 + k * 131) % 2000)
        for n in range(2000)
        for k in range(1, 6)
    )
    assert sum(map(len, order(Graph(tuple(names), edges)).levels)) == 2000
