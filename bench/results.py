# SPDX-License-Identifier: Apache-2.0
"""What the benchmarks came to: tables as they are printed, and bench/results/ with plots and the machine that they ran on."""

import datetime
import os
import pathlib
import platform
import re
import statistics

FOLDER = pathlib.Path(__file__).resolve().parent / "results"
COLORS = {"Odradek": "#2a6f97", "Apache Kafka": "#c9a227"}
BAR, GAP, LABEL, WIDTH = 16, 14, 300, 860  # pixels


def is_cost(figure):
    return figure.startswith("CPU") or figure.endswith(" us")


def spread(values, digits):
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f}-{max(values):.{digits}f})"


def digits_for(value):
    return 0 if value >= 100 else 1 if value >= 10 else 2


def comparison(found):
    """Rows of a table from {(load, figure): {peer: values}}: medians, smallest and largest, and how much better the first is."""
    peers = list(dict.fromkeys(peer for by_peer in found.values() for peer in by_peer))
    rows = [["load", "figure", *peers, *(["ratio"] if len(peers) == 2 else [])]]
    for (load, figure), by_peer in found.items():
        medians = [statistics.median(by_peer[peer]) for peer in peers]
        cells = [spread(by_peer[peer], digits_for(median)) for peer, median in zip(peers, medians)]
        ratio = []
        if len(peers) == 2:
            ratio = [f"{medians[1] / medians[0] if is_cost(figure) else medians[0] / medians[1]:.1f}x"]
        rows.append([load, figure, *cells, *ratio])
    return rows


def markdown(rows):
    widths = [max(len(str(row[i])) for row in rows) for i in range(len(rows[0]))]
    lines = ["| " + " | ".join(str(cell).ljust(width) for cell, width in zip(row, widths)) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]])


def escaped(text):
    return text.replace("&", "&amp;").replace("<", "&lt;")


def plot(figure, found):
    """Bars of one figure, for each load and peer, on a scale of their own for each load."""
    parts, y = [], 40
    for (load, its), by_peer in found.items():
        if its != figure:
            continue
        most = max(max(values) for values in by_peer.values())
        parts.append(f'<text x="8" y="{y + BAR}">{escaped(load)}</text>')
        for peer, values in by_peer.items():
            median, scale = statistics.median(values), (WIDTH - LABEL - 120) / most
            parts.append(f'<rect x="{LABEL}" y="{y}" width="{median * scale:.1f}" height="{BAR - 2}" fill="{COLORS.get(peer, "#888")}"/>')
            low, high = LABEL + min(values) * scale, LABEL + max(values) * scale
            parts.append(f'<path d="M{low:.1f} {y + BAR / 2 - 1}H{high:.1f}" stroke="#222"/>')
            parts.append(f'<text x="{max(high, LABEL + median * scale) + 6:.1f}" y="{y + BAR - 4}">{median:.{digits_for(median)}f}</text>')
            y += BAR
        y += GAP
    legend = "".join(f'<rect x="{LABEL + i * 130}" y="10" width="12" height="12" fill="{color}"/><text x="{LABEL + 18 + i * 130}" y="21">{peer}</text>'
                     for i, (peer, color) in enumerate(COLORS.items()))
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y}" font-family="sans-serif" font-size="12">'
            f'<rect width="100%" height="100%" fill="white"/><text x="8" y="21" font-weight="bold">{escaped(figure)}</text>{legend}{"".join(parts)}</svg>\n')


def machine():
    model = re.search(r"^model name\s*: (.*)$", pathlib.Path("/proc/cpuinfo").read_text(), re.M)
    memory = int(re.search(r"MemTotal:\s+(\d+)", pathlib.Path("/proc/meminfo").read_text())[1]) / 2**20
    kernel = platform.release().split("-")[0]
    return f"{os.cpu_count()} x {model[1] if model else platform.machine()}, {memory:.0f} GiB, Linux {kernel}"


class Results:
    """Prints each table when it is there, and keeps them for write()."""

    def __init__(self, versions):
        self.versions, self.parts, self.plots = versions, [], {}

    def add(self, title, rows):
        print(markdown(rows), flush=True)
        self.parts.append(f"## {title}\n\n{markdown(rows)}\n")

    def add_comparison(self, title, found):
        self.add(title, comparison(found))
        for figure in dict.fromkeys(figure for _, figure in found):
            name = re.sub(r"\W+", "-", f"{title} {figure}".lower()).strip("-")
            self.plots[name] = plot(figure, found)
            self.parts.append(f"![{figure}]({name}.svg)\n")

    def write(self):
        FOLDER.mkdir(exist_ok=True)
        for name, svg in self.plots.items():
            (FOLDER / f"{name}.svg").write_text(svg)
        head = (f"# Results\n\nWritten by `./dev bench --write` on {datetime.date.today()}: {self.versions}, on {machine()}, all of it shared\n"
                "between brokers and loads. Medians, with the smallest and largest; peers in turns; the durability of both is the page cache\n"
                "where a table does not say otherwise. The ratio is how much better Odradek is.\n")
        (FOLDER / "README.md").write_text("\n".join([head, *self.parts]))
