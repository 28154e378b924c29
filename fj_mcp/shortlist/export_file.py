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
from fj_mcp.settings.settings import own_folder
from fj_mcp.shortlist.export_rows import Choice, Export, Format
from fj_mcp.shortlist.layouts import LAYOUTS


class NotWritten(FutureJobsError):
    """An export cannot be written to `folder`; `reason` is the operating system's."""

    def __init__(self, folder: str, reason: str) -> None:
        super().__init__(
            f"Nothing was written or charged: cannot create files in {folder} ({reason}). "
            "Set FJ_EXPORT_DIR to a writable folder and restart the server."
        )


_MAX_SAME_NAMES = 1000


async def write_export(export: Export, folder: Path | None, choice: Choice) -> list[Path]:
    """Write files that only their owner can read, under names that are not taken.

    Args:
        export: what to write.
        folder: the target; None for the user's Downloads, or without one a folder of this server.
        choice: the export's form.

    Raises:
        NotWritten: if a file cannot be written.
    """
    name = f"{_file_name(export.titles, choice)}-{datetime.now(UTC):%Y-%m-%d}"
    several = len(export.files) > 1
    names = [
        f"{name}-part-{number}" if several else name for number, _ in enumerate(export.files, 1)
    ]
    given_up = threading.Event()
    try:
        place = (folder or _downloads()).expanduser()
        # A drive that hangs must not delay the result.
        return [
            await anyio.to_thread.run_sync(
                partial(_write, text, place, one, choice.format, given_up), abandon_on_cancel=True
            )
            for text, one in zip(export.files, names, strict=True)
        ]
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or "it cannot be found"
        raise NotWritten(str(folder or "Downloads"), reason) from None
    finally:
        given_up.set()


def _downloads() -> Path:
    downloads = user_downloads_path()
    if downloads.is_dir():
        return downloads
    # Never the working directory: an assistant may have started the server in a repository.
    state = own_folder("user_state_path")
    if state is None:
        raise FileNotFoundError(0, "it cannot be found")
    return state / "exports"


def _file_name(titles: list[str], choice: Choice) -> str:
    words = " ".join(titles)
    if LAYOUTS[choice.layout].plain_name:
        decomposed = unicodedata.normalize("NFKD", words)
        words = decomposed.encode("ascii", "ignore").decode()
    plain = unicodedata.normalize("NFC", words).casefold()
    words = re.sub(r"[\x00-\x2c\x2e\x2f:-@\[-^`{-\x7f\s]+", "-", plain)
    # Most drives allow 255 bytes in a name.
    short = words.encode()[:120].decode(errors="ignore").strip("-_.") or "shortlist"
    return short if choice.layout == "full" else f"{short}-{choice.layout}"


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
