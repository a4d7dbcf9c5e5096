from __future__ import annotations

from .asking import asks, attempt, starting_with
from .scrubbing import NO_TOKEN


@asks("BatchGetSecretValue: an id asked for twice")
@asks("a secret without a value")
@asks("LastAccessedDate")
@asks("CreatedDate in BatchGetSecretValue")
def test_a_list_of_ids(client, secret, name, token):
    """What is the answer to ids of a secret twice, without a value, missing and deleted?"""
    client.create_secret(Name=name("empty"))
    client.create_secret(Name=name("deleted"), SecretString="v")
    client.delete_secret(SecretId=name("deleted"))
    arn = client.describe_secret(SecretId=secret)["ARN"]
    client.put_secret_value(SecretId=secret, SecretString="2", ClientRequestToken=token("b"))
    ids = [secret, name("empty"), name("missing"), arn, name("deleted"), secret]
    client.batch_get_secret_value(SecretIdList=ids)
    client.describe_secret(SecretId=secret)


@asks("SecretId of an error under Filters")
@asks("secrets scheduled for deletion under Filters")
def test_filters(client, name, wait_until):
    """Which errors are there for secrets that filters have found?"""
    for short in ("full", "empty", "deleted"):
        value = {} if short == "empty" else {"SecretString": short}
        client.create_secret(Name=name(short), **value)
    client.delete_secret(SecretId=name("deleted"))
    chosen = {"Filters": starting_with(name())}
    wait_until(lambda: len(client.list_secrets(**chosen)["SecretList"]) == 2)
    client.batch_get_secret_value(**chosen)


@asks("order of secrets with equal dates, of batch answers with filters")
def test_order_of_answers(client, name, wait_until):
    """In which order do batch answers with filters come, and secrets read on the same day?"""
    for short in ("b", "c", "a"):
        client.create_secret(Name=name(short), SecretString=short)
    for short in ("a", "c", "b"):
        client.get_secret_value(SecretId=name(short))
    chosen = {"Filters": starting_with(name())}
    wait_until(lambda: len(client.list_secrets(**chosen)["SecretList"]) == 3)
    client.batch_get_secret_value(**chosen)
    client.list_secrets(**chosen, SortBy="last-accessed-date")
    client.list_secrets(**chosen, SortBy="last-accessed-date", SortOrder="desc")


@asks("texts where BatchGetSecretValue has both, or neither, of SecretIdList and Filters")
@asks("NextToken without Filters")
def test_wrong_combinations(client, secret):
    """In which words are members refused that do not go together?"""
    batch = client.batch_get_secret_value
    attempt(batch)
    attempt(batch, SecretIdList=[secret], Filters=starting_with(secret))
    attempt(batch, SecretIdList=[secret], MaxResults=5)
    attempt(batch, MaxResults=5)
    attempt(batch, SecretIdList=[secret], NextToken=NO_TOKEN)
    attempt(batch, NextToken=NO_TOKEN)


@asks("size of a page where MaxResults is not given")
def test_size_of_a_page(client, name, wait_until):
    """How many values are there on a page?"""
    for number in range(21):
        client.create_secret(Name=name(f"{number:02}"), SecretString="v")
    chosen = {"Filters": starting_with(name())}
    wait_until(lambda: len(client.list_secrets(**chosen)["SecretList"]) == 21)
    client.batch_get_secret_value(**chosen)
