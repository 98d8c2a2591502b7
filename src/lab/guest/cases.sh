# Runs the cases that the host wrote to $TOUCHSTONE_LAB/cases: `list` has a line `NAME SECONDS` for each, NAME.sh is its
# script. Each runs in /run/work in a shell of its own, with `key` as the hidraw node when there is one. The host hears
# when a case begins and ends; NAME.out is then what it printed, NAME.key what the key said meanwhile.
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
