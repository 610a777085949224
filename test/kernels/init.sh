#!/bin/busybox sh
# First process of the guest: loads modules, mounts this machine's root read-only, and what must be written elsewhere.
/bin/busybox --install -s /bin
export PATH=/bin
fail() { echo "@@ lost $1"; echo b >/proc/sysrq-trigger; sleep 10; }

mount -t proc proc /proc
for module in $(cat /modules/order); do insmod "/modules/$module.ko" || fail "cannot load $module"; done
share() { mount -t 9p -o "ro,trans=virtio,version=9p2000.L,msize=512000,cache=loose" "$1" "$2" || fail "cannot mount $1"; }
mkdir /newroot
share root /newroot
cd /newroot || fail 'no root'
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t devtmpfs devtmpfs dev
mkdir -p dev/pts dev/shm
mount -t devpts -o ptmxmode=666,mode=620 devpts dev/pts
mount -t tmpfs -o mode=1777 tmpfs dev/shm
ln -s /proc/self/fd dev/fd
mount -t securityfs securityfs sys/kernel/security
for place in run mnt root var/tmp; do mount -t tmpfs -o mode=755 tmpfs "$place" || fail "cannot mount $place"; done
chmod 1777 var/tmp
# A file system as builds have one: with extended attributes, which tmpfs lacks before Linux 6.6.
waited=0
until [ -e dev/vda ] || [ "$waited" = 100 ]; do sleep 0.1; waited=$((waited + 1)); done
mount -t ext4 dev/vda tmp || fail 'cannot mount the disk'
chmod 1777 tmp
mkdir mnt/kith
share kith mnt/kith
cp /modules/overlay.ko /bin/busybox mnt/
ifconfig lo 127.0.0.1 up
umount /proc
exec switch_root /newroot /bin/sh /mnt/kith/project/test/kernels/inside.sh
