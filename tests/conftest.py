from __future__ import annotations

# Loaded once here: what a run of pytester in this process is first to import, it drops at its end.
import boto3  # noqa: F401 - see above

from pytest_fakesecrets import FakeSecrets  # noqa: F401 - see above
