"""Prints a SAM template as CloudFormation gets it; checks it first with cfn-lint, sam validate and checkov, if asked to.

    template.py TEMPLATE [lint] > TRANSFORMED

Exits with what a linter says, if one says anything. TRANSFORMED is JSON: what the SAM transform makes, with every parameter's
default and the code in a zip.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

from cfnlint.decode.cfn_yaml import load
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

path = pathlib.Path(sys.argv[1]).resolve()
tools = pathlib.Path(sys.executable).parent
os.environ["AWS_DEFAULT_REGION"] = "us-east-1"


def run(*command):
    with tempfile.TemporaryDirectory() as home: # where sam keeps notes of its own
        environment = os.environ | {"SAM_CLI_TELEMETRY": "0", "HOME": home}
        told = subprocess.run([tools / command[0], *command[1:]], capture_output=True, text=True, env=environment)
    if told.returncode != 0:
        sys.exit(f"{command[0]}: {told.stdout}\n{told.stderr[-4000:]}")


if sys.argv[2:] == ["lint"]:
    run("cfn-lint", "--template", path)
    run("sam", "validate", "--lint", "--template", path)
    run("checkov", "--file", path, "--framework", "cloudformation", "--compact", "--quiet", "--skip-download")

template = json.loads(json.dumps(load(str(path)), default=str))
template["Parameters"]["Code"]["Default"] = "s3://code/function.zip"
template["Resources"]["Function"]["Properties"]["CodeUri"] = "s3://code/function.zip"
print(json.dumps(Translator({}, Parser()).translate(template, {})))
