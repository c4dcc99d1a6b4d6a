#!/bin/sh
# with_etc.sh DIRECTORY COMMAND...: runs COMMAND with DIRECTORY/resolv.conf and DIRECTORY/hosts,
# where they exist, as its /etc/resolv.conf and /etc/hosts. `ip netns exec` gives every program a
# mount namespace of its own: the mounts are gone with it and nothing is left to clean up.
set -e
for name in resolv.conf hosts; do
    [ ! -e "$1/$name" ] || mount --bind "$1/$name" "/etc/$name"
done
shift
exec "$@"
