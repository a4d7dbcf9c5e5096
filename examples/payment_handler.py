"""A Lambda function that signs payments; it makes its client at import, as AWS recommends."""

import hashlib
import hmac
from typing import Any

import boto3

secrets = boto3.client("secretsmanager", region_name="eu-west-1")


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Sign the body of a payment with the merchant's key."""
    name = f"merchants/{event['merchant']}/signing-key"
    try:
        key = secrets.get_secret_value(SecretId=name)["SecretBinary"]
    except secrets.exceptions.ResourceNotFoundException:
        return {"statusCode": 404, "body": "unknown merchant"}
    signature = hmac.new(key, event["body"].encode(), hashlib.sha256)
    return {"statusCode": 200, "body": signature.hexdigest()}
