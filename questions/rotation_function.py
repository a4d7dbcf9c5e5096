"""The function that rotates the secrets of the questions; deploy it for `--rotation-function`.

On secrets named fakesecrets-questions/*, it needs the permissions DescribeSecret, GetSecretValue,
PutSecretValue and UpdateSecretVersionStage.
"""

import boto3


def handler(event, context):
    """Carry out a step as AWS's templates do, or fail in the one that the description names."""
    client = boto3.client("secretsmanager", region_name=event["SecretId"].split(":")[3])
    secret, token, step = event["SecretId"], event["ClientRequestToken"], event["Step"]
    described = client.describe_secret(SecretId=secret)
    if described.get("Description") == f"fails in {step}":
        raise ValueError(described["Description"])
    if step == "createSecret":
        create(client, secret, token)
    elif step == "finishSecret":
        finish(client, secret, token, described["VersionIdsToStages"])


def create(client, secret, token):
    """Put the next value, unless an earlier try has."""
    try:
        client.get_secret_value(SecretId=secret, VersionId=token, VersionStage="AWSPENDING")
    except client.exceptions.ResourceNotFoundException:
        client.put_secret_value(
            SecretId=secret,
            ClientRequestToken=token,
            SecretString="rotated",
            VersionStages=["AWSPENDING"],
        )


def finish(client, secret, token, versions):
    """Make the pending version the current one."""
    current = [version for version, labels in versions.items() if "AWSCURRENT" in labels]
    if current != [token]:
        client.update_secret_version_stage(
            SecretId=secret,
            VersionStage="AWSCURRENT",
            MoveToVersionId=token,
            **({"RemoveFromVersionId": current[0]} if current else {}),
        )
