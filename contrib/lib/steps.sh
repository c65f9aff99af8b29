# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Steps that say what they do and how long it takes, keep what they print in a log, and when one
# fails show the end of it.

say() {
	printf '%s\n' "$*"
}

# step TEXT LOG COMMAND [ARGUMENT]...: the command may be a shell function.
step() {
	text=$1
	step_log=$2
	shift 2
	began=$(date +%s)
	if [ -t 1 ]; then
		printf '  %s …' "$text"
		"$@" >"$step_log" 2>&1 &
		job=$!
		while kill -0 "$job" 2>/dev/null; do
			printf '\r  %s … %s s ' "$text" "$(($(date +%s) - began))"
			sleep 1
		done
		wait "$job"
		status=$?
		printf '\r'
	else
		printf '  %s …\n' "$text"
		"$@" >"$step_log" 2>&1
		status=$?
	fi
	took=$(($(date +%s) - began))
	if [ $status -ne 0 ]; then
		printf '  %s: failed after %s s. The end of %s:\n' "$text" "$took" "$step_log"
		tail -n 15 "$step_log" | sed 's/^/    /'
		return $status
	fi
	printf '  %s: done in %s s     \n' "$text" "$took"
}

# source_copy TOP DIR: the sources, with their times, without what builds leave in them. A build
# from the copy leaves the checkout as it was.
source_copy() {
	mkdir -p "$2" || return 1
	tar -C "$1" --exclude=./.git --exclude='./build*' --exclude=./.quickstart --exclude=./.check \
		--exclude=./node_modules --exclude=./config.status --exclude=./config.h --exclude=./Makefile \
		--exclude=./autom4te.cache --exclude='*.o' --exclude='*.a' --exclude=__pycache__ \
		-cf - . | tar -C "$2" --no-same-owner -xf - || return 1
	# What the checkout no longer has; what autoreconf made stands at the top and stays.
	(cd "$2" && find ./*/ -type f) | while read -r file; do
		[ -e "$1/$file" ] || rm -f "$2/$file"
	done
}

# source_configure SOURCE BUILD [OPTION]...: configure once; make does it again when it must.
source_configure() {
	from=$1
	into=$2
	shift 2
	if [ ! -x "$from/configure" ]; then
		(cd "$from" && autoreconf -fi) || return 1
	fi
	mkdir -p "$into" || return 1
	[ -f "$into/config.status" ] || (cd "$into" && "$from/configure" "$@")
}

# Processors for make, at most four.
jobs_count() {
	n=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)
	[ "$n" -le 4 ] || n=4
	echo "$n"
}
