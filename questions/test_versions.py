from __future__ import annotations

from .asking import asks, attempt, confirms


@asks("order of staging labels, and of versions")
def test_order_of_labels_and_versions(client, secret, token):
    """In which order do labels and versions come?"""
    for letter, labels in [("z", ["pink", "AWSPENDING", "Blue"]), ("m", ["AWSCURRENT", "amber"])]:
        client.put_secret_value(
            SecretId=secret,
            SecretString=letter,
            ClientRequestToken=token(letter),
            VersionStages=labels,
        )
    client.get_secret_value(SecretId=secret, VersionStage="pink")
    client.describe_secret(SecretId=secret)
    client.list_secret_version_ids(SecretId=secret, IncludeDeprecated=True)


@asks("`Versions` of a secret without a value")
@confirms
def test_a_secret_without_a_value(client, name):
    """What is shown of a secret that has no value?"""
    client.create_secret(Name=name("empty"))
    client.list_secret_version_ids(SecretId=name("empty"))
    client.describe_secret(SecretId=name("empty"))
    attempt(client.get_secret_value, SecretId=name("empty"))


@asks("VersionStages of a version without labels")
def test_a_version_without_labels(client, secret, token):
    """What are the labels of a version that has lost all of them?"""
    first = {"SecretString": "second", "ClientRequestToken": token("b")}
    client.put_secret_value(SecretId=secret, VersionStages=["green"], **first)
    client.update_secret_version_stage(
        SecretId=secret, VersionStage="green", RemoveFromVersionId=token("b")
    )
    client.get_secret_value(SecretId=secret, VersionId=token("b"))
    client.put_secret_value(SecretId=secret, VersionStages=["green"], **first)
    client.list_secret_version_ids(SecretId=secret, IncludeDeprecated=True)


@asks("a VersionId that is unknown, with a VersionStage")
def test_an_unknown_version_with_a_label(client, secret, token):
    """What is said of a version id that is unknown, with a label that exists, or does not?"""
    unknown = {"SecretId": secret, "VersionId": token("x")}
    attempt(client.get_secret_value, **unknown, VersionStage="AWSCURRENT")
    attempt(client.get_secret_value, **unknown, VersionStage="green")
    attempt(client.get_secret_value, **unknown)
    attempt(client.get_secret_value, SecretId=secret, VersionStage="green")
    known = {"SecretId": secret, "VersionId": token("a")}
    attempt(client.get_secret_value, **known, VersionStage="green")


@asks("a wrong RemoveFromVersionId")
@asks("version ids that do not exist")
@asks("the text for a wrong RemoveFromVersionId")
def test_wrong_versions_of_a_label(client, secret, token):
    """What does UpdateSecretVersionStage answer to version ids that are wrong, or do not exist?"""
    client.put_secret_value(SecretId=secret, SecretString="2", ClientRequestToken=token("b"))
    client.put_secret_value(SecretId=secret, SecretString="3", ClientRequestToken=token("c"))
    label = {"SecretId": secret, "VersionStage": "AWSCURRENT"}
    move = client.update_secret_version_stage
    attempt(move, **label, MoveToVersionId=token("b"), RemoveFromVersionId=token("a"))
    attempt(move, **label, MoveToVersionId=token("x"), RemoveFromVersionId=token("c"))
    attempt(move, **label, MoveToVersionId=token("b"), RemoveFromVersionId=token("x"))
    attempt(move, **label, MoveToVersionId=token("b"))
    attempt(move, **label, RemoveFromVersionId=token("c"))
    previous = {"SecretId": secret, "VersionStage": "AWSPREVIOUS"}
    attempt(move, **previous, RemoveFromVersionId=token("c"))
    attempt(move, **previous, RemoveFromVersionId=token("x"))
    attempt(move, SecretId=secret, VersionStage="green", RemoveFromVersionId=token("c"))
    client.describe_secret(SecretId=secret)


@asks("UpdateSecretVersionStage with neither version id")
@asks("to the version that has the label")
def test_a_label_that_stays(client, secret, token):
    """What does UpdateSecretVersionStage answer where no label would move?"""
    label = {"SecretId": secret, "VersionStage": "AWSCURRENT"}
    move = client.update_secret_version_stage
    attempt(move, **label)
    attempt(move, SecretId=secret, VersionStage="green")
    attempt(move, **label, MoveToVersionId=token("a"))
    attempt(move, **label, MoveToVersionId=token("a"), RemoveFromVersionId=token("a"))
    client.describe_secret(SecretId=secret)


@asks("AWSCURRENT to a version without a value")
@asks("the text for a version id or a label whose version a rotation has only reserved")
def test_a_version_that_is_only_reserved(client, name, token, rotation_function, wait_until):
    """What is said of a version without a value, and can it become the current one?"""
    secret = name("rotating")
    described = {"Description": "fails in createSecret", "SecretString": "first"}
    client.create_secret(Name=secret, ClientRequestToken=token("a"), **described)
    client.rotate_secret(
        SecretId=secret, RotationLambdaARN=rotation_function, ClientRequestToken=token("b")
    )
    versions = {"SecretId": secret, "IncludeDeprecated": True}
    wait_until(lambda: token("b") in client.describe_secret(SecretId=secret)["VersionIdsToStages"])
    attempt(client.get_secret_value, SecretId=secret, VersionId=token("b"))
    attempt(client.get_secret_value, SecretId=secret, VersionStage="AWSPENDING")
    both = {"VersionId": token("b"), "VersionStage": "AWSPENDING"}
    attempt(client.get_secret_value, SecretId=secret, **both)
    client.list_secret_version_ids(**versions)
    attempt(
        client.update_secret_version_stage,
        SecretId=secret,
        VersionStage="AWSCURRENT",
        MoveToVersionId=token("b"),
        RemoveFromVersionId=token("a"),
    )
    attempt(client.get_secret_value, SecretId=secret)
    client.describe_secret(SecretId=secret)


@asks("texts of LimitExceededException")
def test_too_many_labels(client, secret, token):
    """What is the answer to more labels than a secret may have?"""
    labels = [f"label-{number:02}" for number in range(21)]
    for letter, wanted in (
        ("b", labels),
        ("c", labels[:19]),
        ("d", ["AWSCURRENT", *labels[:19]]),
    ):
        attempt(
            client.put_secret_value,
            SecretId=secret,
            SecretString="more",
            ClientRequestToken=token(letter),
            VersionStages=wanted,
        )
    attempt(
        client.update_secret_version_stage,
        SecretId=secret,
        VersionStage="one-more",
        MoveToVersionId=token("a"),
    )
    attempt(
        client.update_secret_version_stage,
        SecretId=secret,
        VersionStage="two-more",
        MoveToVersionId=token("a"),
    )
    client.describe_secret(SecretId=secret)


@confirms
def test_previous_label_is_removed(client, secret, token):
    """Can AWSPREVIOUS be taken off its version, and AWSCURRENT not?"""
    client.put_secret_value(SecretId=secret, SecretString="2", ClientRequestToken=token("b"))
    move = client.update_secret_version_stage
    attempt(move, SecretId=secret, VersionStage="AWSPREVIOUS", RemoveFromVersionId=token("a"))
    attempt(move, SecretId=secret, VersionStage="AWSCURRENT", RemoveFromVersionId=token("b"))
    client.describe_secret(SecretId=secret)


@confirms
def test_a_put_takes_pending_off(client, secret, token):
    """Does a new current value take AWSPENDING off a version that is not current?"""
    pending = {"ClientRequestToken": token("b"), "VersionStages": ["AWSPENDING"]}
    client.put_secret_value(SecretId=secret, SecretString="2", **pending)
    client.put_secret_value(SecretId=secret, SecretString="3", ClientRequestToken=token("c"))
    client.describe_secret(SecretId=secret)


@confirms
def test_first_value_with_another_label(client, name, token):
    """Does the first value of a secret become current, whatever its labels?"""
    client.create_secret(Name=name("empty"))
    pending = {"ClientRequestToken": token("a"), "VersionStages": ["AWSPENDING"]}
    client.put_secret_value(SecretId=name("empty"), SecretString="first", **pending)
    client.describe_secret(SecretId=name("empty"))


@confirms
def test_ids_that_are_not_uuids(client, name):
    """May a version id be any text, and does it keep its capitals?"""
    token = "NotA-UUID_but.Any/Text:of 32 or more"
    attempt(client.create_secret, Name=name("text"), SecretString="v", ClientRequestToken=token)
    token = "Not-A-UUID-But-Text-Of-32-Or-More"
    client.create_secret(Name=name("capitals"), SecretString="v", ClientRequestToken=token)
    client.describe_secret(SecretId=name("capitals"))
    attempt(client.get_secret_value, SecretId=name("capitals"), VersionId=token.lower())


@confirms
def test_the_same_token_again(client, secret, token):
    """What does a token answer that is a version already, with the same value and with another?"""
    same = {"SecretId": secret, "ClientRequestToken": token("a")}
    attempt(client.put_secret_value, **same, SecretString="first")
    attempt(client.put_secret_value, **same, SecretString="other")
    attempt(client.update_secret, **same, SecretString="first")
    attempt(client.update_secret, **same, SecretString="other")
    again = {"Name": secret, "ClientRequestToken": token("a")}
    attempt(client.create_secret, **again, SecretString="first", Description="other")
    attempt(client.create_secret, **again, SecretString="other")
    client.describe_secret(SecretId=secret)
