#!/bin/sh
# manual-example.sh - the example in troubleshoot-kb(5) must be the entry that the other tests lint and test.
# Usage: manual-example.sh MANUAL ENTRY
set -eu
shown=$(mktemp)
trap 'rm -f "$shown"' EXIT
awk '/^\.\\" example: end/ { on = 0 } on && !/^\.(Bd|Ed)/ { print } /^\.\\" example: begin/ { on = 1 }' "$1" |
	sed -e 's/\\(ga/`/g' -e "s/\\\\(aq/'/g" -e 's/\\(ha/^/g' -e 's/\\(ti/~/g' -e 's/\\-/-/g' -e 's/\\&//g' -e 's/\\e/\\/g' >"$shown"
[ -s "$shown" ] || {
	echo "manual-example: no example between the marks in $1" >&2
	exit 1
}
diff -u "$2" "$shown"
