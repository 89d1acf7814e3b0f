"""The pure parts of the pages: words, places, the drawing, views of records."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.shared import discovering, graph_layout, graph_network, labels, making, record_view, state, words
from pages.shared.graph_layout import Link
from pages.shared.graph_network import Drawn
from sfseed_core.schema.model import Field, ObjectSchema

DAYS = st.none() | st.dates()
PLACES = st.builds(
    state.Place,
    org=st.none() | st.text(min_size=1, max_size=50),
    recipe=st.sampled_from(["sales-cloud", "minimal", "k-0123456789abcdef"]),
    size=st.sampled_from([0, 1, 3000, 50_000_000]),
    day=DAYS,
    seed=st.none() | st.integers(0, 1 << 53),
    dataset=st.none() | st.just("d-20261123-120000-abcd"),
    object=st.none() | st.text(min_size=1, max_size=50),
    page=st.integers(1, 1_000_000),
    search=st.text(max_size=100),
    view=st.sampled_from(["all", "problems"]),
)


@given(PLACES)
def test_an_address_says_where_one_is(place):
    """What is written into the address is read back."""
    assert state.read(state.write(place)) == place


@given(st.dictionaries(st.sampled_from(["org", "size", "day", "page", "dataset", "run", "seed", "x"]), st.text()))
def test_any_address_is_some_place(parameters):
    """Whatever stands in an address, it is read without an error."""
    state.read(parameters)


def test_what_no_longer_makes_sense_is_dropped():
    """Another object begins at its first page without the search; another org forgets dataset and run."""
    here = state.Place(org="demo", dataset="d-20261123-120000-abcd", object="Account", page=7, search="x", sort="Name")
    assert state.moved(here, object="Contact") == state.Place(org="demo", dataset=here.dataset, object="Contact")
    assert state.moved(here, org="other").dataset is None
    assert state.moved(here, object="Account") == here


@pytest.mark.parametrize(
    "text",
    [
        "[a](http://b)",
        "![i](http://b/c.png)",
        ":material/home:",
        ":red[x]",
        "$x$",
        "**b**",
        "<b>",
        "# h",
        "a@b.c",
        "www.x.y",
        "a -- b",
        "a -> b >= c",
    ],
)
def test_plain_text_has_no_markdown_in_it(text):
    """What Markdown would take for a link, an image, an icon or a tag is escaped; letters stay."""
    shown = words.plain(text)
    assert shown != text
    assert [one for one in shown if one.isalnum()] == [one for one in text if one.isalnum()]


def test_numbers_and_times_for_people():
    """Numbers have separators, one thing is singular, long times have two units."""
    assert words.many(1, "record") == "1 record"
    assert words.many(1200, "record") == "1,200 records"
    assert words.size(10) == "10 KB"
    assert words.size(2048) == "2.0 MB"
    assert words.duration(75) == "1 min 15 s"
    assert words.listed("abcdefg", 3) == "a, b, c and 4 more"


def test_a_size_scales_the_recipe():
    """As many as the recipe says needs no factor; another number is reached by one."""
    assert making.scale_for(0, 305) is None
    assert making.scale_for(3050, 305) == 10
    assert making.scale_for(10, 10_000_000) > 0


LEVELS = {"A": 0, "B": 1, "C": 1, "D": 2}
LINKS = [
    Link("B", "A", "A__c", required=True, master_detail=False, deferred=False),
    Link("C", "A", "A__c", required=False, master_detail=False, deferred=False),
    Link("D", "C", "C__c", required=False, master_detail=True, deferred=False),
    Link("A", "D", "D__c", required=False, master_detail=False, deferred=True),
]


def test_the_drawing_has_a_column_per_step():
    """Objects of one step share a column, later steps stand further right, and the layout is always the same."""
    graph = graph_layout.graph_of(LEVELS, LINKS)
    first, again = graph_layout.layered(graph), graph_layout.layered(graph)
    assert first == again
    x = {name: place[0] for name, place in first.positions.items()}
    assert x["A"] < x["B"] == x["C"] < x["D"]
    assert len(set(first.positions.values())) == len(LEVELS)
    assert set(first.headings) == {0, 1, 2}


def test_the_surroundings_of_an_object():
    """One link away are its parents and children; two links reach further."""
    graph = graph_layout.graph_of(LEVELS, LINKS)
    assert graph_layout.around(graph, "B", 1) == {"A", "B"}
    assert graph_layout.around(graph, "B", 2) == {"A", "B", "C", "D"}


def test_the_downloaded_drawing_loads_nothing():
    """The HTML file has no address of another machine to load from, and labels are no markup in it."""
    hostile = '</script><script>alert(1)</script><a href="x">'
    objects = [Drawn(name, f"{hostile}{name}", level, graph_network.kind_of(name), 3) for name, level in LEVELS.items()]
    text = graph_network.html(objects, LINKS)
    assert "alert(1)</script><a" not in text
    head = text[: text.index("vis-network") if "vis-network" in text else 2000]
    assert "<script src=" not in head
    assert 'href="http' not in text
    assert 'src="http' not in text


def test_boxes_of_a_step_do_not_reach_into_the_next():
    """Long labels are cut, and each step is as wide as its widest box."""
    objects = [
        Drawn(name, f"{name} with a very long label, as packages have", level, "custom", 1000)
        for name, level in LEVELS.items()
    ]
    where = graph_network.placed(objects, LINKS)
    half = max(len(graph_network.text_of(one)) for one in objects) * 7 / 2
    assert all("…" in graph_network.text_of(one) for one in objects)
    assert where.positions["A"][0] + half < where.positions["B"][0] - half
    assert where.positions["B"][0] + half < where.positions["D"][0] - half


def described(name: str, label: str, plural: str, *fields: Field) -> ObjectSchema:
    """An object of an org in another language."""
    return ObjectSchema(name, label, plural, None, True, True, True, True, True, {one.name: one for one in fields})


def test_things_are_called_as_the_org_calls_them():
    """Labels stand for API names in counts, paths and reasons; the name stands beside where it says more; unknown ones stay."""
    known = {
        "Pricebook2": described("Pricebook2", "Preisbuch", "Preisbücher"),
        "Contact": described("Contact", "Kontakt", "Kontakte", Field("ReportsToId", "Vorgesetzt", "reference")),
    }
    assert labels.counted(1, "Pricebook2", known) == "1 Preisbuch"
    assert labels.counted(1200, "Pricebook2", known) == "1,200 Preisbücher"
    assert labels.counted(2, "Site__c", known) == "2 Site__c"
    assert labels.full("Preisbuch", "Pricebook2") == "Preisbuch (Pricebook2)"
    assert labels.full("Task", "Task") == "Task"
    assert labels.where("Contact.ReportsToId", known) == "Kontakt: Vorgesetzt"
    assert (
        labels.reason("1.6 per Contact; in since Pricebook2 needs x.y", known)
        == "1.6 per Kontakt; in since Preisbuch needs x.y"
    )
    assert labels.reason("looks alive", known) == "sfseed's suggestion"


@pytest.mark.parametrize(("name", "kind"), [("Account", "standard"), ("Site__c", "custom"), ("ns__Site__c", "managed")])
def test_kinds_of_objects(name, kind):
    """The kind is told by the API name."""
    assert graph_network.kind_of(name) == kind


def test_a_page_of_a_wide_object_has_fewer_records():
    """Cells, not records, are what a page costs."""
    assert record_view.page_size(5) == 100
    assert record_view.page_size(100) == 25


def test_typed_cells_find_their_records():
    """Positions on the page become record numbers; ticks and problems are no cells of the record."""
    numbers = np.array([7, 9, 12])
    edited = {"1": {"Name": "x", "chosen": True}, "2": {"chosen": True}, "5": {"Name": "gone"}}
    assert record_view.typed(numbers, edited) == {9: {"Name": "x"}}
    assert record_view.chosen(numbers, edited).tolist() == [9, 12]


def test_what_is_drawn_at_first_can_be_read():
    """Of many objects the surroundings of the one with most links are drawn, but not of one that everything points to."""
    objects = [Drawn(name, name, 0, "custom") for name in ("Hub", "Busy", *(f"O{n}" for n in range(60)))]
    arrows = [Link(f"O{n}", "Hub", "H__c", required=False, master_detail=False, deferred=False) for n in range(60)]
    arrows += [Link(f"O{n}", "Busy", "B__c", required=False, master_detail=False, deferred=False) for n in range(9)]
    assert discovering.busiest(objects, arrows) == "Busy"
    assert discovering.busiest(objects, arrows[:5]) == "Hub"
