"""The interactive drawing of objects and their lookups: a small component over the vis-network that pyvis ships."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from pages.shared.graph_network import HEADING, network, placed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pages.shared.graph_layout import Link
    from pages.shared.graph_network import Drawn

_LIBRARY = "lib/vis-9.1.2/vis-network.min.js"
_HTML = """
<div class="drawing">
  <div class="graph" tabindex="0" role="application"></div>
  <div class="tools">
    <button type="button" data-do="in" aria-label="Zoom in">+</button>
    <button type="button" data-do="out" aria-label="Zoom out">&minus;</button>
    <button type="button" data-do="fit" aria-label="Show the whole drawing">Fit</button>
    <button type="button" data-do="png" aria-label="Download the drawing as PNG">PNG</button>
  </div>
</div>
"""
_CSS = """
.drawing { position: relative; }
.graph { box-sizing: border-box; width: 100%; border: 1px solid var(--st-border-color, #ccc); }
.graph:focus-visible { outline: 2px solid var(--st-primary-color); }
.graph { border-radius: var(--st-base-radius, 6px); background: var(--st-background-color); }
.tools { position: absolute; right: 8px; bottom: 8px; display: flex; gap: 4px; }
.tools button {
  font: inherit; font-size: 0.85rem; min-width: 2rem; padding: 2px 8px; cursor: pointer; color: var(--st-text-color);
  background: var(--st-secondary-background-color); border: 1px solid var(--st-border-color); border-radius: 4px;
}
"""
_JS = """
const drawn = new WeakMap();
const OPTIONS = {
  physics: false,
  interaction: { hover: true, keyboard: { enabled: true, bindToWindow: false }, zoomSpeed: 0.5 },
  nodes: { margin: 9, borderWidth: 1.5 },
  edges: { arrows: { to: { enabled: true, scaleFactor: 0.5 } } },
};

function coloured(data, text) {
  return data.nodes.map((node) => node.shape === "text" ? { ...node, font: { color: text, size: 17 } } : node);
}

function colourOf(root, name, otherwise) {
  return getComputedStyle(root).getPropertyValue(name).trim() || otherwise;
}

function banded(network, data, colour, paper) {
  network.on("beforeDrawing", (context) => {
    const high = 100000;
    if (paper) { context.fillStyle = paper; context.fillRect(-high, -high, 2 * high, 2 * high); }
    context.fillStyle = colour;
    data.bands.forEach(([left, right], place) => { if (place % 2 === 0) context.fillRect(left, -high, right - left, 2 * high); });
  });
}

function draw(root, data, tell) {
  const nodes = new vis.DataSet(coloured(data, colourOf(root, "--st-text-color", "#555555")));
  const edges = new vis.DataSet(data.edges);
  const network = new vis.Network(root, { nodes, edges }, OPTIONS);
  banded(network, data, colourOf(root, "--st-secondary-background-color", "#f3f6fa"), null);
  network.on("selectNode", (event) => {
    const name = event.nodes[0];
    if (name.startsWith(data.heading)) network.unselectAll(); else tell(name);
  });
  network.on("deselectNode", (event) => { if (!event.nodes.length) tell(null); });
  root.network = network;
  network.once("afterDrawing", () => {
    show(network, data);
    root.setAttribute("data-drawn", String(data.nodes.length));
  });
  return { network, nodes, edges, shape: shapeOf(data) };
}

function show(network, data) {
  network.fit({ minZoomLevel: data.smallest, maxZoomLevel: 1.3 });
  const scale = network.getScale();
  if (scale > data.smallest + 0.01) return;
  const known = data.selected && data.nodes.some((node) => node.id === data.selected);
  const heights = data.nodes.map((node) => node.y), box = network.canvas.frame.getBoundingClientRect();
  const at = known ? network.getPosition(data.selected) : { x: -Infinity, y: -Infinity };  // else read from the first step on
  const x = within(at.x, data.bands[0][0], data.bands[data.bands.length - 1][1], box.width / scale / 2);
  const y = within(at.y, Math.min(...heights) - 40, Math.max(...heights) + 40, box.height / scale / 2);
  network.moveTo({ scale, position: { x, y } });
}

function within(at, low, high, half) {
  return high - low <= 2 * half ? (low + high) / 2 : Math.min(Math.max(at, low + half), high - half);
}

function shapeOf(data) {
  return JSON.stringify([data.nodes.map((node) => [node.id, node.x, node.y]), data.edges.length]);
}

function save(data) {
  const sheet = document.createElement("div");
  sheet.style.cssText = `position:fixed;left:-10000px;width:${data.sheet[0]}px;height:${data.sheet[1]}px`;
  document.body.append(sheet);
  const network = new vis.Network(sheet, { nodes: coloured(data, "#16202c"), edges: data.edges }, OPTIONS);
  banded(network, data, "#f3f6fa", "#ffffff");
  network.once("afterDrawing", () => {
    network.fit();
    network.once("afterDrawing", () => {
      const link = document.createElement("a");
      link.href = sheet.querySelector("canvas").toDataURL("image/png");
      link.download = data.file;
      link.click();
      network.destroy();
      sheet.remove();
    });
    network.redraw();
  });
}

const ACTIONS = {
  in: (now) => now.network.moveTo({ scale: now.network.getScale() * 1.25 }),
  out: (now) => now.network.moveTo({ scale: now.network.getScale() / 1.25 }),
  fit: (now) => now.network.fit(),
  png: (now, data) => save(data),
};

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".graph");
  root.setAttribute("aria-label", data.alt);
  root.style.height = `${data.height}px`;
  let waiting = null;
  const paint = () => {
    if (!globalThis.vis || !globalThis.vis.Network) { waiting = setTimeout(paint, 40); return; }
    let now = drawn.get(root);
    if (now && now.shape !== shapeOf(data)) { now.network.destroy(); now = undefined; }
    if (now) now.nodes.update(coloured(data, colourOf(root, "--st-text-color", "#555555")));
    else { now = draw(root, data, (name) => setStateValue("selected", name)); drawn.set(root, now); }
    const known = data.selected && now.nodes.get(data.selected);
    now.network.selectNodes(known ? [data.selected] : []);
    root.setAttribute("data-selected", known ? data.selected : "");
    parentElement.querySelectorAll("[data-do]").forEach((button) => {
      button.onclick = () => ACTIONS[button.dataset.do](now, data);
    });
  };
  paint();
  return () => { clearTimeout(waiting); };
}
"""
_SMALLEST = 0.62  # times its size at which a label can still be read


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
    where = placed(objects, links)
    net = network(objects, links, where)
    data = {
        "nodes": net.nodes,
        "edges": net.edges,
        "bands": [list(one) for one in where.bands.values()],
        "selected": selected,
        "heading": HEADING,
        "height": _height(net.nodes),
        "smallest": _SMALLEST,
        "sheet": _sheet(net.nodes),
        "file": "objects.png",
        "alt": f"{len(objects)} objects and how they point to each other; the table below says the same",
    }
    graph(key=key, data=data, on_selected_change=on_select)


def _height(nodes: Sequence[dict[str, Any]]) -> int:
    """Return a height that fits the tallest step."""
    heights = [node["y"] for node in nodes] or [0]
    return int(min(560, max(280, (max(heights) - min(heights)) * 0.9 + 110)))


def _sheet(nodes: Sequence[dict[str, Any]]) -> list[int]:
    """Return width and height of a picture on which every label can be read."""
    spans = [[node[axis] for node in nodes] or [0] for axis in ("x", "y")]
    wide, high = (max(one) - min(one) for one in spans)
    return [int(min(6000, wide + 320)), int(min(6000, high + 200))]


def selected_in(key: str) -> Any:
    """Return the object that was clicked, None when the click was beside all of them."""
    held = st.session_state.get(key) or {}
    return held.get("selected")
