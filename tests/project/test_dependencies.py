"""Every imported package is a declared dependency, within bounds."""

import ast
import importlib.metadata
import re
import sys
import tomllib

from tests.support.repository import ROOT


def test_every_imported_package_is_a_declared_dependency() -> None:
    declared = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    providers = importlib.metadata.packages_distributions()
    names = set()
    for path in (ROOT / "fj_mcp").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names.add(node.module.partition(".")[0])
    outside = names - set(sys.stdlib_module_names) - {"fj_mcp"}
    for name in sorted(outside):
        packages = {package.lower() for package in providers[name]}
        # These two are parts of packages that are declared.
        packages |= {"mcp"} if name == "mcp_types" else set()
        packages |= {"pydantic"} if name == "pydantic_core" else set()
        found = [package for package in packages if re.search(rf'"{package}[>\[]', declared)]
        assert found, f"{name} comes from {packages}, which pyproject.toml does not name"


def test_every_dependency_has_a_lowest_and_a_highest_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    declared = [*project["dependencies"], *(one for extra in extras for one in extra)]
    unbound = [one for one in declared if not re.fullmatch(r"[\w.\[\]-]+>=[\d.]+,<[\d.]+", one)]
    assert unbound == []
