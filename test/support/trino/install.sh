#!/usr/bin/env bash
# Installs Trino 435 and moto, which plays Glue, once, into the user's cache (or SKAFFERI_TOOLS), beside what
# test/support/cloud/install.sh puts there. Needs Java 17 or later to run, Maven to fetch, Python 3.11 or later.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
tools=${SKAFFERI_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/skafferi-tools}
trino="$tools/trino-435"
copy=org.apache.maven.plugins:maven-dependency-plugin:3.6.1
mkdir -p "$tools"

need() { command -v "$1" >/dev/null || { echo "$1 is missing: install $2, then run this again" >&2; exit 1; }; }

# built beside its place and moved there last: what has the name is whole
if [ ! -d "$trino" ]; then
  need mvn 'Maven 3.8 or later'
  need java 'Java 17 or later'
  need python3 'Python 3.11 or later'
  half=$(mktemp -d "$tools/trino-435.XXXXXX")
  trap 'rm -rf "$half"' EXIT
  echo 'fetching Trino 435 (260 MB)'
  quietly=(mvn --batch-mode --quiet -Dstyle.color=never -Dmaven.repo.local="$half/repository")
  "${quietly[@]}" -f "$here/pom.xml" "$copy:copy-dependencies" -DincludeScope=runtime -DoutputDirectory="$half/lib"
  "${quietly[@]}" -f "$here/pom.xml" "$copy:copy" -Dartifact=io.trino:trino-hive:435:zip -DoutputDirectory="$half"
  python3 -m zipfile -e "$half/trino-hive-435.zip" "$half/plugin"
  mv "$half/plugin/trino-hive-435" "$half/plugin/hive"
  rm -rf "$half/repository" "$half/trino-hive-435.zip"
  mv "$half" "$trino"
fi

# the list beside the environment says what it was made from; it is copied last
if ! cmp -s "$here/requirements.txt" "$tools/moto/requirements.txt"; then
  need python3 'Python 3.11 or later'
  echo 'installing moto'
  [ -x "$tools/moto/bin/python" ] || python3 -m venv "$tools/moto"
  "$tools/moto/bin/python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements.txt"
  cp "$here/requirements.txt" "$tools/moto/requirements.txt"
fi
echo "ready: $tools"
