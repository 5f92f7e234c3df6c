"""S3 Batch Operations for `smsvoice backfill`: S3's control plane, which moto lacks, and the service behind it.

    s3_batch.py SMSVOICE BOOTSTRAP MOTO_URL EVENTS OBJECTS

Cuts EVENTS into OBJECTS objects with awkward keys on moto's S3, and starts `smsvoice backfill`. For the job that it makes, this
script does what S3 does: reads the manifest, invokes `bootstrap` for each object (some of them twice, as S3 may), repeats what
fails for the moment, and writes the completion report. Prints JSON: what the command printed, and the lake's tables.

The request is compared with the one that boto3 makes of what `--dry-run` prints.
"""

import concurrent.futures
import csv
import gzip
import http.server
import io
import json
import os
import subprocess
import sys
import threading
import urllib.parse
import xml.etree.ElementTree as ElementTree

import boto3
import pyarrow.parquet
from botocore.serialize import create_serializer

from runtime_api import RuntimeApi

ACCOUNT = "123456789012"
FUNCTIONS = 3  # at a time
FUNCTION = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:sms"
smsvoice, bootstrap, moto, events, objects = sys.argv[1:]
keys = dict(region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
environment = {
    "PATH": os.environ["PATH"], "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_EC2_METADATA_DISABLED": "true", "AWS_ENDPOINT_URL": moto, "AWS_ALLOW_HTTP": "true",
}
s3 = boto3.client("s3", endpoint_url=moto, **keys)


def tree(xml):
    """An element without namespaces, in an order of its own: lists alone keep theirs."""
    element = ElementTree.fromstring(xml) if isinstance(xml, (str, bytes)) else xml
    name, children = element.tag.rsplit("}", 1)[-1], [tree(child) for child in element]
    is_list = all(child[0] == "member" for child in children)
    return name, (element.text or "").strip(), children if is_list else sorted(children)


class Service:
    """One job at a time."""

    def __init__(self):
        self.jobs, self.requests = {}, []
        service = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self, status, xml):
                body = xml.encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                signed = self.headers["Authorization"]
                assert "/us-east-1/s3/aws4_request" in signed and "x-amz-content-sha256" in signed, signed
                service.requests.append((self.headers["x-amz-account-id"], tree(body)))
                id = f"job-{len(service.requests)}-id"
                service.begin(id, body)
                self.answer(200, f"<CreateJobResult><JobId>{id}</JobId></CreateJobResult>")

            def do_GET(self):
                assert self.headers["x-amz-account-id"] == ACCOUNT
                job = service.jobs[self.path.rsplit("/", 1)[1]]
                self.answer(200, f"""<DescribeJobResult><Job><JobId>x</JobId><Status>{job["status"]}</Status><ProgressSummary>
                    <TotalNumberOfTasks>{job["total"]}</TotalNumberOfTasks><NumberOfTasksSucceeded>{job["succeeded"]}</NumberOfTasksSucceeded>
                    <NumberOfTasksFailed>{job["failed"]}</NumberOfTasksFailed></ProgressSummary>
                    <Report><Bucket>{job["bucket"]}</Bucket><Prefix>{job["prefix"]}</Prefix></Report></Job></DescribeJobResult>""")

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def begin(self, id, body):
        root = ElementTree.fromstring(body)
        text = lambda path: root.find("/".join(f"{{*}}{part}" for part in path.split("/"))).text
        assert [field.text for field in root.findall("{*}Manifest/{*}Spec/{*}Fields/{*}member")] == ["Bucket", "Key"]
        assert text("Operation/LambdaInvoke/FunctionArn") == FUNCTION
        bucket, key = text("Manifest/Location/ObjectArn").removeprefix("arn:aws:s3:::").split("/", 1)
        found = s3.get_object(Bucket=bucket, Key=key)
        assert found["ETag"].strip('"') == text("Manifest/Location/ETag")
        manifest = [(bucket, urllib.parse.unquote(key)) for bucket, key in csv.reader(io.StringIO(found["Body"].read().decode()))]
        job = {"status": "Active", "total": len(manifest), "succeeded": 0, "failed": 0, "bucket": text("Report/Bucket"), "prefix": text("Report/Prefix")}
        self.jobs[id] = job
        threading.Thread(target=self.work, args=(id, job, manifest), daemon=True).start()

    def work(self, id, job, manifest):
        reports = {"succeeded": [], "failed": []}
        with concurrent.futures.ThreadPoolExecutor(FUNCTIONS) as functions:
            parts = [[(at, *named) for at, named in enumerate(manifest)][n::FUNCTIONS] for n in range(FUNCTIONS)]
            list(functions.map(lambda part: self.sandbox(id, job, part, reports), parts))
        self.report(id, job, reports)
        job["status"] = "Complete"

    def sandbox(self, id, job, part, reports):
        """One sandbox of the function, and the tasks that it gets."""
        function = RuntimeApi(bootstrap, "s3://lake/sms", **environment)
        for at, bucket, key in part:
            # As S3 encodes keys for functions.
            task = {"taskId": f"task {at}", "s3Key": urllib.parse.quote_plus(key), "s3VersionId": None, "s3BucketArn": f"arn:aws:s3:::{bucket}"}
            payload = {"invocationSchemaVersion": "1.0", "invocationId": f"id {at}", "job": {"id": id}, "tasks": [task]}
            for attempt in range(5):
                kind, reply = function.invoke(json.dumps(payload).encode())
                reply = json.loads(reply)
                assert kind == "response" and set(reply) == {"invocationSchemaVersion", "treatMissingKeysAs", "invocationId", "results"}, reply
                assert (reply["invocationSchemaVersion"], reply["invocationId"]) == ("1.0", f"id {at}")
                (result,) = reply["results"]
                assert set(result) == {"taskId", "resultCode", "resultString"} and result["taskId"] == f"task {at}", result
                if result["resultCode"] != "TemporaryFailure":
                    break
            if at % 100 == 7:  # delivered a second time: the first answer stands in the report
                assert json.loads(json.loads(function.invoke(json.dumps(payload).encode())[1])["results"][0]["resultString"]).get("written", 0) == 0
            word = "succeeded" if result["resultCode"] == "Succeeded" else "failed"
            job[word] += 1
            line = [bucket, urllib.parse.quote(key), "", word, "200", "" if word == "succeeded" else result["resultCode"], result["resultString"]]
            reports[word].append(line)
        function.stop()

    def report(self, id, job, reports):
        bucket, results = job["bucket"].removeprefix("arn:aws:s3:::"), []
        for word, lines in reports.items():
            if lines:
                text = io.StringIO()
                csv.writer(text, lineterminator="\n").writerows(lines)
                key = f"{job['prefix']}/job-{id}/results/{word}.csv"
                s3.put_object(Bucket=bucket, Key=key, Body=text.getvalue())
                results.append({"TaskExecutionStatus": word, "Bucket": bucket, "MD5Checksum": "x", "Key": key})
        contents = {"Format": "Report_CSV_20180820", "ReportCreationDate": "2026-11-26T00:00:00.000Z", "Results": results,
                    "ReportSchema": "Bucket, Key, VersionId, TaskStatus, ErrorCode, HTTPStatusCode, ResultMessage"}
        s3.put_object(Bucket=bucket, Key=f"{job['prefix']}/job-{id}/manifest.json", Body=json.dumps(contents))


def archive():
    """The events, in objects: gzip and plain, with keys that need encoding, as one day after the other would be."""
    lines = open(events, encoding="utf-8").read().splitlines(keepends=True)
    count = int(objects)
    s3.create_bucket(Bucket="archive")
    s3.create_bucket(Bucket="lake")
    for at in range(count):
        body = "".join(lines[at * len(lines) // count:(at + 1) * len(lines) // count]).encode()
        key = f"raw/2026-11-{at % 28 + 1:02}/a b+c%20é,{at}" + (".gz" if at % 2 else "")
        s3.put_object(Bucket="archive", Key=key, Body=gzip.compress(body) if at % 2 else body)
    s3.put_object(Bucket="archive", Key="raw/empty", Body=b"")
    s3.put_object(Bucket="archive", Key="elsewhere/x", Body=b"{}")


def run(service, *arguments, **more):
    command = [smsvoice, "backfill", "--lake", "s3://lake/sms", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=environment | {"AWS_ENDPOINT_URL_S3_CONTROL": service.url} | more)
    return {"exit": done.returncode, "stdout": done.stdout, "stderr": done.stderr}


def rows(table):
    found = []
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket="lake", Prefix=f"sms/{table}/"):
        for item in page.get("Contents", []):
            body = s3.get_object(Bucket="lake", Key=item["Key"])["Body"].read()
            columns = ["message_id", "event_type", "event_time"] if table == "events" else ["reason"]
            found += pyarrow.parquet.read_table(io.BytesIO(body), columns=columns, use_threads=False, pre_buffer=False).to_pylist()
    return found


def main():
    archive()
    service = Service()
    asked = ["--from", "s3://archive/raw", "--function", "sms"]
    dry = run(service, *asked, "--dry-run")
    assert not service.requests and not s3.list_objects_v2(Bucket="lake").get("Contents"), "a dry run makes nothing"
    begun = run(service, *asked, "--json", "--every", "0.2")
    manifest, request = dry["stdout"].split("{", 1)
    request = json.loads("{" + request)
    # What boto3 makes of the same job, but for what is only known once the manifest is put.
    create_job = boto3.client("s3control", **keys).meta.service_model.operation_model("CreateJob")
    theirs = tree(create_serializer("rest-xml").serialize_to_request(request, create_job)["body"])
    differ = {"ClientRequestToken", "Description", "Location", "Prefix"}
    shape = lambda node: (node[0], "" if node[0] in differ else node[1], [] if node[0] == "Location" else [shape(child) for child in node[2]])
    ((account, ours),) = service.requests
    assert account == ACCOUNT
    again = run(service, "--job", "job-1-id", "--json")
    nothing = run(service, *asked, "--since", "2099-01-01T00:00:00Z")
    events_rows = {(row["message_id"], row["event_type"], str(row["event_time"])) for row in rows("events")}
    print(json.dumps({
        "dry": dry | {"stdout": None}, "lines": len(manifest.splitlines()), "begun": begun, "again": again, "nothing": nothing,
        "ours": shape(ours), "theirs": shape(theirs), "rows": len(rows("events")), "events": len(events_rows), "quarantined": len(rows("quarantine")),
    }))


main()
