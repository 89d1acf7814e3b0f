"""Generation beside Snowfakery, Faker+pandas and a bare numpy+pyarrow loop: the same work, interleaved, as whole processes.

`python benchmarks/generate.py [--rounds N] [--quick]` prints medians, ratios in the same run, and peak memory (POSIX).
Needs `pip install sfseed[bench]`. The work: accounts with 3 contacts and 2 opportunities each, 8 to 12 columns, as CSV.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

HERE = Path(__file__).parent
RECIPE = HERE / "account_contact_opportunity.yaml"
RECORDS_PER_ACCOUNT = 6
WIDE = 300
SNOWFAKERY = """
- snowfakery_version: 3
- object: Account
  fields:
    Name: {fake: company}
    Industry: {random_choice: [Banking, Energy, Manufacturing, Retail]}
    BillingStreet: {fake: street_address}
    BillingCity: {fake: city}
    BillingState: {fake: state}
    BillingPostalCode: {fake: postalcode}
    Phone: {fake: phone_number}
    Website: {fake: url}
    NumberOfEmployees: {random_number: {min: 1, max: 9000}}
    AnnualRevenue: {random_number: {min: 10000, max: 600000000, step: 10000}}
  friends:
    - object: Contact
      count: 3
      fields:
        FirstName: {fake: first_name}
        LastName: {fake: last_name}
        Email: {fake: email}
        Title: {fake: job}
        MailingStreet: {fake: street_address}
        MailingCity: {fake: city}
        MailingState: {fake: state}
        MailingPostalCode: {fake: postalcode}
        Phone: {fake: phone_number}
        Birthdate: {date_between: {start_date: -70y, end_date: -21y}}
        AccountId: {reference: Account}
    - object: Opportunity
      count: 2
      fields:
        Name: {fake: company}
        StageName: {random_choice: [Prospecting, Qualification, Closed Won, Closed Lost]}
        Amount: {random_number: {min: 500, max: 320000, step: 50}}
        Probability: {random_choice: [10, 50, 100]}
        CloseDate: {date_between: {start_date: -270d, end_date: +180d}}
        Type: {random_choice: [New Customer, Upgrade]}
        LeadSource: {random_choice: [Web, Phone Inquiry, Partner Referral, Other]}
        AccountId: {reference: Account}
"""
# describe type, its attributes in a project's source, and what Snowfakery makes of it
KINDS = (
    ("Text", "<length>80</length>", "{fake: first_name}"),
    ("Email", "", "{fake: email}"),
    ("Phone", "", "{fake: phone_number}"),
    ("Number", "<precision>12</precision><scale>0</scale>", "{random_number: {min: 1, max: 800}}"),
    ("Currency", "<precision>18</precision><scale>2</scale>", "{random_number: {min: 500, max: 320000}}"),
    ("Date", "", "{date_between: {start_date: -1y, end_date: +180d}}"),
    ("Checkbox", "<defaultValue>false</defaultValue>", "{random_choice: ['true', 'false']}"),
    ("LongTextArea", "<length>4000</length><visibleLines>3</visibleLines>", "{fake: sentence}"),
    ("Url", "", "{fake: url}"),
    ("Percent", "<precision>5</precision><scale>1</scale>", "{random_number: {min: 0, max: 100}}"),
)


@dataclass(frozen=True, slots=True)
class Spent:
    """What one process took."""

    seconds: float
    processor: float
    memory: float  # MB


Tool = Callable[[Path, int], list[str]]


def run(command: list[str], home: Path) -> Spent:
    """Run a process to its end; raises when it fails."""
    environment = {**os.environ, "SFSEED_HOME": str(home), "PYTHONPATH": str(HERE.parent), "PYTHONWARNINGS": "ignore"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    started = time.perf_counter()
    with Path(os.devnull).open("wb") as nowhere:
        actions = [(os.POSIX_SPAWN_DUP2, nowhere.fileno(), 1), (os.POSIX_SPAWN_DUP2, nowhere.fileno(), 2)]
        child = os.posix_spawn(command[0], command, environment, file_actions=actions)
        _, status, usage = os.wait4(child, 0)
    if status:
        raise SystemExit(f"failed: {' '.join(command)}")
    return Spent(time.perf_counter() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def sfseed(threads: int) -> Tool:
    def command(folder: Path, accounts: int) -> list[str]:
        return [sys.executable, "-m", "sfseed_core.cli", "generate", str(RECIPE), "--org", "demo", "--out", str(folder),
                "--format", "csv", "--count", f"Account={accounts}", "--threads", str(threads), "-q", "--seed", "1"]  # fmt: skip

    return command


def script(name: str) -> Tool:
    return lambda folder, accounts: [sys.executable, str(HERE / f"{name}.py"), str(folder), str(accounts)]


def snowfakery(recipe: str) -> Tool:
    def command(folder: Path, accounts: int) -> list[str]:
        path = folder.with_suffix(".recipe.yml")
        path.write_text(recipe, encoding="utf-8")
        return [sys.executable, "-m", "snowfakery.cli", str(path), "--output-format", "csv", "--output-folder", str(folder),
                "--target-number", "Account" if "Account" in recipe else "Wide__c", str(accounts)]  # fmt: skip

    return command


class Course:
    """Runs every tool in every round, one after the other, and keeps what each took."""

    def __init__(self, work: Path) -> None:
        self.work = work
        self.spent: dict[tuple[str, int], list[Spent]] = {}

    def run(self, name: str, tool: Tool, records: int, per_count: int = RECORDS_PER_ACCOUNT) -> None:
        folder = self.work / "out"
        shutil.rmtree(folder, ignore_errors=True)
        took = run(tool(folder, max(records // per_count, 1)), self.work / "home")
        self.spent.setdefault((name, records), []).append(took)
        print(
            f"  {name:18} {records:>10,} records {took.seconds:8.2f} s {took.memory:6.0f} MB", file=sys.stderr, flush=True
        )

    def seconds(self, name: str, records: int) -> float:
        return median(one.seconds for one in self.spent[name, records])

    def processor(self, name: str, records: int) -> float:
        return median(one.processor for one in self.spent[name, records])

    def memory(self, name: str, records: int) -> float:
        return median(one.memory for one in self.spent[name, records])

    def rate(self, name: str, few: int, many: int, measure: str = "seconds") -> float:
        """Return records a second between the two sizes, so that start-up does not count."""
        spent = getattr(self, measure)
        return (many - few) / max(spent(name, many) - spent(name, few), 1e-6)


def wide_project(work: Path) -> tuple[Path, Path, str]:
    """Write a project with one object of 300 fields; return it, a recipe of ours, and Snowfakery's."""
    project = work / "project"
    fields = project / "force-app/main/default/objects/Wide__c/fields"
    fields.mkdir(parents=True)
    space = 'xmlns="http://soap.sforce.com/2006/04/metadata"'
    name = "<nameField><label>Name</label><type>Text</type></nameField><deploymentStatus>Deployed</deploymentStatus>"
    (fields.parent / "Wide__c.object-meta.xml").write_text(
        f"<CustomObject {space}><label>Wide</label><pluralLabel>Wides</pluralLabel>{name}"
        "<sharingModel>ReadWrite</sharingModel></CustomObject>",
        encoding="utf-8",
    )
    theirs = ["- snowfakery_version: 3", "- object: Wide__c", "  fields:"]
    for number in range(WIDE):
        kind, attributes, fake = KINDS[number % len(KINDS)]
        one = f"F{number}__c"
        (fields / f"{one}.field-meta.xml").write_text(
            f"<CustomField {space}><fullName>{one}</fullName><label>Field {number}</label><type>{kind}</type>{attributes}"
            "</CustomField>",
            encoding="utf-8",
        )
        theirs.append(f"    {one}: {fake}")
    (project / "sfdx-project.json").write_text('{"packageDirectories": [{"path": "force-app"}]}', encoding="utf-8")
    recipe = work / "wide.yaml"
    recipe.write_text("version: 1\nobjects: {Wide__c: 100}\n", encoding="utf-8")
    return project, recipe, "\n".join(theirs) + "\n"


def wide(project: Path, recipe: Path) -> Tool:
    def command(folder: Path, records: int) -> list[str]:
        return [sys.executable, "-m", "sfseed_core.cli", "generate", str(recipe), "--org", f"sfdx:{project}", "--out",
                str(folder), "--format", "csv", "--count", f"Wide__c={records}", "-q", "--seed", "1"]  # fmt: skip

    return command


def measure(course: Course, rounds: int, small: int, middle: int, large: int) -> None:
    faker_many = middle // 4
    project, recipe, theirs = wide_project(course.work)
    for _ in range(rounds):
        for records in (small, middle):
            course.run("snowfakery", snowfakery(SNOWFAKERY), records)
            course.run("sfseed", sfseed(2), records)
        for records in (middle, large):
            course.run("bare loop", script("bare_loop"), records)
            course.run("sfseed 1 thread", sfseed(1), records)
            course.run("sfseed", sfseed(2), records) if records == large else None
        for records in (small, faker_many):
            course.run("faker + pandas", script("faker_pandas"), records)
        for records in (200, 1_000):
            course.run("snowfakery wide", snowfakery(theirs), records, 1)
        for records in (1_000, 41_000):
            course.run("sfseed wide", wide(project, recipe), records, 1)
    for records in (large // 3, large // 3 * 10):
        course.run("memory", sfseed(2), records)


def report(course: Course, small: int, middle: int, large: int) -> list[str]:
    s, t = "snowfakery", course.seconds
    snow, ours = course.rate(s, small, middle), course.rate("sfseed", middle, large)
    one, bare = course.rate("sfseed 1 thread", middle, large), course.rate("bare loop", middle, large)
    cpu_one, cpu_bare = (course.rate(name, middle, large, "processor") for name in ("sfseed 1 thread", "bare loop"))
    cpu_snow = course.rate(s, small, middle, "processor")
    faker = course.rate("faker + pandas", small, middle // 4)
    values, cpu_values = (
        course.rate("sfseed wide", 1_000, 41_000, measure) / course.rate("snowfakery wide", 200, 1_000, measure)
        for measure in ("seconds", "processor")
    )
    p = course.processor
    more = course.memory("memory", large // 3 * 10) - course.memory("memory", large // 3)
    return [
        "| what | measured | wanted |",
        "|---|---|---|",
        f"| marginal rate, records/s: Snowfakery | {snow:,.0f} | |",
        f"| Faker + pandas | {faker:,.0f} | |",
        f"| bare numpy + pyarrow loop, one thread | {bare:,.0f} | |",
        f"| sfseed, one thread | {one:,.0f} | |",
        f"| sfseed, two threads | {ours:,.0f} | |",
        f"| sfseed / Snowfakery, two threads | {ours / snow:,.0f} x | 200 x |",
        f"| sfseed / Snowfakery, one thread | {one / snow:,.0f} x ({cpu_one / cpu_snow:,.0f} x by processor time) | 200 x |",
        f"| sfseed / bare loop, one thread | {one / bare:.0%} ({cpu_one / cpu_bare:.0%} by processor time) | 50 % |",
        f"| two threads / one | {ours / one:.2f} x | 1.4 x |",
        *(
            f"| whole process, {n:,} records | {t(s, n) / t('sfseed', n):.1f} x"
            f" ({p(s, n) / p('sfseed', n):.1f} x by processor time) | {wanted} x |"
            for n, wanted in ((small, 6), (middle, 25))
        ),
        f"| {WIDE} fields, values/s against Snowfakery | {values:,.0f} x ({cpu_values:,.0f} x by processor time) | 200 x |",
        f"| peak memory at {large // 3 * 10:,} records, more than at {large // 3:,} | {more:.0f} MB | 64 MB |",
        f"| peak memory at {middle:,}: Snowfakery | {course.memory(s, middle):.0f} MB | |",
        f"| peak memory at {large:,}: sfseed, two threads | {course.memory('sfseed', large):.0f} MB | |",
        f"| peak memory at {large:,}: sfseed, one thread | {course.memory('sfseed 1 thread', large):.0f} MB | |",
        f"| peak memory at {large:,}: bare loop | {course.memory('bare loop', large):.0f} MB | |",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="fewer records: a look, not a measurement")
    given = parser.parse_args()
    small, middle, large = (6_000, 30_000, 600_000) if given.quick else (10_000, 100_000, 3_000_000)
    with tempfile.TemporaryDirectory() as folder:
        course = Course(Path(folder))
        measure(course, given.rounds, small, middle, large)
        print("\n".join(report(course, small, middle, large)))


if __name__ == "__main__":
    main()
