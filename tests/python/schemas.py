"""Validates outputs against schemas: stdin is JSON, [[NAME, SCHEMA, DOCUMENT], …]; prints what is wrong, a line each."""

import json
import sys

from jsonschema import Draft202012Validator


def described(schema, path):
    """Fields without a description, and objects that let anything in without saying what."""
    if isinstance(schema, dict):
        for name, field in schema.get("properties", {}).items():
            if "description" not in field:
                print(f"{path}.{name} has no description")
        if "properties" in schema and schema.get("additionalProperties") is not False:
            print(f"{path} lets unknown fields in")
        for name, inner in schema.items():
            described(inner, f"{path}.{name}")
    elif isinstance(schema, list):
        for inner in schema:
            described(inner, path)


for name, schema, document in json.load(sys.stdin):
    Draft202012Validator.check_schema(schema)
    described(schema, name)
    for error in Draft202012Validator(schema).iter_errors(document):
        deepest = error
        while deepest.context:
            deepest = max(deepest.context, key=lambda inner: len(inner.absolute_path))
        print(f"{name}: {deepest.json_path}: {deepest.message[:300]}")
