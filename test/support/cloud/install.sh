#!/usr/bin/env bash
# Installs the servers of others that `npm run test:cloud` needs, once, into the user's cache (or SKAFFERI_TOOLS):
# versitygw (S3) by Go 1.26 or later, ministack (the rest of AWS) and readers of Parquet by Python 3.11 or later; only
# the first by `install.sh versitygw`.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../tools.sh"
versitygw=v1.8.0
parts=${*:-versitygw python}

if [[ $parts == *versitygw* ]] && [ ! -x "$tools/bin/versitygw" ]; then
  need go 'Go 1.26 or later'
  echo "building versitygw $versitygw (minutes)"
  # not optimised and without symbols it is built in two thirds of the time, and serves tests as fast
  GOBIN="$tools/bin" GOGC=400 go install -gcflags='all=-N -l' -ldflags='-s -w' \
    "github.com/versity/versitygw/cmd/versitygw@$versitygw"
fi

if [[ $parts == *python* ]]; then python_environment python "$here/requirements.txt"; fi
echo "ready: $tools"
