"""One table, and one picture, of what was measured."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import cpuinfo

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "explanation" / "speed.md"
ALLOWED = 1.25
# Between these lines, the page has the table.
BEGIN, END = "<!-- made by: tox -e bench -- --save -->\n", "<!-- end -->\n"


class Row(NamedTuple):
    """One line of the table: the median of the rounds, and the quartiles around it.

    :ivar unit: what the figures are in; ``x`` for a ratio.
    :ivar picture: what the bar in the picture is called; "" for a line that has none.
    """

    what: str
    median: float
    low: float
    high: float
    unit: str
    picture: str

    def __str__(self) -> str:
        spread = f"{shown(self.low)} to {shown(self.high)}"
        return f"| {self.what} | {shown(self.median)} {self.unit} | {spread} |"


def table(rows: Iterable[Row]) -> str:
    """Return the table, and what it was measured on."""
    cpu = cpuinfo.get_cpu_info()
    machine = f"{cpu.get('brand_raw', cpu['arch'])} with {cpu['count']} cores"
    python = f"{platform.python_implementation()} {platform.python_version()}"
    packages = ("boto3", "botocore", "moto", "pytest")
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    lines = [
        "| what | median | half of the rounds |",
        "| --- | --- | --- |",
        *map(str, rows),
        "",
        f"Measured on {machine}, {python}, {versions}.",
    ]
    return "\n".join(lines) + "\n"


def picture(rows: Iterable[Row]) -> str:
    """Return an SVG with a bar for each line that has one."""
    bars = [row for row in rows if row.picture]
    scale = 380 / max(row.median for row in bars)
    height = 44 + 24 * len(bars)
    style = 'font-family="sans-serif" font-size="12" fill="#333"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="660" height="{height}" {style}>',
        f'<rect width="660" height="{height}" fill="#fff"/>',
        '<text x="12" y="20" font-weight="bold">How many times faster than moto</text>',
    ]
    for index, row in enumerate(bars):
        top, width = 34 + 24 * index, round(row.median * scale)
        lines += [
            f'<text x="212" y="{top + 13}" text-anchor="end">{row.picture}</text>',
            f'<rect x="220" y="{top}" width="{width}" height="17" rx="2" fill="#2f6f9f"/>',
            f'<text x="{226 + width}" y="{top + 13}">{shown(row.median)}</text>',
        ]
    return "\n".join([*lines, "</svg>", ""])


def save(rows: Iterable[Row]) -> None:
    """Put the table into the documentation, and the picture beside this file."""
    (HERE / "speed.svg").write_text(picture(rows))
    between = re.compile(f"(?<={re.escape(BEGIN)}).*?(?={re.escape(END)})", re.DOTALL)
    PAGE.write_text(between.sub(lambda _: f"\n{table(rows)}\n", PAGE.read_text()))


def fallen_behind(rows: Iterable[Row]) -> list[str]:
    """Return the ratios that are worse by more than a quarter than those of the documentation.

    Half of the rounds must say so, as one slow moment of the machine is not the plugin's.
    """
    page = PAGE.read_text()
    behind = []
    for row in rows:
        saved = re.search(rf"^\| {re.escape(row.what)} \| ([\d.,]+) x \|", page, re.MULTILINE)
        if row.unit != "x" or saved is None:
            continue
        before = float(saved[1].replace(",", ""))
        more_is_better = "faster" in row.what or "per second" in row.what
        if row.high < before / ALLOWED if more_is_better else row.low > before * ALLOWED:
            behind.append(f"{row.what}: {shown(row.median)} x, documented as {saved[1]} x")
    return behind


def shown(number: float) -> str:
    """Return a figure with three digits that count."""
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"
