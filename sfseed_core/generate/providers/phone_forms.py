"""The same telephone number in other forms: as one dials it at home, and from abroad."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from sfseed_core.generate import kernels, texts
from sfseed_core.generate.cells import Cells, Coded, Joined, Numbers, Texts, joined
from sfseed_core.generate.provider import TEXT, Make, Provider, Scope
from sfseed_core.generate.providers.spans import chosen_elsewhere

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from sfseed_core.generate.rows import Rows

_INTERNATIONAL = "international"
_CALLING_CODES: Mapping[str, str] = MappingProxyType(
    {"US": "1", "CA": "1", "GB": "44", "IE": "353", "DE": "49", "AT": "43", "CH": "41", "FR": "33", "ES": "34", "PT": "351"}
    | {
        "IT": "39",
        "NL": "31",
        "BE": "32",
        "SE": "46",
        "DK": "45",
        "NO": "47",
        "PL": "48",
        "BR": "55",
        "MX": "52",
        "JP": "81",
    }
)
_KEEP_THE_NOUGHT = frozenset({"IT"})


def _form(scope: Scope) -> Make:
    """Prepare the number of another field; from abroad with the country's code instead of the leading nought."""
    field, country = str(scope.options["field"]), scope.pools.settings.get("country_code", "")
    code = _CALLING_CODES.get(country) if scope.options.get("form") == _INTERNATIONAL else None

    def abroad(numbers: pa.StringArray) -> pa.StringArray:
        plain = numbers if country in _KEEP_THE_NOUGHT else kernels.replace_substring_regex(numbers, "^0", "")
        return texts.join(f"+{code} ", plain)

    def make(rows: Rows) -> Cells:
        cells = rows.cells(field)
        assert not isinstance(cells, Numbers)
        if code is None:
            return cells.fitted(scope.column.length)
        if isinstance(cells, Joined) and isinstance(cells.parts[0], Coded):
            first, *rest = cells.parts
            pool = rows.engine.once(("from abroad", str(id(first.pool)), code), lambda: (first.pool, abroad(first.pool)))[1]
            return joined(Coded(pool, first.codes), *rest, valid=cells.valid).fitted(scope.column.length)
        return Texts(abroad(Texts(cells.text()).array), cells.valid).fitted(scope.column.length)

    return make


PROVIDERS = (
    Provider(
        "phone.form",
        "the telephone number of another field, as it is written here or for abroad",
        TEXT | {"phone"},
        chosen_elsewhere,
        _form,
        options={"field": "which field", "form": f"{_INTERNATIONAL}, if for abroad"},
    ),
)
