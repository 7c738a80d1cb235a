# What the installers of servers of others have in common; sourced by them.
tools=${SKAFFERI_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/skafferi-tools}
mkdir -p "$tools/bin"

# need PROGRAM WHAT: says what to install if a program is missing
need() { command -v "$1" >/dev/null || { echo "$1 is missing: install $2, then run this again" >&2; exit 1; }; }

# python_environment NAME LIST: a Python environment of that name with what the list names
python_environment() {
  # the list beside the environment says what it was made from; it is copied last
  cmp -s "$2" "$tools/$1/requirements.txt" && return
  need python3 'Python 3.11 or later'
  echo "installing Python packages ($1)"
  [ -x "$tools/$1/bin/python" ] || python3 -m venv "$tools/$1"
  "$tools/$1/bin/python" -m pip install --quiet --disable-pip-version-check -r "$2"
  cp "$2" "$tools/$1/requirements.txt"
}
