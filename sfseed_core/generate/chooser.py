"""Which provider makes a field: what the recipe names, else by the field's rules, meaning and type, in that order."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sfseed_core.errors import RecipeError
from sfseed_core.generate.agreed import way_of
from sfseed_core.generate.owners import COMPANY, nearest_company
from sfseed_core.generate.provider import CHOICE
from sfseed_core.generate.providers.audit import BY_FIELD as AUDIT
from sfseed_core.generate.providers.choices import free_values
from sfseed_core.generate.providers.companies import lists_industries
from sfseed_core.generate.registry import Registry, installed
from sfseed_core.recipe.model import SHARE, WHEN, ColumnPlan
from sfseed_core.recipe.placing import about
from sfseed_core.recipe.said_value import checked
from sfseed_core.schema.semantics import words_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sfseed_core.generate.provider import Options, Provider
    from sfseed_core.generate.ways import Way
    from sfseed_core.recipe.chooser import FieldRequest, PlanContext

_BY_TYPE: Mapping[str, str] = MappingProxyType(
    {
        "boolean": "flag",
        "base64": "file.content",
        "picklist": "choice",
        "multipicklist": "choice",
        "email": "email",
        "phone": "phone",
        "url": "url",
        "date": "date",
        "datetime": "date",
        "time": "time",
        "int": "number",
        "long": "number",
        "double": "number",
        "currency": "number",
        "percent": "number",
        "textarea": "text",
        "encryptedstring": "code",
    }
)
_OTHERWISE = "word"
# the org derives these itself: a made-up value would contradict the status
_ONLY_BY_TABLE = frozenset({"percent.probability", "status.forecast"})
_FROM_OTHERS = frozenset({"company", "price"})
# picklists draw from their own values, but for these, which other fields must agree with
_AGREEING = frozenset({"person.salutation", "status.forecast", "product.family"})

_ADDRESS_PARTS = (
    "street",
    "city",
    "state",
    "state_code",
    "postal_code",
    "country",
    "country_code",
    "latitude",
    "longitude",
)
_ADDRESS = tuple(f"address.{part}" for part in _ADDRESS_PARTS)

# how many in a hundred records have no value, by meaning; of all others some
_EMPTY: Mapping[str, int] = MappingProxyType(
    {
        **dict.fromkeys(("person.first_name", "person.last_name", "company", "status", "product.name", "product.code"), 0),
        **dict.fromkeys(("amount", "price", "quantity", "date.start", "date.close", "duration.minutes", "file.content"), 0),
        **dict.fromkeys(
            ("percent.probability", "status.forecast", "file.title", "file.name", "subject.case", "company.ticker"), 0
        ),
        **dict.fromkeys(_ADDRESS, 0),
        **dict.fromkeys(("email", "person.job_title", "subject.activity", "subject", "website", "date.end", "code"), 2),
        **dict.fromkeys(("person.salutation", "phone.mobile", "description"), 15),
        **dict.fromkeys(("phone.fax", "comment", "percent.discount"), 30),
        **dict.fromkeys(("person.middle_name",), 50),
        **dict.fromkeys(("person.suffix",), 90),
    }
)
_USUALLY_EMPTY = 6
_OF_THE_DEAD = frozenset({"death", "deceased"})  # words of dates that few records have
_FEW = 97
# words of fields that only some people's records fill, and how many in a hundred have nothing there
_ASSISTANT = "assistant"
_SELDOM: tuple[tuple[frozenset[str], frozenset[str], int], ...] = (
    (frozenset({_ASSISTANT}), frozenset({"person.full_name", "phone"}), 85),
    (frozenset({"home", "other"}), frozenset({"phone"}), 70),
    (frozenset({"fax"}), frozenset({"phone.fax"}), 60),
)


class Chooser:
    """Chooses among the providers of a registry."""

    def __init__(self, registry: Registry | None = None) -> None:
        self.registry = registry or installed()

    def choose(self, request: FieldRequest, /) -> ColumnPlan | str:
        """Return the column, or in one line why nothing can be made for the field.

        Raises RecipeError when the recipe asks for a provider or option that does not exist.
        """
        recipe = request.recipe
        if recipe is not None and recipe.values is not None:
            return _column(request, "choice", _own_values(request), "the recipe lists its values")
        if recipe is not None and recipe.provider is not None:
            return self._asked(request, recipe.provider, recipe.options)
        way = way_of(request)
        sure = way is not None and bool(way.provider) and not (way.otherwise or request.rules.needed)
        usual = None if sure else self._as_usual(request)
        if way is None or isinstance(usual, str):
            return usual or "nothing makes it"
        return _agreed(request, way, usual, self.registry)

    def _as_usual(self, request: FieldRequest) -> ColumnPlan | str:
        """Return the column by what the field itself is, or why nothing can be made."""
        refused = "no provider makes a field of its type"
        for provider in self._candidates(request):
            if request.rules.unique and not provider.distinct:
                continue
            options = provider.propose(request)
            if not isinstance(options, str):
                return _column(request, provider.name, options, _why(request, provider))
            refused = options
        return refused

    def belongs(self, context: PlanContext, /) -> Mapping[str, str]:
        """Return the way to the company that an object's records belong to, if any."""
        return {} if context.find(COMPANY) else nearest_company(context)

    def _candidates(self, request: FieldRequest) -> Iterator[Provider]:
        audit = AUDIT.get(request.field.name)
        return self._usual(request) if audit is None else iter((self.registry.by_name[audit],))

    def _usual(self, request: FieldRequest) -> Iterator[Provider]:
        field, meaning = request.field, request.meaning.name if request.meaning else ""
        names = self.registry.by_name
        if request.rules.fixed is not None:
            yield names["fixed"]
        if request.rules.template is not None and field.type in names["code"].types - CHOICE:
            yield names["code"]
        if field.type == "combobox" and request.rules.suggested:
            yield names["choice"]
        if field.type == "picklist" and lists_industries(request.rules.suggested):
            yield names["company.industry"]
        if meaning in _FROM_OTHERS:
            yield names["copy"]
        if meaning == "amount" and "total" in field.label.lower():
            yield names["product"]
        if meaning in _ONLY_BY_TABLE and request.meaning is not None and request.meaning.group:
            yield names["lookup"]
            if not request.rules.required:
                return
        if field.type not in CHOICE or meaning in _AGREEING or meaning.startswith("address."):
            yield from self.registry.serving(meaning, field.type)
        default = names[_BY_TYPE.get(field.type, _OTHERWISE)]
        if field.type in default.types:
            yield default
        if request.rules.unique and field.type in names["code"].types - CHOICE:
            yield names["code"]

    def _asked(self, request: FieldRequest, name: str, asked: Mapping[str, Any]) -> ColumnPlan | str:
        """Return the column by the provider that the recipe names, its options over those that are inferred."""
        place = f"{request.context.object.name}.{request.field.name}"
        provider = self.registry.get(name)
        with about("provider"):
            if provider is None:
                raise RecipeError(f"{place}: there is no provider {name!r}{_near(name, self.registry.by_name)}")
            if request.field.type not in provider.types:
                raise RecipeError(f"{place}: the provider {name!r} does not make fields of type {request.field.type}")
            if request.rules.unique and not provider.distinct:
                raise RecipeError(f"{place} is unique, and the provider {name!r} cannot keep values distinct")
        known = provider.options or {}
        for option in asked:
            if option not in known and option != "locale":
                with about("options", option):
                    raise RecipeError(f"{place}: the provider {name!r} has no option {option!r}{_near(option, known)}")
        if provider.read is not None:
            return _column(request, name, provider.read(request, asked), "the recipe says so")
        options = provider.propose(request)
        if isinstance(options, str):
            if not asked:
                raise RecipeError(f"{place}: the provider {name!r} cannot serve it: {options}")
            options = {}
        return _column(request, name, {**options, **asked}, "the recipe says so")


def _agreed(request: FieldRequest, way: Way, usual: ColumnPlan | None, registry: Registry) -> ColumnPlan:
    """Return the column by the way that other fields call for."""
    when = {} if way.when is None or request.rules.required else {WHEN: way.when}
    if not way.provider:
        assert usual is not None
        null_share = 0 if way.filled else usual.null_share
        return replace(usual, options=MappingProxyType({**usual.options, **when}), null_share=null_share)
    otherwise: dict[str, Any] = {}
    if usual is not None:
        otherwise = {"otherwise": {"provider": usual.provider, "options": dict(usual.options)}}
        if "place" in usual.options:
            otherwise["place"] = usual.options["place"]  # the object's city is found by its columns' options
    about = registry.by_name[way.provider].about
    column = _column(request, way.provider, {**otherwise, **way.options, **when}, about)
    said_empty = request.recipe is not None and request.recipe.empty is not None
    return replace(column, null_share=0) if (way.filled or when) and not said_empty else column


def _own_values(request: FieldRequest) -> Options:
    recipe = request.recipe
    assert recipe is not None
    assert recipe.values is not None
    place = f"{request.context.object.name}.{request.field.name}"
    values = []
    for number, value in enumerate(recipe.values):
        with about("values", number):
            values.append(checked(value, request.field, request.rules, place))
    if request.rules.needed and "" in values:
        raise RecipeError(f"{place} must have a value in this org: the recipe cannot list an empty one")
    options: dict[str, Any] = {"values": values, **_going_together(request, values, place)}
    if recipe.weights is not None:
        options["weights"] = list(recipe.weights)
    if request.rules.unique:
        free = free_values(values, request.taken)
        if len(free) < request.context.count:
            raise RecipeError(
                f"{place} is unique: of its values {len(free):,} are free, {request.context.count:,} are wanted"
            )
        options["taken"] = sorted(request.taken)
    return options


def _going_together(request: FieldRequest, values: list[str], place: str) -> Options:
    """Return which of the recipe's values go with which of the controller's; RecipeError for one that goes with none."""
    rules = request.rules
    if not rules.controller or not rules.by_controller or rules.controller not in request.context.meanings:
        return {}
    known = {one for going in rules.by_controller.values() for one in going}
    for value in values:
        if value and value not in known:
            raise RecipeError(
                f"{place}: {value!r} goes with no value of {rules.controller}{_near(value, dict.fromkeys(known))}"
            )
    going = {name: [value for value in values if value in ones] for name, ones in rules.by_controller.items()}
    return {"controller": {"field": rules.controller, "values": going}}


def _column(request: FieldRequest, provider: str, options: Options, why: str) -> ColumnPlan:
    field, rules = request.field, request.rules
    return ColumnPlan(
        field=field.name,
        type=field.type,
        provider=provider,
        options=MappingProxyType({**options, **_emptied_together(request)}),
        null_share=_null_share(request),
        length=min(field.length or 0, rules.max_chars or field.length or 0),
        precision=field.precision,
        scale=field.scale,
        unique=rules.unique,
        why=why,
    )


def _emptied_together(request: FieldRequest) -> Options:
    """Name the draw that empties all parts of an address at once, or what is said of an assistant: half of it helps nobody."""
    meaning = request.meaning
    if _ASSISTANT in words_of(request.field.name):
        return {"empty_with": _ASSISTANT}
    if meaning is None or not meaning.name.startswith("address."):
        return {}
    return {"empty_with": f"address {meaning.group}"}


def _null_share(request: FieldRequest) -> int:
    """Return the share of empty cells: none where the org, a parent's name or a dependent field needs a value."""
    field, meaning = request.field, request.meaning.name if request.meaning else ""
    if request.rules.needed or field.type == "boolean" or request.rules.fixed is not None:
        return 0
    if request.recipe is not None and request.recipe.empty is not None:
        return SHARE * request.recipe.empty // 100
    controls = any(one.controller == field.name for one in request.context.rules.fields.values())
    if field.name_field or controls or request.rules.unique or not field.nillable or field.name in AUDIT:
        return 0
    if meaning == "date.past" and _OF_THE_DEAD & {*words_of(field.name)}:
        return SHARE * _FEW // 100
    seldom = next((share for some, of, share in _SELDOM if meaning in of and some & {*words_of(field.name)}), None)
    if seldom is not None:
        return SHARE * seldom // 100
    return SHARE * _EMPTY.get(meaning, _USUALLY_EMPTY) // 100


def _why(request: FieldRequest, provider: Provider) -> str:
    if request.meaning is not None and request.meaning.name in provider.meanings:
        return f"{provider.about}; {request.meaning.why}"
    return f"{provider.about}; by its type, {request.field.type}"


def _near(name: str, known: Mapping[str, object]) -> str:
    found = get_close_matches(name, list(known), n=1)
    return f": did you mean {found[0]!r}?" if found else f"; there are {', '.join(sorted(known))}"
