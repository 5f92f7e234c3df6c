"""Events through every route that moto's server carries, published by boto3, taken by `bootstrap`, written to a lake on moto's S3.

    aws_routes.py BOOTSTRAP MOTO_URL < EVENTS

One event a line. Where AWS would invoke the function (from a queue, a stream, a bucket), this script does, with the payload
AWS documents. Prints JSON: each route with its message id and reply, and every row and quarantined payload of the lake.
"""

import base64
import gzip
import io
import json
import sys
import time
import urllib.parse

import boto3
import pyarrow.parquet

from queues import from_queue, queue
from runtime_api import RuntimeApi

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/any"
bootstrap, moto = sys.argv[1:]


def client(service):
    return boto3.client(service, endpoint_url=moto, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")


s3, sqs, sns, firehose, logs, kinesis, events, secrets = map(
    client, ["s3", "sqs", "sns", "firehose", "logs", "kinesis", "events", "secretsmanager"]
)


def sns_to_sqs(event, raw):
    name = "raw" if raw else "wrapped"
    topic = sns.create_topic(Name=name)["TopicArn"]
    url, arn = queue(sqs, name)
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": str(raw).lower()})
    sns.publish(TopicArn=topic, Message=event)
    return from_queue(sqs, url, arn)


def fifo(event):
    url, arn = queue(sqs, "events.fifo", FifoQueue="true", ContentBasedDeduplication="true")
    sqs.send_message(QueueUrl=url, MessageBody=event, MessageGroupId="one")
    return from_queue(sqs, url, arn)


def event_bridge_to_sqs(event):
    url, arn = queue(sqs, "bridged")
    events.put_rule(Name="sms", EventPattern=json.dumps({"source": ["aws.sms-voice"]}))
    events.put_targets(Rule="sms", Targets=[{"Id": "queue", "Arn": arn}])
    events.put_events(Entries=[{"Source": "aws.sms-voice", "DetailType": "Text Message Delivery Status Updated", "Detail": event}])
    return from_queue(sqs, url, arn)


def through_kinesis(event):
    kinesis.create_stream(StreamName="events", ShardCount=1)
    kinesis.put_record(StreamName="events", Data=event, PartitionKey="any")
    arn = kinesis.describe_stream(StreamName="events")["StreamDescription"]["StreamARN"]
    shard = kinesis.list_shards(StreamName="events")["Shards"][0]["ShardId"]
    start = kinesis.get_shard_iterator(StreamName="events", ShardId=shard, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
    return {"Records": [
        {"eventSource": "aws:kinesis", "eventSourceARN": arn, "awsRegion": "us-east-1", "eventID": f"{shard}:{record['SequenceNumber']}",
         "kinesis": {"kinesisSchemaVersion": "1.0", "partitionKey": record["PartitionKey"], "sequenceNumber": record["SequenceNumber"],
                     "data": base64.b64encode(record["Data"]).decode(),
                     "approximateArrivalTimestamp": record["ApproximateArrivalTimestamp"].timestamp()}}
        for record in kinesis.get_records(ShardIterator=start)["Records"]
    ]}


def stream(name):
    s3.create_bucket(Bucket=name)
    made = firehose.create_delivery_stream(
        DeliveryStreamName=name, ExtendedS3DestinationConfiguration={"RoleARN": ROLE, "BucketARN": f"arn:aws:s3:::{name}"})
    return made["DeliveryStreamARN"]


def created(bucket):
    """The notification of the one object in a bucket."""
    for _ in range(100):
        for item in s3.list_objects_v2(Bucket=bucket).get("Contents", []):
            key = urllib.parse.quote_plus(item["Key"], safe="/")
            return {"Records": [{
                "eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "us-east-1", "eventTime": "2026-11-22T10:00:00.000Z",
                "eventName": "ObjectCreated:Put", "s3": {"s3SchemaVersion": "1.0", "bucket": {"name": bucket, "arn": f"arn:aws:s3:::{bucket}"},
                                                         "object": {"key": key, "size": item["Size"]}}}]}
        time.sleep(0.05)
    raise SystemExit(f"nothing arrived in {bucket}")


def firehose_to_s3(event):
    stream("archive")
    firehose.put_record(DeliveryStreamName="archive", Record={"Data": event.encode()})
    return created("archive")


def logs_to_firehose_to_s3(event):
    arn = stream("logged")
    logs.create_log_group(logGroupName="sms")
    logs.create_log_stream(logGroupName="sms", logStreamName="one")
    logs.put_subscription_filter(logGroupName="sms", filterName="all", filterPattern="", destinationArn=arn, roleArn=ROLE)
    logs.put_log_events(logGroupName="sms", logStreamName="one", logEvents=[{"timestamp": int(time.time() * 1000), "message": event}])
    return created("logged")


def s3_to_sqs(event):
    """The bucket's own notification, made by moto, of an object with an awkward key."""
    s3.create_bucket(Bucket="uploads")
    url, arn = queue(sqs, "uploads")
    configuration = {"QueueConfigurations": [{"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}]}
    s3.put_bucket_notification_configuration(Bucket="uploads", NotificationConfiguration=configuration)
    s3.put_object(Bucket="uploads", Key="2026/11/22/a b+ü=1.gz", Body=gzip.compress(event.encode()))
    return from_queue(sqs, url, arn)


def lake(table):
    """Every row of a table of the lake."""
    rows = []
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket="lake", Prefix=f"sms/{table}/"):
        for item in page.get("Contents", []):
            body = s3.get_object(Bucket="lake", Key=item["Key"])["Body"].read()
            rows += pyarrow.parquet.read_table(io.BytesIO(body), use_threads=False, pre_buffer=False).to_pylist()
    return rows


ROUTES = {
    "sns in sqs": lambda event: sns_to_sqs(event, False),
    "sqs": lambda event: sns_to_sqs(event, True),
    "fifo": fifo,
    "eventbridge in sqs": event_bridge_to_sqs,
    "kinesis": through_kinesis,
    "firehose in s3": firehose_to_s3,
    "logs in firehose in s3": logs_to_firehose_to_s3,
    "s3 in sqs": s3_to_sqs,
}


def main():
    s3.create_bucket(Bucket="lake")
    key = secrets.create_secret(Name="phone-key", SecretString="a key of more than sixteen bytes")
    function = RuntimeApi(
        bootstrap, "s3://lake/sms", AWS_REGION="us-east-1", AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test", AWS_ENDPOINT_URL=moto,
        SMSVOICE_PHONE_NUMBERS="hmac", SMSVOICE_PHONE_KEY=key["ARN"])
    routes = []
    lines = sys.stdin.read().splitlines()
    assert len(lines) >= len(ROUTES)
    for (name, carry), event in zip(ROUTES.items(), lines):
        payload = carry(event)
        kind, reply = function.invoke(json.dumps(payload).encode())
        routes.append({"route": name, "message_id": json.loads(event)["messageId"], "kind": kind, "reply": json.loads(reply)})
    function.stop()
    shown = ["message_id", "source", "destination_phone_number", "aws_region", "account_id"]
    rows = [{name: row[name] for name in shown} for row in lake("events")]
    print(json.dumps({"routes": routes, "key_version": key["VersionId"], "rows": rows, "quarantined": len(lake("quarantine"))}))


main()
