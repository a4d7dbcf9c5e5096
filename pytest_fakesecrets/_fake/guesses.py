"""What people try first with a fake or a secret, and what to write instead."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, get_args

from .._codes import OperationName

_CHANGE: Final = "Give a secret a new value with put(name, value), or fake[name] = value."
_ADD: Final = "Have secrets exist with add(name, value), or add({name: value})."
_REMOVE: Final = "Have a secret not exist with remove(name), or del fake[name]."
_LIST: Final = "It is a mapping of names to secrets: list(fake), fake[name], name in fake."
_FAULT: Final = "Have calls fail with fake.faults.error(code, operation=...)."
_TIME: Final = "Let time pass with fake.clock.advance(days=1)."
_CALL: Final = "It is not a client. Call it on that of the code under test, or on fake.client()."
_VIEW: Final = "It shows a secret, and changes nothing. Call {} of fake.client()."

OF_FAKE: Final[Mapping[str, str]] = {
    **{
        re.sub("(?<!^)(?=[A-Z])", "_", operation).lower(): _CALL
        for operation in get_args(OperationName)
    },
    **dict.fromkeys(("set", "set_secret", "setdefault", "update"), _CHANGE),
    **dict.fromkeys(("add_secret", "create", "seed"), _ADD),
    **dict.fromkeys(("delete", "discard", "pop"), _REMOVE),
    **dict.fromkeys(("list", "names", "secrets"), _LIST),
    **dict.fromkeys(("error", "fail", "inject", "raise_error"), _FAULT),
    **dict.fromkeys(("advance", "freeze", "move_to", "sleep", "travel"), _TIME),
    "caller": "Have clients act as someone with acting_as(principal=arn).",
    "clear": "Forget secrets, calls and faults with reset(); calls alone with calls.clear().",
    "rotate": "Rotate with a call: fake.client().rotate_secret(SecretId=name).",
}

OF_KMS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("create", "create_key"), "Every key exists; add(key) gives one aliases."),
    **dict.fromkeys(("delete", "delete_key"), "Have a key not exist with remove(key)."),
    **dict.fromkeys(("revoke", "refuse"), "Take a permission away with deny(key, action)."),
    **dict.fromkeys(("grant", "permit"), "Give a permission back with allow(key, action)."),
    **dict.fromkeys(
        ("decrypt", "encrypt", "generate_data_key"),
        "It shows what keys may do; Secrets Manager encrypts and decrypts.",
    ),
}

OF_VIEW: Final[Mapping[str, str]] = {
    **dict.fromkeys(("put", "set", "update"), "Give it a new value with fake[name] = value."),
    **dict.fromkeys(("delete", "remove"), "Have it not exist with del fake[name]."),
    **dict.fromkeys(("get", "items", "keys"), "Where the value is JSON, .json() parses it."),
    "current": "The AWSCURRENT value is .value.",
    "deleted": "Whether it is scheduled for deletion is seen from .deletion_requested.",
    "restore": _VIEW.format("restore_secret"),
    "rotate": _VIEW.format("rotate_secret"),
    "secret_binary": "It is .binary.",
    "secret_string": "It is .string.",
    "version_id": "The version of a label is .labels['AWSCURRENT'].",
}
