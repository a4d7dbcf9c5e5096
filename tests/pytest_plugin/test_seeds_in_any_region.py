"""Seeds that the plugin was told of are found in the Region that the code under test asks."""

from __future__ import annotations

import pytest

SEEDED = {
    "marker": ("", '@pytest.mark.secrets({"a": "v"})'),
    "file": ("", '@pytest.mark.secrets(file="seeds.toml")'),
    "ini": ("fakesecrets_seeds = seeds.toml", "@pytest.mark.secrets"),
    "autouse": ("fakesecrets_seeds = seeds.toml\nfakesecrets_autouse = true", ""),
}


@pytest.mark.parametrize(("ini", "mark"), SEEDED.values(), ids=SEEDED)
@pytest.mark.parametrize("region", ["None", "'eu-west-1'"], ids=["variable", "client"])
def test_seeds_of_the_plugin(pytester, monkeypatch, ini, mark, region):
    """However the plugin was told of a seed, the variable of the environment moves it."""
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    pytester.makeini(f"[pytest]\n{ini}\n")
    (pytester.path / "seeds.toml").write_text('a = "v"\n')
    pytester.makepyfile(
        f"""
import boto3
import pytest

@pytest.fixture(autouse=True)
def region(monkeypatch):
    if {region!r} == "None":
        monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")

{mark}
def test_it():
    client = boto3.client("secretsmanager", region_name={region})
    assert ":eu-west-1:" in client.get_secret_value(SecretId="a")["ARN"]

@pytest.mark.secrets
def test_add(fake_secrets):
    fake_secrets.add("b", "v")
    client = boto3.client("secretsmanager", region_name={region})
    assert ":eu-west-1:" in client.get_secret_value(SecretId="b")["ARN"]
    assert fake_secrets.region == "eu-west-1"
"""
    )

    result = pytester.runpytest_inprocess("-p", "no:cacheprovider")

    result.assert_outcomes(passed=2)
