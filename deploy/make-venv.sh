#!/bin/sh
# Make a virtual environment, or say in one line what is missing. Usage: make-venv.sh FOLDER [PYTHON]
set -u
folder=$1
shift
if [ -z "${1:-}" ]; then
    set -- python3 python3.14 python3.13 python3.12 python3.11
fi

is_supported() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' >/dev/null 2>&1
}

python=
for candidate in "$@"; do
    if is_supported "$candidate"; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    found=$("$1" --version 2>&1) || found="no $1"
    echo "tocsin: Python 3.11 to 3.14 is needed, and here is $found. Install one, or name one: make run PYTHON=python3.12" >&2
    exit 1
fi
if ! "$python" -c 'import venv, ensurepip' >/dev/null 2>&1; then
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    if command -v apt-get >/dev/null 2>&1; then
        command="sudo apt-get install python$version-venv"
    elif command -v dnf >/dev/null 2>&1; then
        command="sudo dnf install python3-pip"
    elif command -v apk >/dev/null 2>&1; then
        command="sudo apk add py3-pip"
    else
        command="your system's package for Python's venv and ensurepip modules"
    fi
    echo "tocsin: this Python cannot make virtual environments. Run this, then try again: $command" >&2
    exit 1
fi
rm -rf "$folder" # what an interrupted run left
"$python" -m venv "$folder"
