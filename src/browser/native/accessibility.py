"""Eyes and one finger for a browser's security dialog, through the accessibility bus. Argument: the browser, Chromium or Firefox.

Says about three times a second what is on show, one line each: {"title", "texts"} or null.
A line `NAME` on the input presses the button of that name; the answer is a line {"pressed": NAME} or {"missing": NAME}.
"""

import json
import sys
import warnings

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

warnings.simplefilter("ignore")


def children(node):
    for index in range(node.get_child_count()):
        child = node.get_child_at_index(index)
        if child is not None:
            yield child


def within(node, depth=0):
    """Everything in a dialog, without the page's document."""
    if depth > 12 or node.get_role_name().startswith("document"):
        return
    yield node
    for child in children(node):
        yield from within(child, depth + 1)


def named(nodes):
    return [name for node in nodes if (name := node.get_name()) and name != "\u200b"]


def chromium_dialogs(frame):
    """While a dialog is open, Chromium names the window after it; otherwise the name ends with the browser's own."""
    for child in children(frame):
        if child.get_role_name() in ("dialog", "alert") and child.get_name():
            yield child, child.get_name()
    name = frame.get_name()
    if name and " - Chromium" not in name:
        yield None, name


def firefox_dialogs(node, depth=0):
    """Popups hang at the window, a tab's modal dialogs beside its page. None has a title: it is what the first label says."""
    for child in children(node):
        role = child.get_role_name()
        if role in ("dialog", "alert"):
            labels = named(part for part in within(child) if part.get_role_name() == "label")
            if labels:
                yield child, labels[0]
        elif role in ("panel", "scroll pane", "internal frame") and depth < 4:
            yield from firefox_dialogs(child, depth + 1)


browser = sys.argv[1]
dialogs_of = {"Chromium": chromium_dialogs, "Firefox": firefox_dialogs}[browser]


def shown():
    """The first dialog on show, if any: its node (None where the bus has but its title) and its title."""
    Atspi.get_desktop(0).clear_cache()
    for application in children(Atspi.get_desktop(0)):
        if application.get_name() != browser:
            continue
        for frame in children(application):
            for found in dialogs_of(frame):
                return found
    return None


def say(what):
    try:
        print(json.dumps(what), flush=True)
    except BrokenPipeError:
        sys.exit()


def tell():
    try:
        found = shown()
        sight = found and {"title": found[1], "texts": named(within(found[0])) if found[0] else []}
    except GLib.Error:
        sight = None  # a window went away while it was read
    say(sight)
    return True


def press(name):
    try:
        dialog, _ = shown() or (None, None)
        for node in within(dialog) if dialog else ():
            if node.get_role_name() == "push button" and node.get_name() == name:
                return node.do_action(0)
    except GLib.Error:
        pass  # it went away
    return False


def obey(channel, _condition):
    line = channel.readline()
    if not line:
        sys.exit()
    name = line.rstrip("\n")
    say({"pressed" if press(name) else "missing": name})
    return True


# No listeners for events: programs would send them all, and in the lab that takes the time that the page needs.
GLib.timeout_add(300, tell)
GLib.io_add_watch(sys.stdin, GLib.PRIORITY_DEFAULT, GLib.IO_IN | GLib.IO_HUP, obey)
Atspi.event_main()
