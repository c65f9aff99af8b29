# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The Debian 12 packages, and how what is missing of them gets installed.

PACKAGES_BUILD='gcc libc6-dev make autoconf automake pkg-config libuv1-dev libpq-dev libical-dev
	libjansson-dev zlib1g-dev libsodium-dev libinih-dev libcsv-dev node-llhttp libsystemd-dev'
PACKAGES_RUN='curl postgresql-15 python3 tzdata'
PACKAGES_CHECK='clang clang-format-14 coinor-cbc libclang-rt-14-dev libcmocka-dev khal mandoc
	postgresql-15-pgtap python3-dateutil python3-icalendar python3-jsonschema vdirsyncer xz-utils'
PACKAGES_BENCH='nginx-light wrk'
# HiGHS comes by npm, which some packages of nodejs bring along.
command -v npm >/dev/null || PACKAGES_BENCH="$PACKAGES_BENCH nodejs npm"

# packages_missing NAME...: those that are not installed, one a line.
packages_missing() {
	for package in "$@"; do
		[ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
			echo "$package"
	done
}

packages_apt() {
	if [ "$(id -u)" -eq 0 ]; then
		env DEBIAN_FRONTEND=noninteractive apt-get "$@"
	else
		sudo -n true 2>/dev/null || echo "sudo asks for your password to install packages." >&2
		sudo env DEBIAN_FRONTEND=noninteractive apt-get "$@"
	fi
}

# packages_install LOG NAME...: what is missing; nothing to do needs no right to do it.
packages_install() {
	log=$1
	shift
	missing=$(packages_missing "$@" | tr '\n' ' ')
	[ -n "$missing" ] || return 0
	if ! command -v apt-get >/dev/null; then
		echo "These packages are needed and this system has no apt-get: $missing" >&2
		return 1
	fi
	if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
		echo "Packages are missing, and installing them needs root. As root:" >&2
		echo "  apt-get install --no-install-recommends $missing" >&2
		return 1
	fi
	[ "$(id -u)" -eq 0 ] || sudo -v || return 1
	# shellcheck disable=SC2086
	step "Installing $(echo $missing | wc -w) Debian packages" "$log" packages_fetch $missing
}

packages_fetch() {
	echo "packages: $*"
	packages_apt update && packages_apt install -y --no-install-recommends "$@"
}
