"""Sends texts by boto3 to an emulator that tells EventBridge, and carries what a rule puts into a queue to `bootstrap`.

    event_bridge.py EMULATOR_URL MOTO_URL BOOTSTRAP LAKE TEXTS

The messages have no configuration set, and so no event destination; the bus, the rule and the queue are moto's. Fails unless
each event was in the queue exactly once. Prints the emitted events, one a line.
"""

import collections
import json
import sys
import time
import urllib.request

import boto3

from queues import from_queue, queue
from runtime_api import RuntimeApi

emulator, moto, bootstrap, lake, texts = sys.argv[1:]


def client(service, url=moto):
    return boto3.client(service, endpoint_url=url, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")


def control(path, body=None):
    with urllib.request.urlopen(urllib.request.Request(f"{emulator}/_smsvoice/{path}", data=body)) as answer:
        return answer.read().decode()


def send():
    sms = client("pinpoint-sms-voice-v2", emulator)
    number = sms.request_phone_number(IsoCountryCode="US", MessageType="TRANSACTIONAL", NumberCapabilities=["SMS"], NumberType="LONG_CODE")
    for n in range(int(texts)):
        sms.send_text_message(
            DestinationPhoneNumber=f"+1425555{100 + n % 100:04}", MessageBody=f"Message {n}", OriginationIdentity=number["PhoneNumberId"])
    control("clock/advance", b'{"seconds": 700000}')
    for _ in range(600):
        health = json.loads(control("health"))
        if health["events"]["to_come"] == 0 and health["deliveries"]["owed"] == 0:
            break
        time.sleep(0.1)
    assert health["deliveries"]["owed"] == 0 and health["deliveries"]["undeliverable"] == 0, health


def identity(event):
    return event["messageId"], event["eventType"], event["eventTimestamp"]


def main():
    sqs, events = client("sqs"), client("events")
    url, arn = queue(sqs, "bridged")
    events.put_rule(Name="sms", EventPattern=json.dumps({"source": ["aws.sms-voice"]}))
    events.put_targets(Rule="sms", Targets=[{"Id": "queue", "Arn": arn}])
    send()
    emitted = control("events")
    payload = from_queue(sqs, url, arn)
    arrived = [json.loads(record["body"])["detail"] for record in payload["Records"]]
    assert collections.Counter(map(identity, arrived)) == collections.Counter(identity(json.loads(line)) for line in emitted.splitlines())
    function = RuntimeApi(bootstrap, lake, SMSVOICE_PHONE_NUMBERS="plain")
    kind, reply = function.invoke(json.dumps(payload).encode())
    function.stop()
    assert kind == "response" and json.loads(reply) == {"batchItemFailures": []}, reply
    print(emitted, end="")


main()
