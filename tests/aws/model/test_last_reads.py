"""When a secret, and each of its versions, was last read."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pytest_fakesecrets import FakeSecrets, Secret, Version

OLD, NEW = "1" * 32, "2" * 32
VERSIONS = [Version("old", ["AWSPREVIOUS"], id=OLD), Version("new", ["AWSCURRENT"], id=NEW)]


@pytest.mark.parametrize(
    ("reads", "expected"),
    [
        ([], (None, None, None)),
        ([(0, OLD)], (0, 0, None)),
        ([(0, OLD), (0, NEW)], (0, 0, 0)),
        ([(0, NEW), (0, OLD), (0, NEW)], (0, 0, 0)),
        ([(0, OLD), (2, NEW)], (2, 0, 2)),
        ([(0, OLD), (2, NEW), (2, OLD)], (2, 2, 2)),
    ],
)
def test_each_version_has_a_day_of_its_own(frozen_time, reads, expected):
    """The secret shows the day of the latest read, a version that of the latest one of it."""
    with FakeSecrets() as fake:
        view, client, today = fake.add("a", versions=VERSIONS), fake.client(), 0
        for day, version in reads:
            fake.clock.advance(days=day - today, hours=1)
            today = day
            client.get_secret_value(SecretId="a", VersionId=version)
        shown = (view, view.versions[OLD], view.versions[NEW])

    days = [None if day is None else frozen_time + timedelta(days=day) for day in expected]
    assert days == [each.last_accessed for each in shown]


def days_of_reading(client):
    """Return when the secret, its old version and its new one were read."""
    listed = client.list_secret_version_ids(SecretId="a")["Versions"]
    days = {version["VersionId"]: version.get("LastAccessedDate") for version in listed}
    return [client.describe_secret(SecretId="a").get("LastAccessedDate"), days[OLD], days[NEW]]


def test_a_new_replica_was_never_read(frozen_time):
    """The days of reading are each Region's own, also of what was there before the replica."""
    with FakeSecrets(Secret("a", versions=VERSIONS)) as fake:
        client, europe = fake.client("us-east-1"), fake.client("eu-west-1")
        for version in (OLD, NEW):
            client.get_secret_value(SecretId="a", VersionId=version)
        client.replicate_secret_to_regions(
            SecretId="a", AddReplicaRegions=[{"Region": "eu-west-1"}]
        )
        before = days_of_reading(europe)
        europe.get_secret_value(SecretId="a")

        assert [None] * 3 == before
        assert [frozen_time, None, frozen_time] == days_of_reading(europe)
        assert [frozen_time] * 3 == days_of_reading(client)
