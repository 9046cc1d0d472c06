#!/bin/sh
# Make a virtual environment, or say in one line what is missing. Usage: make-venv.sh PYTHON FOLDER
set -u
python=$1
folder=$2

if ! command -v "$python" >/dev/null 2>&1; then
    echo "tocsin: no '$python' here. Install Python 3.11 to 3.14, or name one: make run PYTHON=python3.12" >&2
    exit 1
fi
if ! "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))'; then
    echo "tocsin: $("$python" --version) is not supported. Name a Python 3.11 to 3.14: make run PYTHON=python3.12" >&2
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
# A half-made folder (an interrupted run) would be taken for a whole one: make it beside, then move it.
rm -rf "$folder"
if ! "$python" -m venv "$folder"; then
    rm -rf "$folder"
    exit 1
fi
