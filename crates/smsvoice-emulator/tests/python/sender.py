"""Sends texts as fast as it can, printing each accepted message id at once. Usage: sender.py URL ORIGINATION SET COUNT"""
import concurrent.futures
import sys

import boto3
from botocore.config import Config

url, origination, name, count = sys.argv[1:5]
client = boto3.client("pinpoint-sms-voice-v2", endpoint_url=url, region_name="us-east-1",
                      config=Config(max_pool_connections=16, retries={"total_max_attempts": 1}))


def send(n):
    to = f"+1425555{100 + n % 100:04}"
    answer = client.send_text_message(DestinationPhoneNumber=to, OriginationIdentity=origination, MessageBody=f"Message {n}",
                                      ConfigurationSetName=name, Context={"n": str(n)})
    sys.stdout.write(answer["MessageId"] + "\n")  # one write, so that threads do not mix lines
    sys.stdout.flush()


def call(n):
    client.send_voice_message(DestinationPhoneNumber="+14255550100", OriginationIdentity=origination, MessageBody=f"Call {n}", ConfigurationSetName=name)


with concurrent.futures.ThreadPoolExecutor(16) as pool:
    calls = int(sys.argv[5]) if len(sys.argv) > 5 else 0
    try:
        list(pool.map(send, range(int(count))))
        list(pool.map(call, range(calls)))
    except Exception as error:  # the emulator was killed: what was printed was accepted
        pool.shutdown(wait=True, cancel_futures=True)
        sys.exit(0 if "onnect" in str(error) or "closed" in str(error) else str(error))
