"""The FutureJobs API in miniature, over invented people: for trials, demos and tests.

`Sandbox` is an ASGI app and gives an in-process transport for httpx; `fj_mcp.sandbox.server`
serves it on loopback. Nothing in it reaches the network.
"""

from fj_mcp.sandbox.app import Call, Sandbox
from fj_mcp.sandbox.faults import Fault
from fj_mcp.sandbox.oddities import HOSTILE_SKILL, SPARSE_SKILL
from fj_mcp.sandbox.workspaces import Charge

__all__ = ["HOSTILE_SKILL", "SPARSE_SKILL", "Call", "Charge", "Fault", "Sandbox"]
