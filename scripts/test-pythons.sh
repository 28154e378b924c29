#!/usr/bin/env bash
# Run the tests on every Python that the project is for and that this machine has.
# Arguments are handed to pytest. Nothing but packages is downloaded; exit status 1 if a run fails.
set -uo pipefail
cd "$(dirname "$0")/.."
failed=0
ran=()
absent=()
for version in 3.11 3.12 3.13 3.14; do
  if ! python=$(uv python find --no-python-downloads --system "$version" 2>/dev/null); then
    absent+=("$version")
    continue
  fi
  echo "== Python $version ($python)"
  ran+=("$version")
  # An environment of its own, so that the one people work in stays as it is.
  UV_PROJECT_ENVIRONMENT="${TMPDIR:-/tmp}/fj-mcp-python-$version" \
    uv run --no-python-downloads --python "$python" pytest "$@" || failed=1
done
echo "ran on: ${ran[*]:-none}; absent: ${absent[*]:-none}"
if [ ${#ran[@]} -eq 0 ]; then exit 1; fi
exit "$failed"
