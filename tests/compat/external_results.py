# SPDX-License-Identifier: Apache-2.0
"""What suites came to: the table at the end of `./dev compat`, and docs/compatibility.md."""

import datetime
import json
import pathlib

import external_gaps

HEADINGS = ("suite", "broker", "passed", "failed", "skipped", "vacuous", "seconds")
OURS, KAFKA = "Odradek", "Apache Kafka"
KINDS = ("passed", "failed", "skipped")
INTRODUCTION = """# Compatibility

Other people's tests against Odradek, and against Apache Kafka with the same settings. `./dev compat --write` makes this of
the runs that `./dev compat --full --oracle --times 3` keeps (or fewer at a time, with `--more`), and of those that are in
`compatibility.json` for what was not run again; `tests/compat/README.md` says what each suite is. A case has passed when it
passed every time. Skipped is not passed. Vacuous are those passed that left out parts of themselves.
"""


def rows_as_text(rows):
    widths = [max(len(str(row[i])) for row in rows) for i in range(len(rows[0]))]
    return "\n".join("  ".join(str(cell).ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows)


def rows_as_markdown(rows):
    lines = ["| " + " | ".join(" ".join(str(cell).split()).replace("|", "\\|") for cell in row) + " |" for row in rows]
    return [lines[0], "| " + " | ".join("---" for _ in rows[0]) + " |", *lines[1:]]


def as_lines(all_runs):
    """JSON with a line for each run."""
    suites = [f" {json.dumps(suite)}: {{\n" + ",\n".join(
        f"  {json.dumps(broker)}: [\n" + ",\n".join(f"   {json.dumps(run)}" for run in runs) + "]"
        for broker, runs in sorted(brokers.items())) + "}" for suite, brokers in sorted(all_runs.items())]
    return "{\n" + ",\n".join(suites) + "\n}\n"


def read(path):
    return json.loads(path.read_text()) if path.exists() else {}


def with_runs(old, new):
    """What is in `new` takes the place of what `old` has of the same suite and broker."""
    return {suite: {**old.get(suite, {}), **new.get(suite, {})} for suite in {**old, **new}}


class Runs:
    """Those of one suite with one broker."""

    def __init__(self, runs):
        self.runs = runs
        self.cases = {case for run in runs for kind in KINDS for case in run[kind]}

    def passed(self, case):
        return sum(case in run["passed"] for run in self.runs)

    def passes(self, case):
        return bool(self.runs) and self.passed(case) == len(self.runs)

    def of(self, case):
        return f"{self.passed(case)} of {len(self.runs)}" if self.runs else "-"

    def count(self):
        return sum(map(self.passes, self.cases)) if self.runs else "-"

    def reason(self, case):
        told = [run[kind][case] for kind in ("failed", "skipped") for run in self.runs if case in run[kind]]
        return told[0][:300] if told else ""


class Results:
    """Those of this run, and on the disk (`path`) those of all runs: of a suite that is run again the newest ones, as many as
    it was run in a row, or with `adds` what is known of it (`record`: what `write` wrote) and the new ones."""

    def __init__(self, path, record, adds=False):
        self.path, self.record = pathlib.Path(path), pathlib.Path(record)
        self.all = read(self.path)
        self.known = with_runs(read(self.record), self.all) if adds else {}
        self.new = {}  # (suite, broker): runs

    def add(self, suite, broker, cases, seconds):
        run = {"passed": sorted(cases.passed), "vacuous": sorted(cases.vacuous), "failed": cases.failed, "skipped": cases.skipped,
               "seconds": round(seconds, 1), "date": datetime.date.today().isoformat()}
        new = self.new.setdefault((suite, broker), [])
        new.append(run)
        self.all.setdefault(suite, {})[broker] = self.known.get(suite, {}).get(broker, []) + new
        self.path.write_text(json.dumps(self.all, indent=1))

    def has_failed(self):
        """But for what external_gaps knows."""
        return any(not external_gaps.known(suite, case) for (suite, broker), runs in self.new.items() if broker == OURS
                   for run in runs for case in run["failed"])

    def table(self):
        rows, failures, totals = [HEADINGS], [], [0, 0, 0]
        for (suite, broker), runs in self.new.items():
            for run in runs:
                counts = [len(run[kind]) for kind in KINDS]
                totals = [total + count for total, count in zip(totals, counts)]
                rows.append((suite, broker, *counts, len(run["vacuous"]), run["seconds"]))
                failures += [f"FAILED {suite} {case} ({broker}): {why}" for case, why in run["failed"].items()]
                failures += [f"skipped {suite} {case} ({broker}): {why}" for case, why in run["skipped"].items()]
        passed, failed, skipped = totals
        return "\n".join(["", rows_as_text(rows), *failures, f"{passed} passed, {failed} failed, {skipped} skipped"])

    def write(self, path, versions):
        """And into the record the runs of which it was made."""
        all_runs = with_runs(read(self.record), self.all)
        self.record.write_text(as_lines(all_runs))
        suites = {suite: (Runs(brokers.get(OURS, [])), Runs(brokers.get(KAFKA, []))) for suite, brokers in sorted(all_runs.items())}
        lines = [INTRODUCTION, *[f"- {what} {version}" for what, version in versions.items()], "", *rows_as_markdown([
            ("suite", "runs", "cases", "passed", "on Apache Kafka", "vacuous", "seconds a run"),
            *[summary(suite, ours, theirs) for suite, (ours, theirs) in suites.items()]])]
        sections = {"Passes on Apache Kafka, and not here": [], "Passes nowhere, or was not run on Apache Kafka": [],
                    "Passes here, and not on Apache Kafka": []}
        behind, neither, ahead = sections.values()
        for suite, (ours, theirs) in suites.items():
            for case in sorted(ours.cases | theirs.cases):
                if ours.passes(case) and (theirs.passes(case) or not theirs.runs):
                    continue
                its = ahead if ours.passes(case) else behind if theirs.passes(case) else neither
                why = external_gaps.known(suite, case) or (theirs if its is ahead else ours).reason(case)
                its.append((suite, case, ours.of(case), theirs.of(case), why))
        for heading, rows in sections.items():
            table = rows_as_markdown([("suite", "case", "passed", "on Apache Kafka", "why"), *rows])
            lines += ["", f"## {heading}", "", *(table if rows else ["Nothing."])]
        pathlib.Path(path).write_text("\n".join(lines) + "\n")


def summary(suite, ours, theirs):
    seconds = sum(run["seconds"] for run in ours.runs) / max(1, len(ours.runs))
    vacuous = len(ours.runs[-1]["vacuous"]) if ours.runs else 0
    return suite, len(ours.runs), len(ours.cases | theirs.cases), ours.count(), theirs.count(), vacuous, f"{seconds:.0f}"
