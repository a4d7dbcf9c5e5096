from __future__ import annotations

from botocore import UNSIGNED

from .asking import asks, attempt, confirms


@asks("PutSecretValue with neither value, for a secret that does not exist")
@asks("texts of InvalidParameterException and InvalidRequestException")
def test_no_value_and_both_values(client, secret, name):
    """What is the answer to no value, and to two, also of a secret that does not exist?"""
    both = {"SecretString": "text", "SecretBinary": b"bytes"}
    attempt(client.put_secret_value, SecretId=secret)
    attempt(client.put_secret_value, SecretId=name("missing"))
    attempt(client.put_secret_value, SecretId=name("missing"), **both)
    attempt(client.put_secret_value, SecretId=secret, **both)
    attempt(client.update_secret, SecretId=secret, **both)
    attempt(client.create_secret, Name=name("both"), **both)


@confirms
def test_empty_and_long_values(raw_client, name):
    """Which constraint do values break that are empty, or too long?"""
    create = raw_client.create_secret
    token = {"ClientRequestToken": "version-a-----------------------"}
    attempt(create, Name=name("empty-text"), SecretString="", **token)
    attempt(create, Name=name("empty-bytes"), SecretBinary=b"", **token)
    attempt(create, Name=name("long-bytes"), SecretBinary=b"v" * 65_537, **token)


@confirms
def test_texts_of_broken_constraints(raw_client, secret):
    """In which words are requests refused that break the constraints of their members?"""
    attempt(raw_client.get_secret_value)
    attempt(raw_client.get_secret_value, SecretId="")
    attempt(
        raw_client.put_secret_value, SecretId=secret, SecretString="v", ClientRequestToken="short"
    )
    attempt(raw_client.list_secret_version_ids, SecretId=secret, MaxResults=101)
    attempt(raw_client.list_secrets, Filters=[{"Key": "nothing", "Values": ["a"]}])
    attempt(raw_client.put_secret_value, SecretId=secret, SecretString="v", VersionStages=[])
    attempt(raw_client.get_random_password, PasswordLength=5000)


@confirms
def test_names_with_other_characters(client, name):
    """Which characters may a name have?"""
    attempt(client.create_secret, Name=name("all-/_+=.@!"))
    for wrong in ("a b", "a:b", "a#b", "ä"):
        attempt(client.create_secret, Name=name(wrong))
    attempt(client.describe_secret, SecretId=name("a b"))


@asks("an ARN of another Region")
@asks("an ARN that is malformed before `secret:`")
def test_arns_of_other_places(client, secret, region, other_region):
    """What is said of ARNs of another Region, and of ARNs that are not of a secret?"""
    arn = client.describe_secret(SecretId=secret)["ARN"]
    attempt(client.describe_secret, SecretId=arn.replace(region, other_region))
    attempt(client.describe_secret, SecretId=arn.replace("arn:aws:", "arn:aws-cn:"))
    attempt(client.describe_secret, SecretId=arn.replace(":secretsmanager:", ":ssm:"))
    attempt(client.describe_secret, SecretId=arn.replace(":secret:", ":thing:"))
    _, _, account_and_name = arn.partition(f"{region}:")
    attempt(client.describe_secret, SecretId=f"arn:aws:secretsmanager::{account_and_name}")
    without_account = f"arn:aws:secretsmanager:{region}::secret:{secret}"
    attempt(client.describe_secret, SecretId=without_account)
    attempt(client.describe_secret, SecretId=arn[: arn.index(secret)])
    attempt(client.describe_secret, SecretId=f"{arn}:AWSCURRENT")


@confirms
def test_partial_arns(client, secret, name):
    """Which parts of an ARN find a secret?"""
    arn = client.describe_secret(SecretId=secret)["ARN"]
    attempt(client.describe_secret, SecretId=arn[:-7])
    attempt(client.describe_secret, SecretId=arn[:-6])
    attempt(client.describe_secret, SecretId=arn[:-6] + "zzzzzz")
    attempt(client.describe_secret, SecretId=secret.replace("/secret", "/Secret"))
    ambiguous = client.create_secret(Name=name("looks-like-a-a1b2c3"))["ARN"]
    attempt(client.describe_secret, SecretId=ambiguous[:-7])


@asks("over HTTP: a content type other than `application/x-amz-json-1.1`")
def test_other_content_types(post, secret):
    """What is the answer to another content type?"""
    body = f'{{"SecretId": "{secret}"}}'
    post("GetResourcePolicy", body)
    post("GetResourcePolicy", body, content_type="application/json")
    post("GetResourcePolicy", body, content_type="text/plain")


@asks("a body over 1 MiB")
def test_a_long_body(post, secret):
    """What is the answer to a body that is far too long?"""
    value = "v" * (1024 * 1024 + 1)
    post("PutSecretValue", f'{{"SecretId": "{secret}", "SecretString": "{value}"}}')


@asks("whether `x-amzn-errortype` is sent")
@confirms
def test_errors_over_http(post, secret, name):
    """Which headers and which key of the text do errors have, of the service and of its frame?"""
    post("DescribeSecret", f'{{"SecretId": "{name("missing")}"}}')
    post("DescribeSecret", '{"SecretId": "a b"}')
    post("DescribeSecret", "{}")
    post("DescribeSecret", "[]")
    post("DescribeSecret", '{"SecretId": 1}')
    post("DescribeSecret", "{")
    post("NoSuchOperation", "{}")
    post("UpdateSecret", f'{{"SecretId": "{secret}", "Description": "no token"}}')
    post("PutSecretValue", f'{{"SecretId": "{secret}", "SecretString": "no token"}}')
    post("RotateSecret", f'{{"SecretId": "{secret}"}}')


@confirms
def test_a_success_without_members(post, secret):
    """Has the answer of TagResource an empty body?"""
    post("TagResource", f'{{"SecretId": "{secret}", "Tags": [{{"Key": "a", "Value": "1"}}]}}')


@asks("texts of ExpiredTokenException and MissingAuthenticationTokenException")
def test_an_unsigned_call(new_client, secret):
    """What is the answer to a request that is not signed?"""
    attempt(new_client(signature_version=UNSIGNED).get_secret_value, SecretId=secret)


@asks("which refusal of GetRandomPassword wins")
def test_impossible_passwords(client):
    """What is refused first where several wishes for a password cannot be met?"""
    upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    password = client.get_random_password
    classes = ("Uppercase", "Lowercase", "Numbers", "Punctuation")
    nothing = {f"Exclude{kind}": True for kind in classes}
    attempt(password, PasswordLength=3)
    attempt(password, ExcludeCharacters=upper)
    attempt(password, **nothing)
    attempt(password, PasswordLength=3, ExcludeCharacters=upper)
    attempt(password, PasswordLength=3, **nothing)
    only_upper = {**nothing, "ExcludeUppercase": False, "ExcludeCharacters": upper}
    attempt(password, **only_upper)
    attempt(password, **only_upper, RequireEachIncludedType=False)
    attempt(password, ExcludeCharacters=upper, RequireEachIncludedType=False)


@asks("an empty `Type`")
def test_an_empty_type(client, secret, name):
    """What does an empty Type do?"""
    attempt(client.create_secret, Name=name("typed"), Type="")
    attempt(client.describe_secret, SecretId=name("typed"))
    attempt(client.update_secret, SecretId=secret, Type="")
    attempt(client.create_secret, Name=name("unknown"), Type="NoSuchPartner")
    client.describe_secret(SecretId=secret)


@asks("the refusal to change a secret that another service manages")
def test_changes_of_a_managed_secret(client, managed_secret):
    """In which words is it refused to change a secret that another service manages?"""
    attempt(client.update_secret, SecretId=managed_secret, Description="")
    attempt(client.tag_resource, SecretId=managed_secret, Tags=[{"Key": "a", "Value": "1"}])
    attempt(client.untag_resource, SecretId=managed_secret, TagKeys=["a"])


@confirms
def test_an_empty_description(client, name):
    """Is an empty description the same as none?"""
    client.create_secret(Name=name("described"), Description="")
    client.describe_secret(SecretId=name("described"))
    client.update_secret(SecretId=name("described"), Description="one")
    client.describe_secret(SecretId=name("described"))
    client.update_secret(SecretId=name("described"), Description="")
    client.describe_secret(SecretId=name("described"))
