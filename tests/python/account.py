"""An account's configuration sets by boto3: `account.py EMULATOR_URL ACTION…`, where an action is

drift      does by hand what people do: disables, changes, deletes
drift_more changes one more destination
hand_made  makes sets of both APIs as a console leaves them
many N     makes N sets
show       prints every set of both APIs with its destinations and tags, as JSON
terraform  makes the calls of Terraform's provider in its order
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config

url = sys.argv[1]
keys = dict(
    endpoint_url=url,
    region_name="us-east-1",
    aws_access_key_id="test",
    aws_secret_access_key="test",
    config=Config(max_pool_connections=32),
)
v2 = boto3.client("pinpoint-sms-voice-v2", **keys)
v1 = boto3.client("pinpoint-sms-voice", **keys)
ARN = "arn:aws:{}:us-east-1:000000000000:{}"
ROLE = "arn:aws:iam::000000000000:role/sms"
TOPIC = {"TopicArn": ARN.format("sns", "events")}
STREAM = {"IamRoleArn": ROLE, "DeliveryStreamArn": ARN.format("firehose", "deliverystream/events")}
GROUP = {"IamRoleArn": ROLE, "LogGroupArn": ARN.format("logs", "log-group:/sms/events:*")}


def sets():
    pages = v2.get_paginator("describe_configuration_sets").paginate(PaginationConfig={"PageSize": 7})
    return [one for page in pages for one in page["ConfigurationSets"]]


def show():
    found = {}
    for one in sets():
        tags = v2.list_tags_for_resource(ResourceArn=one["ConfigurationSetArn"])["Tags"]
        found["v2:" + one["ConfigurationSetName"]] = {
            "message_type": one.get("DefaultMessageType"),
            "sender_id": one.get("DefaultSenderId"),
            "feedback": one.get("DefaultMessageFeedbackEnabled", False),
            "tags": {tag["Key"]: tag["Value"] for tag in tags},
            "destinations": {
                to["EventDestinationName"]: [
                    to["Enabled"],
                    sorted(to["MatchingEventTypes"]),
                    next(to[kind] for kind in to if kind.endswith("Destination")),
                ]
                for to in one["EventDestinations"]
            },
        }
    for name in v1.list_configuration_sets().get("ConfigurationSets", []):
        all = v1.get_configuration_set_event_destinations(ConfigurationSetName=name)["EventDestinations"]
        found["v1:" + name] = {
            "destinations": {
                to["Name"]: [
                    to["Enabled"],
                    sorted(to["MatchingEventTypes"]),
                    next(to[kind] for kind in to if kind.endswith("Destination")),
                ]
                for to in all
            }
        }
    return found


def drift():
    arn = next(one["ConfigurationSetArn"] for one in sets() if one["ConfigurationSetName"] == "otp")
    v2.update_event_destination(ConfigurationSetName="otp", EventDestinationName="lake", Enabled=False)
    v2.update_event_destination(
        ConfigurationSetName="otp", EventDestinationName="alarm", MatchingEventTypes=["TEXT_SPAM", "TEXT_INVALID"]
    )
    v2.create_event_destination(
        ConfigurationSetName="otp", EventDestinationName="by-hand", MatchingEventTypes=["ALL"], SnsDestination=TOPIC
    )
    v2.tag_resource(ResourceArn=arn, Tags=[{"Key": "team", "Value": "other"}, {"Key": "extra", "Value": "1"}])
    v2.set_default_sender_id(ConfigurationSetName="otp", SenderId="OTHER")
    v2.delete_configuration_set(ConfigurationSetName="marketing")
    v1.update_configuration_set_event_destination(
        ConfigurationSetName="calls",
        EventDestinationName="topic",
        EventDestination={"Enabled": True, "MatchingEventTypes": ["BUSY"], "SnsDestination": TOPIC},
    )


def drift_more():
    v2.update_event_destination(ConfigurationSetName="otp", EventDestinationName="lake", MatchingEventTypes=["TEXT_ALL"])


def hand_made():
    v2.create_configuration_set(ConfigurationSetName="console", Tags=[{"Key": "a key", "Value": 'a "value" ${x}'}])
    v2.set_default_message_feedback_enabled(ConfigurationSetName="console", MessageFeedbackEnabled=False)
    v2.create_event_destination(
        ConfigurationSetName="console",
        EventDestinationName="logs",
        MatchingEventTypes=["TEXT_SENT", "TEXT_DELIVERED", "VOICE_ALL"],
        CloudWatchLogsDestination=GROUP,
    )
    v2.create_event_destination(
        ConfigurationSetName="console", EventDestinationName="stream", MatchingEventTypes=["ALL"], KinesisFirehoseDestination=STREAM
    )
    v2.update_event_destination(ConfigurationSetName="console", EventDestinationName="stream", Enabled=False)
    v2.create_configuration_set(ConfigurationSetName="empty")
    v1.create_configuration_set(ConfigurationSetName="console")
    v1.create_configuration_set_event_destination(
        ConfigurationSetName="console",
        EventDestinationName="topic",
        EventDestination={"Enabled": False, "MatchingEventTypes": ["RINGING", "BUSY"], "SnsDestination": TOPIC},
    )


def many(count):
    def make(number):
        name = f"set-{number:04}"
        v2.create_configuration_set(ConfigurationSetName=name)
        v2.create_event_destination(
            ConfigurationSetName=name, EventDestinationName="topic", MatchingEventTypes=["ALL"], SnsDestination=TOPIC
        )

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(make, range(count)))


def terraform():
    """Create knows no Enabled, so a second call disables; another kind of target is refused, and made anew."""
    v2.create_configuration_set(ConfigurationSetName="tf", ClientToken="terraform-1")
    made = v2.create_event_destination(
        ConfigurationSetName="tf",
        EventDestinationName="events",
        MatchingEventTypes=["ALL"],
        SnsDestination=TOPIC,
        ClientToken="terraform-2",
    )
    assert made["EventDestination"]["Enabled"] is True
    changed = v2.update_event_destination(ConfigurationSetName="tf", EventDestinationName="events", Enabled=False)
    assert changed["EventDestination"]["Enabled"] is False
    assert changed["EventDestination"]["MatchingEventTypes"] == ["ALL"] and changed["EventDestination"]["SnsDestination"] == TOPIC
    try:
        v2.update_event_destination(
            ConfigurationSetName="tf", EventDestinationName="events", KinesisFirehoseDestination=STREAM
        )
        raise SystemExit("the kind of a target was changed")
    except v2.exceptions.ConflictException as error:
        assert error.response["Reason"] == "EVENT_DESTINATION_MISMATCH", error.response
    v2.delete_event_destination(ConfigurationSetName="tf", EventDestinationName="events")
    v2.create_event_destination(
        ConfigurationSetName="tf", EventDestinationName="events", MatchingEventTypes=["ALL"], KinesisFirehoseDestination=STREAM
    )
    (to,) = next(one for one in sets() if one["ConfigurationSetName"] == "tf")["EventDestinations"]
    assert to["Enabled"] is True and to["KinesisFirehoseDestination"] == STREAM, to


action, arguments = sys.argv[2], [int(word) for word in sys.argv[3:]]
print(json.dumps(globals()[action](*arguments), sort_keys=True))
