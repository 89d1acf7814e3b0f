"""An org of 1,000 objects: a preset at once, everything with progress, cancelled, resumed, and never transferred twice."""

from __future__ import annotations

import pytest

from sfseed_core.events import Progress
from sfseed_core.schema.cache import Cache
from sfseed_core.schema.discover import discover
from sfseed_core.schema.graph import order_of_most
from sfseed_core.workflow.discover import discover as discover_preset
from sfseed_emulator.describe import describe_all, read_objects
from sfseed_emulator.org_model import org_schema

LETTERS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def wide_org(objects):
    """The demo org with so many custom objects besides, each referring to the one before it."""
    compact = read_objects()
    for number in range(objects):
        up = {
            "name": "Up__c",
            "label": "Up",
            "type": "reference",
            "to": [f"Wide_{max(number - 1, 0)}__c"],
            "children": "Downs__r",
        }
        texts = [{"name": f"Text_{n}__c", "label": f"Text {n}", "length": 80} for n in range(10)]
        name = {"name": "Name", "label": "Name", "nameField": True, "length": 80, "write": "optional defaulted"}
        compact[f"Wide_{number}__c"] = {
            "name": f"Wide_{number}__c",
            "label": f"Wide {number}",
            "labelPlural": f"Wides {number}",
            "keyPrefix": f"z{LETTERS[number // 62]}{LETTERS[number % 62]}",
            "fields": [name, up, *texts],
        }
    return org_schema(describe_all(compact))


class Stopping:
    """Keeps progress, and stops at one event as a person's Ctrl-C does."""

    def __init__(self, at=None):
        self.at, self.events = at, []

    def notify(self, event: Progress, /) -> None:
        """Keep the event."""
        self.events.append(event)
        if len(self.events) == self.at:
            raise KeyboardInterrupt


@pytest.mark.parametrize("objects", [60, pytest.param(940, marks=pytest.mark.slow)])
def test_a_large_org_is_discovered_piece_by_piece(objects, emulated, tmp_path):
    """A preset reads what it needs alone; the rest comes with progress, survives a cancel, and is not transferred again."""
    one = emulated(schema=wide_org(objects))
    one.fault(at="before", do="hold", seconds=0.05, times=0, match={"path": "/describe$"})

    def described(status):
        return len([call for call in one.calls("GET", "/describe") if call[2] == status])

    preset = discover_preset(one.connect(), home=tmp_path, preset="sales-cloud")
    first = described(200)
    assert first == len(preset.objects) < 25
    assert order_of_most(preset.objects)[1].levels
    assert len(preset.listing) > objects
    with pytest.raises(KeyboardInterrupt):
        discover(one.connect(), cache=Cache(tmp_path), observer=Stopping(at=objects // 2))
    interrupted, watching = described(200), Stopping()
    assert first < interrupted < len(preset.listing)
    whole = discover(one.connect(), cache=Cache(tmp_path), observer=watching)
    assert len(whole.objects) > objects
    assert not whole.failures
    assert described(200) == len(whole.objects)
    assert [event.current for event in watching.events] == list(range(1, len(whole.objects) + 1))
    assert {event.total for event in watching.events} == {len(whole.objects)}
    known = described(304)
    again = discover(one.connect(), cache=Cache(tmp_path))
    assert again.objects == whole.objects
    assert (described(200), described(304)) == (len(whole.objects), known + len(whole.objects))
