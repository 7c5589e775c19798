"""schemas.py - every example is valid by its schema, and without any one required member is not.

usage: schemas.py FOLDER.  Prints what is wrong; nothing is good.
"""
import copy
import json
import os
import sys

import jsonschema


def schema_of(folder, name):
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema), schema


def main(folder):
    events = schema_of(folder, "events.schema.json")
    decisions = schema_of(folder, "decisions.schema.json")
    with open(os.path.join(folder, "examples.ndjson"), encoding="utf-8") as file:
        examples = [json.loads(line) for line in file]
    for example in examples:
        is_decision = "decision" in example
        validator, schema = decisions if is_decision else events
        name = example["decision"] if is_decision else example["type"].removeprefix("homeward.")
        for error in validator.iter_errors(example):
            print(f"{name}: {error.json_path}: {error.message}")
        for member in schema["$defs"][name]["required"]:
            less = copy.deepcopy(example)
            del (less if is_decision else less["data"])[member]
            if validator.is_valid(less):
                print(f"{name}: valid without {member}")
        for member in schema["required"]:
            less = {key: value for key, value in example.items() if key != member}
            if validator.is_valid(less):
                print(f"{name}: valid without {member}")
        for member in schema["$defs"][name]["required"]:
            wrong = copy.deepcopy(example)
            (wrong if is_decision else wrong["data"])[member] = {"wrong": [1.5]}
            if validator.is_valid(wrong):
                print(f"{name}: valid with a wrong {member}")


main(sys.argv[1])
