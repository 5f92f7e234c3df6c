"""Objects in S3 as boto3 puts them, and what botocore makes of a request for one. Says what it is asked for as JSON."""

import base64
import concurrent.futures
import json
import sys

import boto3
import botocore.auth
import botocore.awsrequest
import botocore.credentials
from runtime_api import RuntimeApi

ACCESS = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}


def put(endpoint):
    """Puts each of `[{"bucket", "key", "data"}]`, the data in base64, and makes the buckets."""
    s3 = boto3.client("s3", endpoint_url=endpoint, **ACCESS)
    objects = json.load(sys.stdin)
    for bucket in {each["bucket"] for each in objects}:
        s3.create_bucket(Bucket=bucket)

    def put_one(each):
        s3.put_object(Bucket=each["bucket"], Key=each["key"], Body=base64.b64decode(each["data"]))

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        return len(list(pool.map(put_one, objects)))


def versions(endpoint):
    """Puts each of `[{"bucket", "key", "data"}]` after the other into buckets that keep versions; without data, the object is
    deleted. Returns the ids of the versions."""
    s3 = boto3.client("s3", endpoint_url=endpoint, **ACCESS)
    objects = json.load(sys.stdin)
    for bucket in {each["bucket"] for each in objects}:
        s3.create_bucket(Bucket=bucket)
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    made = []
    for each in objects:
        place = {"Bucket": each["bucket"], "Key": each["key"]}
        data = each.get("data")
        done = s3.delete_object(**place) if data is None else s3.put_object(**place, Body=base64.b64decode(data))
        made.append(done["VersionId"])
    return made


def invoke(endpoint, bootstrap, lake):
    """Hands the function the payload on stdin; returns what it answers."""
    function = RuntimeApi(bootstrap, lake, AWS_ENDPOINT_URL=endpoint, AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test",
                          AWS_REGION="us-east-1", AWS_EC2_METADATA_DISABLED="true", SMSVOICE_PHONE_NUMBERS="plain")
    try:
        kind, reply = function.invoke(sys.stdin.buffer.read())
        return {"kind": kind, "reply": json.loads(reply)}
    finally:
        function.stop()


def signed(endpoint):
    """Of each of `[{"key", "version", "path", "headers"}]`, a request that was sent for an object of the bucket `keys`: the path
    that boto3 asks that key by, and the signature that botocore makes of the request as it was sent."""
    paths = []

    def see(request, **_):
        paths.append(request.url.removeprefix(endpoint))
        return botocore.awsrequest.AWSResponse(request.url, 404, {}, None)

    s3 = boto3.client("s3", endpoint_url=endpoint, config=boto3.session.Config(s3={"addressing_style": "path"}), **ACCESS)
    s3.meta.events.register("before-send.s3.GetObject", see)
    auth = botocore.auth.S3SigV4Auth(botocore.credentials.Credentials("test", "test"), "s3", "us-east-1")
    told = []
    for sent in json.load(sys.stdin):
        try:
            s3.get_object(Bucket="keys", Key=sent["key"], **({"VersionId": sent["version"]} if sent["version"] else {}))
        except Exception:
            pass  # there is no body to parse
        headers = sent["headers"]
        names = headers["authorization"].split("SignedHeaders=")[1].split(",")[0].split(";")
        request = botocore.awsrequest.AWSRequest("GET", endpoint + sent["path"], {name: headers[name] for name in names})
        request.context["timestamp"] = headers["x-amz-date"]
        to_sign = auth.string_to_sign(request, auth.canonical_request(request))
        told.append({"path": paths[-1], "signature": auth.signature(to_sign, request)})
    return told


if __name__ == "__main__":
    print(json.dumps({"put": put, "versions": versions, "invoke": invoke, "signed": signed}[sys.argv[1]](*sys.argv[2:])))
