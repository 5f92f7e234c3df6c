"""Prints the facts of the botocore models that `src/api/constraints.txt` states, in that file's own notation.

Usage: constraints.py OPERATION... (of API v2; all of v1 is always printed). The emulator's test compares the two texts.
"""
import sys
import botocore.loaders

LOADER = botocore.loaders.Loader()


def span(shape):
    low, high = shape.get("min"), shape.get("max")
    return "" if low is None and high is None else f" {'' if low is None else low}..{'' if high is None else high}"


def line(name, shape):
    kind = shape["type"]
    if "enum" in shape:
        return f"{name} one-of {' '.join(shape['enum'])}"
    if kind == "string":
        pattern = shape.get("pattern")
        return f"{name} text{span(shape) or ' ..'}{' ' + pattern if pattern else ''}"
    if kind in ("integer", "long"):
        return f"{name} int{span(shape)}"
    if kind == "boolean":
        return f"{name} flag"
    if kind == "timestamp":
        return f"{name} time"
    if kind == "list":
        return f"{name} list{span(shape) or ' ..'} {shape['member']['shape']}"
    if kind == "map":
        return f"{name} map{span(shape) or ' ..'} {shape['key']['shape']} {shape['value']['shape']}"
    if kind == "structure":
        return f"{name} struct {members(shape)}".rstrip()
    raise SystemExit(f"{name}: a shape of type {kind} is new to this notation")


def members(shape):
    words = []
    for key, member in shape["members"].items():
        mark = "!" if key in shape.get("required", []) else ""
        at = {"uri": "@path", "querystring": "@query"}.get(member.get("location"), "")
        of = "" if member["shape"] == key else ":" + member["shape"]
        words.append(f"{key}{mark}{at}{of}")
    return " ".join(words)


def used(shapes, name, seen):
    if name in seen:
        return
    seen.add(name)
    shape = shapes[name]
    below = [m["shape"] for m in shape.get("members", {}).values()]
    below += [shape[k]["shape"] for k in ("member", "key", "value") if k in shape]
    for one in below:
        used(shapes, one, seen)


def service(title, name, operations):
    model = LOADER.load_service_model(name, "service-2")
    shapes, seen, calls = model["shapes"], set(), []
    for operation in operations or model["operations"]:
        row = model["operations"][operation]
        given, answer = shapes[row["input"]["shape"]], shapes[row["output"]["shape"]]
        http = row["http"]
        where = "" if http["requestUri"] == "/" else f" {http['method']} {http['requestUri']}"
        errors = " ".join(sorted(e["shape"].removesuffix("Exception") for e in row["errors"]))
        calls.append(f"{operation} call{where} ( {members(given)} ) -> ( {members(answer)} ) or {errors}")
        for shape in (given, answer):
            for member in shape["members"].values():
                used(shapes, member["shape"], seen)
        for error in row["errors"]:
            used(shapes, error["shape"], seen)
    print(f"# {title}")
    print("\n".join(sorted(line(one, shapes[one]) for one in seen)))
    print("\n".join(sorted(calls)))
    others = sorted(set(model["operations"]) - set(operations or model["operations"]))
    if others:
        print("others " + " ".join(others))


service("v2", "pinpoint-sms-voice-v2", sys.argv[1:])
service("v1", "pinpoint-sms-voice", [])
