#!/bin/sh
# Fetches the C library of the next Debian into a folder, for programs that need a newer one than this machine has
# (the MongoDB engine of our tests needs glibc 2.38; Debian 12 has 2.36). Nothing is installed, no root is needed.
#   fetch-newer-libc.sh <folder>
# The folder appears whole or not at all, so several may run this at once. Start a program with it by
#   <folder>/loader --library-path <folder>/lib <program> <arguments>
set -eu
folder=$1
suite=trixie
[ -e "$folder/loader" ] && exit 0
command -v apt-get >/dev/null || { echo 'apt-get is not here: this works on Debian only' >&2; exit 1; }
. /etc/os-release
[ "${ID:-}" = debian ] || { echo "this is ${ID:-unknown}, not Debian: its package sources have no suite $suite" >&2; exit 1; }

mkdir -p "$(dirname "$folder")"
work=$(mktemp -d "$folder.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/state/lists/partial" "$work/cache/archives/partial" "$work/etc" "$work/packages" "$work/unpacked"
# apt's sandbox user must be able to read what it downloads.
chmod 755 "$work"

# The machine's own sources of its own release, with the suite replaced; other vendors' sources are left out.
for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
  [ -f "$list" ] && sed -n "s/^\(deb .*\) $VERSION_CODENAME \(main.*\)$/\1 $suite \2/p" "$list"
done >"$work/etc/own.list"
for list in /etc/apt/sources.list.d/*.sources; do
  [ -f "$list" ] && awk -v RS= -v suite="$VERSION_CODENAME" '{
    n = split($0, lines, "\n"); keep = 0
    for (i = 1; i <= n; i++) if (lines[i] ~ /^Suites:/) { m = split(lines[i], words, /[ \t]+/); for (j = 2; j <= m; j++) if (words[j] == suite) keep = 1 }
    if (keep) print $0 "\n" }' "$list" | sed "s/^Suites:.*/Suites: $suite/"
done >"$work/etc/own.sources"
[ -s "$work/etc/own.list" ] || [ -s "$work/etc/own.sources" ] || { echo "no package source of $VERSION_CODENAME was found on this machine" >&2; exit 1; }

apt() {
  apt-get -qq -o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$work/etc" -o "Dir::State::lists=$work/state/lists" \
    -o "Dir::State::status=/dev/null" -o "Dir::Cache=$work/cache" -o Debug::NoLocking=1 -o APT::Sandbox::User=root -o Acquire::Retries=2 -o Acquire::http::Timeout=30 "$@" >&2
}
apt update
(cd "$work/packages" && apt download libc6 libstdc++6 libgcc-s1)
for package in "$work"/packages/*.deb; do dpkg-deb -x "$package" "$work/unpacked"; done

loader=$(find "$work/unpacked" -name 'ld-linux*.so.*' | head -1)
mv "$(dirname "$loader")" "$work/lib"
ln -s "lib/$(basename "$loader")" "$work/loader"
find "$work/unpacked" -name 'libstdc++.so*' -exec mv -n {} "$work/lib/" \;
find "$work/unpacked" -name 'libgcc_s.so*' -exec mv -n {} "$work/lib/" \;
rm -rf "$work/state" "$work/cache" "$work/etc" "$work/packages" "$work/unpacked"
trap - EXIT
# Another run may have been first; then ours is not needed.
mv -T "$work" "$folder" 2>/dev/null || rm -rf "$work"
