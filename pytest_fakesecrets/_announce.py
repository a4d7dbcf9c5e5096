"""Who wants to know of each fake that starts."""

# The plugin listens from the moment it is configured, when importing a fake would cost a good part
# of a second; so the two meet here.

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

listeners: Final[list[Callable[[Any], object]]] = []
