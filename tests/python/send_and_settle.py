"""Sends messages by boto3 to an emulator and waits until every event has been emitted and delivered.

    send_and_settle.py EMULATOR_URL TEXTS CALLS [MOTO_URL NOTIFICATIONS_FILE]

With MOTO_URL the configuration set has three event destinations on moto's server: a topic, a delivery stream (with a bucket
behind it) and a log group, all named `events`. An HTTP endpoint subscribes to the topic (moto's queues become slow when
they are long) and writes its notifications to NOTIFICATIONS_FILE, one a line. Prints the emitted events, one a line.
"""

import concurrent.futures
import http.server
import json
import sys
import threading
import time
import urllib.request

import boto3
from botocore.config import Config

emulator, texts, calls = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
moto, notifications_file = sys.argv[4:] or (None, None)
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
    sns = client("sns", moto)
    topic = sns.create_topic(Name="events")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=f"http://127.0.0.1:{listen()}")
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


def listen():
    """Takes the topic's notifications; returns the port."""
    file = open(notifications_file, "w")
    lock = threading.Lock()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            if json.loads(body)["Type"] == "Notification":
                with lock:
                    file.write(json.dumps(json.loads(body)) + "\n")
                    file.flush()
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def main():
    sms.create_configuration_set(ConfigurationSetName="set")
    if moto:
        make_destinations()
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
    assert health["messages"] == texts + calls, health
    assert health["deliveries"]["owed"] == 0 and health["deliveries"]["undeliverable"] == 0, health
    print(control("events"), end="")


main()
