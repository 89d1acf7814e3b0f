"""Files of one's own from the command line: loaded, then upserted with links to what the org has, and taken back."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import plain_client, sfseed

pytestmark = pytest.mark.slow


def write(folder, **files):
    """Write CSV files named after objects."""
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(folder)


def accounts(client):
    """The accounts by name, with what hangs on them."""
    rows = client.query("SELECT Name, Phone, Customer_Number__c, Parent.Name FROM Account")["records"]
    people = client.query("SELECT LastName, Account.Name FROM Contact")["records"]
    return (
        sorted((one["Name"], one["Phone"], one["Customer_Number__c"], (one["Parent"] or {}).get("Name")) for one in rows),
        sorted((one["LastName"], (one["Account"] or {}).get("Name")) for one in people),
    )


def test_a_set_is_loaded_upserted_and_taken_back(tmp_path, emulator):
    """Ids of another org, Excel's dialect and names lead to the right records; a missing one is named and held; undo restores."""
    place = emulator()
    client = plain_client(place.info["base_url"], place.info["access_token"])
    home = tmp_path / "home"

    def run(*arguments):
        return sfseed(home, *arguments, **place.variables)

    first = write(
        tmp_path / "first",
        Account="Id;Account Name;Phone;Customer_Number__c\n001A;Müller;1;K-1\n001B;Söhne;2;K-2\n".encode("cp1252"),
        Contact="LastName,AccountId\nWeber,001A\nOkoro,Söhne\n",
    )
    done = run("load", first, "--org", "env", "--yes", "--json")
    assert done.code == 0, done.err
    was = accounts(client)
    assert was == (
        [("Müller", "1", "K-1", None), ("Söhne", "2", "K-2", None)],
        [("Okoro", "Söhne"), ("Weber", "Müller")],
    )
    again = run("load", first, "--org", "env", "--yes", "--json")
    assert again.code == 2
    assert "loaded into this org before" in again.err

    second = write(
        tmp_path / "second",
        Account="Id,Name,Phone,Customer_Number__c,ParentId\nx,Mueller,,k-1,y\ny,Neu,3,K-3,\n",
        Contact="LastName,Account.Customer_Number__c,AccountId\nKaya,K-2,\nRossi,K-99,\nLund,,y\n",
    )
    added = run("datasets", "add", second, "--org", "env", "--upsert", "Account=Customer_Number__c", "--json")
    assert added.json["objects"] == {"Account": 2, "Contact": 3}
    checked = run("check", "latest", "--org", "env", "--json")
    assert checked.code == 1
    assert [(one["rule"], one["records"]) for one in checked.json["findings"]] == [("link", [1])]
    told = run("load", "latest", "--org", "env", "--dry-run")
    assert "Changes: 1 Account records that the org has (by Customer_Number__c); 1 are made" in told.err
    done = run("load", "latest", "--org", "env", "--yes", "--json")
    counts = done.json["objects"]
    assert (counts["Account"]["succeeded"], counts["Contact"]["succeeded"], counts["Contact"]["held"]) == (2, 2, 1)
    found, people = accounts(client)
    assert [one[0] for one in found] == ["Mueller", "Neu", "Söhne"]
    assert found[0][1] == "1"  # an empty cell changes nothing
    assert found[0][3] == "Neu"
    assert ("Kaya", "Söhne") in people
    assert ("Lund", "Neu") in people
    assert "undone" in run("runs", "undo", "latest", "--yes").out
    assert accounts(client) == was


def test_what_is_wrong_is_told_in_one_go(tmp_path, emulator):
    """Every cell by file, line and column, and nothing is staged; a file of no object is told with the nearest one."""
    place = emulator()
    home = tmp_path / "home"
    bad = write(tmp_path / "bad", Account="Name,AnnualRevenue,Colour\nA,many,red\n", Contact="LastName,AccountId\nx,B\n")
    told = sfseed(home, "load", bad, "--org", "env", "--yes", **place.variables)
    assert told.code == 1
    for line in (
        "Account.csv, line 1: Account has no field 'Colour'",
        "line 2, column AnnualRevenue",
        "line 2, column AccountId",
    ):
        assert line in told.err
    assert sfseed(home, "datasets", "list", "--json", **place.variables).json["datasets"] == []
    odd = write(tmp_path / "odd", Accont="Name\nA\n")
    told = sfseed(home, "load", odd, "--org", "env", "--yes", **place.variables)
    assert told.code == 2
    assert "Account" in told.err
