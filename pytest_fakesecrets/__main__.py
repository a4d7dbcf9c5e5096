"""The command ``fakesecrets``, also ``python -m pytest_fakesecrets``."""

from __future__ import annotations

import sys

from ._command.arguments import main

if __name__ == "__main__":
    sys.exit(main())
