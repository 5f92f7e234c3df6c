"""Moto's side of event destinations. `make MOTO URL` makes topic, stream, log group, a set with the three destinations and a
number, and prints them (without URL moto's part alone); `read MOTO QUEUE` prints every event each destination got, one JSON object a destination and line."""
import json
import sys

import boto3

verb, moto = sys.argv[1:3]


def at(service, url=moto):
    return boto3.client(service, endpoint_url=url, region_name="us-east-1")


def make(url):
    topic = at("sns").create_topic(Name="events")["TopicArn"]
    queue = at("sqs").create_queue(QueueName="events")["QueueUrl"]
    arn = at("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    at("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    at("s3").create_bucket(Bucket="events")
    role = "arn:aws:iam::123456789012:role/events"
    stream = at("firehose").create_delivery_stream(DeliveryStreamName="events", ExtendedS3DestinationConfiguration={
        "RoleARN": role, "BucketARN": "arn:aws:s3:::events"})["DeliveryStreamARN"]
    at("logs").create_log_group(logGroupName="events")
    if url is None:
        print(json.dumps({"queue": queue}))
        return
    client = at("pinpoint-sms-voice-v2", url)
    client.create_configuration_set(ConfigurationSetName="set")
    for name, target in {"sns": {"SnsDestination": {"TopicArn": topic}},
                         "firehose": {"KinesisFirehoseDestination": {"IamRoleArn": role, "DeliveryStreamArn": stream}},
                         "logs": {"CloudWatchLogsDestination": {"IamRoleArn": role, "LogGroupArn": "arn:aws:logs:us-east-1:123456789012:log-group:events"}}}.items():
        client.create_event_destination(ConfigurationSetName="set", EventDestinationName=name, MatchingEventTypes=["ALL"], **target)
    number = client.request_phone_number(IsoCountryCode="US", MessageType="TRANSACTIONAL", NumberCapabilities=["SMS", "VOICE"], NumberType="LONG_CODE")
    print(json.dumps({"queue": queue, "number": number["PhoneNumberId"]}))


def show(name, event):
    print(json.dumps({"destination": name, "event": event}))


def read(queue):
    sqs, s3, logs = at("sqs"), at("s3"), at("logs")
    while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            show("sns", json.loads(message["Body"])["Message"])
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket="events"):
        for item in page.get("Contents", []):
            show("firehose", s3.get_object(Bucket="events", Key=item["Key"])["Body"].read().decode())
    for page in logs.get_paginator("filter_log_events").paginate(logGroupName="events"):
        for event in page["events"]:
            show("logs", event["message"])


make(*(sys.argv[3:] or [None])) if verb == "make" else read(sys.argv[3])
