"""A log group that vanishes and comes back. Usage: vanished.py MOTO URL ORIGINATION. Fails on the first surprise."""
import json
import sys
import time
import urllib.request

import boto3

moto, url, origination = sys.argv[1:4]
logs = boto3.client("logs", endpoint_url=moto, region_name="us-east-1")
client = boto3.client("pinpoint-sms-voice-v2", endpoint_url=url, region_name="us-east-1")


def post(path):
    with urllib.request.urlopen(urllib.request.Request(url + "/_smsvoice" + path, data=b"{}")) as answer:
        return json.load(answer)


def health():
    with urllib.request.urlopen(url + "/_smsvoice/health") as answer:
        return json.load(answer)


def sent():
    """Sends a message, lets it end, and waits until nothing is owed of it; how many events the group has then."""
    client.send_text_message(DestinationPhoneNumber="+14255550100", OriginationIdentity=origination, MessageBody="hello", ConfigurationSetName="set")
    post("/clock/finish")
    end = time.time() + 60
    while health()["deliveries"]["owed"]:
        assert time.time() < end, health()
        time.sleep(0.1)
    return len(logs.filter_log_events(logGroupName="events")["events"])


first = sent()
assert first > 0
logs.delete_log_stream(logGroupName="events", logStreamName="smsvoice-emulator")
assert sent() > 0, "the stream is made again"
logs.delete_log_group(logGroupName="events")
logs.create_log_group(logGroupName="events")
assert sent() > 0, "and in a group that is a new one"
assert health()["deliveries"]["undeliverable"] == 0, health()
