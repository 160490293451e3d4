#!/usr/bin/env bash
# Publishes a small program with a generated contract, trimmed, with its own copy of the framework, and runs it. A warning of the trimmer is an error. Needs the registry of packages for the framework's trimmer.
set -euo pipefail
cd "$(dirname "$0")"
out="$(mktemp -d)"; trap 'rm -rf "$out"' EXIT
dotnet publish -c Release --nologo -v quiet -o "$out" -warnaserror
"$out/Cairn.Trimmed"
echo "trimmed: $(du -sh "$out" | cut -f1), no warnings"
