"""The argument that most scripts take: a folder."""

import argparse
from pathlib import Path


def folder_argument(about: str | None) -> Path | None:
    """The folder that the command line names; None without one. `about` is for `--help`."""
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=about, formatter_class=form)
    parser.add_argument("folder", nargs="?", type=Path, metavar="FOLDER")
    folder: Path | None = parser.parse_args().folder
    return folder
