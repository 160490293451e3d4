#!/usr/bin/env bash
# Runs the benchmarks, building them first when sources have changed. Without arguments it lists the verbs; for example
#   ./bench.sh all --keys 1000000 --runs 3 --json figures.json
#   ./bench.sh compare --keys 1000000 --runs 3       beside RocksDB, LevelDB, LMDB and SQLite
set -euo pipefail
root="$(cd -P "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
export DOTNET_CLI_UI_LANGUAGE=en DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
command -v dotnet >/dev/null || { echo "bench: the .NET 10 SDK is needed (see global.json), but there is no 'dotnet' on the PATH." >&2; exit 127; }
program="$root/bench/Cairn.Benchmarks/bin/Release/net10.0/Cairn.Benchmarks.dll"
if [ ! -f "$program" ] || [ -n "$(find "$root/src/Cairn" "$root/bench" "$root/Directory.Build.props" "$root/Directory.Packages.props" "$root/global.json" \
    \( -name bin -o -name obj \) -prune -o -type f -newer "$program" -print -quit)" ]; then
  echo "bench: building ..." >&2
  (cd "$root" && dotnet build bench/Cairn.Benchmarks -c Release --nologo -v quiet -nodeReuse:false) >&2
  touch "$program"                # also when the compiler found nothing to do
fi
if [ "$#" -eq 0 ]; then set -- --help; fi
exec dotnet "$program" "$@"
