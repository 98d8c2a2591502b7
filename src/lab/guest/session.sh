# The guest after its root is in place: file systems, network, shared folders; then the job, whose output goes to the host.
# On the serial line the guest says (record separator first) `ready` and `exit CODE`; the host says `stop` and `off`.
set -eu
line=/dev/ttyS0

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

stty -F "$line" raw -echo
mkfifo /run/output
cat /run/output >"$line" &
exec 3>/run/output

printf '\036ready\n' >&3
sh "$lab/job" </dev/null >&3 2>&1 3>&- &
job=$!

# A word from the host can come at any time. What the job left running ends with the power.
while read -r word; do
  case $word in
    stop) kill -TERM "$job" ;;
    off) sync; echo o >/proc/sysrq-trigger ;;
  esac
done <"$line" &

code=0
wait "$job" || code=$?
printf '\036exit %s\n' "$code" >&3
wait
while :; do sleep 60; done # process 1 must not end before the power does
