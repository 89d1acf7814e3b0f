"""What a picklist's values say, in any of the languages in which we make records: an org calls them as it likes.

A value says a thing where one of its words begins with one of the thing's, or holds its signs. Compare text without accents.
"""

from __future__ import annotations

from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from sfseed_core.schema.lexicon import folded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_SAID = """
subsidiary: subsidiary; tochter; filial; subsidiari; controlada; 子会社
listed: public; publicly; listed; borsennotiert; cotizada; cotee; capital aberto; 上場; 公開
prospect: prospect; lead; interessent; potenzial; potenziell; potencial; potentiel; possivel cliente; 見込
new: new; neu; nuev; nouve; nov; 新規
renewal: renew; verlanger; erneuer; renov; renouvel; repeat; folge; 更新; 継続
growth: upgrade; add-on; addon; expansion; upsell; cross; erweiter; ausbau; zusatz; ampliacion; adicional; extension;
    supplement; expansao; 追加; アップグレード
replacement: replace; ersatzbeschaff; ersetz; sustitu; reemplaz; remplace; substitu; 設備更新; 交換; 入れ替え
decrease: downgrade; reduc; reduz; verkleiner; ダウングレード; 縮小
parts: spare; parts; ersatzteil; recambio; repuesto; pieces; pecas; 部品
accepted: accept; angenommen; akzeptier; aceptad; aceit; 受諾; 受入
approved: approv; genehmig; freigegeben; aprobad; aprovad; 承認
refused: reject; denied; declin; refus; abgelehn; rechaz; deneg; rejet; rejeit; recus; negad; 却下; 拒否; 辞退
absent: no-show; no show; absent; declin; nicht erschienen; abgesagt; no asistio; rechaz; recus; nao compareceu; 欠席; 辞退
answered: click; register; registrier; attend; request; angeklickt; angemeldet; teilgenommen; angefordert; unterlagen;
    con clic; inscrit; asistio; pidio; clique; present; documentation; clicou; compareceu; pediu; クリック; 登録; 参加; 資料
cheaper: wholesale; partner; education; key account; grosshandel; bildung; grosskunden; mayorista; socios; tarifa de socios;
    educativa; grandes cuentas; grossiste; partenaire; enseignement; grands comptes; atacado; parceiro; educacao;
    grandes contas; 卸; パートナー; 教育; 大口
"""


@cache
def _known() -> Mapping[str, tuple[str, ...]]:
    lines = (line.partition(":") for line in _SAID.replace("\n ", " ").strip().splitlines())
    return MappingProxyType({thing: tuple(folded(word) for word in words.split(";")) for thing, _, words in lines})


def says(value: str, *things: str) -> bool:
    """Say whether the value speaks of one of the things."""
    text = folded(value)
    return any(_begins(word, text) for thing in things for word in _known()[thing])


def _begins(word: str, text: str) -> bool:
    if not word.isascii():
        return word in text
    place = text.find(word)  # rather than by an expression per word, each of which takes time at every start
    while place > 0 and (text[place - 1].isalnum() or text[place - 1] == "_"):
        place = text.find(word, place + 1)
    return place >= 0


def saying(values: Iterable[str], *things: str) -> list[str]:
    """Return those of the values that speak of one of the things."""
    return [value for value in values if says(value, *things)]


def others(values: Iterable[str], *things: str) -> list[str]:
    """Return those of the values that speak of none of the things."""
    return [value for value in values if not says(value, *things)]
