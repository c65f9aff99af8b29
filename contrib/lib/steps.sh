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

# data_begin TOP DIR: a directory for what we make, perhaps inside the checkout: marked, so that no copy
# of the sources takes it along. It is none of the checkout's own, nor holds it where the copy goes.
DATA_MARK=.atelier-data
data_begin() {
	mkdir -p "$2" || return 1
	data_top=$(cd "$1" && pwd -P) && data_here=$(cd "$2" && pwd -P) || return 1
	case "$data_top/" in
	"$data_here/" | "${data_here%/}/source/"*) data_why="is where the checkout itself is" ;;
	*) data_why= ;;
	esac
	case $data_here in
	"$data_top"/*)
		[ -e "$2/$DATA_MARK" ] || [ -d "$2/log" ] || [ -z "$(ls -A "$2")" ] ||
			data_why="has files of the checkout"
		;;
	esac
	if [ -n "$data_why" ]; then
		echo "$2 $data_why; choose another directory with --data" >&2
		return 1
	fi
	: >"$2/$DATA_MARK"
}

# source_copy TOP DIR: the sources, with their times, without what builds leave in them, without DIR
# and without anything that data_begin marked. A build from the copy leaves the checkout as it was.
source_copy() {
	mkdir -p "$2" || return 1
	copy_from=$(cd "$1" && pwd -P) && copy_to=$(cd "$2" && pwd -P) || return 1
	case "$copy_from/" in
	"${copy_to%/}/"*)
		echo "$2: the sources cannot be copied onto themselves" >&2
		return 1
		;;
	esac
	tar -C "$1" --exclude=./.git --exclude='./build*' --exclude=./.quickstart --exclude=./.check \
		--exclude=./node_modules --exclude=./config.status --exclude=./config.h --exclude=./Makefile \
		--exclude=./autom4te.cache --exclude='*.o' --exclude='*.a' --exclude=__pycache__ \
		--exclude-tag-all="$DATA_MARK" --anchored --no-wildcards --exclude="./${copy_to#"$copy_from/"}" \
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
