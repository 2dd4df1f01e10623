#!/bin/sh
# The first program of the machine. NODE, MAIN and GUEST come from the kernel's command line.
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t configfs none /sys/kernel/config
# The only place that can be written to; /tmp may hold the working tree.
mount -t tmpfs none /run
export TMPDIR=/run HOME=/run PATH=/usr/bin:/bin
if [ -b /dev/ubda ]; then mount -t ext4 /dev/ubda /mnt || echo 'the disk cannot be mounted'; fi
# No echo and no line editing: what is typed is for the program.
stty raw -echo
exec "$NODE" --no-warnings "$MAIN"
