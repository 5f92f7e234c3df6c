"""Sends messages by boto3 to an emulator and waits until every event has been emitted and delivered.

    send_and_settle.py EMULATOR_URL TEXTS CALLS [MOTO_URL QUEUED_FILE]

With MOTO_URL the configuration set has three event destinations on moto's server: a topic (with a queue behind it), a
delivery stream (with a bucket behind it) and a log group, all named `events`. What comes into the queue goes to QUEUED_FILE
at once, a message a line: moto's queues become slow when they are long. Prints the emitted events, one a line.
"""

import concurrent.futures
import json
import sys
import threading
import time
import urllib.request

import boto3
from botocore.config import Config

emulator, texts, calls = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
moto, queued_file = sys.argv[4:] or (None, None)
ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/events"
COUNTRIES = ["+1425555", "+1206555", "+447700900", "+3197010"]


def client(service, url):
    config = Config(max_pool_connections=16)
    return boto3.client(service, endpoint_url=url, region_name="us-east-1", config=config, aws_access_key_id="test", aws_secret_access_key="test")


sms = client("pinpoint-sms-voice-v2", emulator)


def control(path, body=None):
    with urllib.request.urlopen(urllib.request.Request(f"{emulator}/_smsvoice/{path}", data=body)) as answer:
        return answer.read().decode()


def make_destinations():
    sns, sqs = client("sns", moto), client("sqs", moto)
    topic = sns.create_topic(Name="events")["TopicArn"]
    queue = sqs.create_queue(QueueName="events")["QueueUrl"]
    queue_arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue_arn)
    client("s3", moto).create_bucket(Bucket="events")
    stream = client("firehose", moto).create_delivery_stream(
        DeliveryStreamName="events", ExtendedS3DestinationConfiguration={"RoleARN": ROLE, "BucketARN": "arn:aws:s3:::events"})
    client("logs", moto).create_log_group(logGroupName="events")
    group = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:events"
    for name, target in {
        "sns": {"SnsDestination": {"TopicArn": topic}},
        "firehose": {"KinesisFirehoseDestination": {"IamRoleArn": ROLE, "DeliveryStreamArn": stream["DeliveryStreamARN"]}},
        "logs": {"CloudWatchLogsDestination": {"IamRoleArn": ROLE, "LogGroupArn": group}},
    }.items():
        sms.create_event_destination(ConfigurationSetName="set", EventDestinationName=name, MatchingEventTypes=["ALL"], **target)


def empty_queue(settled):
    sqs = client("sqs", moto)
    queue = sqs.get_queue_url(QueueName="events")["QueueUrl"]
    with open(queued_file, "w") as file:
        while True:
            was_settled = settled.is_set()
            messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, AttributeNames=["All"]).get("Messages", [])
            for message in messages:
                file.write(json.dumps(message) + "\n")
            if messages:
                entries = [{"Id": str(n), "ReceiptHandle": message["ReceiptHandle"]} for n, message in enumerate(messages)]
                sqs.delete_message_batch(QueueUrl=queue, Entries=entries)
            elif was_settled:
                return
            else:
                time.sleep(0.02)


def main():
    sms.create_configuration_set(ConfigurationSetName="set")
    settled = threading.Event()
    if moto:
        make_destinations()
        emptying = threading.Thread(target=empty_queue, args=[settled])
        emptying.start()
    number = sms.request_phone_number(
        IsoCountryCode="US", MessageType="TRANSACTIONAL", NumberCapabilities=["SMS", "VOICE"], NumberType="LONG_CODE")
    sms.update_phone_number(PhoneNumberId=number["PhoneNumberId"], InternationalSendingEnabled=True)
    origin = {"OriginationIdentity": number["PhoneNumberId"], "ConfigurationSetName": "set"}

    def text(n):
        to = COUNTRIES[n % len(COUNTRIES)] + f"{100 + n // 4 % 100:04}"
        sms.send_text_message(DestinationPhoneNumber=to, MessageBody=f"Message {n}", Context={"campaign": f"c{n % 3}"}, **origin)

    def call(n):
        sms.send_voice_message(DestinationPhoneNumber=f"+1425555{100 + n % 100:04}", MessageBody=f"Call {n}", **origin)

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        list(pool.map(text, range(texts)))
        list(pool.map(call, range(calls)))
    control("clock/advance", b'{"seconds": 700000}')
    for _ in range(3000):
        health = json.loads(control("health"))
        if health["events"]["to_come"] == 0 and health["deliveries"]["owed"] == 0:
            break
        time.sleep(0.1)
    settled.set()
    if moto:
        emptying.join()
    assert health["messages"] == texts + calls, health
    assert health["deliveries"]["owed"] == 0 and health["deliveries"]["undeliverable"] == 0, health
    print(control("events"), end="")


main()
