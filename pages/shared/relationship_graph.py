"""The interactive drawing of objects and their lookups: a small component over the vis-network that pyvis ships."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from pages.shared.graph_network import HEADING, network

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pages.shared.graph_layout import Link
    from pages.shared.graph_network import Drawn

_LIBRARY = "lib/vis-9.1.2/vis-network.min.js"
_HTML = """
<div class="graph" tabindex="0" role="img"></div>
"""
_CSS = """
.graph { box-sizing: border-box; width: 100%; border: 1px solid var(--st-border-color, #ccc); }
.graph:focus-visible { outline: 2px solid var(--st-primary-color); }
.graph { border-radius: var(--st-base-radius, 6px); background: var(--st-background-color); }
"""
_JS = """
const drawn = new WeakMap();

function coloured(data, root) {
  const text = getComputedStyle(root).getPropertyValue("--st-text-color").trim() || "#555555";
  return data.nodes.map((node) => node.shape === "text" ? { ...node, font: { color: text, size: 16 } } : node);
}

function draw(root, data, tell) {
  const nodes = new vis.DataSet(coloured(data, root)), edges = new vis.DataSet(data.edges);
  const network = new vis.Network(root, { nodes, edges }, {
    physics: false,
    interaction: { hover: true, keyboard: { enabled: true, bindToWindow: false }, zoomSpeed: 0.5 },
    nodes: { margin: 9, borderWidth: 1.5 },
    edges: { arrows: { to: { enabled: true, scaleFactor: 0.5 } } },
  });
  network.on("selectNode", (event) => {
    const name = event.nodes[0];
    if (name.startsWith(data.heading)) network.unselectAll(); else tell(name);
  });
  network.on("deselectNode", (event) => { if (!event.nodes.length) tell(null); });
  root.network = network;
  network.once("afterDrawing", () => root.setAttribute("data-drawn", String(data.nodes.length)));
  return { network, nodes, edges, shape: shapeOf(data) };
}

function shapeOf(data) {
  return JSON.stringify([data.nodes.map((node) => [node.id, node.x, node.y]), data.edges.length]);
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".graph");
  root.setAttribute("aria-label", data.alt);
  root.style.height = `${data.height}px`;
  let waiting = null;
  const paint = () => {
    if (!globalThis.vis || !globalThis.vis.Network) { waiting = setTimeout(paint, 40); return; }
    let now = drawn.get(root);
    if (now && now.shape !== shapeOf(data)) { now.network.destroy(); now = undefined; }
    if (now) now.nodes.update(coloured(data, root));
    else { now = draw(root, data, (name) => setStateValue("selected", name)); drawn.set(root, now); }
    const known = data.selected && now.nodes.get(data.selected);
    now.network.selectNodes(known ? [data.selected] : []);
    root.setAttribute("data-selected", known ? data.selected : "");
  };
  paint();
  return () => { clearTimeout(waiting); };
}
"""


@st.cache_resource(show_spinner=False)
def _library_text() -> str:
    """The drawing library, as the pyvis package ships it."""
    import pyvis

    return (Path(pyvis.__file__).parent / _LIBRARY).read_text(encoding="utf-8")


def relationship_graph(
    objects: Sequence[Drawn], links: Sequence[Link], *, selected: str | None, key: str, on_select: Callable[[], None]
) -> None:
    """Draw the objects; `on_select` is called when one is clicked, and finds it by `selected_in(key)`.

    The library is a component of its own whose data never change, so that the browser is sent it once.
    """
    library = st.components.v2.component(
        "sfseed_drawing_library", js=f"{_library_text()}\nexport default function () {{}}\n"
    )
    graph = st.components.v2.component("sfseed_relationship_graph", html=_HTML, css=_CSS, js=_JS)
    with st.container(height=1, border=False):
        library(key=f"{key}_library", height=1)
    net = network(objects, links)
    data = {
        "nodes": net.nodes,
        "edges": net.edges,
        "selected": selected,
        "heading": HEADING,
        "height": _height(net.nodes),
        "alt": f"{len(objects)} objects and how they point to each other; the table below says the same",
    }
    graph(key=key, data=data, on_selected_change=on_select)


def _height(nodes: Sequence[dict[str, Any]]) -> int:
    """Return a height that fits the tallest step."""
    heights = [node["y"] for node in nodes] or [0]
    return int(min(560, max(280, (max(heights) - min(heights)) * 0.9 + 110)))


def selected_in(key: str) -> Any:
    """Return the object that was clicked, None when the click was beside all of them."""
    held = st.session_state.get(key) or {}
    return held.get("selected")
