"""Events a second through `bootstrap`, warm, over Firehose transformations, beside a minimal Node handler that writes nothing;
and what one invocation of 1, 10, 100, 500 and 10,000 records costs.

    cargo build --profile lambda -p smsvoice-ingest && cargo build --release
    python3 tests/python/lambda_speed.py target/lambda/bootstrap target/release/smsvoice
"""

import base64
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

from runtime_api import RuntimeApi

YARDSTICK = pathlib.Path(__file__).parent.parent / "node" / "yardstick.mjs"


def request(lines):
    records = [
        {"recordId": f"{n:056}", "approximateArrivalTimestamp": 1795000000000, "data": base64.b64encode(line).decode()}
        for n, line in enumerate(lines)
    ]
    arn = "arn:aws:firehose:us-east-1:111122223333:deliverystream/sms"
    return json.dumps({"invocationId": "i", "deliveryStreamArn": arn, "region": "us-east-1", "records": records}).encode()


def main():
    bootstrap, smsvoice = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        events = os.path.join(folder, "events.ndjson")
        subprocess.run([smsvoice, "generate", "--messages", "60000", "--days", "1", "--out", events], check=True, stdout=subprocess.DEVNULL)
        lines = pathlib.Path(events).read_bytes().splitlines()
        ratios = []
        for run in range(5):
            part = lines[run * 25000 : run * 25000 + 25000]
            requests = [request(part[at : at + 500]) for at in range(0, len(part), 500)]
            files = []
            for n, payload in enumerate(requests):
                files.append(os.path.join(folder, f"{n}.json"))
                pathlib.Path(files[-1]).write_bytes(payload)
            function = RuntimeApi(bootstrap, os.path.join(folder, f"lake-{run}"))
            function.invoke(request(lines[-500:]))
            started = time.perf_counter()
            for payload in requests:
                kind, _ = function.invoke(payload)
                assert kind == "response"
            ours = len(part) / (time.perf_counter() - started)
            function.stop()
            node = int(subprocess.run(["node", YARDSTICK, *files], check=True, capture_output=True, text=True).stdout)
            ratios.append(ours / node)
            print(f"bootstrap {ours:,.0f} events/s, Node {node:,} events/s, ratio {ratios[-1]:.2f}")
        print(f"median ratio {statistics.median(ratios):.2f}")
        costs(bootstrap, os.path.join(folder, "lake-costs"), lines)


def costs(bootstrap, lake, lines):
    function = RuntimeApi(bootstrap, lake)
    at = 0
    for records in [1, 10, 100, 500, 10000]:
        times = []
        for _ in range(3 if records == 10000 else 20):
            payload = request(lines[at : at + records])
            at = (at + records) % (len(lines) - 10000)
            started = time.perf_counter()
            function.invoke(payload)
            times.append(time.perf_counter() - started)
        median = statistics.median(times)
        print(f"{records:6} records: {median * 1e3:8.2f} ms an invocation, {median / records * 1e6:8.1f} us a record")
    function.stop()


if __name__ == "__main__":
    main()
