"""Run all tests again and again, in other orders, without a home directory or AWS's variables.

    python tools/repeat.py [--times N] [--seed S] [ARGUMENTS OF PYTEST]

Needs pytest-randomly and pytest-xdist. Every run is done, also after one that fails; the seed of
each is printed, by which pytest-randomly repeats its order.
"""

from __future__ import annotations

import argparse
import os
import random
import shlex
import subprocess
import sys
from typing import Final

# What says where a user's files are, and all that botocore reads.
LEFT_OUT: Final = ("HOME", "USERPROFILE", "XDG_", "AWS_", "BOTO_")


def main() -> int:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--seed", type=int, help="of the first run; each next one has the next")
    options, arguments = parser.parse_known_args()
    first = random.randrange(2**31) if options.seed is None else options.seed
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(LEFT_OUT)
    }
    failed = []
    for seed in range(first, first + options.times):
        command = [sys.executable, "-m", "pytest", "-q", "-n", "auto", f"--randomly-seed={seed}"]
        command += arguments
        print(shlex.join(command), flush=True)
        if subprocess.run(command, check=False, env=environment).returncode:
            failed.append(seed)
    print(
        f"{options.times - len(failed)} of {options.times} runs passed; failed: {failed or 'none'}"
    )
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
