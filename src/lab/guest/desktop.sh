# Sourced by jobs that show windows: hotplug, a session bus, a screen with a window manager, accessibility, in the order
# in which they need each other. Each is waited for by what it makes, not by time.
set -eu
export DISPLAY=:7
mkdir -p /run/user/0 /tmp/.X11-unix
chmod 700 /run/user/0
chmod 1777 /tmp/.X11-unix
export XDG_RUNTIME_DIR=/run/user/0

# Waits until a command succeeds; 60 seconds at most.
await() {
  tries=600
  until "$@" >/dev/null 2>&1; do
    tries=$((tries - 1))
    if [ "$tries" -eq 0 ]; then
      echo "the desktop of the guest does not start: waited in vain for: $*"
      exit 3
    fi
    sleep 0.1
  done
}

/lib/systemd/systemd-udevd --daemon
await test -S /run/udev/control

mkdir -p /run/dbus
dbus-daemon --session --fork --nopidfile --address=unix:path=/run/user/0/bus
export DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/0/bus
await test -S /run/user/0/bus

rm -f /tmp/.X7-lock /tmp/.X11-unix/X7
# -r: between press and release of a key so much time can pass here that the screen would repeat it: the second Return
# would press Cancel on the next page of a dialog.
Xvfb "$DISPLAY" -r -screen 0 1280x900x24 -nolisten tcp >/run/xvfb.log 2>&1 &
await test -S /tmp/.X11-unix/X7
openbox >/run/openbox.log 2>&1 &
await xdotool get_num_desktops

/usr/libexec/at-spi-bus-launcher --launch-immediately >/run/at-spi.log 2>&1 &
await dbus-send --session --print-reply --dest=org.a11y.Bus /org/a11y/bus org.a11y.Bus.GetAddress

# Programs show themselves on the bus only when a reader is said to be there.
for property in IsEnabled ScreenReaderEnabled; do
  dbus-send --session --print-reply --dest=org.a11y.Bus /org/a11y/bus org.freedesktop.DBus.Properties.Set \
    string:org.a11y.Status "string:$property" variant:boolean:true >/dev/null
done
