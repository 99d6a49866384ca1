#!/bin/sh
# Runs a command in mounts of its own and, where that can be had, in a control group of its own; without a
# command, removes the group, whose processes have ended.
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
group=/sys/fs/cgroup/$1
shift
# Not every machine has control groups mounted, and not every one lets them be made.
if mount -t cgroup2 cgroup2 /sys/fs/cgroup && { [ $# = 0 ] || mkdir -p "$group"; }; then
  if [ $# = 0 ]; then
    [ ! -e "$group" ] || find "$group" -depth -type d -exec rmdir {} +
    exit
  fi
  if echo $$ >"$group/cgroup.procs"; then
    umount /sys/fs/cgroup
    exec unshare --cgroup "$@"
  fi
fi
[ $# != 0 ] || exit 0
echo 'own-group.sh: no control group of its own: systemd takes the processes of this machine for its own' >&2
exec "$@"
