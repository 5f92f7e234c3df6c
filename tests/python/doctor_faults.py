"""One planted fault, found by `smsvoice doctor`. Usage: doctor_faults.py FAULT PROGRAM EMULATOR MOTO LAKE

Makes sound surroundings on moto and the emulator, plants the fault of that name (or none: `sound`), runs the doctor, and
holds its report to what the table FAULTS says: the check, the mark, a word of what is so, a word of the cure; and that no
other link is called broken. Prints the report.
"""
import io
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
import zipfile

import boto3

FAULT, PROGRAM, EMULATOR, MOTO, LAKE = sys.argv[1:6]
REGION, ACCOUNT = "us-east-1", "123456789012"
KEYS = dict(region_name=REGION, aws_access_key_id="test", aws_secret_access_key="test")


def moto(service):
    return boto3.client(service, endpoint_url=MOTO, **KEYS)


sms = boto3.client("pinpoint-sms-voice-v2", endpoint_url=EMULATOR, **KEYS)
iam, firehose, s3, aws_lambda, logs = moto("iam"), moto("firehose"), moto("s3"), moto("lambda"), moto("logs")
sns, sqs, kms, cloudwatch, glue = moto("sns"), moto("sqs"), moto("kms"), moto("cloudwatch"), moto("glue")


def arn(service, resource, region=REGION):
    return f"arn:aws:{service}:{region}:{ACCOUNT}:{resource}"


ROLE, WORKER = arn("iam", "role/events", ""), arn("iam", "role/function", "")
STREAM, FUNCTION = arn("firehose", "deliverystream/sms"), arn("lambda", "function:smsvoice")
GROUP, TOPIC = arn("logs", "log-group:/sms/events"), arn("sns", "sms")
QUEUE, FAILED = arn("sqs", "events"), arn("sqs", "failed")
SERVICE = {"Service": "sms-voice.amazonaws.com"}
SETS = arn("sms-voice", "configuration-set/*")


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow"} | statement for statement in statements]})


def trust(principal=SERVICE, account=ACCOUNT, conditions=True):
    held = {"StringEquals": {"aws:SourceAccount": account}, "ArnLike": {"aws:SourceArn": SETS.replace(ACCOUNT, account)}}
    return policy({"Principal": principal, "Action": "sts:AssumeRole"} | ({"Condition": held} if conditions else {}))


PUT = {"Action": "firehose:PutRecord", "Resource": STREAM}
WRITE = {"Action": ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"], "Resource": GROUP + ":*"}
PUBLISH = {"Principal": SERVICE, "Action": "sns:Publish", "Resource": TOPIC, "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}}}
SEND = {"Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": QUEUE,
        "Condition": {"ArnEquals": {"aws:SourceArn": TOPIC}}}
USE_KEY = {"Principal": SERVICE, "Action": ["kms:GenerateDataKey*", "kms:Decrypt"], "Resource": "*"}
OWN_KEY = {"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*", "Resource": "*"}


def program_file():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("bootstrap", "#!/bin/sh\n")
    return packed.getvalue()


def function(name, variables):
    aws_lambda.create_function(FunctionName=name, Runtime="provided.al2023", Role=WORKER, Handler="bootstrap", Timeout=30,
                               Code={"ZipFile": program_file()}, Environment={"Variables": variables})


def stream_to_s3(function_arn=FUNCTION, enabled=True, errors="errors/"):
    to = {"RoleARN": WORKER, "BucketARN": "arn:aws:s3:::lake", "Prefix": "raw/"}
    if errors:
        to["ErrorOutputPrefix"] = errors
    if function_arn:
        parameters = [{"ParameterName": "LambdaArn", "ParameterValue": function_arn}]
        to["ProcessingConfiguration"] = {"Enabled": enabled, "Processors": [{"Type": "Lambda", "Parameters": parameters}]}
    firehose.create_delivery_stream(DeliveryStreamName="sms", ExtendedS3DestinationConfiguration=to)


def again_to_s3(**changed):
    firehose.delete_delivery_stream(DeliveryStreamName="sms")
    stream_to_s3(**changed)


def queue_url(name):
    return sqs.get_queue_url(QueueName=name)["QueueUrl"]


def queue_attributes(**attributes):
    # Moto forgets a policy that is not set again.
    sqs.set_queue_attributes(QueueUrl=queue_url("events"), Attributes={"Policy": policy(SEND)} | attributes)


def topic_attribute(name, value):
    sns.set_topic_attributes(TopicArn=TOPIC, AttributeName=name, AttributeValue=value)


def mapping():
    return aws_lambda.list_event_source_mappings(EventSourceArn=QUEUE)["EventSourceMappings"][0]["UUID"]


def read_queue(**more):
    aws_lambda.create_event_source_mapping(EventSourceArn=QUEUE, FunctionName="smsvoice", BatchSize=10, **more)


def sound():
    iam.create_role(RoleName="events", AssumeRolePolicyDocument=trust())
    iam.put_role_policy(RoleName="events", PolicyName="events", PolicyDocument=policy(PUT, WRITE))
    iam.create_role(RoleName="function", AssumeRolePolicyDocument=trust({"Service": "lambda.amazonaws.com"}, conditions=False))
    function("smsvoice", {"SMSVOICE_LAKE": LAKE})
    s3.create_bucket(Bucket="lake")
    stream_to_s3()
    logs.create_log_group(logGroupName="/sms/events")
    aws_lambda.add_permission(FunctionName="smsvoice", StatementId="logs", Action="lambda:InvokeFunction",
                              Principal="logs.amazonaws.com", SourceArn=GROUP + ":*")
    logs.put_subscription_filter(logGroupName="/sms/events", filterName="smsvoice", filterPattern="", destinationArn=FUNCTION)
    sns.create_topic(Name="sms")
    topic_attribute("Policy", policy(PUBLISH))
    key = kms.create_key(Policy=policy(OWN_KEY, USE_KEY))["KeyMetadata"]["KeyId"]
    topic_attribute("KmsMasterKeyId", key)
    sqs.create_queue(QueueName="failed")
    redrive = json.dumps({"deadLetterTargetArn": FAILED, "maxReceiveCount": 5})
    sqs.create_queue(QueueName="events", Attributes={"VisibilityTimeout": "180", "Policy": policy(SEND), "RedrivePolicy": redrive})
    sns.subscribe(TopicArn=TOPIC, Protocol="sqs", Endpoint=QUEUE, Attributes={"RawMessageDelivery": "true"})
    read_queue(FunctionResponseTypes=["ReportBatchItemFailures"])
    sms.create_configuration_set(ConfigurationSetName="otp")
    destinations = {"lake": {"KinesisFirehoseDestination": {"IamRoleArn": ROLE, "DeliveryStreamArn": STREAM}},
                    "logs": {"CloudWatchLogsDestination": {"IamRoleArn": ROLE, "LogGroupArn": GROUP}},
                    "topic": {"SnsDestination": {"TopicArn": TOPIC}}}
    for name, target in destinations.items():
        sms.create_event_destination(ConfigurationSetName="otp", EventDestinationName=name, MatchingEventTypes=["ALL"], **target)
    return key


def update_destination(name="lake", **change):
    sms.update_event_destination(ConfigurationSetName="otp", EventDestinationName=name, **change)


def all_take(*types):
    for name in ("lake", "logs", "topic"):
        update_destination(name, MatchingEventTypes=list(types))


def role_may(*statements):
    iam.put_role_policy(RoleName="events", PolicyName="events", PolicyDocument=policy(*statements))


def no_role():
    iam.delete_role_policy(RoleName="events", PolicyName="events")
    iam.delete_role(RoleName="events")


def trusts(**how):
    iam.update_assume_role_policy(RoleName="events", PolicyDocument=trust(**how))


def unfiltered():
    logs.delete_subscription_filter(logGroupName="/sms/events", filterName="smsvoice")


def both_elsewhere():
    unfiltered()
    for name in ("first", "second"):
        function(name, {})
        logs.put_subscription_filter(logGroupName="/sms/events", filterName=name, filterPattern="",
                                     destinationArn=arn("lambda", f"function:{name}"))


def unsubscribed():
    sns.unsubscribe(SubscriptionArn=sns.list_subscriptions_by_topic(TopicArn=TOPIC)["Subscriptions"][0]["SubscriptionArn"])


def waits_in_failed():
    sqs.send_message(QueueUrl=queue_url("failed"), MessageBody="{}")


def counted(namespace, name, value, **dimensions):
    dimensions = [{"Name": key, "Value": value} for key, value in dimensions.items()]
    data = {"MetricName": name, "Value": value, "Dimensions": dimensions, "Timestamp": time.time() - 600}
    cloudwatch.put_metric_data(Namespace=namespace, MetricData=[data])


def errors():
    counted("AWS/Lambda", "Errors", 4, FunctionName="smsvoice")
    logs.create_log_group(logGroupName="/aws/lambda/smsvoice")
    logs.create_log_stream(logGroupName="/aws/lambda/smsvoice", logStreamName="a")
    line = {"timestamp": int(time.time() * 1000), "message": "ERROR the lake refused +14255550142"}
    logs.put_log_events(logGroupName="/aws/lambda/smsvoice", logStreamName="a", logEvents=[line])


def table(name, columns, **parameters):
    glue.create_table(DatabaseName="sms", TableInput={
        "Name": name, "StorageDescriptor": {"Location": f"{LAKE}/{name}/", "Columns": [{"Name": n, "Type": t} for n, t in columns]},
        "Parameters": {"projection.enabled": "true", "projection.dt.range": "2020-01-01,NOW"} | parameters})


def catalogue(drop=(), **parameters):
    """The tables as the lake has them; the doctor itself says which columns those are."""
    glue.create_database(DatabaseInput={"Name": "sms"})
    for name in ("events", "quarantine"):
        table(name, [(n, t) for n, t in columns_of(name) if n not in drop], **{key.replace("_", "."): value for key, value in parameters.items()})


def columns_of(name):
    told = json.loads(subprocess.run([PROGRAM, "query", "--lake", LAKE, "--format", "json",
        f"SELECT column_name, data_type FROM information_schema.columns WHERE table_name = '{name}'"], capture_output=True, text=True, check=True).stdout)
    kinds = {"Boolean": "boolean", "Int32": "int", "Int64": "bigint"}
    for row in told:
        kind = row["data_type"]
        of = kinds.get(kind) or ("timestamp" if kind.startswith("Timestamp") else "map<string,string>" if kind.startswith("Map") else
             "decimal(" + kind[kind.index("(") + 1:].replace(" ", "") if kind.startswith("Decimal") else "string")
        if row["column_name"] not in ("channel", "dt"):
            yield row["column_name"], of


def throttled(operation):
    fault = {"operations": [operation], "error": "AccessDenied"}
    urllib.request.urlopen(urllib.request.Request(EMULATOR + "/_smsvoice/faults", data=json.dumps(fault).encode())).read()


# What is planted; then the check that finds it, its mark, words of what is so, and words of the cure.
FAULTS = {
    "sound": (lambda: None, None, None, "", ""),
    "no_set": (lambda: sms.delete_configuration_set(ConfigurationSetName="otp"), "set_exists", "failure", "does not exist", "smsvoice apply"),
    "no_destination": (lambda: sms.delete_event_destination(ConfigurationSetName="otp", EventDestinationName="lake"), "destination_exists", "failure", "does not exist", "smsvoice apply"),
    "empty_set": (lambda: [sms.delete_event_destination(ConfigurationSetName="otp", EventDestinationName=n) for n in ("lake", "logs", "topic")], "has_destination", "failure", "no event destination", "smsvoice apply"),
    "disabled": (lambda: update_destination(Enabled=False), "enabled", "failure", "disabled", "update-event-destination"),
    "one_channel": (lambda: all_take("TEXT_ALL"), "event_types", "failure", "VOICE, MEDIA, RCS", "VOICE_ALL MEDIA_ALL RCS_ALL"),
    "no_role": (no_role, "role_exists", "failure", "does not exist", "sts:AssumeRole"),
    "role_trusts_another_service": (lambda: trusts(principal={"Service": "lambda.amazonaws.com"}), "role_trust", "failure", "may not assume", "sms-voice.amazonaws.com"),
    "role_trusts_another_account": (lambda: trusts(account="444455556666"), "role_trust", "failure", "keeps out", ACCOUNT),
    "role_trusts_every_account": (lambda: trusts(conditions=False), "role_conditions", "warning", "confused deputy", "aws:SourceAccount"),
    "role_may_not_put": (lambda: role_may(WRITE), "role_permissions", "failure", "firehose:PutRecord", "put-role-policy"),
    "role_may_not_log": (lambda: role_may(PUT), "role_permissions", "failure", "logs:PutLogEvents", GROUP + ":*"),
    "role_may_everything": (lambda: role_may({"Action": "*", "Resource": "*"}), "role_width", "warning", "more than", "firehose:PutRecord"),
    "no_stream": (lambda: firehose.delete_delivery_stream(DeliveryStreamName="sms"), "stream_exists", "failure", "does not exist", "sms"),
    "stream_without_function": (lambda: again_to_s3(function_arn=None), "stream_function", "warning", "no function", "Lambda processor"),
    "stream_not_processing": (lambda: again_to_s3(enabled=False), "stream_function", "failure", "switched off", "Enabled"),
    "stream_without_errors": (lambda: again_to_s3(errors=None), "stream_errors", "warning", "no prefix", "ErrorOutputPrefix"),
    "no_log_group": (lambda: (unfiltered(), logs.delete_log_group(logGroupName="/sms/events")), "log_group_exists", "failure", "does not exist", "create-log-group"),
    "filters_lead_elsewhere": (both_elsewhere, "log_group_filters", "failure", "first and second", "SNS or Firehose"),
    "no_filter": (unfiltered, "log_group_read", "warning", "no subscription filter", "put-subscription-filter"),
    "no_topic": (lambda: sns.delete_topic(TopicArn=TOPIC), "topic_exists", "failure", "does not exist", "create-topic"),
    "topic_closed": (lambda: topic_attribute("Policy", policy(PUBLISH | {"Principal": {"Service": "ses.amazonaws.com"}})), "topic_policy", "failure", "does not let", "sns:Publish"),
    "topic_for_another_account": (lambda: topic_attribute("Policy", policy(PUBLISH | {"Condition": {"StringEquals": {"aws:SourceAccount": "444455556666"}}})), "topic_policy", "failure", "keeps out", ACCOUNT),
    "topic_with_aws_key": (lambda: topic_attribute("KmsMasterKeyId", "alias/aws/sns"), "topic_key", "failure", "AWS's own key", "kms:GenerateDataKey"),
    "key_closed": (lambda: kms.put_key_policy(KeyId=KEY, PolicyName="default", Policy=policy(OWN_KEY)), "topic_key", "failure", "does not let", "kms:GenerateDataKey"),
    "key_disabled": (lambda: kms.disable_key(KeyId=KEY), "topic_key", "failure", "disabled", "enable-key"),
    "nobody_subscribes": (unsubscribed, "topic_subscribed", "failure", "nobody", "aws sns subscribe"),
    "no_queue": (lambda: sqs.delete_queue(QueueUrl=queue_url("events")), "queue_exists", "failure", "does not exist", "create-queue"),
    "queue_closed": (lambda: queue_attributes(Policy=policy(SEND | {"Principal": {"Service": "s3.amazonaws.com"}})), "queue_policy", "failure", "does not let", "sqs:SendMessage"),
    "no_redrive": (lambda: queue_attributes(RedrivePolicy=""), "queue_redrive", "warning", "no redrive", "deadLetterTargetArn"),
    "redrive_to_nowhere": (lambda: sqs.delete_queue(QueueUrl=queue_url("failed")), "queue_redrive", "failure", "does not exist", "create-queue --queue-name failed"),
    "failed_messages": (waits_in_failed, "queue_failed", "warning", "1 messages failed", "start-message-move-task"),
    "impatient_queue": (lambda: queue_attributes(VisibilityTimeout="10"), "queue_visibility", "failure", "after 10 s", "VisibilityTimeout=180"),
    "queue_switched_off": (lambda: aws_lambda.update_event_source_mapping(UUID=mapping(), Enabled=False), "queue_read", "failure", "switched off", "--enabled"),
    "queue_unread": (lambda: aws_lambda.delete_event_source_mapping(UUID=mapping()), "queue_read", "failure", "no function reads", "create-event-source-mapping"),
    "no_batch_failures": (lambda: (aws_lambda.delete_event_source_mapping(UUID=mapping()), read_queue()), "queue_batch", "warning", "ReportBatchItemFailures", "--function-response-types"),
    "no_function": (lambda: aws_lambda.delete_function(FunctionName="smsvoice"), "function_exists", "failure", "does not exist", "cargo lambda"),
    "function_stopped": (lambda: aws_lambda.put_function_concurrency(FunctionName="smsvoice", ReservedConcurrentExecutions=0), "function_concurrency", "failure", "never runs", "delete-function-concurrency"),
    "function_without_lake": (lambda: aws_lambda.update_function_configuration(FunctionName="smsvoice", Environment={"Variables": {}}), "function_lake", "failure", "SMSVOICE_LAKE", "update-function-configuration"),
    "function_into_another_lake": (lambda: aws_lambda.update_function_configuration(FunctionName="smsvoice", Environment={"Variables": {"SMSVOICE_LAKE": "s3://other/lake"}}), "function_lake", "failure", "s3://other/lake", "SMSVOICE_LAKE"),
    "function_closed": (lambda: aws_lambda.remove_permission(FunctionName="smsvoice", StatementId="logs"), "function_policy", "failure", "may not invoke", "add-permission"),
    "function_throttled": (lambda: counted("AWS/Lambda", "Throttles", 3, FunctionName="smsvoice"), "function_throttles", "warning", "3 times", "put-function-concurrency"),
    "function_fails": (errors, "function_errors", "warning", "refused +***********", "aws logs tail"),
    "may_not_look": (lambda: throttled("DescribeConfigurationSets"), "sets", "unchecked", "you may not sms-voice:DescribeConfigurationSets", "sms-voice:DescribeConfigurationSets"),
    "sound_catalogue": (catalogue, None, None, "", ""),
    "no_table": (lambda: (catalogue(), glue.delete_table(DatabaseName="sms", Name="events")), "table_exists", "failure", "does not exist", "make"),
    "missing_column": (lambda: catalogue(drop=("carrier_fee_usd",)), "table_columns", "failure", "carrier_fee_usd", "again"),
    "days_out_of_range": (lambda: catalogue(projection_dt_range="2030-01-01,NOW"), "table_projection", "failure", "silently", "projection.dt.range"),
    "projection_off": (lambda: catalogue(projection_enabled="false"), "table_projection", "failure", "off", "projection.enabled"),
    "nothing_arrives": (lambda: counted("AWS/SMSVoice", "NumberOfTextMessagePartsSent", 70), "freshness", "failure", "70 message parts", "--send-test"),
}

# Links that are broken because of the fault and not beside it.
FOLLOWS = {"no_function": {"queue_read"}, "empty_set": {"destination_exists"}, "function_without_lake": {"log_group_read"}}

DESIRED = f"""
[[configuration_set]]
name = "otp"
[[configuration_set.event_destination]]
name = "lake"
events = ["ALL"]
firehose = {{ stream = "{STREAM}", role = "{ROLE}" }}
"""

KEY = sound()
plant, check, mark, says, cure = FAULTS[FAULT]
plant()
with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
    file.write(DESIRED)
    file.flush()
    environment = {**os.environ, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": REGION,
                   "AWS_EC2_METADATA_DISABLED": "true", "AWS_ENDPOINT_URL": MOTO, "AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2": EMULATOR}
    database = ["--database", "sms"] if FAULT in ("sound_catalogue", "no_table", "missing_column", "days_out_of_range", "projection_off") else []
    run = subprocess.run([PROGRAM, "doctor", file.name, "--lake", LAKE, "--format", "json", *database], env=environment, capture_output=True, text=True)
assert run.returncode in (0, 3), run.stderr
report = json.loads(run.stdout)["findings"]
shown = "\n".join(f"{f['mark']} {f['check']} {f['where']}: {f['says']} | {f.get('cure', '')}" for f in report)
bad = [finding for finding in report if finding["mark"] not in ("good", "note")]
if check is None:
    assert not bad, f"false alarm:\n{shown}"
else:
    named = [f for f in bad if f["check"] == check and f["mark"] == mark and says in f["says"] and cure in f["cure"]]
    assert named, f"{FAULT} is not named with its cure:\n{shown}"
    beside = [f for f in bad if f["check"] != check and f["check"] not in FOLLOWS.get(FAULT, set())]
    assert not beside, f"{FAULT}: a false alarm beside it: {beside}\n{shown}"
assert (run.returncode == 3) == any(finding["mark"] == "failure" for finding in bad), run.returncode
print(shown)
