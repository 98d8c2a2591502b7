# Process 1 of the guest. The root is the machine's own files, read-only; over them lies a file system in memory, so that
# everything in here may write anywhere and nothing of it reaches the machine.
# From the kernel's command line: `lab`, the folder that guest and host share; `guest`, the folder of this file.
set -eu
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

mount -t tmpfs tmpfs /mnt
mkdir /mnt/changes /mnt/work /mnt/root
mount -t overlay -o lowerdir=/,upperdir=/mnt/changes,workdir=/mnt/work overlay /mnt/root

exec chroot /mnt/root /bin/sh "$guest/session.sh"
