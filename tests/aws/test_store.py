"""What the store costs as it grows, by counting; and that its copies are copies."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support import needs_sort_by, refusal

from pytest_fakesecrets import FakeSecrets, Secret
from pytest_fakesecrets._aws import table as table_module
from pytest_fakesecrets._aws.due_times import DueTimes
from pytest_fakesecrets._aws.model.rotation import Rotation
from pytest_fakesecrets._aws.model.secret import StoredSecret
from pytest_fakesecrets._aws.service import Service
from pytest_fakesecrets._aws.store import Snapshot
from pytest_fakesecrets._aws.table import SORT_KEYS, SecretTable
from pytest_fakesecrets._fake.fake import pipeline_of

START = datetime(2026, 1, 1, tzinfo=timezone.utc)
NAMES = st.sampled_from("abcdef")


def seeds(number):
    """Return secrets whose names and dates are in different orders."""
    return [
        Secret(
            f"s{index:05}", "v", created=START - timedelta(minutes=index), tags={"n": str(index)}
        )
        for index in range(number)
    ]


@pytest.fixture
def positions(monkeypatch):
    """Count how often the place of a secret in an order is worked out."""
    counted = []
    original = table_module.position

    def position(secret, sort_by):
        counted.append(secret.name)
        return original(secret, sort_by)

    monkeypatch.setattr(table_module, "position", position)
    return counted


@pytest.mark.parametrize("sort_by", SORT_KEYS)
@pytest.mark.parametrize("order", ["asc", "desc"])
def test_a_page_costs_as_much_as_its_length(
    secrets_client, fake_secrets, positions, sort_by, order
):
    """Once an order is known, no page looks at more secrets than it shows, and sorts nothing."""
    needs_sort_by(secrets_client)
    fake_secrets.add({seed.name: seed for seed in seeds(200)})
    query = {"SortBy": sort_by, "SortOrder": order, "MaxResults": 10}
    token = secrets_client.list_secrets(**query)["NextToken"]
    positions.clear()

    shown = secrets_client.list_secrets(**query, NextToken=token)["SecretList"]

    assert 10 == len(shown)
    assert [] == positions


@pytest.mark.parametrize("sort_by", SORT_KEYS)
@pytest.mark.parametrize("order", ["asc", "desc"])
def test_a_change_moves_one_secret(secrets_client, fake_secrets, positions, sort_by, order):
    """An order follows each change, at the cost of the secret that changed."""
    needs_sort_by(secrets_client)
    fake_secrets.add({seed.name: seed for seed in seeds(50)})
    query = {"SortBy": sort_by, "SortOrder": order}
    secrets_client.list_secrets(**query)
    positions.clear()

    secrets_client.update_secret(SecretId="s00007", Description="changed")
    secrets_client.get_secret_value(SecretId="s00009")
    secrets_client.delete_secret(SecretId="s00011", ForceDeleteWithoutRecovery=True)
    secrets_client.create_secret(Name="s00005b", SecretString="v")

    assert {"s00007", "s00009", "s00011", "s00005b"} == set(positions)
    paginator = secrets_client.get_paginator("list_secrets")
    pages = paginator.paginate(**query, PaginationConfig={"PageSize": 7})
    shown = [secret["Name"] for page in pages for secret in page["SecretList"]]
    expected = sorted(
        pipeline_of(fake_secrets).service.store,
        key=lambda secret: (SORT_KEYS[sort_by](secret), secret.creation_order),
        reverse=order == "desc",
    )
    assert [secret.name for secret in expected] == shown


@pytest.fixture
def copied(monkeypatch):
    """Count how often the secrets of a table are copied because one of two tables changes."""
    counted = []
    original = SecretTable._own

    def own(table):
        if table._is_shared:
            counted.append(len(table))
        original(table)

    monkeypatch.setattr(SecretTable, "_own", own)
    return counted


def test_nothing_is_copied_until_somebody_writes(secrets_client, fake_secrets, copied):
    """Neither a nested fake nor a snapshot copies secrets, before one of the two changes."""
    fake_secrets.add({seed.name: seed for seed in seeds(20)})
    secrets_client.get_secret_value(SecretId="s00001")
    snapshot = fake_secrets.snapshot()
    with FakeSecrets():
        secrets_client.get_secret_value(SecretId="s00001")
        secrets_client.list_secrets()
    fake_secrets.restore(snapshot)
    assert [] == copied

    with FakeSecrets() as inner:
        for number in (2, 3):
            secrets_client.delete_secret(SecretId=f"s0000{number}", ForceDeleteWithoutRecovery=True)
        assert [20] == copied
        assert 18 == len(inner)
    assert 20 == len(fake_secrets)


def test_a_write_to_the_outer_fake_is_not_seen_within(secrets_client, fake_secrets):
    """What is shared belongs to neither of the two."""
    fake_secrets.add("a", "v")
    with FakeSecrets() as inner:
        fake_secrets.add("b", "v")
        fake_secrets.add("a", "w")
        assert {"a": "v"} == {name: view.value for name, view in inner.items()}
        not_found, _ = refusal(secrets_client.get_secret_value, SecretId="b")
        assert "ResourceNotFoundException" == not_found


def test_equal_dates_and_numbers_are_told_apart(secrets_client):
    """No page leaves out a secret of an inner fake that was made like one of the outer one."""
    outer, inner = (FakeSecrets(Secret(name, "v", created=START)) for name in ("a", "b"))
    with outer, inner:
        paginator = secrets_client.get_paginator("list_secrets")
        pages = paginator.paginate(PaginationConfig={"PageSize": 1})
        shown = [secret["Name"] for page in pages for secret in page["SecretList"]]
    assert ["a", "b"] == shown


@pytest.mark.usefixtures("frozen_time")
def test_a_secret_of_an_inner_fake_is_the_latest(secrets_client, fake_secrets):
    """Of what was created at one moment, an inner fake lists its own last."""
    for name in ("b", "c"):
        secrets_client.create_secret(Name=name)
    with FakeSecrets():
        secrets_client.create_secret(Name="a")
        shown = [secret["Name"] for secret in secrets_client.list_secrets()["SecretList"]]

    assert ["b", "c", "a"] == shown


def test_a_change_is_recorded_and_told(fake_secrets):
    """A store says what secrets were before a change, and has its listener hear of each put."""
    fake_secrets.add({"kept": "v", "gone": "v"})
    store, told = pipeline_of(fake_secrets).service.store, []
    kept, gone = store
    changed = replace(kept, description="changed")
    store.on_put = told.append

    with store.changes() as former:
        store.put(changed)
        store.region_of(gone).remove(gone)

    here = (kept.account, kept.region)
    assert {(*here, "kept"): kept, (*here, "gone"): gone} == former
    assert [changed] == told


def test_a_plan_goes_with_its_secret(fake_secrets):
    """A store knows when a secret is to be rotated until the secret is removed."""
    fake_secrets.add("a", "v")
    store = pipeline_of(fake_secrets).service.store
    (secret,) = store
    planned = replace(secret, rotation=Rotation(enabled=True, due=START, lambda_arn="rotate"))

    store.put(planned)
    before = store.rotations.next
    store.region_of(planned).remove(planned)

    assert (START, None) == (before, store.rotations.next)


def stored(name, days):
    """Return a secret that was created some days after the start."""
    created = START + timedelta(days=days)
    return StoredSecret(name=name, arn=name, created=created, last_changed=created)


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("put"), NAMES, st.integers(0, 5)),
            st.tuples(st.just("remove"), NAMES),
            st.tuples(st.just("copy")),
            st.tuples(st.just("switch")),
        )
    )
)
def test_a_table_is_like_a_dict(steps):
    """Whatever is put, removed and copied, a table holds what a dict would, in every order."""
    tables = [(SecretTable(), {})]
    for kind, *arguments in steps:
        table, expected = tables[-1]
        if kind == "put":
            secret = stored(*arguments)
            assert expected.get(secret.name) == table.put(secret)
            expected[secret.name] = secret
        elif kind == "remove":
            assert expected.pop(arguments[0], None) == table.remove(arguments[0])
        elif kind == "copy":
            tables.append((table.copy(), dict(expected)))
        else:
            tables.insert(0, tables.pop())
        for each, like in tables:
            assert list(like.values()) == list(each)
            assert sorted(like) == [secret.name for secret in each.after(None, "name")]
            by_date = sorted(like.values(), key=lambda secret: (secret.created, secret.name))
            assert by_date == list(each.after(None, "created-date"))
            assert by_date[::-1] == list(each.after(None, "created-date", descending=True))


@example([("a", 0), ("b", 5), ("b", 6)])
@given(st.lists(st.tuples(NAMES, st.none() | st.integers(0, 9))))
def test_what_falls_due_is_known(steps):
    """The next moment is the earliest of those that are set, and the heap does not grow."""
    due, expected = DueTimes(), {}
    for arn, days in steps * 50:
        moment = None if days is None else START + timedelta(days=days)
        due.set(arn, moment)
        expected.pop(arn, None)
        if moment is not None:
            expected[arn] = moment
        assert min(expected.values(), default=None) == due.next == due.copy().next
        for now in {START, due.next or START, START + timedelta(days=4)}:
            past = [(moment, arn) for arn, moment in expected.items() if moment <= now]
            assert min(past, default=(None, None))[1] == due.first_due(now)
        assert len(due._heap) <= 2 * len(expected) + 65


def test_a_service_inside_another_draws_ids_of_its_own():
    """It draws by both seeds, and leaves what the outer one draws as it was."""
    seeds_of_both = [(outer, inner) for outer in "ab" for inner in "ab"]

    def drawn(outer_seed, inner_seed):
        outer, inner = Service(outer_seed), Service(inner_seed)
        inner.start_from(outer, "us-east-1")
        return outer.new_request_id(), inner.new_request_id()

    outer, inner = zip(*(drawn(*both) for both in seeds_of_both), strict=True)
    assert [Service(seed).new_request_id() for seed, _ in seeds_of_both] == list(outer)
    assert 4 == len(set(inner) - set(outer))
    assert list(inner) == [drawn(*both)[1] for both in seeds_of_both]


def test_snapshots_are_equal_where_their_secrets_are(fake_secrets):
    """Two snapshots can be compared; what they hold is not shown."""
    fake_secrets.add("a", "hunter2")
    first = fake_secrets.snapshot()

    assert fake_secrets.snapshot() == first
    assert first != Snapshot()
    assert first != {}
    assert "<Snapshot of 1 secret>" == repr(first)

    fake_secrets.client("eu-west-1").list_secrets()
    assert fake_secrets.snapshot() == first

    fake_secrets.add(Secret("a", "hunter2", region="eu-west-1"))
    assert fake_secrets.snapshot() != first
    assert "<Snapshot of 2 secrets>" == repr(fake_secrets.snapshot())
    assert "<Snapshot of 0 secrets>" == repr(FakeSecrets().snapshot())
