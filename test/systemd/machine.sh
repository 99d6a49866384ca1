#!/bin/sh
# Boots systemd as the first process of a machine within this one; ends when that machine does.
#
#     machine.sh FOLDER
#
# It has processes, mounts, a network, a host name and control groups of its own, and sees the settings
# of the kernel without being able to change them. Its files are those of this machine; what it
# changes of them is in FOLDER, and is there when it boots again. FOLDER lies in memory, since its
# file system must not be the one of /. This repository is its /srv/latchd.
set -eu
folder=$1

if [ "${2-}" = '' ]; then
  exec "$(dirname "$0")/../support/own-group.sh" "$(basename "$folder")" \
    setpriv --pdeathsig KILL \
    unshare --fork --ipc --kill-child=KILL --mount --net --pid --uts "$0" "$folder" inside
fi

# A folder of this machine, with what the other one has changed of it above.
mount_above() {
  mkdir -p "$folder/$1/upper" "$folder/$1/work"
  mount -t overlay -o "lowerdir=$2,upperdir=$folder/$1/upper,workdir=$folder/$1/work" overlay "$3"
}
repository=$(cd "$(dirname "$0")/../.." && pwd -P)
root=$folder/root
mkdir -p "$root"
mount_above machine / "$root"
cd "$root"
mkdir -p srv/latchd
mount_above repository "$repository" srv/latchd
mount -t proc proc proc
mount --bind proc/sys proc/sys
mount -o remount,bind,ro proc/sys
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=0755 tmpfs dev
for name in full null random tty urandom zero; do
  touch "dev/$name"
  mount --bind "/dev/$name" "dev/$name"
done
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
mount -t tmpfs tmpfs dev/shm
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
mount -t tmpfs -o mode=0755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp
mkdir -p run/outside
pivot_root . run/outside
umount -l /run/outside
# As a machine has it that is none of a container: credentials reach a service by propagation.
mount --make-rshared /
ip link set lo up
hostname latchd-test

# Nothing of this machine's own services and mounts, the first time; what is installed later stays.
if [ ! -e /etc/latchd-test ]; then
  rm -rf /etc/systemd/system/*.wants
  echo >/etc/fstab
  # They would change the kernel of this machine.
  ln -s /dev/null /etc/systemd/system/systemd-modules-load.service
  ln -s /dev/null /etc/systemd/system/systemd-journald-audit.socket
  touch /etc/latchd-test
fi
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin container=other \
  /lib/systemd/systemd --system --show-status=false
