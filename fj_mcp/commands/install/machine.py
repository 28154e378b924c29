"""The machine whose assistants are configured: its system, its user and their folders."""

import os.path
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

WINDOWS_DRIVE = Path("/mnt/c")
"""The system drive of Windows as WSL shows it, unless `/etc/wsl.conf` says otherwise."""


@dataclass(frozen=True)
class Machine:
    """The places to look for configurations.

    Attributes:
        platform: as in `sys.platform`.
        home: the user's home folder.
        environment: the variables of the user's shell.
        drive: under WSL, the system drive of Windows.
    """

    platform: str
    home: Path
    environment: Mapping[str, str]
    drive: Path = WINDOWS_DRIVE

    @classmethod
    def this(cls, environment: Mapping[str, str]) -> "Machine":
        """The machine that this process runs on.

        Raises:
            RuntimeError: the user has no home folder.
        """
        return cls(sys.platform, Path.home(), environment)

    @property
    def distribution(self) -> str | None:
        """The name of the Linux distribution if this is the Linux side of WSL, else None."""
        return self.environment.get("WSL_DISTRO_NAME") if self.platform == "linux" else None

    def windows_users(self) -> "list[Machine]":
        """Under WSL, the Windows side of this machine: one for each of its users."""
        homes = sorted(home.parent for home in self.drive.glob("Users/*/AppData"))
        return [Machine("win32", home, {}) for home in homes]

    def folder(self, variable: str, otherwise: str) -> Path:
        """The folder named by an environment variable, or else `otherwise` in the home folder."""
        named = self.environment.get(variable)
        return Path(named) if named else self.home / otherwise

    def application(self, name: str) -> Path:
        """The settings folder of an Electron application."""
        if self.platform == "darwin":
            return self.home / "Library/Application Support" / name
        if self.platform == "win32":
            return self.folder("APPDATA", "AppData/Roaming") / name
        return self.folder("XDG_CONFIG_HOME", ".config") / name

    @staticmethod
    def has(place: Path) -> bool:
        """Whether a file or folder is there, and not in somebody else's folder."""
        # Path.exists() raises if a folder above is not accessible.
        return os.path.exists(place)  # noqa: PTH110

    def program(self, name: str) -> str | None:
        """The path of a program that the shell would find by its name."""
        return shutil.which(name, path=self.environment.get("PATH", ""))
