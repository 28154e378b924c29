"""Time and memory of an export of 1,000 candidates, with the sandbox in the same process."""

import re
import sys
from pathlib import Path

import anyio

from bench.table import Row, at_most

_PEOPLE = 1_000
_ROUNDS = 3
_REPORT = re.compile(r"^exported (\d+) in ([\d.]+) seconds, peak (\d+) bytes$", re.MULTILINE)


async def export() -> list[Row]:
    """The median of a few new processes, each of which also generates and serves the people."""
    seconds: list[float] = []
    peaks: list[float] = []
    for _ in range(_ROUNDS):
        with anyio.fail_after(120):
            done = await anyio.run_process(
                [sys.executable, "-m", "bench.weighed_export", str(_PEOPLE)],
                cwd=Path(__file__).parent.parent,
            )
        report = _REPORT.search(done.stdout.decode())
        if report is None or int(report[1]) != _PEOPLE:
            raise RuntimeError(f"not all candidates were exported: {done.stdout!r}")
        seconds.append(float(report[2]))
        peaks.append(int(report[3]) / 1e6)
    what = f"export_profiles of {_PEOPLE:,} candidates"
    return [
        at_most(what, sorted(seconds)[_ROUNDS // 2], 3, "{:.2f} s"),
        at_most(f"{what}, peak memory with the sandbox", max(peaks), 250, "{:,.0f} MB"),
    ]
