"""Provokes every refusal of API v2. Usage: refusals.py URL SANDBOX_URL SLOW_URL.

The last is of an emulator that plays the service's rates, and whose numbers and pools are pending for an hour.

Each is held to its error code, its reason, and what it names: the resource and its id, or the members at fault. Prints what
was provoked, one JSON object a line; the Rust test compares that with the lists in src/refusal.rs.
"""
import json
import sys
import time
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

URL, SANDBOX, SLOW = sys.argv[1:4]
UNCHECKED = Config(parameter_validation=False, retries={"total_max_attempts": 1})


def client(url):
    return boto3.client("pinpoint-sms-voice-v2", endpoint_url=url, region_name="us-east-1", config=UNCHECKED)


V2 = client(URL)
ROLE = "arn:aws:iam::000000000000:role/r"
SNS = {"TopicArn": "arn:aws:sns:us-east-1:000000000000:t"}
LOGS = {"IamRoleArn": ROLE, "LogGroupArn": "arn:aws:logs:us-east-1:000000000000:log-group:g"}
HERE, ABROAD, SIMULATOR = "+14255550100", "+447700900123", "+14254147755"


def provoked(call, request):
    try:
        call(**request)
    except ClientError as error:
        return error.response
    raise SystemExit(f"{call.__name__} {request} should have been refused")


def told(code, reason, resource, answer):
    print(json.dumps({"code": code, "reason": reason, "resource": resource}))
    assert answer["Error"]["Message"] and answer["ResponseMetadata"]["HTTPStatusCode"] == 400, answer


def invalid(reason, field, call, **request):
    """The request is at fault: the member that is says so."""
    answer = provoked(call, request)
    names = [one["Name"] for one in answer.get("Fields", [])]
    expected = [] if field is None else [field]
    assert (answer["Error"]["Code"], answer.get("Reason"), names) == ("ValidationException", reason, expected), (reason, answer)
    told("ValidationException", reason, None, answer)


def clash(reason, resource, id_, call, **request):
    """The account is at fault: the resource that is says so."""
    answer = provoked(call, request)
    found = (answer["Error"]["Code"], answer.get("Reason"), answer.get("ResourceType"), answer.get("ResourceId"))
    assert found == ("ConflictException", reason, resource, id_), (reason, answer)
    told("ConflictException", reason, resource, answer)


def absent(resource, id_, call, **request):
    answer = provoked(call, request)
    found = (answer["Error"]["Code"], answer.get("Reason"), answer.get("ResourceType"), answer.get("ResourceId"))
    assert found == ("ResourceNotFoundException", None, resource, id_), (resource, answer)
    told("ResourceNotFoundException", None, resource, answer)


def full(reason, call, **request):
    answer = provoked(call, request)
    assert (answer["Error"]["Code"], answer.get("Reason")) == ("ServiceQuotaExceededException", reason), (reason, answer)
    told("ServiceQuotaExceededException", reason, None, answer)


def reset():
    urllib.request.urlopen(urllib.request.Request(URL + "/_smsvoice/reset", data=b"")).close()


def number(*capabilities, kind="LONG_CODE", type_="TRANSACTIONAL", iso="US", **more):
    answer = V2.request_phone_number(IsoCountryCode=iso, MessageType=type_, NumberType=kind,
                                     NumberCapabilities=list(capabilities or ["SMS", "VOICE", "MMS"]), **more)
    return answer["PhoneNumberId"]


def pool_of(identity, iso="US", type_="TRANSACTIONAL", **more):
    return V2.create_pool(OriginationIdentity=identity, IsoCountryCode=iso, MessageType=type_, **more)["PoolId"]


def text(**request):
    return V2.send_text_message(**{"MessageBody": "Hello", "DestinationPhoneNumber": HERE, **request})


def requests_at_fault():
    reset()
    phone = number()
    invalid("FIELD_VALIDATION_FAILED", "ConfigurationSetName", V2.create_configuration_set, ConfigurationSetName="not valid")
    invalid("UNKNOWN_OPERATION", None, V2.carrier_lookup, PhoneNumber=HERE)
    invalid("INVALID_NEXT_TOKEN", "NextToken", V2.describe_pools, NextToken="made-up")
    invalid("PARAMETERS_CANNOT_BE_USED_TOGETHER", "Owner", V2.describe_phone_numbers, PhoneNumberIds=[phone], Owner="SELF")
    invalid("PARAMETERS_CANNOT_BE_USED_TOGETHER", "Owner", V2.describe_pools, PoolIds=["pool-1"], Owner="SELF")
    invalid("PARAMETERS_CANNOT_BE_USED_TOGETHER", "Owner", V2.describe_sender_ids, SenderIds=[{"SenderId": "A", "IsoCountryCode": "GB"}], Owner="SELF")
    invalid("PARAMETERS_CANNOT_BE_USED_TOGETHER", "Owner", V2.describe_opt_out_lists, OptOutListNames=["Default"], Owner="SELF")
    V2.create_configuration_set(ConfigurationSetName="set", ClientToken="token")
    invalid("INVALID_PARAMETER", "ClientToken", V2.create_configuration_set, ConfigurationSetName="other", ClientToken="token")
    invalid("INVALID_PARAMETER", "Tags", V2.create_configuration_set, ConfigurationSetName="other", Tags=[{"Key": "k", "Value": "a"}, {"Key": "k", "Value": "b"}])
    base = dict(ConfigurationSetName="set", EventDestinationName="one", MatchingEventTypes=["ALL"])
    invalid("MISSING_PARAMETER", "SnsDestination", V2.create_event_destination, **base)
    invalid("PARAMETERS_CANNOT_BE_USED_TOGETHER", "SnsDestination", V2.create_event_destination, SnsDestination=SNS, CloudWatchLogsDestination=LOGS, **base)
    topic_for_group = {**LOGS, "LogGroupArn": SNS["TopicArn"]}
    for member, target in (("LogGroupArn", topic_for_group), ("IamRoleArn", {**LOGS, "IamRoleArn": SNS["TopicArn"]})):
        # Both satisfy no pattern of the model, or are refused by the service: either way the member is named.
        answer = provoked(V2.create_event_destination, {**base, "CloudWatchLogsDestination": target})
        assert answer["Fields"][0]["Name"] == f"CloudWatchLogsDestination.{member}", answer
    invalid("INVALID_ARN", "ResourceArn", V2.list_tags_for_resource, ResourceArn="arn:aws:sms-voice:us-east-1:000000000000:keyword/x")
    invalid("INVALID_ARN", "ConfigurationSetName", V2.delete_configuration_set, ConfigurationSetName="arn:aws:sms-voice:us-east-1:000000000000:pool/pool-1")
    invalid("INVALID_PARAMETER", "IsoCountryCode", V2.request_phone_number, IsoCountryCode="GB", MessageType="TRANSACTIONAL", NumberCapabilities=["SMS"], NumberType="SIMULATOR")
    invalid("INVALID_PARAMETER", "MessageType", V2.request_phone_number, IsoCountryCode="US", MessageType="PROMOTIONAL", NumberCapabilities=["SMS"], NumberType="SIMULATOR")
    invalid("INVALID_PARAMETER", "NumberPreference", V2.request_phone_number, IsoCountryCode="US", MessageType="TRANSACTIONAL", NumberCapabilities=["SMS"],
            NumberType="LONG_CODE", NumberPreference=[{"PreferenceType": ["Contains"], "Filter": ["555"]}])
    invalid("TWO_WAY_CHANNEL_NOT_PRESENT", "TwoWayChannelArn", V2.update_phone_number, PhoneNumberId=phone, TwoWayEnabled=True)
    invalid("INVALID_PARAMETER", "SenderId", V2.request_sender_id, SenderId="-ACME", IsoCountryCode="GB")
    invalid("SENDER_ID_NOT_SUPPORTED", "IsoCountryCode", V2.request_sender_id, SenderId="ACME", IsoCountryCode="US")
    invalid("SENDER_ID_REQUIRES_REGISTRATION", "IsoCountryCode", V2.request_sender_id, SenderId="ACME", IsoCountryCode="IN")
    V2.put_opted_out_number(OptOutListName="Default", OptedOutNumber=HERE)
    V2.delete_opted_out_number(OptOutListName="Default", OptedOutNumber=HERE)
    V2.put_opted_out_number(OptOutListName="Default", OptedOutNumber=HERE)
    invalid("PHONE_NUMBER_CANNOT_BE_OPTED_IN", "OptedOutNumber", V2.delete_opted_out_number, OptOutListName="Default", OptedOutNumber=HERE)


def identities_at_fault():
    reset()
    phone, other = number(), number()
    pool = pool_of(phone)
    invalid("COUNTRY_CODE_MISMATCH", "IsoCountryCode", V2.associate_origination_identity, PoolId=pool, OriginationIdentity=other, IsoCountryCode="GB")
    invalid("COUNTRY_CODE_MISMATCH", "IsoCountryCode", V2.create_pool, OriginationIdentity=other, IsoCountryCode="GB", MessageType="TRANSACTIONAL")
    V2.request_sender_id(SenderId="ACME", IsoCountryCode="GB")
    invalid("MISSING_PARAMETER", "IsoCountryCode", V2.associate_origination_identity, PoolId=pool, OriginationIdentity="ACME")


def messages_at_fault():
    reset()
    phone, simulator = number(), number("SMS", kind="SIMULATOR")
    invalid("MISSING_PARAMETER", "MessageBody", V2.send_text_message, DestinationPhoneNumber=HERE, OriginationIdentity=phone)
    invalid("MISSING_PARAMETER", "MessageBody", V2.send_voice_message, DestinationPhoneNumber=HERE, OriginationIdentity=phone)
    invalid("MISSING_PARAMETER", "MediaUrls", V2.send_media_message, DestinationPhoneNumber=HERE, OriginationIdentity=phone)
    invalid("INTERNATIONAL_SENDING_NOT_SUPPORTED", "OriginationIdentity", text, DestinationPhoneNumber=ABROAD, OriginationIdentity=phone)
    invalid("INVALID_IDENTITY_FOR_DESTINATION_COUNTRY", "OriginationIdentity", text, OriginationIdentity=simulator)
    abroad = number(InternationalSendingEnabled=True)
    invalid("INVALID_IDENTITY_FOR_DESTINATION_COUNTRY", "DestinationPhoneNumber", V2.send_media_message, DestinationPhoneNumber=ABROAD,
            OriginationIdentity=abroad, MessageBody="Hello")
    invalid("INVALID_PARAMETER", "DestinationPhoneNumber", text, DestinationPhoneNumber="+999999999999", OriginationIdentity=phone)
    invalid("SENDER_ID_NOT_SUPPORTED", "OriginationIdentity", text, OriginationIdentity="ACME")
    invalid("INVALID_PARAMETER", "OriginationIdentity", V2.send_voice_message, DestinationPhoneNumber=ABROAD, MessageBody="Hi", OriginationIdentity="ACME")
    invalid("VOICE_CAPABILITY_NOT_AVAILABLE", "OriginationIdentity", V2.send_voice_message, DestinationPhoneNumber=HERE, MessageBody="Hi", OriginationIdentity=number("SMS"))
    invalid("MAXIMUM_SIZE_EXCEEDED", "MessageBody", V2.send_voice_message, DestinationPhoneNumber=HERE, OriginationIdentity=phone, MessageBody="a" * 3001)
    invalid("INVALID_PARAMETER", "MessageBody", V2.send_voice_message, DestinationPhoneNumber=HERE, OriginationIdentity=phone, MessageBody="Hi", MessageBodyTextType="SSML")
    invalid("PRICE_OVER_THRESHOLD", "MaxPrice", text, OriginationIdentity=phone, MaxPrice="0.001")
    invalid("PRICE_OVER_THRESHOLD", "MaxPricePerMinute", V2.send_voice_message, DestinationPhoneNumber=HERE, OriginationIdentity=phone, MessageBody="Hi", MaxPricePerMinute="0.001")
    sent = text(OriginationIdentity=phone)["MessageId"]
    invalid("INVALID_REQUEST", "MessageId", V2.put_message_feedback, MessageId=sent, MessageFeedbackStatus="RECEIVED")


def what_exists_or_is_in_use():
    reset()
    phone = number()
    V2.create_configuration_set(ConfigurationSetName="set")
    clash("RESOURCE_ALREADY_EXISTS", "configuration-set", "set", V2.create_configuration_set, ConfigurationSetName="set")
    destination = dict(ConfigurationSetName="set", EventDestinationName="one")
    V2.create_event_destination(MatchingEventTypes=["ALL"], SnsDestination=SNS, **destination)
    clash("RESOURCE_ALREADY_EXISTS", "event-destination", "one", V2.create_event_destination, MatchingEventTypes=["ALL"], SnsDestination=SNS, **destination)
    clash("EVENT_DESTINATION_MISMATCH", "event-destination", "one", V2.update_event_destination, CloudWatchLogsDestination=LOGS, **destination)
    V2.create_opt_out_list(OptOutListName="list")
    clash("RESOURCE_ALREADY_EXISTS", "opt-out-list", "list", V2.create_opt_out_list, OptOutListName="list")
    V2.request_sender_id(SenderId="ACME", IsoCountryCode="GB")
    clash("RESOURCE_ALREADY_EXISTS", "sender-id", "ACME/GB", V2.request_sender_id, SenderId="ACME", IsoCountryCode="GB")
    clash("RESOURCE_DELETION_NOT_ALLOWED", "opt-out-list", "Default", V2.delete_opt_out_list, OptOutListName="Default")
    listed = number(OptOutListName="list")
    clash("RESOURCE_DELETION_NOT_ALLOWED", "opt-out-list", "list", V2.delete_opt_out_list, OptOutListName="list")
    V2.release_phone_number(PhoneNumberId=listed)
    clash("RESOURCE_DELETION_NOT_ALLOWED", "keyword", "STOP", V2.delete_keyword, OriginationIdentity=phone, Keyword="stop")
    clash("RESOURCE_MODIFICATION_NOT_ALLOWED", "keyword", "HELP", V2.put_keyword, OriginationIdentity=phone, Keyword="help", KeywordMessage="x", KeywordAction="OPT_IN")
    V2.update_phone_number(PhoneNumberId=phone, DeletionProtectionEnabled=True)
    clash("DELETION_PROTECTION_ENABLED", "phone-number", phone, V2.release_phone_number, PhoneNumberId=phone)
    pool = pool_of(phone, DeletionProtectionEnabled=True)
    clash("DELETION_PROTECTION_ENABLED", "pool", pool, V2.delete_pool, PoolId=pool)
    V2.update_sender_id(SenderId="ACME", IsoCountryCode="GB", DeletionProtectionEnabled=True)
    clash("DELETION_PROTECTION_ENABLED", "sender-id", "ACME/GB", V2.release_sender_id, SenderId="ACME", IsoCountryCode="GB")


def pools_at_fault():
    reset()
    phone, other = number(), number()
    pool = pool_of(phone)
    join, leave = V2.associate_origination_identity, V2.disassociate_origination_identity
    us = dict(PoolId=pool, IsoCountryCode="US")
    clash("PHONE_NUMBER_ASSOCIATED_TO_POOL", "phone-number", phone, V2.release_phone_number, PhoneNumberId=phone)
    clash("PHONE_NUMBER_ASSOCIATED_TO_POOL", "phone-number", phone, V2.update_phone_number, PhoneNumberId=phone, TwoWayEnabled=False)
    clash("PHONE_NUMBER_ASSOCIATED_TO_POOL", "phone-number", phone, V2.create_pool, OriginationIdentity=phone, IsoCountryCode="US", MessageType="TRANSACTIONAL")
    clash("PHONE_NUMBER_NOT_ASSOCIATED_TO_POOL", "pool", pool, leave, OriginationIdentity=other, **us)
    clash("LAST_PHONE_NUMBER", "pool", pool, leave, OriginationIdentity=phone, **us)
    V2.put_keyword(OriginationIdentity=other, Keyword="JOIN", KeywordMessage="Welcome")
    clash("KEYWORD_MISMATCH", "phone-number", other, join, OriginationIdentity=other, **us)
    promotional = number(type_="PROMOTIONAL")
    clash("MESSAGE_TYPE_MISMATCH", "phone-number", promotional, join, OriginationIdentity=promotional, **us)
    V2.create_opt_out_list(OptOutListName="list")
    listed = number(OptOutListName="list")
    clash("OPT_OUT_LIST_MISMATCH", "phone-number", listed, join, OriginationIdentity=listed, **us)
    own = number()
    V2.update_phone_number(PhoneNumberId=own, SelfManagedOptOutsEnabled=True)
    clash("SELF_MANAGED_OPT_OUTS_MISMATCH", "phone-number", own, join, OriginationIdentity=own, **us)
    two_way = number()
    V2.update_phone_number(PhoneNumberId=two_way, TwoWayEnabled=True, TwoWayChannelArn=SNS["TopicArn"])
    clash("TWO_WAY_CONFIG_MISMATCH", "phone-number", two_way, join, OriginationIdentity=two_way, **us)
    V2.request_sender_id(SenderId="ACME", IsoCountryCode="GB")
    join(PoolId=pool, OriginationIdentity="ACME", IsoCountryCode="GB")
    clash("RESOURCE_ALREADY_ASSOCIATED", "sender-id", "ACME", join, PoolId=pool, OriginationIdentity="ACME", IsoCountryCode="GB")
    clash("SENDER_ID_ASSOCIATED_TO_POOL", "sender-id", "ACME/GB", V2.release_sender_id, SenderId="ACME", IsoCountryCode="GB")
    V2.request_sender_id(SenderId="OFFERS", IsoCountryCode="GB", MessageTypes=["PROMOTIONAL"])
    clash("MESSAGE_TYPE_MISMATCH", "sender-id", "OFFERS", join, PoolId=pool, OriginationIdentity="OFFERS", IsoCountryCode="GB")


def messages_the_account_cannot_send():
    reset()
    phone = number()
    clash("MESSAGE_TYPE_MISMATCH", "phone-number", phone, text, OriginationIdentity=phone, MessageType="PROMOTIONAL")
    plain = number("SMS", kind="TOLL_FREE")
    clash("NUMBER_CAPABILITIES_MISMATCH", "phone-number", plain, V2.send_media_message, DestinationPhoneNumber=HERE, OriginationIdentity=plain, MessageBody="x")
    V2.request_sender_id(SenderId="OFFERS", IsoCountryCode="GB", MessageTypes=["PROMOTIONAL"])
    clash("MESSAGE_TYPE_MISMATCH", "sender-id", "OFFERS", text, DestinationPhoneNumber=ABROAD, OriginationIdentity="OFFERS", MessageType="TRANSACTIONAL")
    pool = pool_of(phone)
    clash("MESSAGE_TYPE_MISMATCH", "pool", pool, text, OriginationIdentity=pool, MessageType="PROMOTIONAL")
    clash("NO_ORIGINATION_IDENTITIES_FOUND", "pool", pool, text, DestinationPhoneNumber=ABROAD, OriginationIdentity=pool)
    V2.put_opted_out_number(OptOutListName="Default", OptedOutNumber=HERE)
    clash("DESTINATION_PHONE_NUMBER_OPTED_OUT", "opted-out-number", HERE, text, OriginationIdentity=pool)
    reset()
    clash("NO_ORIGINATION_IDENTITIES_FOUND", "account", "000000000000", text)
    sandbox = client(SANDBOX)
    simulator = sandbox.request_phone_number(IsoCountryCode="US", MessageType="TRANSACTIONAL", NumberCapabilities=["SMS"], NumberType="LONG_CODE")["PhoneNumberId"]
    clash("DESTINATION_PHONE_NUMBER_NOT_VERIFIED", "phone-number", HERE, sandbox.send_text_message, DestinationPhoneNumber=HERE, MessageBody="x", OriginationIdentity=simulator)
    assert sandbox.send_text_message(DestinationPhoneNumber=SIMULATOR, MessageBody="x", OriginationIdentity=simulator)["MessageId"]


def what_does_not_exist():
    reset()
    phone = number()
    V2.create_configuration_set(ConfigurationSetName="set")
    absent("configuration-set", "none", V2.delete_configuration_set, ConfigurationSetName="none")
    absent("configuration-set", "none", V2.set_default_sender_id, ConfigurationSetName="none", SenderId="ACME")
    absent("configuration-set", "none", V2.describe_configuration_sets, ConfigurationSetNames=["none"])
    absent("configuration-set", "none", text, OriginationIdentity=phone, ConfigurationSetName="none")
    absent("event-destination", "none", V2.delete_event_destination, ConfigurationSetName="set", EventDestinationName="none")
    absent("event-destination", "none", V2.update_event_destination, ConfigurationSetName="set", EventDestinationName="none", Enabled=False)
    absent("keyword", "NONE", V2.delete_keyword, OriginationIdentity=phone, Keyword="none")
    absent("keyword", "NONE", V2.describe_keywords, OriginationIdentity=phone, Keywords=["none"])
    unsent = "00000000-0000-4000-8000-000000000000"
    absent("message", unsent, V2.put_message_feedback, MessageId=unsent, MessageFeedbackStatus="RECEIVED")
    absent("opt-out-list", "none", V2.delete_opt_out_list, OptOutListName="none")
    absent("opted-out-number", HERE, V2.delete_opted_out_number, OptOutListName="Default", OptedOutNumber=HERE)
    absent("opted-out-number", HERE, V2.describe_opted_out_numbers, OptOutListName="Default", OptedOutNumbers=[HERE])
    absent("phone-number", "phone-none", V2.release_phone_number, PhoneNumberId="phone-none")
    absent("phone-number", "+12065550199", text, OriginationIdentity="+12065550199")
    absent("pool", "pool-none", V2.delete_pool, PoolId="pool-none")
    absent("pool", "pool-none", text, OriginationIdentity="pool-none")
    absent("sender-id", "NONE/GB", V2.release_sender_id, SenderId="NONE", IsoCountryCode="GB")
    absent("protect-configuration", "protect-none", text, OriginationIdentity=phone, ProtectConfigurationId="protect-none")
    absent("registration", "registration-none", V2.request_phone_number, IsoCountryCode="US", MessageType="TRANSACTIONAL",
           NumberCapabilities=["SMS"], NumberType="LONG_CODE", RegistrationId="registration-none")
    absent("registration", "registration-none", V2.list_available_phone_numbers, IsoCountryCode="US", NumberCapabilities=["SMS"],
           NumberType="TEN_DLC", RegistrationId="registration-none")
    elsewhere = "arn:aws:sms-voice:eu-west-1:000000000000:configuration-set/set"
    absent("configuration-set", elsewhere, V2.list_tags_for_resource, ResourceArn=elsewhere)


def quotas():
    reset()
    phone = number()
    for n in range(25):
        arn = V2.create_configuration_set(ConfigurationSetName=f"set-{n}")["ConfigurationSetArn"]
    full("CONFIGURATION_SETS_PER_ACCOUNT", V2.create_configuration_set, ConfigurationSetName="one-more")
    destination = dict(ConfigurationSetName="set-0", MatchingEventTypes=["ALL"], SnsDestination=SNS)
    for n in range(5):
        V2.create_event_destination(EventDestinationName=f"d{n}", **destination)
    full("EVENT_DESTINATIONS_PER_CONFIGURATION_SET", V2.create_event_destination, EventDestinationName="one-more", **destination)
    tags = [{"Key": f"k{n}", "Value": "v"} for n in range(201)]
    V2.tag_resource(ResourceArn=arn, Tags=tags[:200])
    full("TAGS_PER_RESOURCE", V2.tag_resource, ResourceArn=arn, Tags=tags[200:])
    for n in range(24):  # the list `Default` is there already
        V2.create_opt_out_list(OptOutListName=f"list-{n}")
    full("OPT_OUT_LISTS_PER_ACCOUNT", V2.create_opt_out_list, OptOutListName="one-more")
    for n in range(28):  # HELP and STOP are there already
        V2.put_keyword(OriginationIdentity=phone, Keyword=f"WORD{n}", KeywordMessage="m")
    full("KEYWORDS_PER_PHONE_NUMBER", V2.put_keyword, OriginationIdentity=phone, Keyword="MORE", KeywordMessage="m")
    pool = pool_of(phone)  # it has its first number's keywords
    full("KEYWORDS_PER_POOL", V2.put_keyword, OriginationIdentity=pool, Keyword="MORE", KeywordMessage="m")
    for n in range(200):
        V2.request_sender_id(SenderId=f"ID{n}", IsoCountryCode="GB")
    full("SENDER_IDS_PER_ACCOUNT", V2.request_sender_id, SenderId="MORE", IsoCountryCode="GB")
    for n in range(99):
        V2.associate_origination_identity(PoolId=pool, OriginationIdentity=f"ID{n}", IsoCountryCode="GB")
    full("ORIGINATION_IDENTITIES_PER_POOL", V2.associate_origination_identity, PoolId=pool, OriginationIdentity="ID99", IsoCountryCode="GB")
    for n in range(24):
        pool_of(f"ID{n}", iso="GB")
    full("POOLS_PER_ACCOUNT", V2.create_pool, OriginationIdentity="ID50", IsoCountryCode="GB", MessageType="TRANSACTIONAL")
    for n in range(99):
        number("SMS")
    full("PHONE_NUMBERS_PER_ACCOUNT", V2.request_phone_number, IsoCountryCode="US", MessageType="TRANSACTIONAL", NumberCapabilities=["SMS"], NumberType="LONG_CODE")


def what_the_sandbox_pays():
    sandbox = client(SANDBOX)
    urllib.request.urlopen(urllib.request.Request(SANDBOX + "/_smsvoice/reset", data=b"")).close()
    phone = sandbox.request_phone_number(IsoCountryCode="US", MessageType="TRANSACTIONAL", NumberCapabilities=["SMS", "MMS"], NumberType="SIMULATOR")["PhoneNumberId"]
    to = dict(DestinationPhoneNumber=SIMULATOR, OriginationIdentity=phone)
    for _ in range(17):  # ten parts each, 0.0581 dollars
        sandbox.send_text_message(MessageBody="a" * 1530, **to)
    full("MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT", sandbox.send_text_message, MessageBody="a" * 1530, **to)
    sandbox.send_text_message(MessageBody="a", **to)
    for _ in range(51):  # 0.0195 dollars each
        sandbox.send_media_message(MessageBody="a", **to)
    full("MONTHLY_SPEND_LIMIT_REACHED_FOR_MEDIA", sandbox.send_media_message, MessageBody="a", **to)


def what_takes_time():
    slow = client(SLOW)
    control = lambda path, body=b"": urllib.request.urlopen(urllib.request.Request(SLOW + "/_smsvoice" + path, data=body)).close()
    us = dict(IsoCountryCode="US", MessageType="TRANSACTIONAL")
    phone = slow.request_phone_number(NumberCapabilities=["SMS", "VOICE"], NumberType="LONG_CODE", **us)
    assert phone["Status"] == "PENDING", phone
    phone = phone["PhoneNumberId"]
    to = dict(DestinationPhoneNumber=HERE, OriginationIdentity=phone)
    clash("RESOURCE_NOT_ACTIVE", "phone-number", phone, slow.send_text_message, MessageBody="a", **to)
    clash("RESOURCE_NOT_ACTIVE", "phone-number", phone, slow.create_pool, **us, OriginationIdentity=phone)
    throttled(slow.describe_configuration_sets)
    control("/clock/advance", b'{"seconds": 3600}')
    time.sleep(1.1)
    assert slow.describe_phone_numbers()["PhoneNumbers"][0]["Status"] == "ACTIVE"
    pool = slow.create_pool(OriginationIdentity=phone, **us)
    assert pool["Status"] == "CREATING", pool
    clash("RESOURCE_NOT_ACTIVE", "pool", pool["PoolId"], slow.send_text_message, MessageBody="a", DestinationPhoneNumber=HERE, OriginationIdentity=pool["PoolId"])
    # A part a second from a US long code, whatever the request; a dry run has a count of its own.
    slow.send_text_message(MessageBody="a", **to)
    throttled(slow.send_text_message, MessageBody="a", **to)
    slow.send_text_message(MessageBody="a", DryRun=True, **to)
    for _ in range(5):
        time.sleep(1.05)
        slow.send_voice_message(MessageBody="a", **to)
    time.sleep(1.05)
    full("DAILY_DESTINATION_CALL_LIMIT", slow.send_voice_message, MessageBody="a", **to)


def throttled(call, **request):
    """Fails unless one of two calls that follow each other is throttled."""
    try:
        call(**request), call(**request)
    except ClientError as error:
        assert (error.response["Error"]["Code"], error.response["Error"]["Message"]) == ("ThrottlingException", "Rate exceeded"), error.response
        return
    raise SystemExit(f"{call.__name__} should have been throttled")


requests_at_fault()
identities_at_fault()
messages_at_fault()
what_exists_or_is_in_use()
pools_at_fault()
messages_the_account_cannot_send()
what_does_not_exist()
quotas()
what_the_sandbox_pays()
what_takes_time()
