"""Configuration files of other programs: read, saved beside themselves once, replaced whole."""

import errno
import os
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

BACKUP_SUFFIX = ".before-fj-mcp"

LOCK_SECONDS = 3.0
"""How long a lock is waited for."""

STALE_SECONDS = 10.0
"""The age of a lock whose program has crashed; a living one renews it."""


class UnreadableConfig(ValueError):
    """A configuration that cannot be edited safely; names the place, without quoting the file."""


def read_config(path: Path) -> str:
    """The text of a file with its line endings; empty if there is no file.

    Raises:
        UnreadableConfig: the file is not UTF-8.
        OSError: the file cannot be read.
    """
    try:
        return path.read_bytes().decode()
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except UnicodeDecodeError:
        raise UnreadableConfig("not UTF-8") from None


@contextmanager
def locked(path: Path, suffix: str) -> Iterator[None]:
    """Hold the lock of a program that reads, changes and writes its file while it runs.

    Args:
        path: of the file.
        suffix: of the folder beside it whose existence is the lock; empty for no lock.

    Raises:
        OSError: another program holds the lock, or the folder cannot be made.
    """
    if not suffix:
        yield
        return
    check_owner(path.resolve())
    lock = path.with_name(path.name + suffix)
    lock.parent.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            lock.mkdir()
            break
        except FileExistsError:
            with suppress(OSError):
                if time.time() - lock.stat().st_mtime > STALE_SECONDS:
                    lock.rmdir()
                    continue
            if time.monotonic() > deadline:
                raise OSError(errno.EBUSY, "another program is writing it; try again") from None
            time.sleep(0.05)
    try:
        yield
    finally:
        with suppress(OSError):
            lock.rmdir()


def write_config(path: Path, text: str, *, private: bool, keep: bool = True) -> Path | None:
    """Replace or create a file atomically; returns the backup of the original, if there is one.

    A link keeps its target, and an existing file its mode, unless it is `private`.

    Args:
        path: of the file.
        text: the new content.
        private: whether only the owner may read it, as is always the case for a new file.
        keep: whether the old file is saved, unless an older one was.

    Raises:
        OSError: the file or the backup cannot be written; the file is then unchanged.
    """
    target = path.resolve()
    check_owner(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    mode = _mode(target) if target.exists() else 0o600
    backup = back_up(path) if keep else None
    _replace(target, text.encode(), 0o600 if private else mode)
    return backup


def make_private(path: Path) -> bool:
    """Let only its owner read a file; returns whether others could read it.

    Raises:
        OSError: the file is not the user's own.
    """
    target = path.resolve()
    if os.name != "posix" or not target.exists() or not _mode(target) & 0o077:
        return False
    check_owner(target)
    target.chmod(0o600)
    return True


def back_up(path: Path) -> Path | None:
    """Copy a file to a backup beside it, unless there is one; returns it, or None without a file.

    The backup is what was there before the first change, and is never overwritten.

    Raises:
        OSError: the backup cannot be written.
    """
    backup = path.with_name(path.name + BACKUP_SUFFIX)
    if backup.exists():
        return backup
    if not path.exists():
        return None
    content = path.read_bytes()
    _replace(backup, content, 0o600 if b"fjk_" in content else _mode(path))
    return backup


def check_owner(path: Path) -> None:
    """Check that a file may be replaced: that it is not read-only, and the user's own.

    Raises:
        OSError: it may not; `strerror` says why.
    """
    nearest = next(place for place in (path, *path.parents) if place.exists())
    status = nearest.stat()
    if nearest == path and not status.st_mode & stat.S_IWUSR:
        raise OSError(errno.EACCES, "it is read-only")
    if os.name == "posix":
        user = os.geteuid()
        # Root may write anywhere, but must not leave its files in somebody's home.
        if status.st_uid != user and (nearest == path or user == 0):
            as_root = "; run the command without sudo" if user == 0 else ""
            raise OSError(errno.EPERM, f"it belongs to another user{as_root}")


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _replace(path: Path, content: bytes, mode: int) -> None:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
