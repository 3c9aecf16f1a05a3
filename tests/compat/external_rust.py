# SPDX-License-Identifier: Apache-2.0
"""The tests of the Rust crate rdkafka."""

import json
import os
import re
import subprocess

import apache_kafka
from cache import built_once
from external import Cases, Suite, need, run

VERSION = os.environ.get("RDKAFKA_CRATE_VERSION", "0.39.0")
MANIFEST = """[package]
name = "nowhere"
version = "0.1.0"
edition = "2021"

[lib]
path = "lib.rs"

[dependencies]
rdkafka = "={}"
"""


def build(folder):
    """The crate's source by way of a package that needs it, and its tests as programs."""
    print(f"fetching rdkafka {VERSION} with cargo, and building its tests", flush=True)
    (folder / "Cargo.toml").write_text(MANIFEST.format(VERSION))
    (folder / "lib.rs").touch()
    run("cargo", "vendor", "-q", "vendored", cwd=folder)
    source = folder / "vendored/rdkafka"
    (source / ".cargo-checksum.json").unlink()
    # A workspace of its own, or it would belong to the package above.
    with open(source / "Cargo.toml", "a") as manifest:
        manifest.write("\n[workspace]\n")
    told = run("cargo", "test", "--no-run", "--tests", "--message-format=json", cwd=source, timeout=1800)
    artifacts = [json.loads(line) for line in told.splitlines() if line.startswith("{")]
    programs = {each["target"]["name"]: each["executable"] for each in artifacts
                if each["reason"] == "compiler-artifact" and each["executable"] and "test" in each["target"]["kind"]}
    (folder / "programs.json").write_text(json.dumps(programs))


def rdkafka(broker):
    need("cargo", "make", "g++")
    folder = built_once(f"rdkafka-crate-{VERSION}", build)
    cases = Cases()
    for name, program in sorted(json.loads((folder / "programs.json").read_text()).items()):
        done = subprocess.run([program, "--test-threads=2"], capture_output=True, text=True, timeout=900,
                              env={**os.environ, "KAFKA_HOST": broker.bootstrap, "KAFKA_VERSION": apache_kafka.VERSION, "RUST_LOG": "off"})
        add_outcomes(cases, name, done.stdout + done.stderr)
    return cases


def add_outcomes(cases, program, text):
    for name, outcome in re.findall(r"^test (\S+)(?: - should panic)? \.\.\. (\w+)", text, re.M):
        case = f"{program}::{name}"
        if outcome == "ok":
            cases.succeed(case)
        elif outcome == "ignored":
            cases.skip(case, "ignored by the crate")
        else:
            said = re.search(rf"^thread '{re.escape(name)}'.*? panicked at (.*?)(?=^note:|^thread|^----|\Z)", text, re.M | re.S)
            cases.fail(case, " ".join(said[1].split()) if said else outcome)


SUITES = {"rdkafka-crate": Suite(rdkafka, settings=("num.partitions=3", "node.id=0"), port=9092, is_quick=False)}
