"""Where the records of a run are to be looked at."""

from __future__ import annotations

from collections import Counter

from sfseed_core.load.execute import execute
from sfseed_core.workflow.see_them import finished_examples, list_pages, record_page
from tests.load.test_load_after import QUICK
from tests.loading import new_run, projects, resolver_of, stage


def test_examples_are_the_records_that_most_belong_to(home, emulated):
    """The examples are in the org, of the object that most references lead to, those with the most children first."""
    org = emulated()
    dataset = stage(home, org, projects())
    run = new_run(home, dataset)
    client = org.connect()
    execute(run, org.admit(), dataset, resolver_of(client), options=QUICK)
    found = finished_examples(run, dataset)
    assert len(found) == 3
    assert [one.children for one in found] == sorted((one.children for one in found), reverse=True)
    children = Counter()
    for name, field in POINTING[found[0].object]:
        children.update(row[field] for row in client.query(f"SELECT {field} FROM {name} WHERE {field} != null"))
    assert [children[one.id] for one in found] == [one.children for one in found]


POINTING = {
    "Account": [("Contact", "AccountId"), ("Project__c", "Account__c")],
    "Project__c": [
        ("Project_Phase__c", "Project__c"),
        ("Project_Task__c", "Project__c"),
        ("Project_Skill__c", "Project__c"),
    ],
}


def test_addresses_of_pages(emulated):
    """A list page that shows everything is chosen where the org has one; names never leave their place in an address."""
    org = emulated().connect()
    pages = list_pages(org, ["Account", "No/../Such"])
    assert pages["Account"].startswith(f"{org.facts.instance_url}/lightning/o/Account/list")
    assert pages["No/../Such"] == f"{org.facts.instance_url}/lightning/o/No/../Such/list".replace(
        "No/../Such", "No%2F..%2FSuch"
    )
    assert record_page(org, "Account", "001/../x").endswith("/lightning/r/Account/001%2F..%2Fx/view")
