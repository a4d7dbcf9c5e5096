"""Play random sequences of calls beside the oracle until the time is over.

    python tools/soak.py [--minutes N] [--seed S]

Each round has a seed of its own, which is printed, and a process of its own, as Hypothesis keeps
all that it has tried in memory. The first round that fails ends it.
"""

from __future__ import annotations

import argparse
import random
import shlex
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

MACHINE: Final = Path(__file__).parents[1] / "tests" / "test_state_machine.py"


def main() -> int:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=60, help="after which no round begins")
    parser.add_argument("--seed", type=int, help="of the first round")
    options = parser.parse_args()
    end = time.monotonic() + 60 * options.minutes
    seed = options.seed
    while time.monotonic() < end:
        seed = random.randrange(2**32) if seed is None else seed
        command = [sys.executable, "-m", "pytest", "-q", "--hypothesis-profile", "soak"]
        command += [f"--hypothesis-seed={seed}", str(MACHINE)]
        print(shlex.join(command), flush=True)
        status = subprocess.run(command, check=False).returncode
        if status:
            return status
        seed = None
    return 0


if __name__ == "__main__":
    sys.exit(main())
