#!/bin/sh
# The first process of a node, in namespaces of the node's own (network, mounts, host name, processes).
# When it ends, the kernel ends all that runs on the node and takes every mount away with it.
# usage: node-init.sh NAME NODE_DIR LAB_DIR CACHE_DIR CGROUP2 PROGRAM_PATH IMAGE…
set -eu
name=$1 node=$2 lab=$3 cache=$4 cgroup2=$5 PATH=$6:$PATH
shift 6
export PATH

hostname "$name"
echo 1 >/proc/sys/net/ipv4/ip_forward
echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
# Pods may ask for mounts that reach them later, or that they hand on; both need a shared root.
mount --make-rshared /

# The programs keep files at fixed places: /run/containerd, /var/lib/cni, /var/log/containers, … Each node
# has these folders for itself, as a machine would; the rest of the machine's files it can only read, so
# that nothing it does stays behind. The lab's own folders may lie below one of those that are covered:
# they are held open, and mounted again.
exec 7<"$node" 8<"$lab" 9<"$cache"
mount -t tmpfs -o mode=755 tmpfs /run
mount -t tmpfs -o mode=1777 tmpfs /tmp
mount -c --bind /proc/self/fd/7/log /var/log
mount -c --bind /proc/self/fd/7/lib /var/lib
mkdir -p /run/lock "$lab" "$cache"
mount -c --bind /proc/self/fd/8 "$lab"
mount -c --bind /proc/self/fd/9 "$cache"
exec 7<&- 8<&- 9<&-
if [ -n "$cgroup2" ]; then
  # Cilium's maps, and the programs that it attaches to sockets, are each node's own. What runs on the node itself is a client, too.
  mount -t bpf bpf /sys/fs/bpf
  mkdir -p "$cgroup2/daemons" /run/cilium/cgroupv2
  mount --bind "$cgroup2" /run/cilium/cgroupv2
  echo 0 >"$cgroup2/daemons/cgroup.procs"
fi
mount -o remount,bind,ro /

containerd --config "$node/containerd.toml" >"$node/log/containerd.log" 2>&1 &
until ctr version >/dev/null 2>&1; do
  kill -0 $! || { tail -n 5 "$node/log/containerd.log"; exit 1; }
  sleep 0.1
done
for image in "$@"; do
  ctr -n k8s.io images import --local "$image" >/dev/null
done
kubelet --config "$node/kubelet.yaml" --kubeconfig "$node/kubeconfig" --hostname-override "$name" \
  --node-ip "$(cat "$node/addresses")" >"$node/log/kubelet.log" 2>&1 &
# Waiting also collects the orphans that end up here, as a first process must.
wait $! || tail -n 5 "$node/log/kubelet.log"
