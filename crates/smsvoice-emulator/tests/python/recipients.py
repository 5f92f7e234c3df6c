"""Recipients all over the world, and what they write back, through boto3. Usage: recipients.py URL. Fails on the first surprise."""
import json
import sys
import urllib.error
import urllib.request

import boto3
from botocore.exceptions import ClientError

URL = sys.argv[1]
V2 = boto3.client("pinpoint-sms-voice-v2", endpoint_url=URL, region_name="us-east-1", aws_access_key_id="key", aws_secret_access_key="secret")

# A number of each, as national plans write mobile numbers there.
COUNTRIES = {
    "AF": "+93701234567", "AG": "+12684641234", "AR": "+5491123456789", "BS": "+12423591234", "CN": "+8613123456789", "CU": "+5351234567",
    "CW": "+59995181234", "EG": "+201001234567", "FJ": "+6797012345", "GG": "+447781123456", "GL": "+299221234", "IM": "+447924123456",
    "IR": "+989123456789", "IS": "+3546111234", "KP": "+8501921234567", "KZ": "+77710009998", "NU": "+6838884012", "PK": "+923012345678",
    "RU": "+79123456789", "SX": "+17215205678", "SY": "+963944567890", "TV": "+688901234", "UA": "+380501234567", "VE": "+584121234567",
    "VN": "+84912345678", "WS": "+685601234", "XK": "+38343201234", "YT": "+262639012345", "ZW": "+263712345678",
}


def refused(reason, call, **request):
    try:
        call(**request)
    except ClientError as error:
        assert error.response.get("Reason") == reason, error.response
        return error.response["Message"]
    raise SystemExit(f"{call.__name__} {request} should have been refused: {reason}")


def control(path, body=None):
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(URL + "/_smsvoice" + path, data=data)) as answer:
        return json.load(answer)


def countries():
    number = V2.request_phone_number(IsoCountryCode="US", MessageType="TRANSACTIONAL", NumberCapabilities=["SMS"], NumberType="LONG_CODE",
                                     InternationalSendingEnabled=True)["PhoneNumberId"]
    for country, to in COUNTRIES.items():
        sent = V2.send_text_message(DestinationPhoneNumber=to, OriginationIdentity=number, MessageBody="hello")["MessageId"]
        kept = control("/messages?id=" + sent)[0]
        assert kept["country"] == country and kept["price_micros"] > 0, kept
    V2.release_phone_number(PhoneNumberId=number)


def candidates():
    send = lambda to, **more: dict(DestinationPhoneNumber=to, MessageBody="hello", **more)
    none = "NO_ORIGINATION_IDENTITIES_FOUND"
    said = refused(none, V2.send_text_message, **send("+14255550100"))
    assert "US does not take sender IDs" in said, said
    simulator = V2.request_phone_number(IsoCountryCode="US", MessageType="TRANSACTIONAL", NumberCapabilities=["SMS", "MMS"], NumberType="SIMULATOR")["PhoneNumberId"]
    canadian = V2.request_phone_number(IsoCountryCode="CA", MessageType="TRANSACTIONAL", NumberCapabilities=["SMS"], NumberType="LONG_CODE")["PhoneNumberId"]
    V2.request_sender_id(SenderId="ACME", IsoCountryCode="GB")
    said = refused(none, V2.send_text_message, **send("+14255550100"))
    assert simulator in said and "simulator destinations" in said and canadian in said and "international sending is off" in said and "ACME/GB: it is for GB alone" in said, said
    assert "no country" in refused(none, V2.send_text_message, **send("+99912345678"))
    assert refused(none, V2.send_text_message, **send("+919123456789")).count("IN asks for registered sender IDs") == 1
    # The identity is looked at before the country.
    try:
        V2.send_text_message(OriginationIdentity="phone-0", **send("+99912345678"))
        raise SystemExit("no such number")
    except V2.exceptions.ResourceNotFoundException:
        pass
    pool = V2.create_pool(OriginationIdentity=canadian, IsoCountryCode="CA", MessageType="TRANSACTIONAL")["PoolId"]
    said = refused(none, V2.send_text_message, **send("+447700900123", OriginationIdentity=pool))
    assert canadian in said and simulator not in said, said
    # A simulator reaches simulators of its own country alone.
    refused("INVALID_IDENTITY_FOR_DESTINATION_COUNTRY", V2.send_text_message, **send("+447860019066", OriginationIdentity=simulator))
    refused("INVALID_PARAMETER", V2.request_phone_number, IsoCountryCode="US", MessageType="TRANSACTIONAL", NumberCapabilities=["VOICE"], NumberType="SIMULATOR")


def keywords():
    number = V2.request_phone_number(IsoCountryCode="US", MessageType="TRANSACTIONAL", NumberCapabilities=["SMS"], NumberType="LONG_CODE")
    own = dict(OriginationIdentity=number["PhoneNumberId"])
    changed = V2.put_keyword(Keyword="stop", KeywordMessage="Bye.", **own)
    assert (changed["KeywordAction"], changed["KeywordMessage"]) == ("OPT_OUT", "Bye."), changed
    assert V2.put_keyword(Keyword="HELP", KeywordMessage="Call us.", KeywordAction="AUTOMATIC_RESPONSE", **own)["KeywordAction"] == "AUTOMATIC_RESPONSE"
    refused("RESOURCE_MODIFICATION_NOT_ALLOWED", V2.put_keyword, Keyword="STOP", KeywordMessage="Bye.", KeywordAction="AUTOMATIC_RESPONSE", **own)
    refused("RESOURCE_MODIFICATION_NOT_ALLOWED", V2.put_keyword, Keyword="HELP", KeywordMessage="Bye.", KeywordAction="OPT_OUT", **own)
    refused("RESOURCE_DELETION_NOT_ALLOWED", V2.delete_keyword, Keyword="HELP", **own)
    return number


def conversation(number):
    sends = lambda: V2.send_text_message(DestinationPhoneNumber="+14255550188", OriginationIdentity=number["PhoneNumberId"], MessageBody="News!")["MessageId"]
    writes = lambda body, sender="+14255550188": control("/inbound", {"from": sender, "to": number["PhoneNumber"], "body": body})
    sent = sends()
    said = writes("What news?")
    assert said["keyword"] is None and said["reply"] is None, said
    stopped = writes("stop")
    assert (stopped["action"], stopped["reply"]) == ("OPT_OUT", "Bye."), stopped
    talk = control("/messages?to=%2B14255550188")
    expected = [stopped["reply_message_id"], stopped["message_id"], said["message_id"], sent]
    assert [one["message_id"] for one in talk] == expected, talk
    assert [one["direction"] for one in talk] == ["outbound", "inbound", "inbound", "outbound"]
    assert talk[0]["in_reply_to"] == stopped["message_id"] and talk[1]["keyword"] == "STOP" and talk[2]["status"] == "received", talk
    refused("DESTINATION_PHONE_NUMBER_OPTED_OUT", sends)
    for body, sender in [("", "+14255550188"), ("  ", "+14255550188"), ("hi", "ACME"), ("hi", "+0123456789"), ("hi", "12"), ("hi", "")]:
        try:
            writes(body, sender)
        except urllib.error.HTTPError as error:
            assert error.code == 400 and json.load(error)["error"], error
        else:
            raise SystemExit(f"{body!r} from {sender!r} should have been refused")


countries()
candidates()
conversation(keywords())
