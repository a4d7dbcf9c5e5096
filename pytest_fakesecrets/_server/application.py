"""Who answers a request: Secrets Manager itself, the agent, or the Lambda extension."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from .._aws.errors import ServiceError
from . import agent, extension, sdk

if TYPE_CHECKING:
    from .http import HttpError, Received, Reply

# What only the agent has.
_OF_AGENT_ALONE = ("refreshNow=", "roleArn=")


class Application:
    """Answers all that arrives at one port.

    :param agent_face: None where the agent does not run.
    :param extension_face: None where the extension does not run.
    """

    def __init__(
        self,
        sdk_face: sdk.SdkFace,
        agent_face: agent.AgentFace | None,
        extension_face: extension.ExtensionFace | None,
        extension_token: str,
    ) -> None:
        self._sdk = sdk_face
        self._agent = agent_face
        self._extension = extension_face
        self._extension_token = extension_token

    def answer(self, received: Received) -> Reply:
        """Answer a request.

        :raises NoReplyError: where the client is to hear nothing.
        """
        # The agent and the extension would refuse such a request, so nothing real is lost.
        if received.method == "POST" and sdk.TARGET in received.headers:
            return self._sdk.answer(received)
        if self._is_for_extension(received) and self._extension is not None:
            return self._extension.answer(received)
        if self._agent is not None:
            return self._agent.answer(received)
        return self._sdk.refusal(ServiceError("UnknownOperationException"))

    def failure(self, error: HttpError) -> Reply:
        """Return the answer to what no service gets to see."""
        return self._sdk.failure(error)

    def _is_for_extension(self, received: Received) -> bool:
        """Tell whether the extension is meant, where both listen at one port.

        Paths and headers are mostly the same; nothing is answered with a value by a guess, as the
        tokens differ.
        """
        if self._agent is None or self._extension is None:
            return self._extension is not None
        path, headers = received.path, received.headers
        if path == agent.PING or path.startswith(agent.PREFIX):
            return False
        if path.startswith(extension.PARAMETER_PATHS):
            return True
        if self._extension_token in map(headers.get, agent.TOKEN_HEADERS):
            return True
        is_of_agent = agent.TOKEN_HEADERS[1] in headers or any(
            name in received.query for name in _OF_AGENT_ALONE
        )
        return not is_of_agent and "AWS_LAMBDA_FUNCTION_NAME" in os.environ
