# SPDX-License-Identifier: Apache-2.0
"""Go modules and their tests, as the suites of run_external use them."""

import json
import re
import shutil
import tempfile

from external import Cases, run


def go_module(path, version, folder):
    """A copy of a module's source that may be changed."""
    with tempfile.TemporaryDirectory() as nowhere:
        run("go", "mod", "init", "nowhere", cwd=nowhere)
        module = json.loads(run("go", "mod", "download", "-json", f"{path}@{version}", cwd=nowhere))
    shutil.copytree(module["Dir"], folder)
    run("chmod", "-R", "u+w", folder)
    return folder


def outcomes_of_go(text):
    """Those of the tests that have no tests of their own."""
    cases, began = Cases(), dict.fromkeys(re.findall(r"^=== RUN +(\S+)", text, re.M))
    ended = {name: (len(indent), state) for indent, state, name in re.findall(r"^( *)--- (PASS|FAIL|SKIP): (\S+) \([\d.]+s\)", text, re.M)}

    def is_inside(name, other):
        """There are names with a slash that do not stand for a test in another: those are indented alike."""
        return name.startswith(other + "/") and not (name in ended and other in ended and ended[name][0] == ended[other][0])

    for name in began:
        if any(is_inside(other, name) for other in began):
            continue
        state = ended.get(name, (0, "none"))[1]
        if state == "PASS":
            cases.succeed(name)
        elif state == "SKIP":
            cases.skip(name, told(text, name) or "skipped")
        else:
            cases.fail(name, told(text, name) or ("did not end" if state == "none" else "failed"))
    return cases


def told(text, name):
    """What a test said of itself, by lines of its source."""
    after = re.split(rf"^(?:=== (?:RUN|CONT|NAME)|--- \w+:) +{re.escape(name)}(?![\w/-])", text, flags=re.M)[1:]
    lines = [line.strip() for part in after for line in re.findall(r"^ +\w+_test\.go:\d+: .*$", part.split("\n=== ")[0], re.M)]
    lines = [line for line in dict.fromkeys(lines) if "NOT DELETING" not in line]
    return " / ".join(lines[-3:])  # the last ones say why
