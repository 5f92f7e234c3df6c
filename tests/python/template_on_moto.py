"""Creates the resources of the transformed template on moto, and sends an event by each route that moto carries.

    template_on_moto.py BOOTSTRAP MOTO_URL < TRANSFORMED

Each resource is created by the call of its own service, with the properties that stand in the template: moto's CloudFormation
skips what it does not know and says that it is there. Events are taken by `bootstrap` with the variables of the template's function.
Prints JSON: what was created by type, what no service of moto's has, and each route with the rows it left in the template's bucket.
"""

import base64
import gzip
import io
import json
import re
import sys
import zipfile

import boto3
import pyarrow.parquet
from botocore.exceptions import ClientError

from queues import from_queue
from runtime_api import RuntimeApi

bootstrap, moto = sys.argv[1:]
template = json.load(sys.stdin)
ACCOUNT, REGION, STACK = "123456789012", "us-east-1", "sms"
GIVEN = {"RouteSns": "true", "RouteFirehose": "true", "RouteLogs": "true", "RouteEventBridge": "true", "RouteS3": "true", "Backfill": "true", "PhoneNumbers": "hmac",
         "AlarmEmail": "someone@example.com", "ConfigurationSet": "sms",
         "WatchSchedule": "rate(1 hour)", "WatchTopic": "arn:aws:sns:us-east-1:123456789012:on-call"}
PARAMETERS = {name: parameter["Default"] for name, parameter in template["Parameters"].items()} | GIVEN
NOTHING = object()
made, ids, arns = {}, {}, {}


def client(service):
    return boto3.client(service, endpoint_url=moto, region_name=REGION, aws_access_key_id="test", aws_secret_access_key="test")


def holds(condition):
    ((function, parts),) = condition.items()
    if function == "Condition":
        return holds(template["Conditions"][parts])
    if function == "Fn::Equals":
        one, two = map(value, parts)
        return str(one) == str(two)
    return not holds(parts[0]) if function == "Fn::Not" else (all if function == "Fn::And" else any)(map(holds, parts))


def value(node):
    """What an intrinsic function stands for, now that what it names is created."""
    if isinstance(node, list):
        return [found for found in map(value, node) if found is not NOTHING]
    if not isinstance(node, dict):
        return node
    if len(node) == 1:
        ((function, of),) = node.items()
        if function == "Ref":
            fixed = {"AWS::StackName": STACK, "AWS::AccountId": ACCOUNT, "AWS::Region": REGION, "AWS::NoValue": NOTHING, "AWS::Partition": "aws"}
            return fixed[of] if of in fixed else ids[of] if of in ids else PARAMETERS[of]
        if function == "Fn::GetAtt":
            return arns[of[0]] if of[1] == "Arn" else arns[of[0]].rsplit(":", 1)[1]
        if function == "Fn::Sub":
            part = lambda match: match[0].replace("!", "") if match[1].startswith("!") else str(value({"Fn::GetAtt": match[1].split(".")} if "." in match[1] else {"Ref": match[1]}))
            return re.sub(r"\$\{([^}]*)\}", part, of)
        if function == "Fn::If":
            return value(of[1] if holds({"Condition": of[0]}) else of[2])
        if function == "Fn::Join":
            return of[0].join(value(of[1]))
        if function == "Fn::Base64":
            return base64.b64encode(value(of).encode()).decode()
    return {key: found for key, found in ((key, value(inner)) for key, inner in node.items()) if found is not NOTHING}


def lower(properties):
    """The names of members as the services of Logs and Lambda's mapping write them: first letter small."""
    return {key[0].lower() + key[1:]: inner for key, inner in properties.items()}


def bucket(name, p):
    s3 = client("s3")
    ids[name] = f"{STACK}-lake"
    arns[name] = f"arn:aws:s3:::{ids[name]}"
    s3.create_bucket(Bucket=ids[name])
    s3.put_bucket_versioning(Bucket=ids[name], VersioningConfiguration=p["VersioningConfiguration"])
    s3.put_public_access_block(Bucket=ids[name], PublicAccessBlockConfiguration=p["PublicAccessBlockConfiguration"])
    s3.put_bucket_ownership_controls(Bucket=ids[name], OwnershipControls=p["OwnershipControls"])
    encryption = [{"ApplyServerSideEncryptionByDefault": rule["ServerSideEncryptionByDefault"]} for rule in p["BucketEncryption"]["ServerSideEncryptionConfiguration"]]
    s3.put_bucket_encryption(Bucket=ids[name], ServerSideEncryptionConfiguration={"Rules": encryption})
    rules = [{"ID": rule["Id"], "Status": rule["Status"], "Filter": {"Prefix": rule.get("Prefix", "")}}
             | ({"Expiration": {"Days": int(rule["ExpirationInDays"])}} if "ExpirationInDays" in rule else {})
             | {key: rule[key] for key in ["NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload"] if key in rule}
             for rule in p["LifecycleConfiguration"]["Rules"]]
    s3.put_bucket_lifecycle_configuration(Bucket=ids[name], LifecycleConfiguration={"Rules": rules})
    queues = [{"QueueArn": queue["Queue"], "Events": [queue["Event"]], "Filter": {"Key": {"FilterRules": queue["Filter"]["S3Key"]["Rules"]}}}
              for queue in p["NotificationConfiguration"]["QueueConfigurations"]]
    s3.put_bucket_notification_configuration(Bucket=ids[name], NotificationConfiguration={"QueueConfigurations": queues})


def role(name, p):
    iam = client("iam")
    made_role = iam.create_role(RoleName=p.get("RoleName", f"{STACK}-{name}"), AssumeRolePolicyDocument=json.dumps(p["AssumeRolePolicyDocument"]))["Role"]
    ids[name], arns[name] = made_role["RoleName"], made_role["Arn"]
    for policy in p["Policies"]:
        iam.put_role_policy(RoleName=ids[name], PolicyName=policy["PolicyName"], PolicyDocument=json.dumps(policy["PolicyDocument"]))


def queue(name, p):
    attributes = {key: json.dumps(inner) if isinstance(inner, (dict, bool)) else str(inner) for key, inner in p.items()}
    ids[name] = client("sqs").create_queue(QueueName=f"{STACK}-{name}", Attributes=attributes)["QueueUrl"]
    arns[name] = client("sqs").get_queue_attributes(QueueUrl=ids[name], AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def topic(name, p):
    ids[name] = client("sns").create_topic(Name=f"{STACK}-{name}", Attributes={key: str(inner) for key, inner in p.items()})["TopicArn"]


def subscription(name, p):
    attributes = {key: json.dumps(p[key]) for key in ["RawMessageDelivery", "RedrivePolicy"] if key in p}
    client("sns").subscribe(TopicArn=p["TopicArn"], Protocol=p["Protocol"], Endpoint=p["Endpoint"], Attributes=attributes)


def function(name, p):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("bootstrap", "the real one runs beside moto")
    known = {key: p[key] for key in ["Handler", "Runtime", "Role", "Environment", "DeadLetterConfig", "Architectures", "LoggingConfig"]}
    made_function = client("lambda").create_function(
        FunctionName=f"{STACK}-{name}", Code={"ZipFile": archive.getvalue()}, MemorySize=int(p["MemorySize"]), Timeout=int(p["Timeout"]), **known)
    ids[name], arns[name] = made_function["FunctionName"], made_function["FunctionArn"]
    client("lambda").put_function_concurrency(FunctionName=ids[name], ReservedConcurrentExecutions=int(p["ReservedConcurrentExecutions"]))


def log_group(name, p):
    group = p.get("LogGroupName", f"/{STACK}/{name}")
    client("logs").create_log_group(logGroupName=group)
    client("logs").put_retention_policy(logGroupName=group, retentionInDays=p["RetentionInDays"])
    ids[name], arns[name] = group, f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}:*"


def log_stream(name, p):
    ids[name] = f"{STACK}-{name}"
    client("logs").create_log_stream(logStreamName=ids[name], **lower(p))


def rule(name, p):
    events = client("events")
    when = {"ScheduleExpression": p["ScheduleExpression"]} if "ScheduleExpression" in p else {"EventPattern": json.dumps(p["EventPattern"])}
    arns[name] = events.put_rule(Name=f"{STACK}-{name}", Description=p["Description"], **when)["RuleArn"]
    assert events.put_targets(Rule=f"{STACK}-{name}", Targets=p["Targets"])["FailedEntryCount"] == 0
    if "ScheduleExpression" in p:  # which moto takes for a rule of every event
        events.remove_targets(Rule=f"{STACK}-{name}", Ids=[target["Id"] for target in p["Targets"]])
        events.delete_rule(Name=f"{STACK}-{name}")


def stream(name, p):
    ids[name] = p["DeliveryStreamName"]
    for parameter in p["ExtendedS3DestinationConfiguration"]["ProcessingConfiguration"]["Processors"][0]["Parameters"]:
        parameter["ParameterValue"] = str(parameter["ParameterValue"])  # CloudFormation does as much
    arns[name] = client("firehose").create_delivery_stream(**p)["DeliveryStreamARN"]


def secret(name, p):
    generated = client("secretsmanager").get_random_password(**p["GenerateSecretString"])["RandomPassword"]
    ids[name] = client("secretsmanager").create_secret(Name=f"{STACK}-{name}", Description=p["Description"], SecretString=generated)["ARN"]


def workgroup(name, p):
    ids[name] = p["Name"]
    configuration = json.loads(json.dumps(p["WorkGroupConfiguration"]))
    configuration["BytesScannedCutoffPerQuery"] = int(configuration["BytesScannedCutoffPerQuery"])
    client("athena").create_work_group(Name=p["Name"], Configuration=configuration)


def database(name, p):
    ids[name] = p["DatabaseInput"]["Name"]
    client("glue").create_database(DatabaseInput=p["DatabaseInput"])


def simple(service, call, convert=lambda p: p):
    def create(name, p):
        getattr(client(service), call)(**convert(p))
        ids.setdefault(name, name)
    return create


CREATE = {
    "AWS::S3::Bucket": bucket, "AWS::IAM::Role": role, "AWS::SQS::Queue": queue, "AWS::SNS::Topic": topic, "AWS::SNS::Subscription": subscription,
    "AWS::Lambda::Function": function, "AWS::Logs::LogGroup": log_group, "AWS::Logs::LogStream": log_stream, "AWS::Events::Rule": rule,
    "AWS::KinesisFirehose::DeliveryStream": stream, "AWS::SecretsManager::Secret": secret, "AWS::Athena::WorkGroup": workgroup, "AWS::Glue::Database": database,
    "AWS::S3::BucketPolicy": simple("s3", "put_bucket_policy", lambda p: {"Bucket": p["Bucket"], "Policy": json.dumps(p["PolicyDocument"])}),
    "AWS::SQS::QueuePolicy": simple("sqs", "set_queue_attributes", lambda p: {"QueueUrl": p["Queues"][0], "Attributes": {"Policy": json.dumps(p["PolicyDocument"])}}),
    "AWS::SNS::TopicPolicy": simple("sns", "set_topic_attributes", lambda p: {
        "TopicArn": p["Topics"][0], "AttributeName": "Policy", "AttributeValue": json.dumps(p["PolicyDocument"])}),
    "AWS::Logs::SubscriptionFilter": simple("logs", "put_subscription_filter", lambda p: lower(p) | {"filterName": STACK}),
    "AWS::Lambda::Permission": simple("lambda", "add_permission", lambda p: p | {"StatementId": f"{STACK}-{p['Principal'].split('.')[0]}"}),
    "AWS::Lambda::EventSourceMapping": simple("lambda", "create_event_source_mapping", lambda p: p | {
        "BatchSize": int(p["BatchSize"]), "MaximumBatchingWindowInSeconds": int(p["MaximumBatchingWindowInSeconds"]),
        "ScalingConfig": {"MaximumConcurrency": int(p["ScalingConfig"]["MaximumConcurrency"])}}),
    "AWS::Lambda::EventInvokeConfig": simple("lambda", "put_function_event_invoke_config"),
    "AWS::Glue::Table": simple("glue", "create_table", lambda p: {"DatabaseName": p["DatabaseName"], "TableInput": p["TableInput"]}),
    "AWS::Athena::PreparedStatement": simple("athena", "create_prepared_statement"),
    "AWS::Athena::NamedQuery": simple("athena", "create_named_query"),
    "AWS::CloudWatch::Dashboard": simple("cloudwatch", "put_dashboard"),
}


def alarm(name, p):
    numbers = {key: int(p[key]) for key in ["EvaluationPeriods", "DatapointsToAlarm", "Period"] if key in p} | {"Threshold": float(p["Threshold"])}
    client("cloudwatch").put_metric_alarm(AlarmName=f"{STACK}-{name}", **(p | numbers))


CREATE["AWS::CloudWatch::Alarm"] = alarm


def needs(node):
    """The resources that a value names."""
    if isinstance(node, list):
        return set().union(*map(needs, node), set())
    if not isinstance(node, dict):
        return set()
    named = set()
    for key, inner in node.items():
        if key == "Ref":
            named.add(inner)
        elif key == "Fn::GetAtt":
            named.add(inner[0])
        elif key == "Fn::Sub":
            named |= {name.split(".")[0] for name in re.findall(r"\$\{([^!}][^}]*)\}", inner)}
        else:
            named |= needs(inner)
    return named & set(template["Resources"])


def create(name, resource):
    try:
        CREATE[resource["Type"]](name, value(resource.get("Properties", {})))
    except ClientError as error:
        sys.exit(f"{name} ({resource['Type']}): {error}")
    made[resource["Type"]] = made.get(resource["Type"], 0) + 1


# Created once the events were taken: moto would run the function in Docker for every message of the queue, and reads the policy
# of the bucket as if its conditions always held.
LAST = ["AWS::Lambda::EventSourceMapping", "AWS::S3::BucketPolicy"]


def create_all():
    unknown, later, left = [], [], {name: resource for name, resource in template["Resources"].items() if "Condition" not in resource or holds({"Condition": resource["Condition"]})}
    while left:
        depends = lambda resource: [resource["DependsOn"]] if isinstance(resource.get("DependsOn"), str) else resource.get("DependsOn", [])
        ready = [name for name, resource in left.items() if not (needs(resource.get("Properties", {})) | set(depends(resource))) & set(left) - {name}]
        assert ready, f"a circle: {sorted(left)}"
        for name in ready:
            resource = left.pop(name)
            if resource["Type"] in LAST:
                later.append((name, resource))
                continue
            if resource["Type"] not in CREATE:
                unknown.append(resource["Type"])
                ids[name] = arns[name] = name
                continue
            create(name, resource)
    return unknown, later


def event(name):
    return json.dumps({"eventType": "TEXT_DELIVERED", "eventVersion": "1.0", "messageId": name, "isFinal": True, "eventTimestamp": 1_795_000_000_000,
                       "destinationPhoneNumber": "+14255550142", "isoCountryCode": "US"})


def by_sns():
    client("sns").publish(TopicArn=ids["Topic"], Message=event("sns"))


def by_event_bridge():
    entry = {"Source": "aws.sms-voice", "DetailType": "Text Message Delivery Status Updated", "Detail": event("eventbridge")}
    client("events").put_events(Entries=[entry])


def by_s3():
    client("s3").put_object(Bucket=ids["LakeBucket"], Key="raw/2026/a b+c.gz", Body=gzip.compress(event("s3").encode()))


def by_firehose():
    """Moto runs no transformation: what arrives is the archive, of which the bucket tells the queue."""
    client("firehose").put_record(DeliveryStreamName=ids["Stream"], Record={"Data": event("firehose").encode()})


def rows():
    s3, found = client("s3"), []
    for item in s3.list_objects_v2(Bucket=ids["LakeBucket"], Prefix="events/").get("Contents", []):
        found += pyarrow.parquet.read_table(io.BytesIO(s3.get_object(Bucket=ids["LakeBucket"], Key=item["Key"])["Body"].read()), use_threads=False, pre_buffer=False).to_pylist()
    return found


def main():
    unknown, later = create_all()
    variables = value(template["Resources"]["Function"]["Properties"]["Environment"]["Variables"])
    lake = variables.pop("SMSVOICE_LAKE")
    assert lake == f"s3://{ids['LakeBucket']}", lake
    running = RuntimeApi(bootstrap, lake, AWS_REGION=REGION, AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test", AWS_ENDPOINT_URL=moto, **variables)
    running.seconds_to_first_next()  # one that cannot start asks for nothing
    routes = {}
    from_queue_of_test = lambda: from_queue(client("sqs"), ids["Queue"], arns["Queue"])
    for route, send in {"sns": by_sns, "eventbridge": by_event_bridge, "s3": by_s3, "firehose": by_firehose}.items():
        send()
        kind, reply = running.invoke(json.dumps(from_queue_of_test()).encode())
        routes[route] = {"kind": kind, "reply": json.loads(reply), "rows": sum(row["message_id"] == route for row in rows())}
    running.stop()
    numbers = {row["destination_phone_number"] for row in rows()}
    for name, resource in later:
        create(name, resource)
    print(json.dumps({"made": made, "unknown": unknown, "routes": routes, "numbers": sorted(numbers)}))


main()
