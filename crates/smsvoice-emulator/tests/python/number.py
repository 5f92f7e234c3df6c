"""Makes the configuration set `set` and a number, and prints its id. Usage: number.py URL"""
import sys
import boto3

client = boto3.client("pinpoint-sms-voice-v2", endpoint_url=sys.argv[1], region_name="us-east-1")
client.create_configuration_set(ConfigurationSetName="set")
print(client.request_phone_number(IsoCountryCode="US", MessageType="TRANSACTIONAL", NumberCapabilities=["SMS", "VOICE", "MMS"], NumberType="LONG_CODE")["PhoneNumberId"])
