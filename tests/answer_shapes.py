"""Each answer that a fake gives in any test is compared with the shapes of botocore's model."""

from __future__ import annotations

import functools
import json

import botocore

from pytest_fakesecrets._aws.api_model import operation_model
from pytest_fakesecrets._calls import pipeline

# The botocore whose service model the package supports as a whole.
NEWEST = (1, 44)
KINDS = {
    "blob": str,
    "boolean": bool,
    "integer": int,
    "list": list,
    "long": int,
    "map": dict,
    "string": str,
    "structure": dict,
    "timestamp": (int, float),
}


def misshapen(shape, value, path=""):
    """Yield what a value, as JSON has it, has that its shape does not allow; null is nothing."""
    kind = KINDS[shape.type_name]
    is_number = isinstance(value, bool) and kind is not bool
    if is_number or not isinstance(value, kind):
        yield f"{path or 'the answer'} is {value!r}, not a {shape.type_name}"
    elif shape.type_name == "structure":
        for name, member in value.items():
            if name in shape.members:
                yield from misshapen(shape.members[name], member, f"{path}.{name}")
            else:
                yield f"{path}.{name} is not a member of {shape.name}"
    elif shape.type_name == "list":
        for index, element in enumerate(value):
            yield from misshapen(shape.member, element, f"{path}[{index}]")
    elif shape.type_name == "map":
        for key, element in value.items():
            yield from misshapen(shape.value, element, f"{path}[{key!r}]")


def check_answers():
    """Have an answer of the wrong shape fail the call that it answers.

    Not under a botocore that does not know all members yet, which AWS sends all the same.
    """
    if tuple(map(int, botocore.__version__.split(".")[:2])) < NEWEST:
        return
    encode = pipeline.encode

    @functools.wraps(encode)
    def checked(operation, response):
        body = encode(operation, response)
        shape = operation_model(operation).output_shape
        if shape is None:
            assert body == b"", f"{operation} has no output, and answered {body!r}"
        else:
            wrong = list(misshapen(shape, json.loads(body)))
            assert wrong == [], f"{operation}: {'; '.join(wrong)}"
        return body

    pipeline.encode = checked
