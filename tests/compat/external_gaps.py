# SPDX-License-Identifier: Apache-2.0
"""What is known not to pass, and why. Each entry is also a row of docs/compatibility.md."""

import re

CONSUMER_PROTOCOL = "KIP-848 is missing"
SHARE_GROUPS = "share groups are missing"
SECURITY = "security is missing"
THREE_BROKERS = "wants three brokers"

GAPS = [  # suite, case, why; the first two are regular expressions
]


def known(suite, case):
    """Why, or None."""
    return next((why for its_suite, its_case, why in GAPS if re.fullmatch(its_suite, suite) and re.search(its_case, case)), None)
