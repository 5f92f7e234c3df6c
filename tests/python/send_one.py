"""The first message of a newcomer: `send_one.py EMULATOR_URL` sends to AWS's own simulator number, with nothing prepared."""

import sys

import boto3

sms = boto3.client("pinpoint-sms-voice-v2", endpoint_url=sys.argv[1], region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
print(sms.send_text_message(DestinationPhoneNumber="+14254147755", MessageBody="hello")["MessageId"])
