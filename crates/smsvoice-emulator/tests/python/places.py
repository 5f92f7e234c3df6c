"""Regions and accounts side by side, and signatures, through boto3. Usage: places.py URL GUARDED_URL. Fails on the first surprise.

The second emulator asks for the key pair AKIDEXAMPLE:secret.
"""
import datetime
import gzip
import json
import sys
import urllib.error
import urllib.request

import boto3
import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

URL, GUARDED = sys.argv[1:3]


def client(region, key="test", url=URL, service="pinpoint-sms-voice-v2"):
    return boto3.client(service, endpoint_url=url, region_name=region, aws_access_key_id=key, aws_secret_access_key="secret")


def get(path, url=URL):
    with urllib.request.urlopen(url + "/_smsvoice" + path) as answer:
        return json.load(answer)


def accounts_and_regions():
    home, other_region, other_account = client("us-east-1"), client("eu-west-1"), client("us-east-1", "111122223333")
    gov = client("us-gov-west-1")
    arns = [one.create_configuration_set(ConfigurationSetName="main")["ConfigurationSetArn"] for one in (home, other_region, other_account, gov)]
    places = ["aws:sms-voice:us-east-1:000000000000", "aws:sms-voice:eu-west-1:000000000000", "aws:sms-voice:us-east-1:111122223333",
              "aws-us-gov:sms-voice:us-gov-west-1:000000000000"]
    assert arns == [f"arn:{place}:configuration-set/main" for place in places], arns
    numbers = [one.request_phone_number(IsoCountryCode="US", MessageType="TRANSACTIONAL", NumberCapabilities=["SMS"], NumberType="LONG_CODE")
               for one in (home, other_region, other_account)]
    assert len({number["PhoneNumberId"] for number in numbers}) == 3, numbers
    assert [len(one.describe_phone_numbers()["PhoneNumbers"]) for one in (home, other_region, other_account, gov)] == [1, 1, 1, 0]
    sent = [one.send_text_message(DestinationPhoneNumber="+14255550100", MessageBody="hi", ConfigurationSetName=arn)["MessageId"]
            for one, arn in zip((home, other_region, other_account), arns)]
    assert len(set(sent)) == 3
    kept = get("/messages?region=eu-west-1")
    assert [one["message_id"] for one in kept] == [sent[1]] and kept[0]["account_id"] == "000000000000", kept
    assert [one["message_id"] for one in get("/messages?account_id=111122223333")] == [sent[2]]
    # One account's resources are nothing to another.
    try:
        other_region.describe_configuration_sets(ConfigurationSetNames=[arns[0]])
        raise SystemExit("a set of another region was found")
    except other_region.exceptions.ResourceNotFoundException:
        pass
    try:
        home.put_message_feedback(MessageId=sent[1], MessageFeedbackStatus="RECEIVED")
        raise SystemExit("a message of another region was found")
    except home.exceptions.ResourceNotFoundException:
        pass
    voice = client("eu-west-1", service="pinpoint-sms-voice")
    voice.create_configuration_set(ConfigurationSetName="voice")
    assert client("us-east-1", service="pinpoint-sms-voice").list_configuration_sets()["ConfigurationSets"] == []
    assert set(get("/health")["accounts"]) >= {"eu-west-1/000000000000", "us-east-1/111122223333"}


def signed(when=None, region="us-east-1", service="sms-voice", url=GUARDED, body=b"{}", **headers):
    """The error type that a request signed so is answered with; none if it is performed."""
    target = {"X-Amz-Target": "PinpointSMSVoiceV2.DescribePools", "Content-Type": "application/x-amz-json-1.0", **headers}
    request = AWSRequest("POST", url + "/", data=body, headers=target)
    signer = botocore.auth.SigV4Auth(Credentials("AKIDEXAMPLE", "secret"), service, region)
    now = when or datetime.datetime.now(datetime.timezone.utc)
    for name in ("get_current_datetime",):
        setattr(botocore.auth, name, lambda *_, **__: now)
    signer.add_auth(request)
    sent = urllib.request.Request(url + "/", data=body, headers=dict(request.headers))
    try:
        urllib.request.urlopen(sent).close()
    except urllib.error.HTTPError as error:
        return json.load(error)["__type"]
    return None


def signatures():
    now = datetime.datetime.now(datetime.timezone.utc)
    ago = lambda **time: now - datetime.timedelta(**time)
    assert signed() is None
    assert signed(ago(minutes=14)) is None and signed(ago(minutes=-14)) is None
    for wrong in (dict(when=ago(minutes=16)), dict(when=ago(minutes=-16)), dict(when=ago(days=400)), dict(service="sns"), dict(region="us-east-9")):
        assert signed(**wrong) == "InvalidSignatureException", wrong
    for wrong in (dict(service="sns"), dict(region="nowhere")):
        assert signed(url=URL, **wrong) == "InvalidSignatureException", wrong
    # Bodies may come compressed: what is signed is what is sent.
    packed = gzip.compress(json.dumps({"MaxResults": 5}).encode())
    for url in (URL, GUARDED):
        assert signed(url=url, body=packed, **{"Content-Encoding": "gzip"}) is None
        assert signed(url=url, body=packed[:-9], **{"Content-Encoding": "gzip"}) == "SerializationException"
        assert signed(url=url, body=gzip.compress(b" " * (2 << 20)), **{"Content-Encoding": "gzip"}) == "SerializationException"
        assert signed(url=url, body=packed, **{"Content-Encoding": "br"}) == "SerializationException"


def guard():
    for path in ("/", "/inbox/numbers", "/inbox/live", "/_smsvoice/health", "/_smsvoice/messages", "/_smsvoice/events", "/_smsvoice/faults"):
        try:
            urllib.request.urlopen(GUARDED + path)
            raise SystemExit(f"{path} is open")
        except urllib.error.HTTPError as error:
            assert error.code == 401 and error.headers["WWW-Authenticate"].startswith("Basic "), (path, error)
    opener = urllib.request.build_opener()
    opener.addheaders = [("Authorization", "Basic QUtJREVYQU1QTEU6c2VjcmV0")]
    assert opener.open(GUARDED + "/_smsvoice/health").status == 200 and opener.open(GUARDED + "/").status == 200


accounts_and_regions()
signatures()
guard()
