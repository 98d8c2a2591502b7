"""Reads a browser's security dialog through the accessibility bus, and presses its buttons.

Argument: the browser, Chromium or Firefox.
Output: one JSON line about three times per second, {"window", "dialog"}: whether a window of the browser with its tool bar is on the
bus, and the open dialog as {"title", "texts"} or null. {"error": MESSAGE} instead if the bus or the browser did not answer.
Input: a line NAME presses the button of that name. Its result is an output line {"pressed": NAME} or {"missing": NAME}.
"""

import json
import sys
import warnings

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

sys.dont_write_bytecode = True  # creates no __pycache__ in the folder of the sources
from browser_dialogs import DIALOGS, children, descendants, has_tool_bar, names_of  # noqa: E402

warnings.simplefilter("ignore")

INTERVAL_MS = 300
# Time for an answer of the browser. The default of 0.8 s is too short for the kernel lab: a busy browser answers later there, and
# every read would fail.
ANSWER_TIMEOUT_MS = 15_000
# The same for a program that has just started.
STARTUP_TIMEOUT_MS = 60_000

browser = sys.argv[1]
dialogs_of = DIALOGS[browser]

# Whether the tool bar was found. The search ends then, because it takes time in the kernel lab.
window_is_known = False


def frames():
    """Returns the windows of the browser."""
    desktop = Atspi.get_desktop(0)
    desktop.clear_cache()
    return [
        frame
        for application in children(desktop)
        if application.get_name() == browser
        for frame in children(application)
    ]


def find_dialog(windows):
    """Returns the first open dialog as (node, title), or None. The node is None if the bus has only the title."""
    return next((found for frame in windows for found in dialogs_of(frame)), None)


def read_bus():
    global window_is_known
    windows = frames()
    window_is_known = bool(windows) and (window_is_known or any(has_tool_bar(frame) for frame in windows))
    found = find_dialog(windows)
    dialog = found and {"title": found[1], "texts": names_of(descendants(found[0])) if found[0] else []}
    return {"window": window_is_known, "dialog": dialog}


def write_line(value):
    try:
        print(json.dumps(value), flush=True)
    except BrokenPipeError:
        sys.exit()


def report_dialog():
    try:
        write_line(read_bus())
    except GLib.Error as error:  # also when a window is closed while it is read
        write_line({"error": error.message})
    return True


def press_button(name):
    """Returns whether the open dialog has a button of that name and it was pressed."""
    try:
        dialog, _ = find_dialog(frames()) or (None, None)
        for node in descendants(dialog) if dialog else ():
            if node.get_role_name() == "push button" and node.get_name() == name:
                return node.do_action(0)
    except GLib.Error:
        pass  # the window was closed
    return False


def on_input(channel, _condition):
    line = channel.readline()
    if not line:
        sys.exit()
    name = line.rstrip("\n")
    write_line({"pressed" if press_button(name) else "missing": name})
    return True


Atspi.set_timeout(ANSWER_TIMEOUT_MS, STARTUP_TIMEOUT_MS)
# Polls instead of listening for events: with a listener, programs send every event, which slows the page down in the kernel lab.
GLib.timeout_add(INTERVAL_MS, report_dialog)
GLib.io_add_watch(sys.stdin, GLib.PRIORITY_DEFAULT, GLib.IO_IN | GLib.IO_HUP, on_input)
Atspi.event_main()
