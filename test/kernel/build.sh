#!/bin/sh
# Builds the user-mode Linux that test:kernel boots, once: about five minutes, 8 MB, no root. A kernel already there is kept.
#
#   build.sh          builds what is missing and prints the folder
#   build.sh --where  prints the folder, built or not
#
# The folder is named after what the kernel is made of: this file, the fragment, and the Debian release whose sources and C library
# it is built with. Needs: linux-source flex bison bc make gcc libc6-dev xz-utils.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
release=$(. /etc/os-release && echo "$ID-${VERSION_ID:-rolling}-$(uname -m)")
made_of=$( (echo "$release" && cat "$here/build.sh" "$here/uml.fragment") | sha256sum | cut -c1-16)
folder=${LATCHKEY_KERNEL_CACHE:-$HOME/.cache/latchkey/kernel}/$made_of

if [ "${1:-}" = --where ] || [ -x "$folder/linux" ]; then
  echo "$folder"
  exit
fi

archive=$(find /usr/src -maxdepth 1 -name 'linux-source-*.tar.xz' | sort -V | tail -n 1)
if [ -z "$archive" ]; then
  echo 'Cannot build a kernel as its source must be in /usr/src: got none (apt-get install linux-source)' >&2
  exit 1
fi

mkdir -p "$folder"
work=$(mktemp -d "$folder/building-XXXXXX")
trap 'rm -rf "$work"' EXIT
tar -C "$work" --strip-components=1 -xf "$archive"
cd "$work"
{
  make ARCH=um tinyconfig
  scripts/kconfig/merge_config.sh -m .config "$here/uml.fragment"
  make ARCH=um olddefconfig
  make ARCH=um -j"$(nproc)" linux modules
} >"$folder/build.log" 2>&1 || { tail -n 30 "$folder/build.log" >&2; exit 1; }

# The kernel last: a folder that holds it holds everything.
cp drivers/i2c/i2c-stub.ko .config "$folder/"
strip -o "$folder/linux.new" linux
mv "$folder/linux.new" "$folder/linux"
echo "$folder"
