"""An export as a file that only its owner can read."""

import os
import re
import tempfile
import threading
import unicodedata
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import anyio
from platformdirs import user_downloads_path

from fj_mcp.errors import FutureJobsError
from fj_mcp.shortlist.export_rows import Export, Format


class NotWritten(FutureJobsError):
    """An export cannot be written to `folder`; `reason` is the operating system's."""

    def __init__(self, folder: str, reason: str) -> None:
        super().__init__(
            f"Nothing was written or charged: cannot create files in {folder} ({reason}). "
            "Set FJ_EXPORT_DIR to a writable folder and restart the server."
        )


_MAX_SAME_NAMES = 1000


async def write_export(export: Export, folder: Path | None, format: Format) -> Path:
    """Write a file that only its owner can read, under a name that is not taken.

    Args:
        export: what to write.
        folder: the target; None for the user's Downloads, or else the working directory.
        format: also the file's extension.

    Raises:
        NotWritten: if the file cannot be written.
    """
    name = f"{_file_name(export.title)}-{datetime.now(UTC):%Y-%m-%d}"
    given_up = threading.Event()
    try:
        place = (folder or _downloads()).expanduser()
        # A drive that hangs must not delay the result.
        return await anyio.to_thread.run_sync(
            partial(_write, export.text, place, name, format, given_up), abandon_on_cancel=True
        )
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or "it cannot be found"
        raise NotWritten(str(folder or "Downloads"), reason) from None
    finally:
        given_up.set()


def _downloads() -> Path:
    downloads = user_downloads_path()
    return downloads if downloads.is_dir() else Path.cwd()


def _file_name(title: str | None) -> str:
    plain = unicodedata.normalize("NFC", title or "").casefold()
    words = re.sub(r"[\x00-\x2c\x2e\x2f:-@\[-^`{-\x7f\s]+", "-", plain)
    # Most drives allow 255 bytes in a name.
    short = words.encode()[:120].decode(errors="ignore")
    return short.strip("-_.") or "shortlist"


def _write(text: str, folder: Path, name: str, format: Format, given_up: threading.Event) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # mkstemp's file is its owner's only, and no half-written file ever has the final name.
    handle, draft = tempfile.mkstemp(prefix=".fj-mcp-", dir=folder)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if given_up.is_set():
            raise TimeoutError(0, "it took too long")
        for number in range(1, _MAX_SAME_NAMES + 1):
            path = folder / (f"{name}.{format}" if number == 1 else f"{name}-{number}.{format}")
            with suppress(FileExistsError):
                _give_name(Path(draft), path)
                return path.resolve()
        raise FileExistsError(0, f"it has {_MAX_SAME_NAMES} files named {name} already")
    finally:
        Path(draft).unlink(missing_ok=True)


def _give_name(draft: Path, path: Path) -> None:
    """Rename the draft, unless `path` exists. Raises `FileExistsError`."""
    try:
        os.link(draft, path)
    except FileExistsError:
        raise
    except OSError:
        # Some drives have no hard links: reserve the name, then replace it.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        try:
            draft.replace(path)
        except OSError:
            path.unlink()
            raise
