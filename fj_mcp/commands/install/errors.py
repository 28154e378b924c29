"""The failure of installing or uninstalling."""


class CannotInstall(Exception):
    """Nothing was changed; one sentence says why and what to do."""
