"""A log group on moto's server as an event destination. `make MOTO` makes the group `events` and prints its ARN; `read MOTO`
prints every event it got, one a line; `put MOTO` puts what stands on stdin as one event of now."""
import sys
import time

import boto3

verb, moto = sys.argv[1:]
logs = boto3.client("logs", endpoint_url=moto, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
if verb == "make":
    logs.create_log_group(logGroupName="events")
    print("arn:aws:logs:us-east-1:123456789012:log-group:events")
elif verb == "put":
    if not logs.describe_log_streams(logGroupName="events")["logStreams"]:
        logs.create_log_stream(logGroupName="events", logStreamName="one")
    event = {"timestamp": int(time.time() * 1000), "message": sys.stdin.read()}
    logs.put_log_events(logGroupName="events", logStreamName="one", logEvents=[event])
else:
    for page in logs.get_paginator("filter_log_events").paginate(logGroupName="events"):
        for event in page["events"]:
            print(event["message"])
