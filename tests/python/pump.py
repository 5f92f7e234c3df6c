"""Carries what lies at moto's event destinations (see send_and_settle.py) to `bootstrap`, as AWS would invoke it.

    pump.py BOOTSTRAP MOTO_URL NOTIFICATIONS_FILE LAKE

Prints JSON: of each route how many invocations there were, and how many events.
"""

import base64
import gzip
import json
import sys

import boto3

from runtime_api import RuntimeApi

bootstrap, moto, notifications_file, lake = sys.argv[1:]
ACCOUNT = "123456789012"


def client(service):
    return boto3.client(service, endpoint_url=moto, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")


def sns_in_sqs():
    with open(notifications_file) as file:
        notifications = file.read().splitlines()
    for at in range(0, len(notifications), 10):
        batch = notifications[at : at + 10]
        yield len(batch), {"Records": [
            {"messageId": f"{at}-{n}", "receiptHandle": "r", "body": body, "attributes": {"SentTimestamp": "1795350903995"},
             "messageAttributes": {}, "eventSource": "aws:sqs", "eventSourceARN": f"arn:aws:sqs:us-east-1:{ACCOUNT}:events", "awsRegion": "us-east-1"}
            for n, body in enumerate(batch)
        ]}


def firehose_in_s3():
    for page in client("s3").get_paginator("list_objects_v2").paginate(Bucket="events", PaginationConfig={"PageSize": 100}):
        items = page.get("Contents", [])
        yield len(items), {"Records": [
            {"eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "us-east-1", "eventName": "ObjectCreated:Put",
             "eventTime": "2026-11-22T10:00:00.000Z",
             "s3": {"s3SchemaVersion": "1.0", "bucket": {"name": "events"}, "object": {"key": item["Key"], "size": item["Size"]}}}
            for item in items
        ]}


def logs_subscription():
    for page in client("logs").get_paginator("filter_log_events").paginate(logGroupName="events", PaginationConfig={"PageSize": 500}):
        lines = [{"id": line["eventId"], "timestamp": line["timestamp"], "message": line["message"]} for line in page["events"]]
        if lines:
            data = {"messageType": "DATA_MESSAGE", "owner": ACCOUNT, "logGroup": "events", "logStream": "s", "subscriptionFilters": ["all"],
                    "logEvents": lines}
            yield len(lines), {"awslogs": {"data": base64.b64encode(gzip.compress(json.dumps(data).encode())).decode()}}


def main():
    function = RuntimeApi(
        bootstrap, lake, AWS_REGION="us-east-1", AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test", AWS_ENDPOINT_URL=moto,
        SMSVOICE_PHONE_NUMBERS="plain")
    told = {}
    for route in [sns_in_sqs, firehose_in_s3, logs_subscription]:
        invocations, events = 0, 0
        for count, payload in route():
            kind, reply = function.invoke(json.dumps(payload).encode())
            reply = json.loads(reply)
            assert kind == "response" and not reply.get("batchItemFailures"), reply
            invocations, events = invocations + 1, events + count
        told[route.__name__] = {"invocations": invocations, "events": events}
    function.stop()
    print(json.dumps(told))


main()
