"""An export of 1,000 candidates: its time and its memory, the sandbox in the same process."""

import re
import sys
from pathlib import Path

import anyio

from bench.table import Row, at_most

_PEOPLE = 1_000
_ROUNDS = 3
_TOLD = re.compile(r"^exported (\d+) in ([\d.]+) seconds, peak (\d+) bytes$", re.MULTILINE)


async def export() -> list[Row]:
    """The median of a few new processes, each of which also invents and serves the people."""
    seconds: list[float] = []
    peaks: list[float] = []
    for _ in range(_ROUNDS):
        with anyio.fail_after(120):
            done = await anyio.run_process(
                [sys.executable, "-m", "bench.weighed_export", str(_PEOPLE)],
                cwd=Path(__file__).parent.parent,
            )
        told = _TOLD.search(done.stdout.decode())
        if told is None or int(told[1]) != _PEOPLE:
            raise RuntimeError(f"not everybody was exported: {done.stdout!r}")
        seconds.append(float(told[2]))
        peaks.append(int(told[3]) / 1e6)
    what = f"export_profiles of {_PEOPLE:,} candidates"
    return [
        at_most(what, sorted(seconds)[_ROUNDS // 2], 3, "{:.2f} s"),
        at_most(f"{what}, peak memory with the sandbox", max(peaks), 250, "{:,.0f} MB"),
    ]
