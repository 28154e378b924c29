# The commands of everyday work. `uv run just` lists them.

_list:
    @just --list --unsorted

# Run the tests, or some: just test tests/transports/http
test *arguments:
    uv run pytest {{arguments}}

# Run the linters and the type checker on everything, as they run before a commit
check:
    uv run pre-commit run --all-files

# Format the Python code
format:
    uv run ruff check --fix .
    uv run ruff format .

# Go from a job description to an email address, on the sandbox
demo *arguments:
    uv run fj-mcp demo {{arguments}}

# Generate the reference in docs/, the README's table of tools, the page's types, and the plugin
docs:
    uv run fj-mcp docs
    uv run python scripts/page_types.py
    uv run python scripts/plugin.py

# Build the shortlist page after a change in ui/; needs npm
page:
    npm --prefix ui install --no-audit --no-fund
    npm --prefix ui run format
    npm --prefix ui run build
    npm --prefix ui run check

# Measure the claims in bench/README.md; takes some minutes
bench:
    uv run python -m bench

# Run all checks, as CI does; installs what is missing
ci:
    .ci/run
