"""Events a second through a warm function, over Firehose transformations of 500 records, beside a minimal Node handler that
writes nothing; and what one invocation of 1, 10, 100, 500 and 10,000 records costs.

    cargo build --profile deploy -p smsvoice-ingest --example warm && cargo build --release
    python3 tests/python/lambda_speed.py target/deploy/examples/warm target/release/smsvoice

Both handle the same payloads in their own process, in turn; the median of the ratios is printed, for events of all four
channels (four files an invocation) and for texts alone (one). Of small invocations it is told where the fixed part goes:
reading, encoding Parquet and putting files are timed each by itself; in an invocation the last two overlap.
"""

import base64
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

YARDSTICK = pathlib.Path(__file__).parent.parent / "node" / "yardstick.mjs"


def request(lines):
    records = [
        {"recordId": f"{n:056}", "approximateArrivalTimestamp": 1795000000000, "data": base64.b64encode(line).decode()}
        for n, line in enumerate(lines)
    ]
    arn = "arn:aws:firehose:us-east-1:111122223333:deliverystream/sms"
    return json.dumps({"invocationId": "i", "deliveryStreamArn": arn, "region": "us-east-1", "records": records})


def payloads(folder, lines, records):
    """Files of as many requests as the lines fill, at most 400."""
    files = []
    for at in range(0, min(len(lines) - records, 399 * records) + 1, records):
        files.append(os.path.join(folder, f"{len(files):05}.json"))
        pathlib.Path(files[-1]).write_text(request(lines[at : at + records]))
    return files


def printed(*command):
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def warm(program, folder, files):
    # A folder of its own each time, removed at the end: where files have just been deleted, ext4 is slow to make new ones.
    return printed(program, tempfile.mkdtemp(dir=folder), *files)


def main():
    program, smsvoice = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        events = os.path.join(folder, "events.ndjson")
        subprocess.run([smsvoice, "generate", "--messages", "100000", "--days", "1", "--out", events], check=True, stdout=subprocess.DEVNULL)
        lines = pathlib.Path(events).read_bytes().splitlines()
        for name, lines in {"all channels": lines, "texts alone": [line for line in lines if b'"TEXT_' in line]}.items():
            files = payloads(folder, lines, 500)
            ratios = []
            for _ in range(5):
                ours, node = warm(program, folder, files), printed("node", YARDSTICK, *files)
                ratios.append(ours / node)
                print(f"{name}: {ours:,.0f} events/s, Node {node:,.0f} events/s, ratio {ratios[-1]:.2f}")
            print(f"{name}: median ratio {statistics.median(ratios):.2f}")
            for records in [1, 10, 100, 500, 10000]:
                rate = warm(program, folder, payloads(folder, lines, records))
                print(f"{records:6} records: {records / rate * 1e3:8.2f} ms an invocation, {1e6 / rate:8.1f} us a record")
            for records in [1, 10]:
                command = [program, "--parts", tempfile.mkdtemp(dir=folder), *payloads(folder, lines, records)]
                read, encode, put, whole = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
                print(f"{records:6} records: {read} us reading, {encode} us encoding, {put} us putting; {whole} us the whole invocation")


if __name__ == "__main__":
    main()
