"""What numpy and pyarrow do at best for the same columns: draws and joins over ready-made pools, no rules, no options.

`python benchmarks/bare_loop.py FOLDER ACCOUNTS` writes Account.csv, Contact.csv and Opportunity.csv.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from sfseed_core.generate.pools import Pools
from sfseed_core.generate.texts import scalar, strings

CHUNK = 16_384  # accounts; their 49,152 contacts are one table
PEOPLE, DEALS = 3, 2
OPTIONS = pa_csv.WriteOptions(include_header=False, batch_size=8_192, quoting_style="needed")
INDUSTRIES = strings(
    ["Agriculture", "Banking", "Construction", "Energy", "Finance", "Manufacturing", "Retail", "Utilities"]
)
STAGES = strings(["Prospecting", "Qualification", "Proposal", "Negotiation", "Closed Won", "Closed Lost"])
SOURCES, KINDS = strings(["Web", "Phone Inquiry", "Partner Referral", "Other"]), strings(["New Customer", "Upgrade"])


def whole(values: np.ndarray) -> pa.Array:
    kinds = {8: pa.int64(), 4: pa.int32(), 2: pa.uint16()}
    return pa.Array.from_buffers(kinds[values.itemsize], len(values), [None, pa.py_buffer(values)])


def join(*parts: pa.Array | str) -> pa.Array:
    return pc.binary_join_element_wise(*(scalar(one) if isinstance(one, str) else one for one in parts), scalar(""))


class Loop:
    """The draws of one run, chunk by chunk."""

    def __init__(self) -> None:
        self.random = np.random.default_rng(1)
        pools = Pools.of("en_US")
        self.pool = {name: pools.text(name) for name in ("first_names", "first_slugs", "last_names", "last_slugs")}
        self.pool |= {name: pools.text(name) for name in ("company_stems", "company_stem_slugs", "streets", "job_titles")}
        self.pool |= {name: pools.text(f"city_{name}") for name in ("names", "states", "postal_codes", "phones")}
        self.pool |= {"trades": pools.text("company_trades"), "trade_slugs": pools.text("company_trade_slugs")}
        self.pool["deals"] = pools.text("deals")

    def draw(self, pool: str, count: int) -> np.ndarray:
        return self.random.integers(len(self.pool[pool]), size=count, dtype=np.uint16)

    def take(self, pool: str, places: np.ndarray) -> pa.Array:
        return pc.take(self.pool[pool], whole(places), boundscheck=False)

    def digits(self, count: int, width: int) -> pa.Array:
        letters = self.random.integers(48, 58, size=(count, width), dtype=np.uint8)
        ends = np.arange(0, (count + 1) * width, width, dtype=np.int32)
        return pa.Array.from_buffers(pa.string(), count, [None, pa.py_buffer(ends), pa.py_buffer(letters)])

    def dates(self, count: int, low: int, high: int) -> pa.Array:
        days = self.random.integers(low, high, size=count, dtype=np.int32)
        return pa.Array.from_buffers(pa.date32(), count, [None, pa.py_buffer(days)])

    def place(self, cities: np.ndarray, before: str) -> dict[str, pa.Array]:
        count = len(cities)
        number = whole(self.random.integers(1, 9_900, size=count)).cast(pa.string())
        return {
            f"{before}Street": join(number, " ", self.take("streets", self.draw("streets", count))),
            f"{before}City": self.take("names", cities),
            f"{before}State": self.take("states", cities),
            f"{before}PostalCode": self.take("postal_codes", cities),
            "Phone": join(self.take("phones", cities), self.digits(count, 2)),
        }

    def tables(self, start: int, stop: int) -> tuple[dict[str, pa.Array], ...]:
        count, random = stop - start, self.random
        stems, trades, cities = self.draw("company_stems", count), self.draw("trades", count), self.draw("names", count)
        name = join(self.take("company_stems", stems), " ", self.take("trades", trades))
        domain = join(self.take("company_stem_slugs", stems), "-", self.take("trade_slugs", trades), ".example.com")
        keys = join("Account:", whole(np.arange(start, stop)).cast(pa.string()))
        account = {
            "Id": keys,
            "Name": name,
            "Industry": pc.take(INDUSTRIES, whole(random.integers(8, size=count, dtype=np.uint16)), boundscheck=False),
            **self.place(cities, "Billing"),
            "Website": join("https://www.", domain),
            "NumberOfEmployees": whole(random.integers(1, 9_000, size=count)),
            "AnnualRevenue": whole(random.integers(1, 60_000, size=count) * 10_000),
        }
        return account, self.contact(start * PEOPLE, cities, keys, domain), self.opportunity(start * DEALS, name, keys)

    def contact(self, start: int, cities: np.ndarray, keys: pa.Array, domain: pa.Array) -> dict[str, pa.Array]:
        parents = np.repeat(np.arange(len(cities)), PEOPLE)
        count = len(parents)
        first, last = self.draw("first_names", count), self.draw("last_names", count)
        domains = pc.take(domain, whole(parents), boundscheck=False)
        return {
            "Id": join("Contact:", whole(np.arange(start, start + count)).cast(pa.string())),
            "FirstName": self.take("first_names", first),
            "LastName": self.take("last_names", last),
            "Email": join(self.take("first_slugs", first), ".", self.take("last_slugs", last), "@", domains),
            "Title": self.take("job_titles", self.draw("job_titles", count)),
            **self.place(cities[parents], "Mailing"),
            "Birthdate": self.dates(count, -5_000, 13_000),
            "AccountId": pc.take(keys, whole(parents), boundscheck=False),
        }

    def opportunity(self, start: int, names: pa.Array, keys: pa.Array) -> dict[str, pa.Array]:
        parents = np.repeat(np.arange(len(keys)), DEALS)
        count, random = len(parents), self.random
        owners = pc.take(names, whole(parents), boundscheck=False)
        stages = random.integers(6, size=count, dtype=np.uint16)
        return {
            "Id": join("Opportunity:", whole(np.arange(start, start + count)).cast(pa.string())),
            "Name": join(owners, " - ", self.take("deals", self.draw("deals", count))),
            "StageName": pc.take(STAGES, whole(stages), boundscheck=False),
            "Amount": whole(random.integers(10, 6_400, size=count) * 50).cast(pa.decimal128(21, 2)),
            "Probability": whole(stages * np.uint16(20)),
            "CloseDate": self.dates(count, 20_500, 20_950),
            "Type": pc.take(KINDS, whole(random.integers(2, size=count, dtype=np.uint16)), boundscheck=False),
            "LeadSource": pc.take(SOURCES, whole(random.integers(4, size=count, dtype=np.uint16)), boundscheck=False),
            "AccountId": pc.take(keys, whole(parents), boundscheck=False),
        }


def main(folder: Path, accounts: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    loop = Loop()
    sinks = [pa.OSFile(str(folder / f"{name}.csv"), "wb") for name in ("Account", "Contact", "Opportunity")]
    for start in range(0, accounts, CHUNK):
        for sink, columns in zip(sinks, loop.tables(start, min(start + CHUNK, accounts)), strict=True):
            if start == 0:
                sink.write((",".join(columns) + "\n").encode())
            pa_csv.write_csv(pa.RecordBatch.from_arrays(list(columns.values()), list(columns)), sink, OPTIONS)
    for sink in sinks:
        sink.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
