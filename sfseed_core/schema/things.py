"""What an object's records are, by the nouns of its name: sites, skills, machines, courses ...; so that they can be called so."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# meaning of the name: nouns, some of several words; the last noun of an object's name counts most
_THINGS = """
name.site: site; facility; plant; factory; warehouse; building; branch; depot; store; shop; campus; office; location;
    station; terminal; hub; headquarters; laboratory; lab; data center; data centre; workplace
name.room: room; space; venue; hall; desk; studio; classroom
name.territory: territory; region; zone; area; district; route; service area
name.market: market; neighborhood; neighbourhood
name.city: city; town; municipality
name.work: work type; service type; work; service; repair; maintenance; procedure; treatment; operation
name.skill: skill; competence; competency; capability; qualification
name.equipment: equipment; machine; device; vehicle; tool; instrument; appliance; hardware; car; truck; van; computer;
    printer
name.phase: phase; stage; step; sprint; milestone; milestone type
name.task: task; todo; to do; action item; work package; deliverable; requirement; user story; activity; action
name.hours: operating hours; business hours; opening hours; hours; shift; schedule; time block; time slot; timetable;
    calendar
name.term: term; semester; trimester; period; season; academic year; fiscal period; grading period; session period
name.course: course; class; module; lesson; curriculum; course offering; subject area; lecture; learning path
name.certificate: certification; certificate; credential; degree; diploma; license; licence; accreditation; award; badge
name.plan: plan; program; programme; program plan; initiative; strategy; roadmap; account plan
name.team: team; group; crew; squad; committee; board; club; task force
name.home: property; apartment; house; home; flat; villa; listing; dwelling; real estate; rental unit
name.outing: experience; tour; excursion; attraction; outing; trip; leisure activity
name.fund: fund; grant; scholarship; general accounting unit; accounting unit; budget; allocation; endowment
person.department: department; cost center; cost centre; business unit; division; profit center
name.tier: tier; level; membership; subscription; package; service level; bundle; service plan; subscription plan; edition
name.form: survey; questionnaire; form; checklist; template; report; assessment; inspection; evaluation; audit
name.institution: school; high school; university; college; hospital; clinic; library; museum; academy; institute;
    institution; church
name.line: product family; product line; brand; collection; series; product group; model series
name.technical: trigger handler; handler; trigger; endpoint; integration; webhook; api; job; scheduled job; configuration;
    config; setting; settings; mapping; parameter; feature flag; plugin; component
name.event: event; meeting; appointment; visit; webinar; conference; seminar; training; workshop; session
name.campaign: campaign; promotion; mailing; newsletter
name.project: project; workstream; engagement; case study
name.opportunity: deal; opportunity; proposal; bid; tender
name.document: order; quote; contract; agreement; quotation; service contract
name.price_book: price book; price list; pricebook; tariff; rate card
name.account: household; family
subject.case: incident; issue; problem; defect; bug; complaint; support request; request; inquiry; fault; support case
subject.solution: solution; knowledge article; workaround; faq
number.record: invoice; receipt; payment; shipment; delivery; transaction; claim; ticket; enrollment; registration; booking;
    reservation; log; log entry; purchase order; order item; line item; line; entry; application; return; refund; policy;
    statement
person.full_name: broker; agent; employee; patient; student; candidate; volunteer; doctor; physician; technician; driver;
    trainer; consultant; guest; tenant; teacher; instructor; member; attendee; resident; donor; advisor; coach; athlete;
    player; nurse; author; service resource; speaker; inspector; applicant; beneficiary; caregiver; person; staff member;
    team member; owner
company: vendor; supplier; partner; competitor; customer; client; manufacturer; distributor; reseller; carrier; insurer;
    sponsor; agency; company; organization; organisation; employer; business; firm; contractor; producer; lender; landlord;
    bank
product.name: product; item; article; part; material; accessory; asset; model; inventory item; spare part
name.tag: tag; category; topic; theme; keyword; label; type; segment; classification
name.language: language
company.site: address; contact point address
"""


def thing(words: Sequence[str]) -> tuple[str, str] | None:
    """Return what records of an object are called, by the words of its name, and the noun that says so."""
    return next((found for phrase in _phrases(words) if (found := _KNOWN.get(phrase)) is not None), None)


def _phrases(words: Sequence[str]) -> Iterator[str]:
    """Yield the words and groups of words, the last first, longer groups before shorter ones."""
    for end in range(len(words), 0, -1):
        for start in range(max(end - _LONGEST, 0), end):
            yield " ".join(words[start:end])


_KNOWN = {
    noun.strip(): (meaning, noun.strip())
    for meaning, nouns in re.findall(r"^(\S+): (.*(?:\n    .*)*)", _THINGS, re.MULTILINE)
    for noun in re.sub(r"\s+", " ", nouns).split(";")
}
_LONGEST = max(noun.count(" ") + 1 for noun in _KNOWN)
