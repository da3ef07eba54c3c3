#!/usr/bin/env python3
"""Holds an OpenAPI document against the answers of a running node.

usage: check_openapi.py DOCUMENT EXCHANGES

DOCUMENT is the node's /v1/openapi.json. EXCHANGES holds one JSON object a line: method, target,
status, content_type, height (the Centime-Height field or null), body (text), request_type,
request_body. Prints what does not agree, and exits 1 if anything does not.
"""
import json
import re
import sys
from urllib.parse import urlsplit

import jsonschema

# Statuses that a test can't bring about at will.
HARD_TO_PROVOKE = {"408", "409", "429", "431", "500", "503", "504"}
# Any operation may answer these; that each of them does so is not asked for here.
COMMON = {"400", "404", "405", "406", "413", "417"}

faults = []


def fault(text):
    faults.append(text)


class Document:
    def __init__(self, text):
        self.whole = json.loads(text)
        self.patterns = []
        for path, operations in self.whole["paths"].items():
            # Tiles are the one path with slashes inside its parameter.
            inside = r"(.+)" if path == "/tile/{path}" else r"([^/]+)"
            pattern = "/".join(
                inside if part.startswith("{") else re.escape(part) for part in path.split("/"))
            literal = path.count("{")
            self.patterns.append((literal, re.compile(f"^{pattern}$"), path, operations))
        self.patterns.sort(key=lambda row: row[0])

    def find(self, method, path):
        for suffix in ("", ".json", ".csv"):
            if suffix and not path.endswith(suffix):
                continue
            stem = path[:len(path) - len(suffix)] if suffix else path
            if not suffix and path.endswith((".json", ".csv")):
                # Only a path that stands like this in the document keeps its ending.
                matches = [row for row in self.patterns if row[2] == path]
            else:
                matches = [row for row in self.patterns if row[1].match(stem)]
            for _, _, template, operations in matches:
                if method.lower() in operations:
                    return template, operations[method.lower()]
        return None, None

    def validate(self, schema, value, where):
        # References begin at the root, so the components stand beside the schema.
        rooted = {**schema, "components": self.whole["components"]}
        validator = jsonschema.Draft202012Validator(
            rooted, format_checker=jsonschema.FormatChecker())
        for error in sorted(validator.iter_errors(value), key=str)[:3]:
            path = "/".join(str(part) for part in error.absolute_path)
            fault(f"{where}: at '{path}': {error.message[:300]}")


def leads_somewhere(whole, reference):
    node = whole
    for part in reference.removeprefix("#/").split("/"):
        if not isinstance(node, dict) or part not in node:
            return False
        node = node[part]
    return reference.startswith("#/")


def check_structure(document):
    """Every reference leads somewhere, every schema is one, every operation is complete."""
    whole = document.whole
    if not whole["openapi"].startswith("3.1"):
        fault("not an OpenAPI 3.1 document")
    for name, schema in whole["components"]["schemas"].items():
        try:
            jsonschema.Draft202012Validator.check_schema(schema)
        except jsonschema.SchemaError as error:
            fault(f"schema {name}: {error.message}")

    used = set()

    def walk(node, where):
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                used.add(node["$ref"])
                if not leads_somewhere(whole, node["$ref"]):
                    fault(f"{where}: {node['$ref']} leads nowhere")
            for key, value in node.items():
                walk(value, f"{where}/{key}")
        elif isinstance(node, list):
            for i, value in enumerate(node):
                walk(value, f"{where}/{i}")

    walk(whole, "#")
    for name in whole["components"]["schemas"]:
        if f"#/components/schemas/{name}" not in used:
            fault(f"schema {name} is not used")

    ids = set()
    for path, operations in whole["paths"].items():
        for method, operation in operations.items():
            where = f"{method.upper()} {path}"
            if operation["operationId"] in ids:
                fault(f"{where}: operationId is not unique")
            ids.add(operation["operationId"])
            declared = {p["name"] for p in operation["parameters"] if p.get("in") == "path"}
            if declared != set(re.findall(r"{(\w+)}", path)):
                fault(f"{where}: path parameters are not those of the path")
            if not any(status.startswith("2") for status in operation["responses"]):
                fault(f"{where}: no success")


def check_exchange(document, exchange, seen):
    path = urlsplit(exchange["target"]).path
    template, operation = document.find(exchange["method"], path)
    where = f"{exchange['method']} {exchange['target']} -> {exchange['status']}"
    if exchange["height"] is None or not exchange["height"].isdigit():
        fault(f"{where}: no Centime-Height")
    media = exchange["content_type"].split(";")[0]
    if template is None:
        if exchange["status"] not in (404, 405):
            fault(f"{where}: not in the document")
        else:
            document.validate({"$ref": "#/components/schemas/Problem"},
                              json.loads(exchange["body"]), where)
        return
    status = str(exchange["status"])
    response = operation["responses"].get(status)
    if response is None:
        fault(f"{where}: this status is not in the document\n    {exchange['body'][:300]}")
        return
    if media not in response["content"]:
        fault(f"{where}: {media} is not in the document")
        return
    seen.add((exchange["method"].lower(), template, status, media))
    if media == "text/event-stream":
        events = [line[6:] for line in exchange["body"].splitlines() if line.startswith("data: ")]
        if not events:
            fault(f"{where}: no event")
        for data in events:
            document.validate(response["content"][media]["schema"], json.loads(data), where)
    if media.endswith("json"):
        document.validate(response["content"][media]["schema"], json.loads(exchange["body"]), where)
    if exchange["request_type"] == "application/json" and 200 <= exchange["status"] < 300:
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        document.validate(schema, json.loads(exchange["request_body"]), where + " (request)")


def check_coverage(document, seen):
    for path, operations in document.whole["paths"].items():
        for method, operation in operations.items():
            for status, response in operation["responses"].items():
                if status in HARD_TO_PROVOKE:
                    continue
                # The words that only this operation answers beside the common ones.
                if status in COMMON and len(codes_of(response)) <= common_count(status):
                    continue
                for media in response["content"]:
                    if (method, path, status, media) not in seen:
                        fault(f"{method.upper()} {path}: no exchange answered {status} {media}")


def codes_of(response):
    schema = response["content"].get("application/problem+json", {}).get("schema", {})
    return [code for part in schema.get("allOf", [])
            for code in part.get("properties", {}).get("code", {}).get("enum", [])]


def common_count(status):
    return {"400": 2}.get(status, 1)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        document = Document(file.read())
    check_structure(document)
    seen = set()
    count = 0
    with open(sys.argv[2], encoding="utf-8") as file:
        for line in file:
            check_exchange(document, json.loads(line), seen)
            count += 1
    check_coverage(document, seen)
    for text in faults:
        print(text)
    operations = sum(len(methods) for methods in document.whole["paths"].values())
    print(f"{count} exchanges over {operations} operations, {len(faults)} faults")
    sys.exit(1 if faults or count == 0 else 0)


main()
