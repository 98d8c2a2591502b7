# Sourced by jobs that need a desktop. Starts udev, the session bus, the X server with a window manager, and the accessibility bus,
# in the order of their dependencies. Waits for the socket or service of each one, not for a fixed time.
set -eu
export DISPLAY=:7
mkdir -p /run/user/0 /tmp/.X11-unix
chmod 700 /run/user/0
chmod 1777 /tmp/.X11-unix
export XDG_RUNTIME_DIR=/run/user/0

# Waits until a command succeeds, for at most 60 seconds.
wait_for() {
  tries=600
  until "$@" >/dev/null 2>&1; do
    tries=$((tries - 1))
    if [ "$tries" -eq 0 ]; then
      echo "Cannot start the desktop of the guest: timed out after 60 s waiting for: $*"
      exit 3
    fi
    sleep 0.1
  done
}

/lib/systemd/systemd-udevd --daemon
wait_for test -S /run/udev/control

mkdir -p /run/dbus
dbus-daemon --session --fork --nopidfile --address=unix:path=/run/user/0/bus
export DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/0/bus
wait_for test -S /run/user/0/bus

rm -f /tmp/.X7-lock /tmp/.X11-unix/X7
# -r disables key repeat: in a slow guest, the time between key press and release can exceed the repeat delay, and a second Return
# would press Cancel on the next page of a dialog.
Xvfb "$DISPLAY" -r -screen 0 1280x900x24 -nolisten tcp >/run/xvfb.log 2>&1 &
wait_for test -S /tmp/.X11-unix/X7
openbox >/run/openbox.log 2>&1 &
wait_for xdotool get_num_desktops

/usr/libexec/at-spi-bus-launcher --launch-immediately >/run/at-spi.log 2>&1 &
wait_for dbus-send --session --print-reply --dest=org.a11y.Bus /org/a11y/bus org.a11y.Bus.GetAddress

# Programs publish their user interface on the accessibility bus only if a screen reader is enabled.
for property in IsEnabled ScreenReaderEnabled; do
  dbus-send --session --print-reply --dest=org.a11y.Bus /org/a11y/bus org.freedesktop.DBus.Properties.Set \
    string:org.a11y.Status "string:$property" variant:boolean:true >/dev/null
done
