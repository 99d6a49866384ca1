#!/bin/sh
# Runs a command in a control group of its own and in mounts of its own; without a command, removes
# the group, whose processes have ended.
#
#     own-group.sh NAME [COMMAND [ARGUMENT]...]
#
# For a systemd that is to see a part of this machine only: it takes all processes that it finds in
# the group where it starts, and those of this machine are not its own.
set -eu
if [ "${OWN_MOUNTS-}" = '' ]; then
  # TERM whatever becomes of who has started it.
  OWN_MOUNTS=1 exec setpriv --pdeathsig TERM unshare --mount "$0" "$@"
fi
unset OWN_MOUNTS
# Not every machine has them mounted.
mount -t cgroup2 cgroup2 /sys/fs/cgroup
group=/sys/fs/cgroup/$1
shift
if [ $# = 0 ]; then
  [ ! -e "$group" ] || find "$group" -depth -type d -exec rmdir {} +
  exit
fi
mkdir -p "$group"
echo $$ >"$group/cgroup.procs"
umount /sys/fs/cgroup
exec unshare --cgroup "$@"
