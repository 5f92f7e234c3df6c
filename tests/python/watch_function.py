"""Hands payloads to the function: `watch_function.py BOOTSTRAP`.

Stdin: JSON, {"lake": …, "env": {…}, "payloads": [text, …]}; of the environment TEST_SECONDS is how long an invocation may take.
Stdout: JSON, {"answers": [[kind, body], …], "log": what the function printed}.
"""

import json
import sys
import tempfile

import runtime_api

asked = json.load(sys.stdin)
runtime_api.SECONDS = int(asked["env"].pop("TEST_SECONDS", "60"))
with tempfile.TemporaryFile() as log:
    function = runtime_api.RuntimeApi(sys.argv[1], asked["lake"], log=log, **asked["env"])
    answers = [function.invoke(payload.encode()) for payload in asked["payloads"]]
    function.stop()
    log.seek(0)
    print(json.dumps({"answers": [[kind, json.loads(body)] for kind, body in answers], "log": log.read().decode()}))
