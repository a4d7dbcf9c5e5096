"""Runs the questions: against a fake, compared with what AWS answered; or against AWS itself.

README.md says how to use it.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from contextlib import nullcontext
from datetime import datetime, timezone
from pathlib import Path

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError
from botocore.httpsession import URLLib3Session

from . import recordings
from .recorder import Recorder, beginnings
from .sandbox import PLAIN_PREFIX, PREFIX, Budget, Fake, Means, Remote
from .scrubbing import Scrubber

# What a question may ask for, and the option that gives it where AWS is asked.
OPTIONS = {
    "rotation_function": "ARN of a Lambda function, that of questions/rotation_function.py",
    "kms_key": "ARN of a symmetric KMS key of the sandbox; some questions disable it for seconds",
    "asymmetric_key": "ARN of an asymmetric KMS key",
    "managed_secret": "name of a secret that another service manages; changes of it are tried",
    "second_region": "name of another Region, in which replicas may be made",
    "second_profile": "profile of another account; for an endpoint, the access key id",
    "strangers_key": "ARN of a KMS key of the other account, in the same Region",
}
# When a question is asked of the fake to which AWS has not answered.
ANY_MOMENT = datetime(2026, 1, 15, 10, 20, 30, 456000, tzinfo=timezone.utc)
PROPERTY = "question"
CALLS_AND_SECRETS = re.compile(r"(\d+) calls, (\d+) secrets")
REMOTE = pytest.StashKey()


def pytest_addoption(parser):
    """Declare the options; they exist only where this directory is named on the command line."""
    group = parser.getgroup("questions to AWS")
    group.addoption("--ask", metavar="WHOM", help="aws, or the URL of an endpoint")
    group.addoption("--recordings", metavar="DIR", help="where the answers are, or are written")
    group.addoption("--budget", type=int, metavar="N", help="how many requests may be sent")
    group.addoption("--pause", type=float, default=2, metavar="SECONDS", help="between two calls")
    group.addoption("--clean", action="store_true", help="only delete what earlier runs left")
    for name, meaning in OPTIONS.items():
        group.addoption(f"--{name.replace('_', '-')}", help=meaning)


def pytest_configure(config):
    """Know whom to ask."""
    if whom := config.getoption("--ask", None):
        if not config.getoption("--clean"):
            recordings.check_target(whom, config.getoption("--recordings"))
        if getattr(config.option, "numprocesses", None):
            raise pytest.UsageError("Questions are asked one by one: leave pytest-xdist off.")
        means = Means(**{name: config.getoption(name) for name in OPTIONS})
        endpoint = None if whom == "aws" else whom
        budget = Budget(config.getoption("--budget") or 0)
        try:
            remote = Remote(endpoint, means, config.getoption("--pause"), budget)
        except (BotoCoreError, ClientError) as error:
            raise pytest.UsageError(f"AWS cannot be asked: {error}") from None
        config.stash[REMOTE] = remote


def pytest_cmdline_main(config):
    """Do nothing but clean under ``--clean``."""
    if not config.getoption("--clean", default=False):
        return None
    config._do_configure()
    if REMOTE not in config.stash:
        raise pytest.UsageError("--clean needs --ask: where is it to clean?")
    config.stash[REMOTE].clean_all(print)
    config._ensure_unconfigure()
    return 0


def pytest_collection_modifyitems(config, items):
    """Skip, where AWS is asked, what needs more than was given."""
    remote = config.stash.get(REMOTE, None)
    if remote is None:
        return
    for item in _questions(items):
        if remote.endpoint_url and "key_state" in item.fixturenames:
            item.add_marker(pytest.mark.skip(reason="The state of a key is changed only at AWS."))
        for name in OPTIONS:
            if name in item.fixturenames and not getattr(remote.means, name):
                option = f"--{name.replace('_', '-')}"
                item.add_marker(pytest.mark.skip(reason=f"It needs {option}; see README.md."))


def pytest_collection_finish(session):
    """Say what the questions will cost, before the first is asked."""
    remote = session.config.stash.get(REMOTE, None)
    if remote is None or session.config.option.collectonly:
        return
    asked = [item for item in _questions(session.items) if not _is_skipped(item)]
    calls, secrets = _rehearsed([item.nodeid for item in asked], session.config)
    remote.budget.limit = remote.budget.limit or calls + calls // 2 + 50
    # AWS charges a secret by the hour at the shortest: $0.40 for the 730 of a month.
    dollars = secrets * 0.40 / 730 + calls * 0.05 / 10_000
    minutes = calls * (remote.pause + 0.2) / 60
    whom = session.config.getoption("--ask")
    write = session.config.pluginmanager.get_plugin("terminalreporter").write_line
    write(f"{len(asked)} questions to {whom}, run {remote.run_id}:")
    write(f"  {calls} calls and {secrets} secrets, besides the calls that wait and clean;")
    write(f"  at most {remote.budget.limit} requests are sent (--budget), cleaning not counted;")
    write(f"  at $0.40 a month for a secret and $0.05 for 10,000 calls, about ${dollars:.2f};")
    write(f"  with {remote.pause:g} seconds between two calls, about {minutes:.0f} minutes.")


def pytest_sessionfinish(session):
    """Delete what is left, also after a failure or Ctrl-C."""
    remote = session.config.stash.get(REMOTE, None)
    if remote is not None and not session.config.option.collectonly:
        remote.clean()
        write = session.config.pluginmanager.get_plugin("terminalreporter").write_line
        write("")
        remote.clean_all(write, remote.run_id)


def pytest_pyfunc_call(pyfuncitem):
    """Ask a question; then write the answer, or compare it with the one of AWS."""
    arguments = pyfuncitem._fixtureinfo.argnames
    refusal = None
    try:
        pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in arguments})
    except ClientError as error:
        # A refusal that the question did not expect is an answer, too.
        refusal = error
    except (AttributeError, ParamValidationError):
        if _is_botocore_new():
            raise
        pytest.skip("This botocore does not know what the question is about.")
    pyfuncitem.funcargs["asked"].conclude(pyfuncitem, refusal)
    return True


def pytest_terminal_summary(terminalreporter):
    """Say how many questions AWS has answered."""
    done = [
        json.loads(value)
        for outcome in ("passed", "failed", "xfailed", "xpassed")
        for report in terminalreporter.stats.get(outcome, [])
        for name, value in getattr(report, "user_properties", [])
        if name == PROPERTY and report.when == "call"
    ]
    if not done:
        return
    answered = [one["answered_by"] for one in done if one["answered_by"]]
    by = ", ".join(sorted(set(answered))) or recordings.AWS
    calls, secrets = (sum(one[name] for one in done) for name in ("calls", "secrets"))
    counts = f"{len(answered)} answered by {by}, {len(done) - len(answered)} open"
    terminalreporter.write_line(
        f"{len(done)} questions, {counts}; {calls} calls, {secrets} secrets"
    )


@pytest.fixture
def sandbox(request):
    """Give the one that is asked."""
    remote = request.config.stash.get(REMOTE, None)
    recording = recordings.read(_path(request.config, request.node))
    moment = recordings.moment_of(recording) if recording else ANY_MOMENT
    with nullcontext(remote) if remote else Fake(moment) as sandbox:
        yield sandbox
        sandbox.clean()


@pytest.fixture
def asked(sandbox, request):
    """Give what is known of the question that is being asked."""
    return Asked(sandbox, _question(request.node))


class Asked:
    """A question that is being asked."""

    def __init__(self, sandbox, question):
        self.sandbox = sandbox
        self.question = question
        self.recorder = Recorder(sandbox.before_call)
        self.began = sandbox.now()
        self.names = []

    def name(self, short=""):
        """Return a name for a secret; all names of a question begin with that without a part."""
        return self._used(f"{PREFIX}{self.sandbox.run_id}/{self.question}/{short}")

    def plain_name(self, short):
        """Return a name that has no special character but those given."""
        return self._used(f"{PLAIN_PREFIX}{self.sandbox.run_id}{short}")

    def client(self, *arguments, **keywords):
        """Return a client whose calls are recorded."""
        return self.recorder.watch(self.sandbox.client(*arguments, **keywords))

    def conclude(self, item, refusal):
        """Write the answers, or compare them with those of AWS.

        :param refusal: the error with which the question ended early, or None.
        """
        calls = self._written()
        path = _path(item.config, item)
        remote = item.config.stash.get(REMOTE, None)
        if remote is not None:
            remote.check_that_requests_were_sent()
            by = remote.endpoint_url or recordings.AWS
            text = " ".join(item.function.__doc__.split())
            recordings.write(path, question=text, answered_by=by, date=self.began, calls=calls)
        recording = recordings.read(path)
        known = {
            "answered_by": recording and recording["answered_by"],
            "calls": len(calls),
            "secrets": self.recorder.count_secrets(),
        }
        item.user_properties.append((PROPERTY, json.dumps(known)))
        if refusal and recording is None:
            raise refusal
        if recording and (text := recordings.differences(recording, calls)):
            pytest.fail(text, pytrace=False)

    def _written(self):
        calls = self.recorder.answered()
        skew = self.sandbox.skew()
        moments = [moment + skew for moment in beginnings(calls, self.sandbox.pause)]
        scrubber = Scrubber(self.sandbox.placeholders(), self.names, moments)
        # Through JSON, so that what is compared is what a file would hold.
        return json.loads(json.dumps([scrubber.call(call) for call in calls]))

    def _used(self, name):
        self.names.append(name)
        return name


@pytest.fixture
def client(asked):
    """Give a client in the Region of the questions."""
    return asked.client()


@pytest.fixture
def raw_client(asked):
    """Give a client that sends also what botocore itself would refuse."""
    return asked.client(parameter_validation=False)


@pytest.fixture
def new_client(asked):
    """Give a function that makes a client with a configuration of its own."""
    return asked.client


@pytest.fixture
def there(asked, second_region):
    """Give a client in the second Region."""
    return asked.client(second_region)


@pytest.fixture
def stranger(asked, second_profile):
    """Give a client of another account, in the same Region."""
    return asked.client(is_stranger=True)


@pytest.fixture
def name(asked):
    """Give a function that returns the name of a secret; ``name()`` begins all others."""
    return asked.name


@pytest.fixture
def plain_name(asked):
    """Give a function that returns a name without special characters of the harness's own."""
    return asked.plain_name


@pytest.fixture
def token():
    """Give a function that returns a token, and so an id of a version, whose order is known."""
    return lambda letter: f"version-{letter}".ljust(32, "-")


@pytest.fixture
def secret(client, name, token):
    """Give the name of a secret that has a value."""
    chosen = name("secret")
    client.create_secret(Name=chosen, SecretString="first", ClientRequestToken=token("a"))
    return chosen


@pytest.fixture
def wait_until(asked):
    """Give a function that waits, where AWS is asked, until a condition holds."""

    def wait(condition):
        with asked.recorder.muted():
            asked.sandbox.wait_until(condition)

    return wait


@pytest.fixture
def account(sandbox):
    """Give the number of the account."""
    return sandbox.account


@pytest.fixture
def region(sandbox):
    """Give the name of the Region."""
    return sandbox.region


@pytest.fixture
def other_region(sandbox):
    """Give the name of another Region, in which nothing is made."""
    return sandbox.other_region


@pytest.fixture
def second_region(sandbox):
    """Give the name of another Region, for replicas."""
    return sandbox.means.second_region


@pytest.fixture
def second_profile(sandbox):
    """Give the profile of another account."""
    return sandbox.means.second_profile


@pytest.fixture
def strangers_account(sandbox, second_profile):
    """Give the number of the other account."""
    return sandbox.strangers_account()


@pytest.fixture
def rotation_function(sandbox):
    """Give the ARN of the rotation function."""
    return sandbox.means.rotation_function


@pytest.fixture
def kms_key(sandbox):
    """Give the ARN of a KMS key."""
    return sandbox.means.kms_key


@pytest.fixture
def asymmetric_key(sandbox):
    """Give the ARN of an asymmetric KMS key."""
    return sandbox.means.asymmetric_key


@pytest.fixture
def strangers_key(sandbox):
    """Give the ARN of a KMS key of the other account."""
    return sandbox.means.strangers_key


@pytest.fixture
def managed_secret(asked, sandbox):
    """Give the name of a secret that another service manages."""
    chosen = sandbox.managed_secret()
    asked.names.append(chosen)
    return chosen


@pytest.fixture
def key_state(sandbox, kms_key):
    """Give what changes the state of the KMS key, until the question ends."""
    key = sandbox.kms()
    yield key
    key.restore()


@pytest.fixture
def post(asked):
    """Give a function that sends a request over HTTP as it stands, signed."""

    def send(operation, body, content_type="application/x-amz-json-1.1"):
        shown = body if len(body) < 1_000 else "<over a thousand characters>"
        request = {"operation": operation, "content_type": content_type, "body": shown}
        asked.recorder.note("POST", request, lambda: _post(asked.sandbox, request, body))

    return send


def _post(sandbox, described, body):
    """Send a request, and return what a recording keeps of the response."""
    sandbox.before_request()
    url, client = sandbox.endpoint()
    headers = {
        "X-Amz-Target": f"secretsmanager.{described['operation']}",
        "Content-Type": described["content_type"],
    }
    request = AWSRequest("POST", url, headers, body.encode())
    signer = client._request_signer
    SigV4Auth(signer._credentials, "secretsmanager", client.meta.region_name).add_auth(request)
    response = URLLib3Session().send(request.prepare())
    kept = ("content-type", "x-amzn-errortype")
    headers = {name.lower(): value for name, value in response.headers.items()}
    return {
        "status": response.status_code,
        "headers": {name: headers[name] for name in kept if name in headers},
        "body": response.text,
    }


def _questions(items):
    here = Path(__file__).parent
    return [item for item in items if here in Path(item.path).parents and hasattr(item, "obj")]


def _question(item):
    return item.name.removeprefix("test_")


def _path(config, item):
    directory = config.getoption("--recordings", None) or recordings.OF_AWS
    return recordings.path_of(directory, _question(item))


def _is_botocore_new():
    """Tell whether botocore knows the operations that came last."""
    client = boto3.client("secretsmanager", "us-east-1")
    return hasattr(client, "list_resource_policies")


def _is_skipped(item):
    return item.get_closest_marker("skip") is not None


def _rehearsed(questions, config):
    """Ask the fake the same, in a process of its own; return how many calls and secrets it took."""
    if not questions:
        return 0, 0
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *questions]
    # Where recordings are is of no interest, and they need not agree.
    run = subprocess.run(  # noqa: S603 - our own interpreter
        [*command, "--recordings", "no-such-directory"],
        cwd=config.rootpath,
        capture_output=True,
        text=True,
        check=False,
    )
    counts = CALLS_AND_SECRETS.search(run.stdout)
    if run.returncode or counts is None:
        raise pytest.UsageError(f"The fake could not answer all questions:\n{run.stdout}")
    return int(counts[1]), int(counts[2])
