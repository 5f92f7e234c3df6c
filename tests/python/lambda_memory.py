"""Memory of `bootstrap`: 6 MB payloads of each envelope, bombs of every kind, and a 2 GB gzip object in S3.

    cargo build --profile deploy -p smsvoice-ingest && cargo build --release
    cargo install s3s-fs@0.14.1 --features binary
    python3 tests/python/lambda_memory.py target/deploy/bootstrap target/release/smsvoice [s3s-fs]

Prints time, and resident memory when idle and at its peak. A bomb may take at most 64 MiB more than the idle function has,
and no longer than its deadline: the script fails otherwise. With s3s-fs, the object is made (a few minutes) and read.
"""

import base64
import gzip
import hashlib
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time

import runtime_api
from runtime_api import RuntimeApi

PAYLOAD = 6_000_000
MOST_MIB = 64  # that any payload may take above what an idle function holds
over = []
MESSAGES_OF_2_GB = 11_000_000  # 22 GB of events
QUEUE = "arn:aws:sqs:us-east-1:111122223333:sms"
STREAM = "arn:aws:firehose:us-east-1:111122223333:deliverystream/sms"


def filled(lines, record, around):
    """The payload of as many records as make 6 MB."""
    records, size = [], 0
    for n, line in enumerate(lines):
        text = json.dumps(record(n, line))
        if size + len(text) > PAYLOAD - 500:
            break
        records.append(text)
        size += len(text) + 2
    return around(", ".join(records)).encode()


def base64_of(line):
    return base64.b64encode(line.encode()).decode()


def log_event(n, line):
    """With an id as CloudWatch Logs has them: 56 digits that compress badly."""
    number = int.from_bytes(hashlib.sha256(str(n).encode()).digest()[:23], "big")
    return {"id": f"{number:056}", "timestamp": 1795000000000, "message": line}


def logs(lines):
    """A subscription's payload: what fits into 6 MB of base64, and inflates no further than is read."""
    taken = 10_000
    while True:
        events = [log_event(n, line) for n, line in enumerate(lines[:taken])]
        data = {"messageType": "DATA_MESSAGE", "owner": "111122223333", "logGroup": "g", "logStream": "s", "subscriptionFilters": ["f"], "logEvents": events}
        text = json.dumps(data).encode()
        packed = base64.b64encode(gzip.compress(text, 6))
        fits = min(PAYLOAD / len(packed), (16 << 20) / len(text))
        if 1 < fits < 1.02 or taken == len(lines):
            print(f"  (the subscription's {len(events)} events inflate to {len(text) / 1e6:.0f} MB)")
            return b'{"awslogs": {"data": "' + packed + b'"}}'
        taken = min(int(taken * fits * 0.99), len(lines))


def day(n):
    """An event of one of four channels, on one of 29,000 days."""
    kind = ["TEXT_SENT", "VOICE_COMPLETED", "MEDIA_SENT", "RCS_SENT"][n % 4]
    return json.dumps({"eventType": kind, "messageId": f"m-{n}", "eventTimestamp": 1_300_000_000_000 + n // 4 % 29_000 * 86_400_000})


def days(first, last):
    return "\n".join(day(n) for n in range(first, last)).encode()


def bombs():
    """Small payloads that would take much memory or time; what each inflates to is 16 MiB, the most that is read, or more."""
    mib = 1 << 20
    gz = lambda data: base64.b64encode(gzip.compress(data, 9)).decode()
    firehose = lambda pieces: json.dumps({"invocationId": "i", "deliveryStreamArn": STREAM, "region": "us-east-1",
                                          "records": [{"recordId": f"r{n}", "data": data} for n, data in enumerate(pieces)]}).encode()
    blanks = b" " * (16 * mib - 100)
    for name, data in {"blanks, 39 MiB": b" " * 39 * mib, "blanks": blanks, "an open string": b'"' + blanks, "an object": b'{"a":"' + blanks + b'"}',
                       "a broken event": b'{"eventType":"' + blanks + b'"}', "escapes": b'{"a":"' + b"\\u007b" * (16 * mib // 6 - 100) + b'"}',
                       "members": b'{"a":1' + b"".join(b',"%07d":1' % n for n in range(mib)) + b"}", "numbers": b"[1" + b",1" * (8 * mib - 10) + b"]",
                       "events of 116,000 days": days(0, 116_000)}.items():
        yield f"one piece: {name}", firehose([gz(data)])
    yield "32 pieces of open strings", firehose([gz(b'"' + blanks)] * 32)
    yield "100 pieces of {}", firehose([gz(b"{}" * (8 * mib - 10))] * 100)
    yield "300,000 days in 3 pieces", firehose([gz(days(n, n + 100_000)) for n in range(0, 300_000, 100_000)])
    yield "10,000 days in SQS", json.dumps({"Records": [{"messageId": "1", "receiptHandle": "r", "body": days(0, 10_000).decode(), "eventSource": "aws:sqs", "eventSourceARN": QUEUE}]}).encode()
    yield "6 MB of numbers", b"[1" + b",1" * 3_000_000 + b"]"
    yield "6 MB of a string", b'"' + b"x" * 6_000_000 + b'"'


DEADLINE = 60  # seconds


def bomb():
    """Gzip of 1 GB of blanks, as a subscription and as a Firehose record: about 1 MB, filled up with random bytes in its name."""
    packer = subprocess.run("head -c 1000000000 /dev/zero | tr '\\0' ' ' | gzip -9", shell=True, check=True, capture_output=True).stdout
    data = base64.b64encode(packer).decode()
    record = {"recordId": "r", "approximateArrivalTimestamp": 1795000000000, "data": data}
    firehose = {"invocationId": "i" * 4_000_000, "deliveryStreamArn": STREAM, "region": "us-east-1", "records": [record]}
    return [json.dumps({"awslogs": {"data": data}}).encode(), json.dumps(firehose).encode()]


def payloads(lines):
    sqs = lambda n, line: {"messageId": str(n), "receiptHandle": "r", "body": line, "attributes": {"SentTimestamp": "1795000000000"},
                           "eventSource": "aws:sqs", "eventSourceARN": QUEUE, "awsRegion": "us-east-1"}
    sns = lambda n, line: {"EventSource": "aws:sns", "Sns": {"Type": "Notification", "MessageId": str(n), "TopicArn": "arn:aws:sns:us-east-1:111122223333:sms",
                                                             "Message": line, "Timestamp": "2026-11-18T11:06:40.000Z"}}
    bridge = lambda n, line: sqs(n, json.dumps({"version": "0", "id": str(n), "detail-type": "Text Message Delivery Status Updated", "source": "aws.sms-voice",
                                                "account": "111122223333", "time": "2026-11-18T11:06:40Z", "region": "us-east-1", "resources": [],
                                                "detail": json.loads(line)}))
    kinesis = lambda n, line: {"eventSource": "aws:kinesis", "eventSourceARN": "arn:aws:kinesis:us-east-1:111122223333:stream/sms",
                               "kinesis": {"partitionKey": "p", "data": base64_of(line), "sequenceNumber": str(n), "approximateArrivalTimestamp": 1795000000.0}}
    firehose = lambda n, line: {"recordId": f"{n:056}", "approximateArrivalTimestamp": 1795000000000, "data": base64_of(line)}
    records = lambda inner: '{"Records": [' + inner + "]}"
    yield "SQS", filled(lines, sqs, records)
    yield "SNS in SQS", filled(lines, lambda n, line: sqs(n, json.dumps(sns(n, line)["Sns"])), records)
    yield "EventBridge in SQS", filled(lines, bridge, records)
    yield "SNS", filled(lines, sns, records)
    yield "Kinesis", filled(lines, kinesis, records)
    around = lambda inner: '{"invocationId": "i", "deliveryStreamArn": "' + STREAM + '", "region": "us-east-1", "records": [' + inner + "]}"
    yield "Firehose", filled(lines, firehose, around)
    yield "CloudWatch Logs", logs(lines)
    yield "array of events", filled(lines, lambda _, line: json.loads(line), lambda inner: f"[{inner}]")
    yield "array of no events", b"[1" + b",1" * (PAYLOAD // 2) + b"]"
    yield "broken lines in Firehose", around(json.dumps({"recordId": "r", "data": base64_of("{x\n" * (PAYLOAD // 4))})).encode()
    yield "garbage", b'"' + b"x" * PAYLOAD + b'"'
    for n, payload in enumerate(bomb()):
        yield f"1 GB bomb, {['CloudWatch Logs', 'Firehose'][n]}", payload


def measured(function, name, payload):
    with open(f"/proc/{function.process.pid}/clear_refs", "w") as clear:
        clear.write("5")
    before = function.memory_kib()[0]
    started = time.perf_counter()
    kind, reply = function.invoke(payload)
    seconds = time.perf_counter() - started
    after, peak = function.memory_kib()
    print(f"{name:34} {len(payload) / 1e6:4.1f} MB: {kind:8} {seconds * 1e3:6.0f} ms, {(peak - before) / 1024:6.1f} MiB above the {before >> 10} MiB before; after it {after >> 10} MiB")
    if peak - before > MOST_MIB << 10:
        over.append(name)
    return (peak - before) / 1024, seconds


def of_bombs(bootstrap, folder):
    runtime_api.SECONDS = DEADLINE
    for name, payload in bombs():
        function = RuntimeApi(bootstrap, os.path.join(folder, "bombs", name.replace("/", " ")))
        function.seconds_to_first_next()
        function.invoke(b'{"Records": []}')
        mib, seconds = measured(function, name, payload)
        function.stop()
        assert mib <= MOST_MIB, f"{name}: {mib:.1f} MiB above idle"
        assert seconds <= DEADLINE + 0.2, f"{name}: {seconds:.1f} s of {DEADLINE} s"


def object_of_2_gb(bootstrap, smsvoice, s3s, folder):
    root = os.path.join(folder, "s3")
    os.makedirs(os.path.join(root, "archive"))
    os.makedirs(os.path.join(root, "lake"))
    path = os.path.join(root, "archive", "events.gz")
    packing = f"{smsvoice} generate --messages {MESSAGES_OF_2_GB} --days 30 --out /dev/stdout | head -n -1 | gzip -1 > {path}"  # the last line is a summary
    subprocess.run(packing, shell=True, check=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen([s3s, "--host", "127.0.0.1", "--port", str(port), "--access-key", "test", "--secret-key", "testtest", root],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(1)
    function = RuntimeApi(bootstrap, "s3://lake/sms", AWS_REGION="us-east-1", AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="testtest",
                          AWS_ENDPOINT_URL=f"http://127.0.0.1:{port}")
    record = {"eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "us-east-1", "eventTime": "2026-11-18T11:06:40.000Z", "eventName": "ObjectCreated:Put",
              "s3": {"s3SchemaVersion": "1.0", "bucket": {"name": "archive"}, "object": {"key": "events.gz", "size": os.path.getsize(path)}}}
    started = time.perf_counter()
    kind, reply = function.invoke(json.dumps({"Records": [record]}).encode())
    seconds = time.perf_counter() - started
    peak = function.memory_kib()[1]
    print(f"{os.path.getsize(path) / 1e9:.2f} GB gzip object: {kind} {reply[:300].decode()}, {seconds:.0f} s, peak {peak >> 10} MiB in all")
    function.stop()
    server.kill()


def main():
    bootstrap, smsvoice, *s3s = sys.argv[1:]
    folder = tempfile.mkdtemp(prefix="smsvoice-memory-")
    events = os.path.join(folder, "events.ndjson")
    subprocess.run([smsvoice, "generate", "--messages", "60000", "--out", events], check=True, stdout=subprocess.DEVNULL)
    lines = pathlib.Path(events).read_text().splitlines()
    for name, payload in payloads(lines):
        # A process of its own for each: what one leaves behind is not the next one's.
        function = RuntimeApi(bootstrap, os.path.join(folder, "lake", name))
        function.seconds_to_first_next()
        measured(function, name, payload)
        function.stop()
    of_bombs(bootstrap, folder)
    if s3s:
        object_of_2_gb(bootstrap, smsvoice, s3s[0], folder)
    shutil.rmtree(folder)
    sys.exit(f"over {MOST_MIB} MiB: {', '.join(over)}" if over else 0)


if __name__ == "__main__":
    main()
