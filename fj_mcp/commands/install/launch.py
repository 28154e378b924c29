"""How an assistant starts this installation of the server."""

import json
import os
import shlex
import shutil
import sys
import sysconfig
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from fj_mcp.commands.install.assistant import NAME, Launch
from fj_mcp.commands.install.errors import CannotInstall


def launch() -> Launch:
    """The command that starts this very installation, by absolute path.

    Raises:
        CannotInstall: the installation is temporary, and its source is unknown.
    """
    prefix = Path(sys.prefix)
    if _is_temporary(prefix):
        return _launch_from_source()
    script = Path(sysconfig.get_path("scripts")) / NAME
    script = script.with_suffix(".exe") if sys.platform == "win32" else script
    if script.exists():
        return Launch(str(script))
    return Launch(sys.executable, ("-m", "fj_mcp"))


def _is_temporary(prefix: Path) -> bool:
    """Whether this is an environment of uvx or `pipx run`, which delete theirs."""
    if any((folder / "CACHEDIR.TAG").exists() for folder in prefix.parents):
        return True
    # pipx keeps permanent installations in a folder of this name.
    return (prefix / "pipx_metadata.json").exists() and prefix.parent.name != "venvs"


def _launch_from_source() -> Launch:
    # Never the name alone: the key would go to any package published under that name.
    uvx, source = _uvx(), _source()
    if source is None:
        raise CannotInstall(
            "Nothing was installed: this copy of fj-mcp is temporary. Install it permanently from "
            "a clone with `uv tool install /path/to/fj-mcp`, then run `fj-mcp install` again."
        )
    if uvx is None:
        raise CannotInstall(
            "Nothing was installed: this copy of fj-mcp is temporary. Install it permanently with "
            f"`pipx install {shlex.quote(source)}`, then run `fj-mcp install` again."
        )
    return Launch(uvx, ("--from", source, NAME))


def _uvx() -> str | None:
    # uv sets UV to its own path for its child processes; it may not be on PATH.
    uv = os.environ.get("UV")
    return shutil.which("uvx") or (shutil.which("uvx", path=str(Path(uv).parent)) if uv else None)


def _source() -> str | None:
    """The source that this package was installed from: a folder, file or commit.

    None if the installer did not record it, or if it no longer exists.
    """
    try:
        noted = json.loads(distribution(NAME).read_text("direct_url.json") or "{}")
    except (PackageNotFoundError, ValueError):
        return None
    url, vcs = str(noted.get("url", "")), noted.get("vcs_info", {})
    if noted.get("subdirectory"):
        return None
    if vcs.get("commit_id"):
        return f"{vcs['vcs']}+{url}@{vcs['commit_id']}"
    path = Path(url2pathname(urlsplit(url).path))
    return str(path) if url.startswith("file:") and path.exists() else None
