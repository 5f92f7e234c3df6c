"""Reads exports back: `exports.py cloudformation|terraform`, the text on stdin; prints sets with their destinations as JSON,
in one form for both. CloudFormation's is checked by cfn-lint first, Terraform's is read by a parser of HCL."""

import json
import sys

kind, text = sys.argv[1], sys.stdin.read()
TARGETS = {
    "CloudWatchLogsDestination": "cloudwatch_logs_destination",
    "KinesisFirehoseDestination": "kinesis_firehose_destination",
    "SnsDestination": "sns_destination",
}
SNAKE = {"IamRoleArn": "iam_role_arn", "LogGroupArn": "log_group_arn", "DeliveryStreamArn": "delivery_stream_arn", "TopicArn": "topic_arn"}


def cloudformation():
    from cfnlint.api import lint
    from cfnlint.config import ManualArgs

    findings = lint(text, config=ManualArgs(regions=["us-east-1"]))
    if findings:
        sys.exit("cfn-lint: " + "\n".join(str(one) for one in findings))
    sets = {}
    for resource in json.loads(text)["Resources"].values():
        assert resource["Type"] == "AWS::SMSVOICE::ConfigurationSet" and resource["DeletionPolicy"] == "Retain"
        properties = resource["Properties"]
        destinations = {}
        for to in properties["EventDestinations"]:
            (target,) = [name for name in TARGETS if name in to]
            arns = {SNAKE[name]: arn for name, arn in to[target].items()}
            destinations[to["EventDestinationName"]] = [to["Enabled"], sorted(to["MatchingEventTypes"]), TARGETS[target], arns]
        tags = {tag["Key"]: tag["Value"] for tag in properties.get("Tags", [])}
        sets[properties["ConfigurationSetName"]] = {
            "sender_id": properties.get("DefaultSenderId"),
            "tags": tags,
            "destinations": destinations,
        }
    return sets


def plain(value):
    """What the parser keeps of quotation marks and of escapes of templates."""
    if isinstance(value, str):
        text = json.loads(value) if value.startswith('"') else value
        return text.replace("$${", "${").replace("%%{", "%{")
    if isinstance(value, dict):
        return {plain(key): plain(one) for key, one in value.items() if not str(key).startswith("__")}
    return [plain(one) for one in value] if isinstance(value, list) else value


def single(value):
    return value[0] if isinstance(value, list) else value


def terraform():
    import hcl2

    parsed = plain(hcl2.loads(text))
    resources, imports = {}, {}
    for block in parsed["resource"]:
        for kind, named in block.items():
            for label, body in named.items():
                assert (kind, label) not in resources, f"{label} comes twice"
                resources[kind, label] = single(body)
    for block in parsed["import"]:
        to = single(block)["to"].removeprefix("${").removesuffix("}")
        imports[tuple(to.split("."))] = single(block)["id"]
    assert resources.keys() == imports.keys(), "each resource is imported"
    prefix = "aws_pinpointsmsvoicev2_"
    sets, labels = {}, {}
    for (kind, label), body in resources.items():
        if kind == prefix + "configuration_set":
            assert imports[kind, label] == body["name"]
            labels[label] = body["name"]
            sets[body["name"]] = {"sender_id": body.get("default_sender_id"), "tags": body.get("tags", {}), "destinations": {}}
    for (kind, label), body in resources.items():
        if kind == prefix + "event_destination":
            reference = body["configuration_set_name"].removeprefix("${").removesuffix("}").split(".")
            assert reference[0] == prefix + "configuration_set" and reference[2] == "name"
            name, of = body["event_destination_name"], labels[reference[1]]
            assert imports[kind, label] == f"{of},{name}"
            (target,) = [one for one in TARGETS.values() if one in body]
            sets[of]["destinations"][name] = [body["enabled"], sorted(body["matching_event_types"]), target, single(body[target])]
    return sets


print(json.dumps(globals()[kind](), sort_keys=True))
