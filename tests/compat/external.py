# SPDX-License-Identifier: Apache-2.0
"""What the suites of run_external have in common."""

import shutil
import subprocess

import apache_kafka


class Skipped(Exception):
    pass


def need(*commands):
    for command in commands:
        if not shutil.which(command):
            raise Skipped(f"{command} is not installed")


def run(*command, **options):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=400, **options)
    if done.returncode != 0:
        raise AssertionError(f"{command[0]} ended with {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-3000:]}")
    return done.stdout


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


def tool(name, *arguments, **options):
    done = apache_kafka.tool(name, *arguments, **options)
    expect(done.returncode == 0, f"{name}: {done.stdout[-1500:]}{done.stderr[-1500:]}")
    return done.stdout
