# SPDX-License-Identifier: Apache-2.0
"""Judges answers by openapi.json, and shows that the judge sees: a member dropped, renamed or of another
type at any depth of any recorded answer must make it invalid.

    validate.py OPENAPI.json ANSWERS.jsonl     one {"method", "target", "status", "headers", "body"} a line
"""
import collections
import datetime
import json
import re
import sys
import urllib.parse

import jsonschema

JSON_TYPES = {"string": ["7", "text"], "integer": [7], "number": [7.5], "boolean": [True], "null": [None],
              "array": [[], ["text"]], "object": [{}, {"text": "text"}]}
SELF = "openapi"  # the route that answers with the description itself
FORMATS = jsonschema.FormatChecker(formats=())


@FORMATS.checks("date")
def is_date(value):
    return not isinstance(value, str) or bool(re.fullmatch(r"\d{4}-\d\d-\d\d", value)) and parses(
        datetime.date.fromisoformat, value)


@FORMATS.checks("date-time")
def is_instant(value):
    """RFC 3339 in UTC: what answers say, they say in UTC."""
    return not isinstance(value, str) or bool(
        re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", value)) and parses(
        datetime.datetime.fromisoformat, value[:19])


def parses(function, value):
    try:
        function(value)
    except ValueError:
        return False
    return True


class Validator:
    """Answers against one description. Schemas are used with their references filled in."""

    def __init__(self, document):
        self.document = document
        self.filled = {}
        self.asked = {}
        self.judges = {}
        self.routes = [(re.compile(pattern(path)), path, item) for path, item in sorted(
            document["paths"].items(), key=lambda entry: entry[0].replace("{", "~"))]

    # -- finding what an answer should be --

    def follow(self, node):
        while "$ref" in node:
            here = self.document
            for part in node["$ref"][2:].split("/"):
                here = here[part]
            node = here
        return node

    def fill(self, schema):
        """The schema without references. Equal schemas are one object."""
        key = json.dumps(schema, sort_keys=True)
        if key not in self.filled:
            full = dict(self.follow(schema))
            if "items" in full:
                full["items"] = self.fill(full["items"])
            if "properties" in full:
                full["properties"] = {n: self.fill(s) for n, s in full["properties"].items()}
            self.filled[key] = full
        return self.filled[key]

    def operation(self, method, target):
        path = urllib.parse.urlsplit(target).path
        path = re.sub(r"(?<=^/v1/activities)\.json$", "", path)
        for expression, _, item in self.routes:
            if expression.fullmatch(path):
                return item.get("get" if method == "HEAD" else method.lower())
        return None

    def response(self, operation, status, headers):
        """What the description says of this status. Accept may lead an address to its sibling rendering."""
        responses = operation["responses"] if operation else {}
        found = self.follow(responses.get(str(status)) or (
            self.document["components"]["responses"]["Problem"] if status >= 400 else {}))
        media = media_type(headers)
        if found.get("content") and media not in found["content"] and status == 200:
            for other in (".csv", ".ics"):
                sibling = self.document["paths"].get("/v1/activities" + other, {}).get("get")
                if operation["operationId"] == "activity_list" and sibling:
                    content = sibling["responses"]["200"]["content"]
                    found = {**found, "content": {**content, **found["content"]}}
        return found

    def schema(self, response, media, target):
        """Of a JSON answer: exactly what this request makes of the described shape."""
        schema = response["content"][media]["schema"]
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(target).query)
        key = json.dumps([schema, query.get("count"), query.get("fields")])
        if key not in self.asked:
            self.asked[key] = self.schema_asked(schema, query)
        return self.asked[key]

    def schema_asked(self, schema, query):
        if "anyOf" in schema:
            schema = schema["anyOf"]["fields" in query]
        schema = self.fill(schema)
        properties = schema.get("properties", {})
        if "items" in properties and "count" in properties:
            schema = counted(schema, query.get("count") == ["exact"])
            if "fields" in query:
                schema = partial(schema, query["fields"][0].split(","))
        return schema

    def judge(self, schema):
        """By identity; the schema is kept, so that its identity stays its own."""
        if id(schema) not in self.judges:
            self.judges[id(schema)] = (
                jsonschema.Draft202012Validator(schema, format_checker=FORMATS), schema)
        return self.judges[id(schema)][0]

    # -- judging --

    def faults(self, method, target, status, headers, body):
        headers = {k.lower(): v for k, v in headers.items()}
        operation = self.operation(method, target)
        if operation is None and status < 400 and method != "OPTIONS":
            return ["the description has no such address"]
        if method == "OPTIONS" and status == 204:
            return [] if "allow" in headers and not body else ["OPTIONS without Allow, or with a body"]
        response = self.response(operation, status, headers)
        if not response:
            return [f"the description has no status {status} here"]
        ret = list(header_faults(method, status, headers, response))
        if method == "HEAD" or status in (204, 304):
            return ret + (["a body where none may be"] if body else [])
        media = media_type(headers)
        if media not in response.get("content", {}):
            return ret + [f"Content-Type is {media}, described is {list(response.get('content', {}))}"]
        if not media.endswith("json"):
            return ret
        return ret + self.body_faults(operation, response, media, target, status, headers, body)

    def body_faults(self, operation, response, media, target, status, headers, body):
        try:
            value = json.loads(body)
        except ValueError as fault:
            return [f"the body is not JSON: {fault}"]
        if operation and operation["operationId"] == SELF and status == 200:
            return [] if value == self.document else ["the description differs from the one at hand"]
        ret = [f"{error.json_path}: {error.message[:300]}"
               for error in self.judge(self.schema(response, media, target)).iter_errors(value)]
        if status >= 400 and value.get("status") != status:
            ret.append(f"status {status}, and the problem says {value.get('status')}")
        if isinstance(value, dict) and value.get("next") and 'rel="next"' not in headers.get("link", ""):
            ret.append("next without Link")
        if isinstance(value, dict) and "revision" in value and status < 300 and (
                not headers.get("etag", "").strip('W/"').startswith(str(value["revision"]))):
            ret.append(f"ETag {headers.get('etag')} is not revision {value['revision']}")
        return ret

    def shape(self, answer):
        """(value, schema) of an answer with a JSON body that is not the description; else None."""
        headers = {k.lower(): v for k, v in answer.headers.items()}
        operation = self.operation(answer.method, answer.target)
        response = self.response(operation, answer.status, headers)
        media = media_type(headers)
        if not answer.body or answer.method == "HEAD" or not media.endswith("json") or (
                media not in response.get("content", {})):
            return None
        if operation and operation["operationId"] == SELF and answer.status == 200:
            return None
        schema = self.schema(response, media, answer.target)
        if "properties" not in schema:  # a document of a format of its own
            return None
        return json.loads(answer.body), schema


def pattern(path):
    parts = re.split(r"\{\w+\}", path)
    return "[^/]+".join(re.escape(part) for part in parts)


def media_type(headers):
    return headers.get("content-type", "").split(";")[0].strip()


def header_faults(method, status, headers, response):
    described = response.get("headers", {})
    needed = {"Location"} if status == 201 else {"ETag"} if status == 200 and method in ("GET", "PATCH") else ()
    for name in needed:
        if name in described and name.lower() not in headers:
            yield f"{name} is missing"
    if status == 405 and "allow" not in headers:
        yield "405 without Allow"


def counted(schema, wanted):
    """`count` is there when it was asked for, and only then."""
    properties = dict(schema["properties"])
    required = set(schema["required"]) | {"count"}
    if not wanted:
        del properties["count"]
        required.discard("count")
    return {**schema, "properties": properties, "required": sorted(required)}


def partial(schema, names):
    """Items carry the members that fields= named, all of them and no others."""
    item = schema["properties"]["items"]["items"]
    item = {**item, "required": names, "properties": {n: item["properties"][n] for n in names}}
    return {**schema, "properties": {**schema["properties"],
                                     "items": {**schema["properties"]["items"], "items": item}}}


# -- the control --

def types_of(schema):
    types = schema.get("type", list(JSON_TYPES))
    return {types} if isinstance(types, str) else set(types)


def damages(value, schema):
    """Every single way to drop, rename or retype a member of this object: (what, damaged object)."""
    # A schema that asks for its kind alone is one of many shapes, told apart by it.
    kinds = schema.get("required") == ["kind"]
    for name, member in value.items():
        rest = {k: v for k, v in value.items() if k != name}
        if name == "kind" or not kinds:
            yield f"dropped {name}", rest
        yield f"renamed {name}", {**rest, name + "_": member}
        allowed = types_of(schema.get("properties", {}).get(name, {}))
        if len(allowed - {"null"}) != 1:
            yield f"retyped {name}: it may be of any of {sorted(allowed)}", value
        for kind, samples in JSON_TYPES.items():
            if kind not in allowed and not (kind == "integer" and "number" in allowed):
                for sample in samples:
                    yield f"retyped {name} as {kind}", {**value, name: sample}


def objects(value, schema, path="$"):
    """All objects of a value, each with its own schema."""
    if isinstance(value, dict):
        yield path, value, schema
        for name, member in value.items():
            yield from objects(member, schema["properties"][name], f"{path}.{name}")
    elif isinstance(value, list):
        for i, item in enumerate(value):
            yield from objects(item, schema["items"], f"{path}[{i}]")


def control(validator, answers):
    """What damage went unseen: ["GET /v1/members 200 $.items[0]: dropped name", …]; prints the counts.

    An object is judged by its own part of the schema: parts are joined by properties and items alone, so
    what is wrong with a part is wrong with the whole."""
    missed, seen = [], set()
    counts = collections.Counter()
    for answer in answers:
        shape = validator.shape(answer)
        counts["answers"] += shape is not None
        if shape is None or not validator.judge(shape[1]).is_valid(shape[0]):
            continue
        for path, value, schema in objects(*shape):
            key = (id(validator.judge(schema)), json.dumps(value, sort_keys=True))
            counts["objects"] += 1
            if key in seen:  # the same object by the same schema was damaged before
                continue
            seen.add(key)
            for what, damaged in damages(value, schema):
                counts[what.split(" ", 1)[0]] += 1
                if validator.judge(schema).is_valid(damaged):
                    missed.append(f"{answer.method} {answer.target} {answer.status} {path}: {what}")
    print(f"control: {counts['objects']} objects in {counts['answers']} JSON answers, {len(seen)} different; "
          f"{counts['dropped']} members dropped, {counts['renamed']} renamed, {counts['retyped']} retyped; "
          f"{len(missed)} not seen")
    if counts["answers"] and not counts["dropped"]:
        missed.append("no answer with a member to damage")
    return missed


def main(arguments):
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 64
    with open(arguments[0], encoding="utf-8") as document:
        validator = Validator(json.load(document))
    with open(arguments[1], encoding="utf-8") as lines:
        answers = [collections.namedtuple("Answer", entry)(**entry) for entry in map(json.loads, lines)]
    faults = [f"{a.method} {a.target} {a.status}: {fault}" for a in answers
              for fault in validator.faults(a.method, a.target, a.status, a.headers, a.body)]
    missed = control(validator, answers)
    print("\n".join(faults + missed))
    print(f"{len(answers)} answers, {len(faults)} faults, {len(missed)} damages not seen")
    return 1 if faults or missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
