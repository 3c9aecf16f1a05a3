# SPDX-License-Identifier: Apache-2.0
"""What may differ between two answers, each as docs/differences.md has it."""

NEVER_ANSWERED = "no answer"
UNKNOWN_SERVER_ERROR, INVALID_REQUEST, INVALID_TOPIC, INVALID_RECORD, UNKNOWN_MEMBER_ID = -1, 42, 17, 87, 25


def is_explained(request, path, kafka, ours):
    return any(rule(request, path, kafka, ours) for rule in RULES)


def of(*keys):
    """A rule for these APIs alone."""
    return lambda rule: lambda request, *difference: request.key in keys and rule(request, *difference)


@of(24)
def no_transactions_to_add_to(request, path, kafka, ours):
    """Kafka forgets to answer."""
    return kafka == NEVER_ANSWERED and request.values.get("Transactions") == []


@of(0)
def unknown_codec(request, path, kafka, ours):
    return path.endswith(".ErrorCode") and (kafka, ours) == (UNKNOWN_SERVER_ERROR, INVALID_RECORD)


@of(44)
def unknown_operation(request, path, kafka, ours):
    """An exception in Kafka."""
    operations = {config["ConfigOperation"] for resource in request.values["Resources"] for config in resource["Configs"]}
    return bool(operations - {0, 1, 2, 3}) and kafka == UNKNOWN_SERVER_ERROR


@of(75)
def empty_topic_name(request, path, kafka, ours):
    """An exception in Kafka, and with it no answers for the others."""
    return {"Name": ""} in (request.values["Topics"] or [])


@of(27)
def the_last_marker_is_of_no_partition(request, path, kafka, ours):
    """Kafka forgets to answer."""
    return kafka == NEVER_ANSWERED and len(request.values["Markers"]) > 1


@of(11)
def static_member_with_a_fresh_id(request, path, kafka, ours):
    """An exception in Kafka."""
    return bool(request.values.get("GroupInstanceId")) and (path == ".MemberId" or (kafka, ours) == (UNKNOWN_SERVER_ERROR, UNKNOWN_MEMBER_ID))


@of(1)
def no_topic_id(request, path, kafka, ours):
    """An exception in Kafka, and with it no answers for the others."""
    return request.version >= 13 and any(each["TopicId"].int == 0 for each in request.values["Topics"])


@of(3)
def neither_name_nor_id(request, path, kafka, ours):
    """An exception in Kafka."""
    return any(each["Name"] is None and getattr(each.get("TopicId"), "int", 1) == 0 for each in request.values["Topics"] or [])


@of(16)
def group_that_was_never_joined(request, path, kafka, ours):
    """Kafka lists it once something else is written to its partition."""
    return path == ".Groups" and kafka == [] and all(each["ProtocolType"] == "" for each in ours)


RULES = [no_transactions_to_add_to, unknown_codec, unknown_operation, empty_topic_name, static_member_with_a_fresh_id, no_topic_id,
         neither_name_nor_id, the_last_marker_is_of_no_partition, group_that_was_never_joined]
