"""A sender's day through boto3, client-side validation on. Usage: scenario.py URL. Fails on the first surprise."""
import json
import sys
import time
import urllib.request

import boto3
from botocore.exceptions import ClientError

URL = sys.argv[1]
used = {"v2": set(), "v1": set()}


def client(name, api):
    made = boto3.client(name, endpoint_url=URL, region_name="us-east-1", aws_access_key_id="key", aws_secret_access_key="secret")
    made.meta.events.register("before-call", lambda model, **_: used[api].add(model.name))
    return made


V2, V1 = client("pinpoint-sms-voice-v2", "v2"), client("pinpoint-sms-voice", "v1")
SNS = {"TopicArn": "arn:aws:sns:us-east-1:000000000000:t"}
LOGS = {"IamRoleArn": "arn:aws:iam::000000000000:role/r", "LogGroupArn": "arn:aws:logs:us-east-1:000000000000:log-group:g"}


def refused(code, reason, call, **request):
    try:
        call(**request)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code and error.response.get("Reason") == reason, error.response
        assert error.response["ResponseMetadata"]["RequestId"], error.response
        return error.response
    raise SystemExit(f"{call.__name__} {request} should have been refused: {code} {reason}")


def control(path, body=None):
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(URL + "/_smsvoice" + path, data=data)) as answer:
        return json.load(answer)


def configuration_sets():
    made = V2.create_configuration_set(ConfigurationSetName="main", Tags=[{"Key": "team", "Value": "a"}], ClientToken="t1")
    again = V2.create_configuration_set(ConfigurationSetName="main", Tags=[{"Key": "team", "Value": "a"}], ClientToken="t1")
    assert made["CreatedTimestamp"] == again["CreatedTimestamp"]
    refused("ValidationException", "INVALID_PARAMETER", V2.create_configuration_set, ConfigurationSetName="other", ClientToken="t1")
    found = refused("ConflictException", "RESOURCE_ALREADY_EXISTS", V2.create_configuration_set, ConfigurationSetName="main")
    assert (found["ResourceType"], found["ResourceId"]) == ("configuration-set", "main")
    arn = made["ConfigurationSetArn"]
    V2.tag_resource(ResourceArn=arn, Tags=[{"Key": "cost", "Value": "1"}])
    V2.untag_resource(ResourceArn=arn, TagKeys=["team"])
    assert V2.list_tags_for_resource(ResourceArn=arn)["Tags"] == [{"Key": "cost", "Value": "1"}]
    assert V2.set_default_message_type(ConfigurationSetName=arn, MessageType="PROMOTIONAL")["MessageType"] == "PROMOTIONAL"
    assert V2.delete_default_message_type(ConfigurationSetName="main")["MessageType"] == "PROMOTIONAL"
    V2.set_default_sender_id(ConfigurationSetName="main", SenderId="ACME")
    assert V2.delete_default_sender_id(ConfigurationSetName="main")["SenderId"] == "ACME"
    V2.set_default_message_feedback_enabled(ConfigurationSetName="main", MessageFeedbackEnabled=True)
    for n in range(24):
        V2.create_configuration_set(ConfigurationSetName=f"page-{n:02}")
    refused("ServiceQuotaExceededException", "CONFIGURATION_SETS_PER_ACCOUNT", V2.create_configuration_set, ConfigurationSetName="more")
    pages = list(V2.get_paginator("describe_configuration_sets").paginate(PaginationConfig={"PageSize": 7}))
    names = [s["ConfigurationSetName"] for page in pages for s in page["ConfigurationSets"]]
    assert len(pages) == 4 and sorted(names) == sorted(set(names)) and len(names) == 25, names
    for n in range(24):
        V2.delete_configuration_set(ConfigurationSetName=f"page-{n:02}")


def event_destinations():
    make = lambda name, **target: V2.create_event_destination(
        ConfigurationSetName="main", EventDestinationName=name, MatchingEventTypes=["ALL", "TEXT_SENT"], **target)
    assert make("d1", SnsDestination=SNS)["EventDestination"]["Enabled"] is True
    create = V2.create_event_destination
    base = dict(ConfigurationSetName="main", EventDestinationName="two", MatchingEventTypes=["ALL"])
    refused("ValidationException", "MISSING_PARAMETER", create, **base)
    refused("ValidationException", "PARAMETERS_CANNOT_BE_USED_TOGETHER", create, SnsDestination=SNS, CloudWatchLogsDestination=LOGS, **base)
    for n in range(2, 6):
        make(f"d{n}", CloudWatchLogsDestination=LOGS)
    refused("ServiceQuotaExceededException", "EVENT_DESTINATIONS_PER_CONFIGURATION_SET", create, **{**base, "EventDestinationName": "d6"}, SnsDestination=SNS)
    change = V2.update_event_destination
    refused("ConflictException", "EVENT_DESTINATION_MISMATCH", change, ConfigurationSetName="main", EventDestinationName="d1", CloudWatchLogsDestination=LOGS)
    changed = change(ConfigurationSetName="main", EventDestinationName="d1", Enabled=False, MatchingEventTypes=["VOICE_BUSY"])["EventDestination"]
    assert changed["Enabled"] is False and changed["MatchingEventTypes"] == ["VOICE_BUSY"] and changed["SnsDestination"] == SNS
    filters = [{"Name": "matching-event-types", "Values": ["VOICE_BUSY"]}]
    assert len(V2.describe_configuration_sets(Filters=filters)["ConfigurationSets"]) == 1
    V2.delete_event_destination(ConfigurationSetName="main", EventDestinationName="d5")


def identities():
    kind = dict(IsoCountryCode="US", MessageType="TRANSACTIONAL")
    refused("ValidationException", "INVALID_PARAMETER", V2.request_phone_number, IsoCountryCode="GB", MessageType="TRANSACTIONAL", NumberCapabilities=["SMS"], NumberType="SIMULATOR")
    simulator = V2.request_phone_number(NumberCapabilities=["SMS", "MMS"], NumberType="SIMULATOR", **kind)
    number = V2.request_phone_number(NumberCapabilities=["SMS", "VOICE", "MMS"], NumberType="LONG_CODE", **kind)
    free = V2.list_available_phone_numbers(IsoCountryCode="US", NumberCapabilities=["SMS"], NumberType="TEN_DLC")["AvailablePhoneNumbers"]
    assert number["PhoneNumber"] not in free and len(free) == 10
    id_ = number["PhoneNumberId"]
    refused("ValidationException", "TWO_WAY_CHANNEL_NOT_PRESENT", V2.update_phone_number, PhoneNumberId=id_, TwoWayEnabled=True)
    V2.update_phone_number(PhoneNumberId=id_, DeletionProtectionEnabled=True)
    refused("ConflictException", "DELETION_PROTECTION_ENABLED", V2.release_phone_number, PhoneNumberId=id_)
    V2.update_phone_number(PhoneNumberId=id_, DeletionProtectionEnabled=False)
    assert len(V2.describe_phone_numbers(Filters=[{"Name": "number-type", "Values": ["SIMULATOR"]}])["PhoneNumbers"]) == 1
    refused("ValidationException", "PARAMETERS_CANNOT_BE_USED_TOGETHER", V2.describe_phone_numbers, PhoneNumberIds=[id_], Owner="SELF")
    refused("ValidationException", "SENDER_ID_NOT_SUPPORTED", V2.request_sender_id, SenderId="ACME", IsoCountryCode="US")
    refused("ValidationException", "SENDER_ID_REQUIRES_REGISTRATION", V2.request_sender_id, SenderId="ACME", IsoCountryCode="IN")
    V2.request_sender_id(SenderId="ACME", IsoCountryCode="GB")
    V2.update_sender_id(SenderId="ACME", IsoCountryCode="GB", DeletionProtectionEnabled=False)
    assert V2.describe_sender_ids(SenderIds=[{"SenderId": "ACME", "IsoCountryCode": "GB"}])["SenderIds"][0]["Registered"] is False
    pool = V2.create_pool(OriginationIdentity=id_, IsoCountryCode="US", MessageType="TRANSACTIONAL")["PoolId"]
    refused("ConflictException", "PHONE_NUMBER_ASSOCIATED_TO_POOL", V2.release_phone_number, PhoneNumberId=id_)
    refused("ConflictException", "LAST_PHONE_NUMBER", V2.disassociate_origination_identity, PoolId=pool, OriginationIdentity=id_, IsoCountryCode="US")
    V2.associate_origination_identity(PoolId=pool, OriginationIdentity="ACME", IsoCountryCode="GB")
    assert len(V2.list_pool_origination_identities(PoolId=pool)["OriginationIdentities"]) == 2
    refused("ConflictException", "SENDER_ID_ASSOCIATED_TO_POOL", V2.release_sender_id, SenderId="ACME", IsoCountryCode="GB")
    V2.disassociate_origination_identity(PoolId=pool, OriginationIdentity="ACME", IsoCountryCode="GB")
    V2.update_pool(PoolId=pool, SharedRoutesEnabled=True)
    assert V2.describe_pools(Filters=[{"Name": "shared-routes-enabled", "Values": ["true"]}])["Pools"][0]["PoolId"] == pool
    return number, simulator, pool


def sending(number, simulator, pool):
    id_, send = number["PhoneNumberId"], V2.send_text_message
    to = dict(DestinationPhoneNumber="+14255550100", OriginationIdentity=pool, ConfigurationSetName="main")
    before = len(control("/messages"))
    assert send(MessageBody="dry", DryRun=True, **to)["MessageId"] and len(control("/messages")) == before
    refused("ValidationException", "PRICE_OVER_THRESHOLD", send, MessageBody="Hello", MaxPrice="0.001", **to)
    refused("ValidationException", "MISSING_PARAMETER", send, **to)
    refused("ResourceNotFoundException", None, send, MessageBody="x", **{**to, "ConfigurationSetName": "nowhere"})
    refused("ConflictException", "MESSAGE_TYPE_MISMATCH", send, MessageBody="x", MessageType="PROMOTIONAL", **to)
    refused("ValidationException", "INTERNATIONAL_SENDING_NOT_SUPPORTED", send, MessageBody="x", DestinationPhoneNumber="+447700900123", OriginationIdentity=id_)
    refused("ValidationException", "INVALID_IDENTITY_FOR_DESTINATION_COUNTRY", send, MessageBody="x", DestinationPhoneNumber="+14255550100", OriginationIdentity=simulator["PhoneNumberId"])
    refused("ConflictException", "NUMBER_CAPABILITIES_MISMATCH", V2.send_media_message, MessageBody="x", DestinationPhoneNumber="+14254147755",
            OriginationIdentity=V2.request_phone_number(IsoCountryCode="US", MessageType="TRANSACTIONAL", NumberCapabilities=["SMS"], NumberType="TOLL_FREE")["PhoneNumberId"])
    message = send(MessageBody="Grüße an alle 😀" * 10, Context={"campaign": "spring"}, TimeToLive=600, **to)["MessageId"]
    kept = control("/messages?id=" + message)[0]
    assert (kept["encoding"], kept["parts"], kept["feedback"]) == ("UNICODE", 3, None), kept
    V2.put_message_feedback(MessageId=message, MessageFeedbackStatus="RECEIVED")
    assert control("/messages?id=" + message)[0]["feedback"] == "RECEIVED"
    V2.send_voice_message(DestinationPhoneNumber="+14255550100", OriginationIdentity=id_, MessageBody="<speak>Hi</speak>", MessageBodyTextType="SSML", VoiceId="AMY")
    refused("ValidationException", "MAXIMUM_SIZE_EXCEEDED", V2.send_voice_message, DestinationPhoneNumber="+14255550100", OriginationIdentity=id_, MessageBody="a" * 3001)
    V2.send_media_message(DestinationPhoneNumber="+14255550100", OriginationIdentity=id_, MediaUrls=["s3://media/a.png"])
    assert send(MessageBody="By sender ID", DestinationPhoneNumber="+447700900123", OriginationIdentity="ACME")["MessageId"]
    for destination, endings in (("+14254147755", ("TEXT_DELIVERED", "TEXT_SUCCESSFUL")), ("+14254147167", ("TEXT_BLOCKED",))):
        sent = send(MessageBody="simulated", DestinationPhoneNumber=destination, OriginationIdentity=simulator["PhoneNumberId"])["MessageId"]
        control("/clock/advance", {"seconds": 400000})
        for _ in range(100):
            kept = control("/messages?id=" + sent)[0]
            if kept["events_to_come"] == 0:
                break
            time.sleep(0.05)
        final = [e["event_type"] for e in kept["events"] if json.loads(e["payload"])["isFinal"]] # events arrive in any order
        assert len(final) == 1 and final[0] in endings, kept["events"]


def opt_outs(number, pool):
    V2.create_opt_out_list(OptOutListName="news")
    V2.put_opted_out_number(OptOutListName="news", OptedOutNumber="+14255550177")
    assert V2.describe_opted_out_numbers(OptOutListName="news")["OptedOutNumbers"][0]["EndUserOptedOut"] is False
    assert [l["OptOutListName"] for l in V2.describe_opt_out_lists()["OptOutLists"]] == ["Default", "news"]
    V2.delete_opted_out_number(OptOutListName="news", OptedOutNumber="+14255550177")
    refused("ConflictException", "RESOURCE_DELETION_NOT_ALLOWED", V2.delete_opt_out_list, OptOutListName="Default")
    V2.delete_opt_out_list(OptOutListName="news")
    V2.put_keyword(OriginationIdentity=pool, Keyword="join", KeywordMessage="Welcome back", KeywordAction="OPT_IN")
    refused("ConflictException", "RESOURCE_MODIFICATION_NOT_ALLOWED", V2.put_keyword, OriginationIdentity=pool, Keyword="STOP", KeywordMessage="no", KeywordAction="OPT_IN")
    assert [k["Keyword"] for k in V2.describe_keywords(OriginationIdentity=pool)["Keywords"]] == ["HELP", "JOIN", "STOP"]
    said = lambda body: control("/inbound", {"from": "+14255550188", "to": number["PhoneNumber"], "body": body})
    send = lambda: V2.send_text_message(DestinationPhoneNumber="+14255550188", OriginationIdentity=pool, MessageBody="Hi")
    send()
    assert said("Stop it please")["action"] == "OPT_OUT"
    found = refused("ConflictException", "DESTINATION_PHONE_NUMBER_OPTED_OUT", V2.send_text_message, DestinationPhoneNumber="+14255550188", OriginationIdentity=pool, MessageBody="Hi")
    assert found["ResourceType"] == "opted-out-number"
    assert V2.describe_opted_out_numbers(OptOutListName="Default", Filters=[{"Name": "end-user-opted-out", "Values": ["true"]}])["OptedOutNumbers"]
    assert said("join")["reply"] == "Welcome back"
    send()
    V2.delete_keyword(OriginationIdentity=pool, Keyword="JOIN")


def account():
    limits = {l["Name"]: l for l in V2.describe_account_limits()["AccountLimits"]}
    assert limits["CONFIGURATION_SETS"]["Used"] == 1 and limits["SENDER_IDS"]["Used"] == 1
    assert V2.describe_account_attributes()["AccountAttributes"] == [{"Name": "ACCOUNT_TIER", "Value": "PRODUCTION"}]


def v1(number):
    V1.create_configuration_set(ConfigurationSetName="voice")
    refused("AlreadyExistsException", None, V1.create_configuration_set, ConfigurationSetName="voice")
    definition = {"Enabled": True, "MatchingEventTypes": ["RINGING", "BUSY"], "SnsDestination": SNS}
    for n in range(10):
        V1.create_configuration_set_event_destination(ConfigurationSetName="voice", EventDestinationName=f"d{n}", EventDestination=definition)
    refused("LimitExceededException", None, V1.create_configuration_set_event_destination, ConfigurationSetName="voice", EventDestinationName="d10", EventDestination=definition)
    V1.update_configuration_set_event_destination(ConfigurationSetName="voice", EventDestinationName="d0", EventDestination={**definition, "Enabled": False})
    kept = V1.get_configuration_set_event_destinations(ConfigurationSetName="voice")["EventDestinations"]
    assert len(kept) == 10 and kept[0]["Enabled"] is False
    V1.delete_configuration_set_event_destination(ConfigurationSetName="voice", EventDestinationName="d0")
    V1.create_configuration_set(ConfigurationSetName="another")
    first = V1.list_configuration_sets(PageSize="1")
    assert first["ConfigurationSets"] == ["another"]
    assert V1.list_configuration_sets(PageSize="1", NextToken=first["NextToken"])["ConfigurationSets"] == ["voice"]
    sent = V1.send_voice_message(ConfigurationSetName="voice", DestinationPhoneNumber="+14255550100", OriginationPhoneNumber=number["PhoneNumber"],
                                 Content={"PlainTextMessage": {"Text": "Hello"}})
    assert sent["MessageId"]
    refused("NotFoundException", None, V1.delete_configuration_set, ConfigurationSetName="nowhere")
    V1.delete_configuration_set(ConfigurationSetName="voice")


def away(number, pool):
    V2.delete_pool(PoolId=pool)
    V2.release_phone_number(PhoneNumberId=number["PhoneNumberId"])
    V2.release_sender_id(SenderId="ACME", IsoCountryCode="GB")


configuration_sets()
event_destinations()
number, simulator, pool = identities()
sending(number, simulator, pool)
opt_outs(number, pool)
account()
v1(number)
away(number, pool)
print(f"boto3: {len(used['v2'])} v2 operations, {len(used['v1'])} v1 operations")
