"""Compares the Terraform module with the transformed template: `terraform.py MODULE < TRANSFORMED`.

Every resource of the template has its counterpart in `PAIRS` (or a reason in `ABSENT`), and every resource of the module belongs
to one of the template's. What both say is brought into one form: `var.batch_size` for the parameter, `aws_sqs_queue.queue.arn` for
the queue's ARN. Exits with every difference; prints how much was compared.
"""

import json
import pathlib
import re
import sys

import hcl2

module = pathlib.Path(sys.argv[1])
template = json.load(sys.stdin)
RESOURCES = template["Resources"]
definitions = json.loads((module / "definitions.json").read_text())
differences, compared = [], 0

# The template's conditions, in Terraform's words.
CONDITIONS = {
    "Sns": "var.route_sns", "Firehose": "var.route_firehose", "Logs": "var.route_logs", "EventBridge": "var.route_event_bridge", "S3": "var.route_s3",
    "MakeBackfillRole": "var.backfill", "FirehoseOrLogs": "var.route_firehose || var.route_logs", "Hmac": 'var.phone_numbers == "hmac"',
    "OwnKey": 'var.key_arn != ""', "Watch": 'var.watch_schedule != ""', "WatchTells": 'var.watch_schedule != "" && var.watch_topic != ""', "HasEmail": 'var.alarm_email != ""',
}
ABSENT = {"SmsConfigurationSet": "made by smsvoice apply, or written by smsvoice export --format terraform"}


def snake(name):
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def plain(value):
    """A value of the parser: strings without quotes, references without `${…}`, blocks without marks, counted things by name."""
    if isinstance(value, dict):
        return {plain(key): plain(inner) for key, inner in value.items() if key != "__is_block__" and not key.startswith("__")}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, str):
        quoted = re.fullmatch(r'"((?:[^"\\$]|\\.|\$\{[^}]*\}|\$)*)"', value, re.S)
        if quoted:
            value = quoted[1].replace('\\"', '"').replace("\\\\", "\\")
        whole = re.fullmatch(r"\$\{([^{}]*|(?!\w+\.).*)\}", value, re.S)
        return (whole[1] if whole else value).replace("[0]", "")
    return value


resources, documents, local, variables = {}, {}, {}, {}
for file in sorted(module.glob("*.tf")):
    parsed = hcl2.loads(file.read_text())
    for block in parsed.get("resource", []):
        ((kind, named),) = block.items()
        ((name, body),) = named.items()
        resources[f"{plain(kind)}.{plain(name)}"] = plain(body)
    for block in parsed.get("data", []):
        ((kind, named),) = block.items()
        ((name, body),) = named.items()
        if plain(kind) == "aws_iam_policy_document":
            documents[plain(name)] = plain(body)
    for block in parsed.get("locals", []):
        local |= plain(block)
    for block in parsed.get("variable", []):
        ((name, body),) = block.items()
        variables[plain(name)] = plain(body)

KIND = {
    "AWS::S3::Bucket": "aws_s3_bucket", "AWS::S3::BucketPolicy": "aws_s3_bucket_policy", "AWS::SecretsManager::Secret": "aws_secretsmanager_secret",
    "AWS::Lambda::Function": "aws_lambda_function", "AWS::Lambda::EventInvokeConfig": "aws_lambda_function_event_invoke_config",
    "AWS::Lambda::EventSourceMapping": "aws_lambda_event_source_mapping", "AWS::Lambda::Permission": "aws_lambda_permission",
    "AWS::Logs::LogGroup": "aws_cloudwatch_log_group", "AWS::Logs::LogStream": "aws_cloudwatch_log_stream",
    "AWS::Logs::SubscriptionFilter": "aws_cloudwatch_log_subscription_filter", "AWS::IAM::Role": "aws_iam_role", "AWS::SQS::Queue": "aws_sqs_queue",
    "AWS::SQS::QueuePolicy": "aws_sqs_queue_policy", "AWS::SNS::Topic": "aws_sns_topic", "AWS::SNS::TopicPolicy": "aws_sns_topic_policy",
    "AWS::SNS::Subscription": "aws_sns_topic_subscription", "AWS::Events::Rule": "aws_cloudwatch_event_rule",
    "AWS::KinesisFirehose::DeliveryStream": "aws_kinesis_firehose_delivery_stream", "AWS::Glue::Database": "aws_glue_catalog_database",
    "AWS::Glue::Table": "aws_glue_catalog_table", "AWS::Athena::WorkGroup": "aws_athena_workgroup", "AWS::CloudWatch::Dashboard": "aws_cloudwatch_dashboard",
    "AWS::Athena::PreparedStatement": "aws_athena_prepared_statement", "AWS::Athena::NamedQuery": "aws_athena_named_query",
    "AWS::CloudWatch::Alarm": "aws_cloudwatch_metric_alarm",
}
# What the module makes of one resource of the template, beside its counterpart.
BELONGS = {
    "aws_s3_bucket_versioning.lake_bucket", "aws_s3_bucket_public_access_block.lake_bucket", "aws_s3_bucket_ownership_controls.lake_bucket",
    "aws_s3_bucket_server_side_encryption_configuration.lake_bucket", "aws_s3_bucket_notification.lake_bucket", "aws_s3_bucket_lifecycle_configuration.lake_bucket",
    "aws_secretsmanager_secret_version.phone_key", "aws_cloudwatch_event_target.rule", "aws_cloudwatch_event_target.watch_rule",
}


def address(name):
    return f"{KIND[RESOURCES[name]['Type']]}.{snake(name)}"


def said(value):
    """A value of the template, in Terraform's words."""
    if isinstance(value, list):
        return [said(inner) for inner in value if inner != {"Ref": "AWS::NoValue"}]
    if not isinstance(value, dict):
        return value
    if list(value) == ["Ref"]:
        name = value["Ref"]
        fixed = {"AWS::StackName": "var.name", "AWS::AccountId": "local.account", "AWS::Region": "data.aws_region.current.region", "AWS::NoValue": None,
                 "AWS::Partition": "data.aws_partition.current.partition"}
        if name in fixed:
            return fixed[name]
        if name in template["Parameters"]:
            return f"var.{snake(name)}"
        attribute = {"AWS::SNS::Topic": "arn", "AWS::SecretsManager::Secret": "arn", "AWS::S3::Bucket": "id", "AWS::Lambda::Function": "function_name",
                     "AWS::Glue::Database": "name", "AWS::Athena::WorkGroup": "name", "AWS::Logs::LogGroup": "name", "AWS::Logs::LogStream": "name",
                     "AWS::KinesisFirehose::DeliveryStream": "name", "AWS::SQS::Queue": "id"}[RESOURCES[name]["Type"]]
        return f"{address(name)}.{attribute}"
    if list(value) == ["Fn::GetAtt"]:
        name, attribute = value["Fn::GetAtt"]
        return f"{address(name)}.{ {'Arn': 'arn', 'QueueName': 'name'}[attribute] }"
    if list(value) == ["Fn::Sub"]:
        text = value["Fn::Sub"]

        def filled(match):
            name = match[1]
            inner = {"Fn::GetAtt": name.split(".")} if "." in name else {"Ref": name}
            return "${" + said(inner) + "}"

        text = re.sub(r"\$\{([A-Za-z:.]+)\}", filled, text)
        whole = re.fullmatch(r"\$\{([^}]*)\}", text)
        return whole[1] if whole else text
    if list(value) == ["Fn::If"]:
        condition, yes, no = value["Fn::If"]
        words = lambda of: "null" if said(of) is None else said(of) if isinstance(of, dict) else json.dumps(of)
        return f"{CONDITIONS[condition]} ? {words(yes)} : {words(no)}"
    return {key: said(inner) for key, inner in value.items()}


def same(where, ours, theirs):
    """Says the same, up to numbers and booleans as text."""
    global compared
    compared += 1
    text = lambda value: str(value).lower() if isinstance(value, (bool, int, float)) else value
    if isinstance(ours, list) and isinstance(theirs, list):
        ours, theirs = [text(inner) for inner in ours], [text(inner) for inner in theirs]
    if text(ours) != text(theirs):
        differences.append(f"{where}: the template has {ours!r}, the module {theirs!r}")


def at(value, path):
    for step in path.split("."):
        if isinstance(value, list):
            value = value[int(step)] if step.isdigit() else value[0].get(step) if value else None
            continue
        value = None if value is None else value.get(step)
    return value


def statements(where, document, name):
    """A policy of the template and a document of the module, statement by statement."""
    listed = lambda value: value if isinstance(value, list) else [value]
    theirs = documents[name]["statement"]
    same(f"{where}: statements", len(document["Statement"]), len(theirs))
    for ours, other in zip(document["Statement"], theirs):
        sid = f"{where} {ours.get('Sid', '')}"
        same(f"{sid}: sid", ours.get("Sid"), other.get("sid"))
        same(f"{sid}: effect", ours["Effect"], other["effect"])
        same(f"{sid}: actions", listed(ours["Action"]), other["actions"])
        # Terraform's ARN of a log group is without the streams below it.
        arn = lambda value: re.sub(r"^(aws_cloudwatch_log_group\.\w+\.arn)$", r"${\1}:*", said(value))
        if "Resource" in ours:
            same(f"{sid}: resources", [arn(resource) for resource in listed(ours["Resource"])], other["resources"])
        principal = ours.get("Principal")
        if principal:
            kind, who = ("*", ["*"]) if principal == "*" else next(iter(principal.items()))
            same(f"{sid}: principals", [kind, *listed(who)], [other["principals"][0]["type"], *other["principals"][0]["identifiers"]])
        conditions = [(test, variable, listed(said(wanted))) for test, inner in ours.get("Condition", {}).items() for variable, wanted in inner.items()]
        same(f"{sid}: condition", [str(condition) for condition in conditions],
             [str((condition["test"], condition["variable"], condition["values"])) for condition in other.get("condition", [])])


# Type by type: where a property stands in the template, and where in the module.
PROPERTIES = {
    "AWS::Lambda::Function": {
        "Handler": "handler", "Runtime": "runtime", "MemorySize": "memory_size", "Timeout": "timeout", "Architectures": "architectures", "Role": "role",
        "ReservedConcurrentExecutions": "reserved_concurrent_executions", "DeadLetterConfig.TargetArn": "dead_letter_config.target_arn",
        "LoggingConfig.LogFormat": "logging_config.log_format", "LoggingConfig.LogGroup": "logging_config.log_group",
    },
    "AWS::Lambda::EventInvokeConfig": {
        "MaximumEventAgeInSeconds": "maximum_event_age_in_seconds", "MaximumRetryAttempts": "maximum_retry_attempts", "FunctionName": "function_name",
        "DestinationConfig.OnFailure.Destination": "destination_config.on_failure.0.destination",
    },
    "AWS::Lambda::EventSourceMapping": {
        "BatchSize": "batch_size", "MaximumBatchingWindowInSeconds": "maximum_batching_window_in_seconds", "FunctionResponseTypes": "function_response_types",
        "EventSourceArn": "event_source_arn", "ScalingConfig.MaximumConcurrency": "scaling_config.maximum_concurrency",
    },
    "AWS::Lambda::Permission": {"FunctionName": "function_name", "Action": "action", "Principal": "principal", "SourceAccount": "source_account"},
    "AWS::Logs::LogGroup": {"RetentionInDays": "retention_in_days", "KmsKeyId": "kms_key_id", "LogGroupName": "name"},
    "AWS::Logs::LogStream": {"LogGroupName": "log_group_name"},
    "AWS::Logs::SubscriptionFilter": {"LogGroupName": "log_group_name", "FilterPattern": "filter_pattern", "DestinationArn": "destination_arn"},
    "AWS::SQS::Queue": {
        "SqsManagedSseEnabled": "sqs_managed_sse_enabled", "MessageRetentionPeriod": "message_retention_seconds", "VisibilityTimeout": "visibility_timeout_seconds",
    },
    "AWS::SNS::Topic": {"KmsMasterKeyId": "kms_master_key_id"},
    "AWS::SNS::Subscription": {"TopicArn": "topic_arn", "Protocol": "protocol", "Endpoint": "endpoint", "RawMessageDelivery": "raw_message_delivery"},
    "AWS::SecretsManager::Secret": {"Description": "description", "KmsKeyId": "kms_key_id"},
    "AWS::KinesisFirehose::DeliveryStream": {
        "DeliveryStreamName": "name", "DeliveryStreamEncryptionConfigurationInput.KeyType": "server_side_encryption.key_type",
        **{f"ExtendedS3DestinationConfiguration.{ours}": f"extended_s3_configuration.{theirs}" for ours, theirs in {
            "BucketARN": "bucket_arn", "RoleARN": "role_arn", "Prefix": "prefix", "ErrorOutputPrefix": "error_output_prefix", "CompressionFormat": "compression_format",
            "BufferingHints.IntervalInSeconds": "buffering_interval", "BufferingHints.SizeInMBs": "buffering_size",
            "CloudWatchLoggingOptions.Enabled": "cloudwatch_logging_options.0.enabled", "CloudWatchLoggingOptions.LogGroupName": "cloudwatch_logging_options.0.log_group_name",
            "CloudWatchLoggingOptions.LogStreamName": "cloudwatch_logging_options.0.log_stream_name", "ProcessingConfiguration.Enabled": "processing_configuration.0.enabled",
            "ProcessingConfiguration.Processors.0.Type": "processing_configuration.0.processors.0.type",
            **{f"ProcessingConfiguration.Processors.0.Parameters.{n}.Parameter{key}": f"processing_configuration.0.processors.0.parameters.{n}.parameter_{key.lower()}"
               for n in range(4) for key in ["Name", "Value"]},
        }.items()},
    },
    "AWS::Glue::Database": {"DatabaseInput.Name": "name", "DatabaseInput.Description": "description"},
    "AWS::Athena::WorkGroup": {
        "Name": "name", "RecursiveDeleteOption": "force_destroy",
        **{f"WorkGroupConfiguration.{ours}": f"configuration.0.{theirs}" for ours, theirs in {
            "EnforceWorkGroupConfiguration": "enforce_workgroup_configuration", "PublishCloudWatchMetricsEnabled": "publish_cloudwatch_metrics_enabled",
            "BytesScannedCutoffPerQuery": "bytes_scanned_cutoff_per_query", "EngineVersion.SelectedEngineVersion": "engine_version.0.selected_engine_version",
            "ResultConfiguration.OutputLocation": "result_configuration.0.output_location", "ResultConfiguration.ExpectedBucketOwner": "result_configuration.0.expected_bucket_owner",
        }.items()},
    },
    "AWS::CloudWatch::Dashboard": {"DashboardName": "dashboard_name"},
}


def bucket(properties):
    of = lambda kind: resources[f"{kind}.lake_bucket"]
    same("versioning", at(properties, "VersioningConfiguration.Status"), at(of("aws_s3_bucket_versioning"), "versioning_configuration.status"))
    for name, value in properties["PublicAccessBlockConfiguration"].items():
        same(name, value, of("aws_s3_bucket_public_access_block")[snake(name)])
    same("ownership", at(properties, "OwnershipControls.Rules.0.ObjectOwnership"), at(of("aws_s3_bucket_ownership_controls"), "rule.object_ownership"))
    by_default = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"][0]["ServerSideEncryptionByDefault"]["Fn::If"]
    rule = of("aws_s3_bucket_server_side_encryption_configuration")["rule"][0]["apply_server_side_encryption_by_default"][0]
    same("encryption", f'{CONDITIONS[by_default[0]]} ? "{by_default[1]["SSEAlgorithm"]}" : "{by_default[2]["SSEAlgorithm"]}"', rule["sse_algorithm"])
    condition, yes, _ = properties["NotificationConfiguration"]["Fn::If"]
    queue, notification = yes["QueueConfigurations"][0], of("aws_s3_bucket_notification")
    same("notification", f"{CONDITIONS[condition]} ? 1 : 0", notification["count"])
    same("notification", [queue["Event"]], at(notification, "queue.events"))
    same("notification", said(queue["Queue"]), at(notification, "queue.queue_arn"))
    same("notification", queue["Filter"]["S3Key"]["Rules"][0]["Value"], at(notification, "queue.filter_prefix"))
    rules = {rule["id"]: rule for rule in of("aws_s3_bucket_lifecycle_configuration")["rule"]}
    ours = {rule["Id"]: rule for rule in properties["LifecycleConfiguration"]["Rules"]}
    same("lifecycle rules", sorted(ours), sorted(rules))
    for id, rule in ours.items():
        other = rules[id]
        same(f"lifecycle {id}", rule.get("Prefix", ""), at(other, "filter.prefix"))
        same(f"lifecycle {id}", said(rule.get("ExpirationInDays")), at(other, "expiration.days"))
        same(f"lifecycle {id}", at(rule, "NoncurrentVersionExpiration.NoncurrentDays"), at(other, "noncurrent_version_expiration.noncurrent_days"))
        same(f"lifecycle {id}", at(rule, "AbortIncompleteMultipartUpload.DaysAfterInitiation"), at(other, "abort_incomplete_multipart_upload.days_after_initiation"))


def role(name, properties):
    statements(name, properties["AssumeRolePolicyDocument"], f"{snake(name)}_trust")
    if "RoleName" in properties:
        same(f"{name}: name", said(properties["RoleName"]), resources[address(name)]["name"])
    policies = set()
    for policy in properties["Policies"]:
        condition, policy = (policy["Fn::If"][0], policy["Fn::If"][1]) if "Fn::If" in policy else (None, policy)
        policies.add(f"{snake(name)}_{policy['PolicyName'].replace('-', '_')}")
        label = f"{snake(name)}_{policy['PolicyName'].replace('-', '_')}"
        statements(f"{name} {policy['PolicyName']}", policy["PolicyDocument"], label)
        own = CONDITIONS.get(RESOURCES[name].get("Condition"))
        wanted = CONDITIONS[condition] if condition else own
        if condition and own and CONDITIONS[condition] not in own:
            wanted = f"{own} && {CONDITIONS[condition]}"
        for made in [resources[f"aws_iam_role_policy.{label}"], documents[label]]:
            same(f"{label}: count", f"{wanted} ? 1 : 0" if wanted else None, made.get("count"))
    made = {key.split(".")[1] for key in resources if key.startswith(f"aws_iam_role_policy.{snake(name)}_")}
    same(f"{name}: policies", sorted(policies), sorted(made))
    return {f"aws_iam_role_policy.{policy}" for policy in policies}


def alarm(name, properties):
    other = local["alarms"][snake(name).removesuffix("_alarm")]
    text = lambda value: str(value).lower() if isinstance(value, bool) else value
    same(f"{name}: condition", CONDITIONS.get(RESOURCES[name].get("Condition"), "true"), text(other["enabled"]))
    for ours, theirs in {"AlarmDescription": "description", "EvaluationPeriods": "periods", "DatapointsToAlarm": "datapoints", "Threshold": "threshold", "ComparisonOperator": "comparison"}.items():
        found = other.get(theirs)
        same(f"{name}: {ours}", said(properties.get(ours)), None if found == "null" else found)
    stat = lambda of, metric: [said(metric["Namespace"]), metric["MetricName"], of["Stat"], of["Period"]]
    if "Metrics" in properties:
        ours = [[metric["Id"], metric["Expression"], metric["Label"]] if "Expression" in metric else [metric["Id"], *stat(metric["MetricStat"], metric["MetricStat"]["Metric"])]
                for metric in properties["Metrics"]]
        theirs = [[metric["id"], metric["expression"], metric["label"]] if "expression" in metric else [metric[key] for key in ["id", "namespace", "name", "stat", "period"]]
                  for metric in other["metrics"]]
        same(f"{name}: metrics", [str(metric) for metric in ours], [str(metric) for metric in theirs])
    else:
        ours = [said(properties["Namespace"]), properties["MetricName"], properties["Statistic"], properties["Period"]]
        same(f"{name}: metric", ours, [other["metric"][key] for key in ["namespace", "name", "stat", "period"]])
        stream = {"aws_kinesis_firehose_delivery_stream.stream.name": "var.name"} # the name is the stack's
        dimensions = {dimension["Name"]: stream.get(said(dimension["Value"]), said(dimension["Value"])) for dimension in properties.get("Dimensions", [])}
        same(f"{name}: dimensions", dimensions, other["dimensions"])
    same(f"{name}: missing data", properties["TreatMissingData"], resources["aws_cloudwatch_metric_alarm.alarm"]["treat_missing_data"])
    for ours, theirs in {"AlarmActions": "alarm_actions", "OKActions": "ok_actions"}.items():
        same(f"{name}: {ours}", said(properties[ours]), resources["aws_cloudwatch_metric_alarm.alarm"][theirs])


def catalogue(name, properties):
    """A table or a view of the template and its entry in definitions.json."""
    entry = properties["TableInput"]
    filled = lambda value: value.replace("@bucket@", "${aws_s3_bucket.lake_bucket.id}").replace("@first_day@", "${var.first_day}")
    columns = [[column["Name"], column["Type"], column.get("Comment")] for column in entry["StorageDescriptor"]["Columns"]]
    is_view = entry["TableType"] == "VIRTUAL_VIEW"
    other = definitions["views" if is_view else "tables"][entry["Name"]]
    same(f"{name}: columns", columns, [[column["name"], column["type"], column.get("comment")] for column in other["columns"]])
    if is_view:
        same(f"{name}: description", entry["Description"], other["description"])
        base64 = entry["ViewOriginalText"]["Fn::Join"][1][1]["Fn::Base64"]["Fn::Sub"]
        same(f"{name}: definition", base64.replace("${Database}", "@database@"), other["definition"])
        same(f"{name}: parameters", entry["Parameters"], {"presto_view": "true", "comment": "Presto View"})
        same(f"{name}: text", '/* Presto View: ${base64encode(replace(each.value.definition, "@database@", var.database))} */',
             resources["aws_glue_catalog_table.view"]["view_original_text"])
        return
    parameters = {key: said(value).replace("${!", "${") if isinstance(said(value), str) else value for key, value in entry["Parameters"].items()}
    same(f"{name}: parameters", parameters, {key: filled(value) for key, value in other["parameters"].items()})
    same(f"{name}: partitions", [key["Name"] for key in entry["PartitionKeys"]], other["partition_columns"])
    descriptor = entry["StorageDescriptor"]
    same(f"{name}: location", said(descriptor["Location"]), filled(other["location"]))
    same(f"{name}: format", [descriptor["InputFormat"], descriptor["OutputFormat"], descriptor["SerdeInfo"]["SerializationLibrary"]], list(definitions["table_format"][key] for key in ["input_format", "output_format", "serialization_library"]))


def count(name):
    condition = RESOURCES[name].get("Condition")
    same(f"{name}: count", f"{CONDITIONS[condition]} ? 1 : 0" if condition else None, resources[address(name)].get("count"))


reached = set(BELONGS)
for name, resource in RESOURCES.items():
    kind, properties = resource["Type"], resource["Properties"] if "Properties" in resource else {}
    if name in ABSENT:
        continue
    if kind == "AWS::CloudWatch::Alarm":
        alarm(name, properties)
        reached.add("aws_cloudwatch_metric_alarm.alarm")
        continue
    if kind == "AWS::Glue::Table":
        catalogue(name, properties)
        reached |= {"aws_glue_catalog_table.table", "aws_glue_catalog_table.view"}
        continue
    if kind == "AWS::Athena::PreparedStatement":
        other = definitions["prepared_statements"][properties["StatementName"]]
        same(f"{name}: statement", [properties["Description"], properties["QueryStatement"].rstrip("\n")], [other["description"], other["statement"].rstrip("\n")])
        reached.add("aws_athena_prepared_statement.statement")
        continue
    if kind == "AWS::Athena::NamedQuery":
        other = definitions["named_queries"][properties["Name"]]
        same(f"{name}: query", [properties["Description"], properties["QueryString"].rstrip("\n")], [other["description"], other["query"].rstrip("\n")])
        reached.add("aws_athena_named_query.query")
        continue
    if address(name) not in resources:
        differences.append(f"{name}: the module has no {address(name)}")
        continue
    reached.add(address(name))
    count(name)
    for ours, theirs in PROPERTIES.get(kind, {}).items():
        wanted = said(at(properties, ours))
        if wanted is not None:
            same(f"{name}: {ours}", wanted, at(resources[address(name)], theirs))
    if kind == "AWS::S3::Bucket":
        bucket(properties)
    if kind == "AWS::IAM::Role":
        reached |= role(name, properties)
    if "PolicyDocument" in properties:
        statements(name, properties["PolicyDocument"], snake(name))
    if resource.get("DeletionPolicy") == "Retain":
        same(f"{name}: retained", True, at(resources[address(name)], "lifecycle.prevent_destroy"))
    if "RedrivePolicy" in properties:
        wanted = ", ".join(f"{key} = {said(value)}" for key, value in properties["RedrivePolicy"].items())
        same(f"{name}: redrive", re.sub(r"\W+", " ", f"jsonencode {wanted} ").strip(), re.sub(r"\W+", " ", resources[address(name)]["redrive_policy"]).strip())
    if kind == "AWS::Events::Rule" and "ScheduleExpression" in properties:
        target, other = properties["Targets"][0], resources["aws_cloudwatch_event_target.watch_rule"]
        same(f"{name}: schedule", said(properties["ScheduleExpression"]), resources[address(name)]["schedule_expression"])
        words = re.sub(r"\W+", " ", "jsonencode " + target["Input"]).strip()
        same(f"{name}: target", [target["Id"], said(target["Arn"]), words], [other["target_id"], other["arn"], re.sub(r"\W+", " ", other["input"]).strip()])
    elif kind == "AWS::Events::Rule":
        pattern = re.findall(r'"([^"]+)"', resources[address(name)]["event_pattern"])
        same(f"{name}: pattern", [*properties["EventPattern"]["source"], *properties["EventPattern"]["detail-type"]], pattern)
        target, other = properties["Targets"][0], resources["aws_cloudwatch_event_target.rule"]
        same(f"{name}: target", [target["Id"], said(target["Arn"]), said(target["DeadLetterConfig"]["Arn"])], [other["target_id"], other["arn"], at(other, "dead_letter_config.arn")])
    if kind == "AWS::CloudWatch::Dashboard":
        names = {"AWS::StackName": "name", "AWS::Region": "region", "Queue.QueueName": "queue", "DeadLetterQueue.QueueName": "dead_letter_queue",
                 "FailedQueue.QueueName": "failed_queue", "Function": "function", "WorkGroup": "workgroup"}
        body = re.sub(r"\$\{([^}]*)\}", lambda match: "${" + names[match[1]] + "}", properties["DashboardBody"]["Fn::Sub"])
        same(f"{name}: body", body, (module / "dashboard.json.tftpl").read_text())
    if kind == "AWS::Lambda::Function":
        written = resources[address(name)]["environment"][0]["variables"]
        for key in properties["Environment"]["Variables"]:
            same(f"{name}: {key}", True, key in written)

for unknown in sorted(set(resources) - reached):
    differences.append(f"the template has nothing like {unknown}")
for name, parameter in template["Parameters"].items():
    if name in ("Code", "ConfigurationSet"):
        continue
    variable = variables.get(snake(name))
    if variable is None:
        differences.append(f"the module has no variable {snake(name)}")
    else:
        same(f"{name}: default", str(parameter["Default"]), str(variable["default"]).lower() if isinstance(variable["default"], bool) else str(variable["default"]))
        same(f"{name}: description", parameter["Description"], variable["description"])
if differences:
    sys.exit("\n".join(differences))
print(json.dumps({"compared": compared, "resources": len(RESOURCES) - len(ABSENT)}))
