# SPDX-License-Identifier: Apache-2.0
"""What was seen not to pass, and why. Each is also a row of docs/compatibility.md."""

import re

SHARE_GROUPS = "share groups are missing"
SECURITY = "security is missing"
THREE_BROKERS = "wants three brokers"

GAPS = [  # suite, case, why; the first two are regular expressions
    ("librdkafka.*", r"_share_consumer_", SHARE_GROUPS),
    ("librdkafka.*", r"0081_admin|0109_auto_create_topics|0115_producer_auth|0119_consumer_auth", SECURITY + ": they make ACLs"),
    ("librdkafka.*", r"0097_ssl_verify|0126_oauthbearer|0135_sasl|0142_reauth", SECURITY),
    ("librdkafka(-idempotent|-quick)?", r"0098_consumer_txn|0101_fetch_from_follower|0103_transactions", THREE_BROKERS),
    ("librdkafka-noautocreate", r"create_topics", THREE_BROKERS),
    ("kafka-go", r"ACLs|ScramCredentials|TestUnsupportedSASLMechanism", SECURITY),
]


def known(suite, case):
    """Why, or None."""
    return next((why for its_suite, its_case, why in GAPS if re.fullmatch(its_suite, suite) and re.search(its_case, case)), None)
