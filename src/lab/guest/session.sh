# Runs after init.sh: mounts file systems and shared folders, sets up the network, and runs the job with its output on the serial line.
# Messages on the serial line: the guest sends `ready` and `exit CODE`, each after a record separator; the host sends `stop` and `off`.
set -eu
serial=/dev/ttyS0

mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mkdir -p /dev/pts /dev/shm
mount -t devpts -o mode=620,ptmxmode=666 devpts /dev/pts
mount -t tmpfs -o mode=1777 tmpfs /dev/shm
mount -t tmpfs -o mode=755 tmpfs /run
mount -t configfs configfs /sys/kernel/config
ln -sfn /proc/self/fd /dev/fd
ip link set lo up
hostname touchstone-lab

mkdir -p "$lab" /run/home
mount -t hostfs -o "$lab" none "$lab"
while IFS= read -r folder; do
  mkdir -p "$folder"
  mount -t hostfs -o "$folder" none "$folder"
done <"$lab/shares"

stty -F "$serial" raw -echo
mkfifo /run/output
cat /run/output >"$serial" &
exec 3>/run/output

printf '\036ready\n' >&3
sh "$lab/job" </dev/null >&3 2>&1 3>&- &
job=$!

# Handles messages of the host, which can arrive at any time. Processes that the job left running end with the power-off.
while read -r message; do
  case $message in
    stop) kill -TERM "$job" ;;
    off) sync; echo o >/proc/sysrq-trigger ;;
  esac
done <"$serial" &

code=0
wait "$job" || code=$?
printf '\036exit %s\n' "$code" >&3
wait
while :; do sleep 60; done # if process 1 ended before the power-off, the kernel would panic
