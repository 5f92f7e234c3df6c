"""Every sample that is a payload, through `bootstrap`: the reply by its contract, key by key, and the rows it left in the lake.

    cargo build --profile deploy -p smsvoice-ingest
    python3 tests/python/sample_replies.py target/deploy/bootstrap [cargo-lambda]

Alone, `bootstrap` runs under the small server of runtime_api.py; with the program of that name (`pip install cargo-lambda`) under
the server of `cargo lambda watch`. Prints JSON: how many samples, events and quarantined pieces there were.
"""

import base64
import collections
import http.server
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

import pyarrow.parquet

from runtime_api import RuntimeApi

ROOT = pathlib.Path(__file__).parents[2]
SAMPLES = ROOT / "samples"
OBJECT = SAMPLES / "envelopes" / "ndjson.ndjson.gz"  # what the samples of S3 notifications name
EVENTS_IN_OBJECT = 2
LEDGER = {"received", "written", "already_there", "duplicates", "quarantined", "to_retry", "differing", "unknown_types", "without_number", "removed_objects", "by_source", "by_reason"}
RECORDS = ["aws:sqs", "aws:sns", "aws:kinesis", "aws:s3"]
MARKS = ["records", "awslogs", "logEvents", "detail-type", "TopicArn", "event_type", "inboundMessageId", "notification", "Event"]


class CargoLambda:
    """`bootstrap` behind `cargo lambda watch`, which serves the Runtime API and starts nothing itself."""

    def __init__(self, program, bootstrap, lake, **env):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        watch = [program, "lambda", "watch", "--only-lambda-apis", "--invoke-address", "127.0.0.1", "--invoke-port", str(port)]
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.server = subprocess.Popen(watch, cwd=ROOT, **quiet)
        until = time.monotonic() + 60
        while socket.socket().connect_ex(("127.0.0.1", port)):
            assert time.monotonic() < until and self.server.poll() is None, "cargo lambda watch does not listen"
            time.sleep(0.05)
        self.url = f"http://127.0.0.1:{port}/2015-03-31/functions/bootstrap/invocations"
        environment = {
            "PATH": os.environ["PATH"], "AWS_LAMBDA_RUNTIME_API": f"http://127.0.0.1:{port}/.rt/bootstrap", "AWS_LAMBDA_FUNCTION_NAME": "bootstrap",
            "AWS_LAMBDA_FUNCTION_VERSION": "1", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256", "SMSVOICE_LAKE": lake, **env,
        }
        self.process = subprocess.Popen([bootstrap], env=environment, **quiet)

    def invoke(self, payload):
        try:
            with urllib.request.urlopen(urllib.request.Request(self.url, data=payload), timeout=60) as reply:
                return "response", reply.read()
        except urllib.error.HTTPError as error:
            return "error", error.read()

    def stop(self):
        for process in [self.process, self.server]:
            process.kill()
            process.wait()


class Bucket(http.server.BaseHTTPRequestHandler):
    """S3, as far as reading one object goes."""

    def do_GET(self, wanted=True):
        body = OBJECT.read_bytes()
        self.send_response(206 if wanted else 200)  # of parts, the only one
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Range", f"bytes 0-{len(body) - 1}/{len(body)}")
        self.send_header("ETag", '"any"')
        self.send_header("Last-Modified", "Mon, 16 Nov 2026 09:31:03 GMT")
        self.end_headers()
        if wanted:
            self.wfile.write(body)

    def do_HEAD(self):
        self.do_GET(wanted=False)

    def log_message(self, *_):
        pass


def samples():
    """Path, bytes and expected counts of every sample that Lambda would let through: what is JSON."""
    for path, expected in sorted(json.loads((SAMPLES / ".expected.json").read_text()).items()):
        text = (SAMPLES / path).read_bytes()
        try:
            yield path, text, json.loads(text.decode()), expected
        except ValueError:
            continue


def rows(lake, table):
    files = sorted(pathlib.Path(lake, table).rglob("*.parquet"))
    return [row for file in files for row in pyarrow.parquet.ParquetFile(file, pre_buffer=False).read(use_threads=False).to_pylist()]


def service(payload):
    """Who invoked, as far as the reply depends on it."""
    records = payload.get("Records") if isinstance(payload, dict) else None
    if records and isinstance(records, list) and isinstance(records[0], dict):
        return records[0].get("eventSource", records[0].get("EventSource", "")).removeprefix("aws:")
    return "firehose" if isinstance(payload, dict) and isinstance(payload.get("records"), list) else ""


def source(payload):
    """The outermost envelope, as the column `source` has it; nothing where none is named."""
    keys = payload if isinstance(payload, dict) else {}
    named = {"awslogs": "logs", "logEvents": "logs", "TopicArn": "sns", "detail-type": "eventbridge"}
    return service(payload) or next((kind for key, kind in named.items() if key in keys), "")


def firehose_reply(payload, reply):
    assert reply.keys() == {"records"}
    assert [answer["recordId"] for answer in reply["records"]] == [record["recordId"] for record in payload["records"]]
    for answer, record in zip(reply["records"], payload["records"]):
        if answer["result"] == "ProcessingFailed":
            assert answer.keys() == {"recordId", "result"}
            continue
        assert answer.keys() == {"recordId", "result", "data", "metadata"} and answer["result"] == "Ok"
        assert answer["metadata"].keys() == {"partitionKeys"} and answer["metadata"]["partitionKeys"].keys() == {"channel", "dt"}
        data, original = base64.b64decode(answer["data"]), base64.b64decode(record["data"])
        assert data.endswith(b"\n") and (original[:2] == b"\x1f\x8b" or data.rstrip(b"\n") == original.rstrip(b"\n"))


def check_reply(kind, reply, payload, expected, events):
    keys = payload if isinstance(payload, dict) else {}
    known = any(mark in keys for mark in MARKS) or "aws:" + service(payload) in RECORDS
    ours = events or known or expected["records"] == 0
    if not ours:
        assert kind == "error" and reply["errorType"] == "Unrecognized" and "quarantine" in reply["errorMessage"]
        return
    assert kind == "response"
    if service(payload) in ["sqs", "kinesis"]:
        assert reply == {"batchItemFailures": []}
    elif service(payload) == "firehose":
        firehose_reply(payload, reply)
    else:
        assert reply.keys() == LEDGER
        assert reply["received"] == reply["written"] + reply["duplicates"] + reply["quarantined"] and reply["to_retry"] == 0
        assert (reply["written"], reply["quarantined"], reply["by_reason"]) == (events, expected["quarantined"], expected.get("reasons", {}))


def check_rows(lake, payload, expected, events):
    written, kept = rows(lake, "events"), rows(lake, "quarantine")
    assert len(written) == len({(row["message_id"], row["event_type"], row["event_time"]) for row in written}) == events
    assert dict(collections.Counter(row["reason"] for row in kept)) == expected.get("reasons", {})
    assert all(row["message_id"] and row["event_type"] and row["event_time"] for row in written)
    told = "s3" if expected.get("objects") else source(payload)
    assert not told or {row["source"] for row in written} <= {told}, (told, written)


def main():
    bootstrap, *cargo_lambda = sys.argv[1:]
    folder = tempfile.mkdtemp(prefix="smsvoice-samples-")
    lake = os.path.join(folder, "lake")
    bucket = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Bucket)
    threading.Thread(target=bucket.serve_forever, daemon=True).start()
    env = {"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
           "AWS_ENDPOINT_URL": f"http://127.0.0.1:{bucket.server_address[1]}"}
    function = CargoLambda(cargo_lambda[0], bootstrap, lake, **env) if cargo_lambda else RuntimeApi(bootstrap, lake, **env)
    told = collections.Counter()
    try:
        for path, text, payload, expected in samples():
            kind, reply = function.invoke(text)
            events = expected["events"] + expected.get("objects", 0) * EVENTS_IN_OBJECT
            try:
                check_reply(kind, json.loads(reply), payload, expected, events)
                check_rows(lake, payload, expected, events)
            except AssertionError as error:
                raise SystemExit(f"{path}: {kind} {reply[:2000].decode()}\n{error!r}") from error
            told.update(samples=1, envelopes=path.startswith("envelopes/"), events=events, quarantined=expected["quarantined"])
            for table in ["events", "quarantine"]:
                shutil.rmtree(os.path.join(lake, table), ignore_errors=True)  # the next sample begins with an empty lake
    finally:
        function.stop()
        shutil.rmtree(folder)
    print(json.dumps(told))


main()
