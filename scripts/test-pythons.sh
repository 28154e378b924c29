#!/usr/bin/env bash
# Run the tests on every supported Python that is installed on this machine. Arguments are passed to
# pytest. Only packages are downloaded. The exit status is 1 if a run fails.
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
  # A separate environment, so that .venv stays unchanged.
  UV_PROJECT_ENVIRONMENT="${TMPDIR:-/tmp}/fj-mcp-python-$version" \
    uv run --no-python-downloads --python "$python" pytest "$@" || failed=1
done
echo "ran on: ${ran[*]:-none}; absent: ${absent[*]:-none}"
if [ ${#ran[@]} -eq 0 ]; then exit 1; fi
exit "$failed"
