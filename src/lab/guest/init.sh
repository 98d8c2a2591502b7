# Process 1 of the guest. Mounts the host's root file system read-only with an overlay in memory: programs in the guest can write
# anywhere, and no change reaches the host.
# Variables from the kernel's command line: `lab`, the folder shared with the host; `guest`, the folder of this file.
set -eu
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

mount -t tmpfs tmpfs /mnt
mkdir /mnt/changes /mnt/work /mnt/root
mount -t overlay -o lowerdir=/,upperdir=/mnt/changes,workdir=/mnt/work overlay /mnt/root

exec chroot /mnt/root /bin/sh "$guest/session.sh"
