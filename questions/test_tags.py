from __future__ import annotations

from .asking import asks, attempt, confirms


def tags(*keys, value="1"):
    """Return tags with the same value."""
    return [{"Key": key, "Value": value} for key in keys]


@asks("`Tags` after CreateSecret with an empty list")
@confirms
def test_no_tags(client, name):
    """What is shown of tags that were never given, given as an empty list, or removed?"""
    client.create_secret(Name=name("without"))
    client.describe_secret(SecretId=name("without"))
    client.create_secret(Name=name("empty"), Tags=[])
    client.describe_secret(SecretId=name("empty"))
    client.tag_resource(SecretId=name("without"), Tags=tags("a"))
    client.untag_resource(SecretId=name("without"), TagKeys=["a"])
    client.describe_secret(SecretId=name("without"))
    client.tag_resource(SecretId=name("without"), Tags=[])
    client.describe_secret(SecretId=name("without"))


@asks("the place of a tag that is overwritten")
def test_order_of_tags(client, name):
    """Where does a tag stand after it was overwritten?"""
    client.create_secret(Name=name("tagged"), Tags=tags("b", "a", "c"))
    client.describe_secret(SecretId=name("tagged"))
    client.tag_resource(SecretId=name("tagged"), Tags=tags("d", "b", value="2"))
    client.describe_secret(SecretId=name("tagged"))


@asks("a key twice in one call")
def test_a_key_twice(client, name, secret):
    """Which of two tags with the same key counts?"""
    twice = tags("a", value="1") + tags("a", value="2")
    attempt(client.create_secret, Name=name("twice"), Tags=twice)
    attempt(client.describe_secret, SecretId=name("twice"))
    attempt(client.tag_resource, SecretId=secret, Tags=twice)
    client.describe_secret(SecretId=secret)


@asks("a tag without Key or Value")
def test_incomplete_tags(client, name, secret):
    """What is the answer to a tag without Key, and to one without Value?"""
    attempt(client.tag_resource, SecretId=secret, Tags=[{"Key": "a"}])
    attempt(client.tag_resource, SecretId=secret, Tags=[{"Value": "1"}])
    attempt(client.create_secret, Name=name("keyless"), Tags=[{"Value": "1"}])
    attempt(client.create_secret, Name=name("valueless"), Tags=[{"Key": "a"}])
    client.describe_secret(SecretId=secret)


@asks("more than 50 tags")
def test_too_many_tags(client, name, secret):
    """What is the answer to more than 50 tags?"""
    many = tags(*(f"tag-{number:02}" for number in range(51)))
    attempt(client.create_secret, Name=name("many"), Tags=many)
    attempt(client.tag_resource, SecretId=secret, Tags=many)
    attempt(client.tag_resource, SecretId=secret, Tags=many[:50])
    attempt(client.tag_resource, SecretId=secret, Tags=many[50:])


@asks("`aws:` keys in CreateSecret and UntagResource")
@confirms
def test_system_tags(client, name, secret):
    """In which words are tags refused whose keys begin with aws:?"""
    attempt(client.tag_resource, SecretId=secret, Tags=tags("aws:mine"))
    attempt(client.create_secret, Name=name("system"), Tags=tags("aws:mine"))
    attempt(client.untag_resource, SecretId=secret, TagKeys=["aws:mine"])
    attempt(client.tag_resource, SecretId=secret, Tags=tags("AWS:mine"))
