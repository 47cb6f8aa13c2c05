#!/bin/sh
# Build the guest of the system tests from Debian packages:
#
#   build.sh SITE_PACKAGES OUT      makes OUT/vmlinuz, OUT/initrd.zst and OUT/root.ext4
#
# SITE_PACKAGES is that of a CPython 3.11, which is also what Debian 12 has. Needs root, and the packages
# mmdebstrap e2fsprogs cpio zstd kmod. Nothing is installed on this machine; the packages come from where apt has them.
set -eu

site=$(realpath -- "$1")
out=$(realpath -- "$2")
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
work=$(mktemp -d "$out/work.XXXXXX")
trap 'rm -rf -- "$work"' EXIT
trap 'exit 1' HUP INT TERM
chmod 755 "$work"
cd "$work"

packages=python3,fido2-tools,udev,kmod,usbutils,busybox-static,libusb-1.0-0,libpcsclite1,libegl1,libgl1,libxkbcommon0,libdbus-1-3
packages=$packages,libfontconfig1,libglib2.0-0,fonts-dejavu-core
modules="crc32c_generic virtio_pci virtio_blk virtio_console virtio_rng 9p 9pnet_virtio overlay ext4
 configfs hid_generic uhid usbhid dummy_hcd libcomposite usb_f_hid"

mirror() { apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | head -n 1; }

# The ordinary kernel: the one for clouds has neither USB nor 9p.
kernel() {
    package=$(apt-cache depends linux-image-amd64 | awk '/Depends: linux-image-/ { print $2; exit }')
    apt-get download -q "$package"
    mkdir kernel
    dpkg-deb --fsys-tarfile linux-image-*.deb | tar -x -C kernel --wildcards './boot/vmlinuz*' './lib/modules/*'
    cp kernel/boot/vmlinuz-* "$out/vmlinuz"
    version=$(ls kernel/lib/modules)
    depmod -b kernel "$version"
}

# Debian, and a virtual environment as `keywright` makes one, without what only a developer's desk needs.
root() {
    mmdebstrap -q --variant=minbase --include="$packages" \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
        --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/lib/x86_64-linux-gnu/dri/*' \
        --dpkgopt='path-exclude=/usr/lib/x86_64-linux-gnu/libLLVM*' bookworm root "$(mirror)"
    venv=root/opt/venv
    mkdir -p "$venv/bin" "$venv/lib/python3.11/site-packages" root/share root/checkout
    ln -s /usr/bin/python3 "$venv/bin/python"
    printf 'home = /usr/bin\ninclude-system-site-packages = false\nversion = 3.11\n' >"$venv/pyvenv.cfg"
    tar -C "$site" -c --exclude='./mypy' --exclude='./mypyc' --exclude='./*__mypyc.*' --exclude='./pip' --exclude='./uv' \
        --exclude='./PyInstaller' --exclude='./_pyinstaller*' --exclude='./setuptools' --exclude='./grimp' \
        --exclude='./a1_coverage.pth' --exclude='./distutils-precedence.pth' \
        --exclude='./PySide6/Qt/qml' --exclude='./PySide6/Qt/translations' --exclude='./PySide6/Qt/libexec' \
        --exclude='./PySide6/assistant' --exclude='./PySide6/designer' --exclude='./PySide6/linguist' \
        --exclude='libQt6Quick*' --exclude='libQt6Designer*' --exclude='libQt6Qml*' . |
        tar -C "$venv/lib/python3.11/site-packages" -x --no-same-owner
    mke2fs -q -t ext4 -d root -E lazy_itable_init=1 -O '^has_journal,^metadata_csum' "$out/root.ext4" 1500M
}

# What boots: busybox, the modules named above with all that they need, and `init`.
initrd() {
    mkdir -p initrd/bin initrd/sbin "initrd/lib/modules/$version"
    cp root/bin/busybox initrd/bin/
    ln -s ../bin/busybox initrd/sbin/modprobe
    install -m 755 "$here/init" initrd/init
    for module in $modules; do
        modprobe -d "$work/kernel" -S "$version" --show-depends "$module" | awk '$1 == "insmod" { print $2 }'
    done | sort -u | while read -r file; do
        install -D -m 644 "$file" "initrd/lib/modules/${file##*/lib/modules/}"
    done
    cp kernel/lib/modules/"$version"/modules.order kernel/lib/modules/"$version"/modules.builtin* \
        "initrd/lib/modules/$version/"
    depmod -b initrd "$version"
    (cd initrd && find . | cpio -o -H newc --quiet | zstd -q -9 -T0) >"$out/initrd.zst"
}

kernel
root
initrd
