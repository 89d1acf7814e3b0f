"""The same work by Faker and pandas: `python benchmarks/faker_pandas.py FOLDER ACCOUNTS`."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pandas as pd
from faker import Faker

PEOPLE, DEALS = 3, 2


def address(fake: Faker, before: str) -> dict[str, str]:
    return {
        f"{before}Street": fake.street_address(),
        f"{before}City": fake.city(),
        f"{before}State": fake.state(),
        f"{before}PostalCode": fake.postcode(),
        "Phone": fake.phone_number(),
    }


def account(fake: Faker, number: int) -> dict[str, object]:
    return {
        "Id": f"Account:{number}",
        "Name": fake.company(),
        "Industry": random.choice(["Banking", "Energy", "Manufacturing", "Retail"]),
        **address(fake, "Billing"),
        "Website": fake.url(),
        "NumberOfEmployees": random.randint(1, 9_000),
        "AnnualRevenue": random.randint(1, 60_000) * 10_000,
    }


def contact(fake: Faker, number: int) -> dict[str, object]:
    return {
        "Id": f"Contact:{number}",
        "FirstName": fake.first_name(),
        "LastName": fake.last_name(),
        "Email": fake.email(),
        "Title": fake.job(),
        **address(fake, "Mailing"),
        "Birthdate": fake.date_of_birth(minimum_age=21, maximum_age=70),
        "AccountId": f"Account:{number // PEOPLE}",
    }


def opportunity(fake: Faker, number: int) -> dict[str, object]:
    return {
        "Id": f"Opportunity:{number}",
        "Name": f"{fake.company()} - {fake.word()}",
        "StageName": random.choice(["Prospecting", "Qualification", "Closed Won", "Closed Lost"]),
        "Amount": random.randint(10, 6_400) * 50,
        "Probability": random.choice([10, 50, 100]),
        "CloseDate": fake.date_between("-270d", "+180d"),
        "Type": random.choice(["New Customer", "Upgrade"]),
        "LeadSource": random.choice(["Web", "Phone Inquiry", "Partner Referral", "Other"]),
        "AccountId": f"Account:{number // DEALS}",
    }


def main(folder: Path, accounts: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    fake = Faker("en_US")
    for name, make, count in (("Account", account, 1), ("Contact", contact, PEOPLE), ("Opportunity", opportunity, DEALS)):
        pd.DataFrame([make(fake, number) for number in range(accounts * count)]).to_csv(folder / f"{name}.csv", index=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
