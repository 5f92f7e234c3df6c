"""Makes a CloudFormation stack with an output: `stack.py MOTO_URL NAME`. The topic it exports is the file's."""

import json
import sys

import boto3

keys = dict(region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
cloudformation = boto3.client("cloudformation", endpoint_url=sys.argv[1], **keys)
template = {
    "Resources": {"Events": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "events"}}},
    "Outputs": {"Topic": {"Value": {"Ref": "Events"}}},
}
cloudformation.create_stack(StackName=sys.argv[2], TemplateBody=json.dumps(template))
(stack,) = cloudformation.describe_stacks(StackName=sys.argv[2])["Stacks"]
print(stack["Outputs"][0]["OutputValue"])
