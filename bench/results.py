# SPDX-License-Identifier: Apache-2.0
"""What the benchmarks came to: tables as they are printed, and pages in bench/results/ with plots and the machine that they ran on."""

import datetime
import os
import pathlib
import platform
import re
import statistics

FOLDER = pathlib.Path(__file__).resolve().parent / "results"
OURS, KAFKA, FLOOR = "Odradek", "Apache Kafka", "a bare server"
COLORS = {OURS: "#2a6f97", KAFKA: "#c9a227", FLOOR: "#9a9a9a"}
BAR, GAP, LABEL, WIDTH = 16, 14, 300, 860  # pixels
HEAD = """# Results

Written by `./dev bench --write`, a page for each suite. Brokers and loads share the machine. Medians, with the smallest and
largest; peers in turns; the durability of both is the page cache where a table does not say otherwise. The ratio is how much
better Odradek is. Where the time goes is in `docs/measurements.md`.
"""


def keep(found, load, peer, figures):
    """One run of a load: {figure: value} goes into {(load, figure): {peer: values}}."""
    for figure, value in figures.items():
        found.setdefault((load, figure), {}).setdefault(peer, []).append(value)


def is_cost(figure):
    return figure.startswith(("CPU", "memory")) or figure.endswith((" us", " ms"))


def spread(values, digits):
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f}-{max(values):.{digits}f})"


def digits_for(value):
    return 0 if value >= 100 else 1 if value >= 10 else 2


def comparison(found):
    """Rows of a table from {(load, figure): {peer: values}}: medians, smallest and largest, and how much better ours is than
    Kafka's."""
    peers = list(dict.fromkeys(peer for by_peer in found.values() for peer in by_peer))
    rows = [["load", "figure", *peers, *(["ratio"] if KAFKA in peers else [])]]
    for (load, figure), by_peer in found.items():
        medians = {peer: statistics.median(values) for peer, values in by_peer.items()}
        cells = [spread(by_peer[peer], digits_for(medians[peer])) if peer in by_peer else "-" for peer in peers]
        ratio = [better(figure, medians[OURS], medians[KAFKA])] if KAFKA in medians else []
        rows.append([load, figure, *cells, *ratio])
    return rows


def better(figure, ours, theirs):
    more, less = (theirs, ours) if is_cost(figure) else (ours, theirs)
    return f"{more / less:.1f}x" if less else "-"


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
        most = max(max(values) for values in by_peer.values()) or 1
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


def slug(words):
    return re.sub(r"\W+", "-", words.lower()).strip("-")


class Results:
    """Prints each table when it is there, and keeps them for write()."""

    def __init__(self, versions):
        self.versions, self.pages, self.plots = versions, {}, {}

    def add(self, title, rows):
        print(markdown(rows), flush=True)
        self.pages[title] = [markdown(rows)]

    def add_comparison(self, title, found):
        self.add(title, comparison(found))
        rounds = max(len(values) for by_peer in found.values() for values in by_peer.values())
        self.pages[title].insert(0, f"Medians of {rounds} rounds.")
        for figure in dict.fromkeys(figure for _, figure in found):
            name = slug(f"{title} {figure}")
            self.plots[name] = plot(figure, found)
            self.pages[title].append(f"![{figure}]({name}.svg)")

    def write(self):
        """A page for each suite; those of others stay as they are."""
        FOLDER.mkdir(exist_ok=True)
        for name, svg in self.plots.items():
            (FOLDER / f"{name}.svg").write_text(svg)
        for title, parts in self.pages.items():
            head = f"# {title}\n\n{datetime.date.today()}: {self.versions}, on {machine()}."
            (FOLDER / f"{slug(title)}.md").write_text("\n\n".join([head, *parts]) + "\n")
        (FOLDER / "README.md").write_text(f"{HEAD}\n{''.join(self.contents())}")

    @staticmethod
    def contents():
        for page in sorted(FOLDER.glob("*.md")):
            if page.name != "README.md":
                title, _, about = page.read_text().split("\n")[:3]
                yield f"- [{title.removeprefix('# ')}]({page.name}): {about}\n"
