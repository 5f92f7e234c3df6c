"""Holds a running emulator to the botocore models of both APIs.

Usage: conformance.py URL. For every operation the emulator has: a minimal request and a full one, which must succeed and
answer with every required member; then one request for each constraint of the model, violated alone, which must be refused
with the modelled error naming the member. Prints the counts; exits 1 if anything differs.
"""
import json
import re
import sys
import urllib.request

import boto3
import botocore.loaders
from botocore.config import Config
from botocore.exceptions import ClientError

URL = sys.argv[1]
SETTINGS = dict(endpoint_url=URL, region_name="us-east-1", aws_access_key_id="key", aws_secret_access_key="secret")
UNCHECKED = Config(parameter_validation=False, retries={"total_max_attempts": 1})
V2 = boto3.client("pinpoint-sms-voice-v2", config=UNCHECKED, **SETTINGS)
V1 = boto3.client("pinpoint-sms-voice", config=UNCHECKED, **SETTINGS)
ARN = "arn:aws:{}:us-east-1:000000000000:{}"
ROLE = "arn:aws:iam::000000000000:role/events"
TARGETS = {
    "CloudWatchLogsDestination": {"IamRoleArn": ROLE, "LogGroupArn": ARN.format("logs", "log-group:sms")},
    "KinesisFirehoseDestination": {"IamRoleArn": ROLE, "DeliveryStreamArn": ARN.format("firehose", "deliverystream/sms")},
    "SnsDestination": {"TopicArn": ARN.format("sns", "sms")},
}
# What must be said of a filter for it to be a real one.
LEFT_OUT = {"ProtectConfigurationId", "RegistrationId", "NextToken", "Owner"}


def post(path, body=b""):
    with urllib.request.urlopen(urllib.request.Request(URL + path, data=body, method="POST")) as answer:
        return json.load(answer)


def fixture():
    """The same small account before every request that must succeed."""
    post("/_smsvoice/reset")
    V2.create_configuration_set(ConfigurationSetName="set")
    V2.create_event_destination(ConfigurationSetName="set", EventDestinationName="dest", MatchingEventTypes=["ALL"],
                                SnsDestination=TARGETS["SnsDestination"])
    kind = dict(IsoCountryCode="US", MessageType="TRANSACTIONAL", NumberType="LONG_CODE")
    capabilities = ["SMS", "VOICE", "MMS"]
    phones = [V2.request_phone_number(NumberCapabilities=capabilities, **kind) for _ in range(3)]
    V2.create_opt_out_list(OptOutListName="list")
    V2.put_opted_out_number(OptOutListName="list", OptedOutNumber="+14255550199")
    V2.request_sender_id(SenderId="ACME", IsoCountryCode="GB")
    pool = V2.create_pool(OriginationIdentity=phones[1]["PhoneNumberId"], IsoCountryCode="US", MessageType="TRANSACTIONAL")
    V2.associate_origination_identity(PoolId=pool["PoolId"], OriginationIdentity="ACME", IsoCountryCode="GB")
    V2.put_keyword(OriginationIdentity=phones[0]["PhoneNumberId"], Keyword="JOIN", KeywordMessage="Welcome")
    sent = V2.send_text_message(DestinationPhoneNumber="+14255550101", OriginationIdentity=phones[0]["PhoneNumberId"],
                                MessageBody="fixture", MessageFeedbackEnabled=True)
    V1.create_configuration_set(ConfigurationSetName="voice")
    V1.create_configuration_set_event_destination(
        ConfigurationSetName="voice", EventDestinationName="dest",
        EventDestination={"Enabled": True, "MatchingEventTypes": ["BUSY"], "SnsDestination": TARGETS["SnsDestination"]})
    return {"phone": phones[0]["PhoneNumberId"], "number": phones[0]["PhoneNumber"], "pooled": phones[1]["PhoneNumberId"],
            "free": phones[2]["PhoneNumberId"], "pool": pool["PoolId"], "message": sent["MessageId"],
            "arn": phones[0]["PhoneNumberArn"]}


def values(operation, have):
    """What members must be, beyond the model, for a request to succeed."""
    common = {
        "ConfigurationSetName": "set", "EventDestinationName": "dest", "DestinationPhoneNumber": "+14255550102",
        "OriginationIdentity": have["phone"], "OptOutListName": "list", "OptedOutNumber": "+14255550199",
        "PhoneNumberId": have["phone"], "PhoneNumberIds": [have["phone"]], "PoolId": have["pool"], "PoolIds": [have["pool"]],
        "SenderId": "ACME", "IsoCountryCode": "US", "MessageType": "TRANSACTIONAL", "MessageBody": "Hello", "MaxPrice": "9.5",
        "MaxPricePerMinute": "9.5", "MessageId": have["message"], "ResourceArn": have["arn"], "Keyword": "JOIN",
        "Keywords": ["JOIN"], "NumberType": "LONG_CODE", "NumberCapabilities": ["SMS", "VOICE"],
        "ConfigurationSetNames": ["set"], "OptOutListNames": ["list"], "OptedOutNumbers": ["+14255550199"],
        "MediaUrls": ["s3://media-bucket/a.png"], "Context": {"campaign": "spring"}, "MatchingEventTypes": ["TEXT_ALL"],
        "TwoWayChannelArn": ARN.format("sns", "inbound"), "TwoWayChannelRole": ROLE, "TimeToLive": 60, "MaxResults": 5,
        "Tags": [{"Key": "team", "Value": "messages"}], "TagKeys": ["team"], "SenderIds": [{"SenderId": "ACME", "IsoCountryCode": "GB"}],
        "DestinationCountryParameters": {"IN_TEMPLATE_ID": "t1"}, **TARGETS,
    }
    of = {
        "CreateConfigurationSet": {"ConfigurationSetName": "fresh"},
        "CreateEventDestination": {"EventDestinationName": "fresh", "CloudWatchLogsDestination": None, "KinesisFirehoseDestination": None},
        "UpdateEventDestination": {"CloudWatchLogsDestination": None, "KinesisFirehoseDestination": None},
        "CreateOptOutList": {"OptOutListName": "fresh"},
        "CreatePool": {"OriginationIdentity": have["free"]},
        "AssociateOriginationIdentity": {"OriginationIdentity": have["free"]},
        "DisassociateOriginationIdentity": {"OriginationIdentity": have["pooled"]},
        "RequestPhoneNumber": {"PoolId": None, "NumberPreference": None},
        "ListAvailablePhoneNumbers": {"NumberType": "TEN_DLC", "NumberPreference": [{"PreferenceType": ["Contains"], "Filter": ["555"]}]},
        "RequestSenderId": {"SenderId": "FRESH", "IsoCountryCode": "GB"},
        "UpdateSenderId": {"IsoCountryCode": "GB"}, "ReleaseSenderId": {"SenderId": "SOLO", "IsoCountryCode": "GB"},
        "ReleasePhoneNumber": {"PhoneNumberId": have["free"]},
        "DeletePool": {}, "PutKeyword": {"Keyword": "FRESH"},
    }
    return {**common, **of.get(operation, {})}


def v1_values(operation, have):
    definition = {"Enabled": True, "MatchingEventTypes": ["BUSY", "RINGING"], "SnsDestination": TARGETS["SnsDestination"]}
    common = {"ConfigurationSetName": "voice", "EventDestinationName": "dest", "EventDestination": definition,
              "DestinationPhoneNumber": "+14255550102", "OriginationPhoneNumber": have["number"], "CallerId": "+12065550100",
              "Content": {"PlainTextMessage": {"Text": "Hello", "LanguageCode": "en-US", "VoiceId": "Matthew"}}, "PageSize": "5"}
    of = {"CreateConfigurationSet": {"ConfigurationSetName": "fresh"},
          "CreateConfigurationSetEventDestination": {"EventDestinationName": "fresh"}}
    return {**common, **of.get(operation, {})}


# The v1 model makes almost nothing required; the reference's prose does.
V1_NEEDS = {"CreateConfigurationSet": ["ConfigurationSetName"],
            "CreateConfigurationSetEventDestination": ["EventDestinationName", "EventDestination"],
            "UpdateConfigurationSetEventDestination": ["EventDestination"],
            "SendVoiceMessage": ["Content", "DestinationPhoneNumber", "OriginationPhoneNumber"]}
# And so does the v2 service of these.
V2_NEEDS = {"SendTextMessage": ["MessageBody", "OriginationIdentity"], "SendVoiceMessage": ["MessageBody"],
            "SendMediaMessage": ["MessageBody"], "CreateEventDestination": ["SnsDestination"]}


class Service:
    def __init__(self, client, name, needs, values, error):
        self.client, self.needs, self.values, self.error = client, needs, values, error
        model = botocore.loaders.Loader().load_service_model(name, "service-2")
        self.shapes, self.operations = model["shapes"], model["operations"]

    def call(self, operation, request):
        method = botocore.xform_name(operation)
        return getattr(self.client, method)(**request)

    def input(self, operation):
        return self.shapes[self.operations[operation]["input"]["shape"]]

    def value(self, shape_name):
        """Some valid value of a shape."""
        shape = self.shapes[shape_name]
        if "enum" in shape:
            return shape["enum"][0]
        kind = shape["type"]
        if kind == "string":
            for text in ("abc", "true", "+14255550103", "US", "s3://media-bucket/a.png", ROLE, "1.5"):
                if fits(shape, text):
                    return text
            raise SystemExit(f"no value for {shape_name}")
        if kind in ("integer", "long"):
            return shape.get("min", 1)
        if kind == "boolean":
            return False
        if kind == "list":
            return [self.value(shape["member"]["shape"])]
        if kind == "map":
            return {self.value(shape["key"]["shape"]): self.value(shape["value"]["shape"])}
        return {key: self.value(member["shape"]) for key, member in shape["members"].items()}

    def request(self, operation, have, full):
        given, shape, request = self.values(operation, have), self.input(operation), {}
        needed = shape.get("required", []) + self.needs.get(operation, [])
        for key, member in shape["members"].items():
            if key not in needed and (not full or key in LEFT_OUT):
                continue
            value = given[key] if key in given else self.value(member["shape"])
            if value is not None:
                request[key] = value
        return request


def fits(shape, text):
    pattern = shape.get("pattern")
    return shape.get("min", 0) <= len(text) <= shape.get("max", 10**9) and (pattern is None or bool(re.fullmatch(pattern, text)))


def missing(service, shape_name, value, path=""):
    """Required members that an answer does not have."""
    shape = service.shapes[shape_name]
    if shape["type"] == "structure":
        found = [f"{path}.{key}" for key in shape.get("required", []) if key not in value]
        for key, member in shape["members"].items():
            if key in value:
                found += missing(service, member["shape"], value[key], f"{path}.{key}")
        return found
    if shape["type"] == "list":
        return [one for item in value for one in missing(service, shape["member"]["shape"], item, path + "[]")]
    if "enum" in shape and value not in shape["enum"]:
        return [f"{path}={value} is no value of {shape_name}"]
    return []


def violations(service, shape_name, value, path):
    """(member, what is violated, the violating value) for each constraint at or below `value`."""
    shape = service.shapes[shape_name]
    kind = shape["type"]
    if "enum" in shape:
        yield path, "enum", "NO_SUCH_VALUE"
    elif kind == "string":
        low, high, pattern = shape.get("min", 0), shape.get("max"), shape.get("pattern")
        seed = value if isinstance(value, str) and value else "a"
        if low > 0:
            yield path, "length below", seed[: low - 1]
        if high is not None:
            yield path, "length above", (seed * (high // len(seed) + 2))[: high + 1]
        if pattern:
            tries = [" ", "\n", "\t", "é", "!", " x", "x y"]
            bad = [t * n for t in tries for n in (1, low, low + 1) if n and low <= len(t * n) <= (high or 10**9) and not re.fullmatch(pattern, t * n)]
            if bad:
                yield path, "pattern", bad[0]
    elif kind in ("integer", "long"):
        if "min" in shape:
            yield path, "range below", shape["min"] - 1
        if "max" in shape:
            yield path, "range above", shape["max"] + 1
    elif kind == "list":
        item = value[0] if value else service.value(shape["member"]["shape"])
        if shape.get("min", 0) > 0:
            yield path, "size below", value[: shape["min"] - 1]
        if "max" in shape:
            yield path, "size above", [item] * (shape["max"] + 1)
        for at, what, bad in violations(service, shape["member"]["shape"], item, path + "[0]"):
            yield at, what, [bad]
    elif kind == "map":
        key, item = next(iter(value.items()))
        if "max" in shape:
            yield path, "size above", {f"{key}{n}": item for n in range(shape["max"] + 1)}
        for _, what, bad in violations(service, shape["key"]["shape"], key, path):
            yield path, "key " + what, {bad: item}
        for _, what, bad in violations(service, shape["value"]["shape"], item, path):
            yield path, "value " + what, {key: bad}
    elif kind == "structure":
        for key in shape.get("required", []):
            yield f"{path}.{key}", "required", {k: v for k, v in value.items() if k != key}
        for key, member in shape["members"].items():
            inner = value.get(key, service.value(member["shape"]))
            for at, what, bad in violations(service, member["shape"], inner, f"{path}.{key}"):
                yield at, what, {**value, key: bad}


def main():
    counts, wrong = {}, []

    def check(api, kind, passed, words):
        tally = counts.setdefault((api, kind), [0, 0])
        tally[0] += 1
        tally[1] += bool(passed)
        if not passed:
            wrong.append(f"{api} {kind}: {words}")

    services = {"v2": Service(V2, "pinpoint-sms-voice-v2", V2_NEEDS, values, "ValidationException"),
                "v1": Service(V1, "pinpoint-sms-voice", V1_NEEDS, v1_values, "BadRequestException")}
    for api, service in services.items():
        wanted = sys.argv[2].split(",") if api == "v2" else list(service.operations)
        for operation in wanted:
            output = service.operations[operation]["output"]["shape"]
            for kind in ("minimal", "full"):
                have = fixture()
                if operation == "ReleaseSenderId":
                    V2.request_sender_id(SenderId="SOLO", IsoCountryCode="GB")
                request = service.request(operation, have, kind == "full")
                try:
                    answer = service.call(operation, request)
                    lacks = missing(service, output, answer)
                    check(api, kind, not lacks, f"{operation} lacks {lacks}")
                except ClientError as error:
                    check(api, kind, False, f"{operation} {request}: {error.response}")
            base = service.request(operation, have, True)
            shape = service.input(operation)
            located = {k for k, m in shape["members"].items() if "location" in m}
            bad_requests = [(k, "required", {x: v for x, v in base.items() if x != k}) for k in shape.get("required", []) if k not in located]
            for key, member in shape["members"].items():
                if key in located:
                    continue
                value = base.get(key, service.value(member["shape"]))
                for at, what, bad in violations(service, member["shape"], value, key):
                    bad_requests.append((at, what, {**base, key: bad}))
            for at, what, request in bad_requests:
                try:
                    service.call(operation, request)
                    check(api, "violation", False, f"{operation} {at} {what}: accepted")
                except ClientError as error:
                    code, fields = error.response["Error"]["Code"], [f["Name"] for f in error.response.get("Fields", [])]
                    named = any(re.sub(r"\[[^]]*\]$", "", name) == re.sub(r"\[[^]]*\]$", "", at) for name in fields) or (api == "v1" and at.split("[")[0] in str(error))
                    words = f"{operation} {at} {what}: {code} {fields} {error}"
                    check(api, "violation", code == service.error and named, words)
    for (api, kind), (tried, passed) in sorted(counts.items()):
        print(f"{api} {kind}: {passed} of {tried}")
    print(f"operations: v2 {len(sys.argv[2].split(','))}, v1 {len(services['v1'].operations)}")
    for words in wrong[:40]:
        print("WRONG", words[:600])
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
