# Run a command as the container does: as uid 10001, without a home, on a read-only root, with a network that leads nowhere.
# What tries to leave it is counted, native code's too, and fails the run.
# Usage: unshare --net --mount sh nobody.sh WRITABLE CACHE PYTHON_HOME COMMAND...   (root; the mounts end with the process)
set -eu
writable=$1 cache=$2 python=$3
shift 3
ip link set lo up
ip link add out type veth peer name nowhere
for end in out nowhere; do ip link set "$end" addrgenmode none; ip link set "$end" up; done
ip addr add 198.51.100.2/24 dev out     # RFC 5737: documentation only
ip route add default dev out
mount --make-rprivate /
mkdir -p "$writable/data" "$writable/tmp" "$writable/cache" "$writable/python"
chown 10001:10001 "$writable/data"
mount --bind "$cache" "$writable/cache"
mount --bind "$python" "$writable/python"
mount -t tmpfs tmpfs /root        # a home that nobody else may enter hides Python's own folder, and is none of ours
chmod 755 /root
case "$python" in /root/*) mkdir -p "$python" && mount --bind "$writable/python" "$python" ;; esac
mount --bind "$writable/data" "$writable/data"
mount -t tmpfs -o mode=1777 tmpfs "$writable/tmp"
mount -o remount,bind,ro /
mount -o remount,bind,rw "$writable/data"
setpriv --reuid 10001 --regid 10001 --clear-groups --no-new-privs --bounding-set -all --inh-caps -all \
  env -i PATH=/usr/bin:/bin TMPDIR="$writable/tmp" PYTHONDONTWRITEBYTECODE=1 \
  INCIDENTOS_DATA="$writable/data" INCIDENTOS_CACHE="$writable/cache" "$@"
left=$(ip -s link show out | awk '/TX:/ { getline; print $2 }')
[ "$left" -eq 0 ] || { echo "$left packets tried to leave this machine" >&2; exit 1; }
