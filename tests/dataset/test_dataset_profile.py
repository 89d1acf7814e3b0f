"""Profiles of fields: distinct, empty, frequent values, histograms."""

from __future__ import annotations

import pytest

from sfseed_core.dataset.profile import profile
from tests.staged import rows_of


def test_a_text_field_is_counted(dataset):
    """Distinct and frequent values are those of the records; empty ones are counted apart."""
    names = [row["Subject"] for row in rows_of("Task")]
    found = profile(dataset, "Task", "Subject")
    filled = [name for name in names if name]
    assert (found.records, found.empty, found.distinct) == (12, 12 - len(filled), len(set(filled)))
    assert all(filled.count(value) == count for value, count in found.top)
    assert found.histogram == ()


@pytest.mark.parametrize("field", ["AnnualRevenue", "Employees", "Founded__c", "Seen__c"])
def test_numbers_and_days_have_a_histogram(dataset, field):
    """The histogram counts every record that has a value, between edges that ascend."""
    values = [row[field] for row in rows_of("Account")]
    found = profile(dataset, "Account", field)
    assert sum(found.histogram) == sum(value is not None for value in values)
    assert found.empty_share == sum(value is None for value in values) / len(values)
    assert list(found.edges) == sorted(found.edges)
    assert len(found.edges) == len(found.histogram) + 1


def test_flags_are_counted(dataset):
    """True and false come with their counts."""
    values = [row["Active__c"] for row in rows_of("Account")]
    assert dict(profile(dataset, "Account", "Active__c").top) == {
        str(value).lower(): values.count(value) for value in set(values) - {None}
    }
