# Runs the cases in $TOUCHSTONE_LAB/cases, which the host writes: `list` has a line `NAME SECONDS` for each case, NAME.sh is its
# script. Each script runs in /run/work in its own shell; $key is the hidraw node, if there is one. The messages `begin NAME` and
# `end NAME EXIT_CODE MILLISECONDS` report each case to the host. NAME.out has the case's output, NAME.key the key's.
set -eu
cases=$TOUCHSTONE_LAB/cases
log=$TOUCHSTONE_LAB/key.log
mkdir /run/work
cd /run/work
: >"$log"

now_ms() { date +%s%3N; }

while read -r name seconds; do
  printf '\036begin %s\n' "$name"
  before=$(wc -c <"$log")
  start=$(now_ms)
  key=$(ls -d /dev/hidraw* 2>/dev/null | head -n 1)
  export key
  code=0
  timeout -k 2 "$seconds" sh -eu "$cases/$name.sh" </dev/null >"$cases/$name.out" 2>&1 || code=$?
  tail -c "+$((before + 1))" "$log" >"$cases/$name.key"
  printf '\036end %s %s %s\n' "$name" "$code" "$(($(now_ms) - start))"
done <"$cases/list"
