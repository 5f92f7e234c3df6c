"""A topic on moto, and what it was told: `heard.py URL make` prints its ARN, `heard.py URL read` the message in its queue."""

import json
import sys

import boto3

url, what = sys.argv[1:]
sns, sqs = (
    boto3.client(name, "us-east-1", endpoint_url=url, aws_access_key_id="test", aws_secret_access_key="test") for name in ["sns", "sqs"]
)
if what == "make":
    topic, queue = sns.create_topic(Name="on-call")["TopicArn"], sqs.create_queue(QueueName="on-call")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    print(topic)
else:
    queue = sqs.get_queue_url(QueueName="on-call")["QueueUrl"]
    messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    assert len(messages) == 1, messages
    print(json.dumps(json.loads(messages[0]["Body"])))
