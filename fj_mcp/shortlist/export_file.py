"""An export as a file, which only its owner may read."""

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
    """An export cannot be written into `folder`, for an operating system's `reason`."""

    def __init__(self, folder: str, reason: str) -> None:
        super().__init__(
            f"Nothing was written or charged: files cannot be made in {folder} ({reason}). Set "
            "FJ_EXPORT_DIR to a folder that can be written to and restart the server."
        )


_MOST_SAME_NAMES = 1000


async def write_export(export: Export, folder: Path | None, format: Format) -> Path:
    """Write a file that nobody else may read, under a name that is not taken.

    Args:
        export: what to write.
        folder: where; None for the person's Downloads, or else the working directory.
        format: which is the end of its name.

    Raises:
        NotWritten: if it cannot be written there.
    """
    name = f"{_file_name(export.title)}-{datetime.now(UTC):%Y-%m-%d}"
    given_up = threading.Event()
    try:
        place = (folder or _downloads()).expanduser()
        # A drive that hangs must not hold the answer up.
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
    # A name may have 255 bytes on most drives.
    short = words.encode()[:120].decode(errors="ignore")
    return short.strip("-_.") or "shortlist"


def _write(text: str, folder: Path, name: str, format: Format, given_up: threading.Event) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Only its owner may read what mkstemp makes; and half a file never has the final name.
    handle, draft = tempfile.mkstemp(prefix=".fj-mcp-", dir=folder)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if given_up.is_set():
            raise TimeoutError(0, "it took too long")
        for number in range(1, _MOST_SAME_NAMES + 1):
            path = folder / (f"{name}.{format}" if number == 1 else f"{name}-{number}.{format}")
            with suppress(FileExistsError):
                _give_name(Path(draft), path)
                return path.resolve()
        raise FileExistsError(0, f"it has {_MOST_SAME_NAMES} files named {name} already")
    finally:
        Path(draft).unlink(missing_ok=True)


def _give_name(draft: Path, path: Path) -> None:
    """Give the file its name, unless another has it. Raises `FileExistsError`."""
    try:
        os.link(draft, path)
    except FileExistsError:
        raise
    except OSError:
        # Some drives have no hard links. Whoever takes the name first has it.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        try:
            draft.replace(path)
        except OSError:
            path.unlink()
            raise
