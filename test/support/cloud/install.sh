#!/usr/bin/env bash
# Installs the servers of others that `npm run test:cloud` needs, once, into the user's cache (or SKAFFERI_TOOLS):
# versitygw (S3) by Go 1.26 or later, ministack (the rest of AWS) and readers of Parquet by Python 3.11 or later; only
# the first by `install.sh versitygw`.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
tools=${SKAFFERI_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/skafferi-tools}
versitygw=v1.8.0
parts=${*:-versitygw python}
mkdir -p "$tools/bin"

need() { command -v "$1" >/dev/null || { echo "$1 is missing: install $2, then run this again" >&2; exit 1; }; }

if [[ $parts == *versitygw* ]] && [ ! -x "$tools/bin/versitygw" ]; then
  need go 'Go 1.26 or later'
  echo "building versitygw $versitygw (minutes)"
  # not optimised and without symbols it is built in two thirds of the time, and serves tests as fast
  GOBIN="$tools/bin" GOGC=400 go install -gcflags='all=-N -l' -ldflags='-s -w' \
    "github.com/versity/versitygw/cmd/versitygw@$versitygw"
fi

# the list beside the environment says what it was made from; it is copied last
if [[ $parts == *python* ]] && ! cmp -s "$here/requirements.txt" "$tools/python/requirements.txt"; then
  need python3 'Python 3.11 or later'
  echo 'installing Python packages'
  [ -x "$tools/python/bin/python" ] || python3 -m venv "$tools/python"
  "$tools/python/bin/python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements.txt"
  cp "$here/requirements.txt" "$tools/python/requirements.txt"
fi
echo "ready: $tools"
