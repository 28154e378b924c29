#!/usr/bin/env bash
# Run the commands of README.md's "Try it" as a newcomer would: with the Python of Debian or Ubuntu,
# into which pip refuses to install, as a new user with an empty environment, in a fresh clone. Needs
# root. Changes nothing outside a temporary folder except for that user, who is removed at the end;
# installs python3-pip and git if they are missing. With --tests the tests are run as well. With
# --here the first command is run by the user and with the Python of this machine, in a fresh clone.
set -euo pipefail
cd "$(dirname "$0")/.."
commands=()
# macOS has a bash without mapfile.
while IFS= read -r line; do commands+=("$line"); done < \
  <(sed -n '/^## Try it/,/^## /p' README.md | sed -n '/^```sh/,/^```/{/^```/!p;}')
[ "${#commands[@]}" -eq 2 ]
home=$(mktemp -d)
if [ "${1:-}" = --here ]; then
  trap 'rm -rf "$home"' EXIT
  git clone --quiet "$PWD" "$home/clone"
  cd "$home/clone"
  sh -c "${commands[0]}"
  HOME=$home .uv/bin/uv run --no-dev fj-mcp install claude-desktop --sandbox
  HOME=$home .uv/bin/uv run --no-dev fj-mcp doctor --sandbox
  echo "ok"
  exit
fi
user="fj-newcomer-$$"
trap 'userdel "$user" 2>/dev/null; rm -rf "$home"' EXIT
[ -x /usr/bin/git ] && /usr/bin/python3 -m pip --version >/dev/null 2>&1 ||
  { apt-get update -qq && apt-get install -y -qq git python3-pip >/dev/null; }
useradd --home-dir "$home" --no-create-home --shell /bin/sh "$user"
git clone --quiet "$PWD" "$home/clone"
chown -R "$user" "$home"

# The newcomer only gets the variables that this machine's network needs.
network=()
for name in SSL_CERT_FILE SSL_CERT_DIR HTTPS_PROXY https_proxy NO_PROXY no_proxy; do
  if [ -n "${!name:-}" ]; then network+=("$name=${!name}"); fi
done

as_newcomer() {
  echo "\$ $1" >&2
  setpriv --reuid "$user" --regid "$user" --clear-groups \
    env -i "${network[@]}" HOME="$home" PATH=/usr/bin:/bin sh -c "cd ~/clone && $1"
}

as_newcomer "${commands[0]}"
# The next step: an assistant, and whether it starts the server.
as_newcomer ".uv/bin/uv run --no-dev fj-mcp install claude-desktop --sandbox"
as_newcomer ".uv/bin/uv run --no-dev fj-mcp doctor --sandbox"
echo "disk use: $(du -sh "$home/.cache" "$home/clone/.uv" | tr '\n\t' ' ')"
for tool in pytest mypy ruff playwright; do
  if compgen -G "$home/clone/.venv/lib/python*/site-packages/$tool" >/dev/null; then
    echo "the demo installed $tool, which is a development tool" >&2
    exit 1
  fi
done
[ -z "$(as_newcomer "git status --porcelain")" ]
if [ "${1:-}" = --tests ]; then as_newcomer "${commands[1]}"; fi
echo "ok"
