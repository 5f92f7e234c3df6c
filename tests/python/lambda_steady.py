"""Memory of `bootstrap` from one invocation to the next. Usage: lambda_steady.py BOOTSTRAP EVENTS LAKE

Hands it Firehose transformations of 500 events each. Prints, as JSON and in KiB, what it holds before the first, after 40,
and after 200, and the most it held.
"""
import base64
import json
import sys

from runtime_api import RuntimeApi

RECORDS = 500


def request(lines):
    records = [{"recordId": f"{n:056}", "approximateArrivalTimestamp": 1795000000000, "data": base64.b64encode(line).decode()}
               for n, line in enumerate(lines)]
    arn = "arn:aws:firehose:us-east-1:111122223333:deliverystream/sms"
    return json.dumps({"invocationId": "i", "deliveryStreamArn": arn, "region": "us-east-1", "records": records}).encode()


def main():
    bootstrap, events, lake = sys.argv[1:]
    lines = open(events, "rb").read().splitlines()
    requests = [request(lines[at:at + RECORDS]) for at in range(0, len(lines) - RECORDS, RECORDS)]
    function = RuntimeApi(bootstrap, lake)
    function.seconds_to_first_next()
    held = {"idle": function.memory_kib()[0]}
    for n in range(1, 201):
        kind, reply = function.invoke(requests[n % len(requests)])
        results = {record["result"] for record in json.loads(reply)["records"]}
        assert kind == "response" and results == {"Ok"}, reply[:500]
        if n in (40, 200):
            held[f"after_{n}"] = function.memory_kib()[0]
    held["peak"] = function.memory_kib()[1]
    function.stop()
    print(json.dumps(held))


main()
