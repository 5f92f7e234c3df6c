"""Faults of both APIs as boto3 and its retries see them. Usage: faults.py URL. The emulator has the seed 3."""
import json
import sys
import time
import urllib.error
import urllib.request

import boto3
import botocore.exceptions
from botocore.config import Config

URL = sys.argv[1]
ROLE = "arn:aws:iam::000000000000:role/events"
LOGS = {"IamRoleArn": ROLE, "LogGroupArn": "arn:aws:logs:us-east-1:000000000000:log-group:sms"}


def client(name, attempts=1, timeout=20):
    config = Config(retries={"total_max_attempts": attempts, "mode": "standard"}, read_timeout=timeout)
    return boto3.client(name, endpoint_url=URL, region_name="us-east-1", config=config,
                        aws_access_key_id="key", aws_secret_access_key="secret")


V2, V1 = client("pinpoint-sms-voice-v2"), client("pinpoint-sms-voice")


def control(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(URL + "/_smsvoice" + path, data=data, method=method)) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        return {"status": error.code} | json.load(error)


def fault(**written):
    return control("POST", "/faults", written)["id"]


def error_of(call, **request):
    try:
        call(**request)
    except botocore.exceptions.ClientError as error:
        return error
    raise SystemExit(f"{request} should have been refused")


def names():
    return [found["ConfigurationSetName"] for found in V2.describe_configuration_sets()["ConfigurationSets"]]


def every_modelled_error_of_every_operation_arrives_as_the_clients_own():
    count = 0
    for api, one in (("v2", V2), ("v1", V1)):
        model = one.meta.service_model
        for name in model.operation_names:
            for shape in model.operation_model(name).error_shapes:
                control("DELETE", "/faults")
                fault(api=api, operations=[name], error=shape.name, message="as told")
                error = error_of(getattr(one, botocore.xform_name(name)), **minimal(model.operation_model(name).input_shape))
                assert type(error).__name__ == shape.name == error.response["Error"]["Code"], (name, shape.name, error.response)
                assert error.response["Error"]["Message"] == "as told", error.response
                status = shape.metadata.get("error", {}).get("httpStatusCode", 500 if shape.name.startswith("Internal") else 400)
                assert error.response["ResponseMetadata"]["HTTPStatusCode"] == status, (name, shape.name, error.response)
                count += 1
    control("DELETE", "/faults")
    print(f"{count} errors of operations")


def minimal(shape):
    """The smallest value that the client takes for a shape of the model."""
    if shape is None:
        return {}
    if shape.type_name == "structure":
        return {key: minimal(shape.members[key]) for key in shape.required_members}
    if shape.type_name == "list":
        return [minimal(shape.member)] * max(1, shape.metadata.get("min", 0))
    if shape.type_name == "string":
        return (getattr(shape, "enum", None) or ["a" * max(1, shape.metadata.get("min", 0))])[0]
    return {"boolean": True, "integer": 1, "long": 1, "map": {}, "blob": b"", "timestamp": 0}[shape.type_name]


def members_travel_and_usual_words_are_the_services():
    fault(operations=["CreateConfigurationSet"], error="Conflict", times=1,
          members={"Reason": "RESOURCE_NOT_EMPTY", "ResourceType": "pool", "ResourceId": "pool-1"}, api="v2")
    error = error_of(V2.create_configuration_set, ConfigurationSetName="a")
    assert (error.response["Reason"], error.response["ResourceType"], error.response["ResourceId"]) == ("RESOURCE_NOT_EMPTY", "pool", "pool-1")
    fault(error="AccessDenied")
    denied = error_of(V2.create_pool, OriginationIdentity="a", IsoCountryCode="US", MessageType="PROMOTIONAL")
    assert "is not authorized to perform: sms-voice:CreatePool" in str(denied), denied
    denied = error_of(V1.list_configuration_sets)
    assert denied.response["Error"]["Code"] == "AccessDeniedException" and denied.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    control("DELETE", "/faults")
    fault(error="CouldNotAssumeRole", times=2)
    V2.create_configuration_set(ConfigurationSetName="fresh")
    asked = dict(ConfigurationSetName="fresh", EventDestinationName="logs", MatchingEventTypes=["ALL"], CloudWatchLogsDestination=LOGS)
    error = error_of(V2.create_event_destination, **asked)
    assert error.response["Error"] == {"Code": "ValidationException", "Message": "Could not assume IAM role"}, error.response
    V1.create_configuration_set(ConfigurationSetName="fresh")
    destination = {"Enabled": True, "MatchingEventTypes": ["BUSY"], "CloudWatchLogsDestination": LOGS}
    old = dict(ConfigurationSetName="fresh", EventDestinationName="logs", EventDestination=destination)
    error = error_of(V1.create_configuration_set_event_destination, **old)
    assert error.response["Error"] == {"Code": "BadRequestException", "Message": "Could not assume IAM role"}, error.response
    V2.create_event_destination(**asked)
    V1.create_configuration_set_event_destination(**old)


def a_client_that_retries_gets_through_a_share_of_throttling():
    number = fault(error="Throttling", share=0.3)
    patient = client("pinpoint-sms-voice-v2", attempts=12)
    for _ in range(20):
        patient.describe_account_limits()
    row = next(row for row in control("GET", "/faults") if row["id"] == number)
    assert row["met"] == 20 + row["befallen"] and row["befallen"] > 2, row
    control("DELETE", f"/faults/{number}")


def a_lost_reply_leaves_the_work_done_or_not_as_the_fault_says():
    for performed in (False, True):
        fault(operations=["CreateConfigurationSet"], reply="lost", performed=performed, times=1)
        try:
            V2.create_configuration_set(ConfigurationSetName=f"lost-{performed}")
            raise SystemExit("the connection should have been closed")
        except botocore.exceptions.ConnectionClosedError:
            pass
        assert (f"lost-{performed}" in names()) == performed
    fault(operations=["CreateConfigurationSet"], error="InternalServer", performed=True, times=1)
    error = error_of(V2.create_configuration_set, ConfigurationSetName="failed")
    assert error.response["RequestId"] and "failed" in names(), error.response


def a_hanging_and_a_slow_answer():
    fault(operations=["TagResource"], reply="never", times=1)
    started = time.monotonic()
    try:
        client("pinpoint-sms-voice-v2", timeout=1).tag_resource(ResourceArn="arn:aws:sms-voice:a:b:c/d", Tags=[{"Key": "a", "Value": "b"}])
        raise SystemExit("no answer should have come")
    except botocore.exceptions.ReadTimeoutError:
        assert time.monotonic() - started >= 1
    fault(operations=["DescribePools"], delay_ms=700, times=1)
    started = time.monotonic()
    assert V2.describe_pools()["Pools"] == []
    assert time.monotonic() - started >= 0.7


def what_cannot_befall_anything_is_refused():
    for wrong, words in (({"error": "Tired"}, "no operation answers"), ({"errors": "Throttling"}, "unknown field"),
                         ({"operations": ["Fly"], "error": "Throttling"}, "no API has the operation `Fly`")):
        answer = control("POST", "/faults", wrong)
        assert answer["status"] == 400 and words in answer["error"], answer
    assert control("DELETE", "/faults/99")["status"] == 404


every_modelled_error_of_every_operation_arrives_as_the_clients_own()
members_travel_and_usual_words_are_the_services()
a_client_that_retries_gets_through_a_share_of_throttling()
a_lost_reply_leaves_the_work_done_or_not_as_the_fault_says()
a_hanging_and_a_slow_answer()
what_cannot_befall_anything_is_refused()
fault(delay_ms=1)
control("POST", "/reset", {})
assert control("GET", "/faults") == [], "a reset ends what tests added"
print("faults: as told")
