#!/usr/bin/env bash
# Installs a Trino (435, or the version that is named: 476), its command line and moto, which plays Glue, once, into the
# user's cache (or SKAFFERI_TOOLS), beside what test/support/cloud/install.sh puts there. Maven fetches; 435 runs on
# Java 17 or later, 476 on Java 24 or later; moto needs Python 3.11 or later.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../tools.sh"
version=${1:-${SKAFFERI_TRINO_VERSION:-435}}
trino="$tools/trino-$version"
plugin=org.apache.maven.plugins:maven-dependency-plugin:3.6.1

half=$(mktemp -d "$tools/half.XXXXXX")
trap 'rm -rf "$half"' EXIT
maven() { mvn --batch-mode --quiet -Dstyle.color=never -Dmaven.repo.local="$half/repository" -f "$here/pom.xml" "$@"; }
# fetch ARTIFACT: one file, into the half-made folder
fetch() { maven "$plugin:copy" -Dtransitive=false -Dartifact="io.trino:$1" -DoutputDirectory="$half"; }
needs_of_maven() { need mvn 'Maven 3.8 or later'; need java 'Java 17 or later'; need python3 'Python 3.11 or later'; }

server_435() {
  maven "$plugin:copy-dependencies" -DincludeScope=runtime -DoutputDirectory="$half/trino/lib"
}
server_476() {
  fetch trino-server-core:476:tar.gz
  mkdir "$half/trino"
  tar -xzf "$half/trino-server-core-476.tar.gz" -C "$half/trino" --strip-components=1
}

# built beside its place and moved there last: what has the name is whole
if [ ! -d "$trino" ]; then
  [ "$(type -t "server_$version")" = function ] || { echo "no Trino $version here (valid: 435, 476)" >&2; exit 1; }
  needs_of_maven
  echo "fetching Trino $version (435: 260 MB, 476: 450 MB)"
  "server_$version"
  fetch "trino-hive:$version:zip"
  python3 -m zipfile -e "$half/trino-hive-$version.zip" "$half/hive"
  mkdir -p "$half/trino/plugin"
  mv "$half/hive/trino-hive-$version" "$half/trino/plugin/hive"
  mv "$half/trino" "$trino"
fi

# the command line of 476 speaks to older servers as well, and that of 435 is not to be had
if [ ! -x "$tools/bin/trino" ]; then
  needs_of_maven
  echo 'fetching the command trino (19 MB)'
  fetch trino-cli:476:jar:executable
  chmod +x "$half/trino-cli-476-executable.jar"
  mv "$half/trino-cli-476-executable.jar" "$tools/bin/trino"
fi

python_environment moto "$here/requirements.txt"
echo "ready: $tools"
