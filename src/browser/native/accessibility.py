"""Says, about three times a second, what security dialog Chromium shows, as the accessibility bus tells it: {"title", "texts"} or null, one line each.

While a dialog of its is open, Chromium names the window after it; otherwise the name ends with the browser's own.
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


def texts(node, depth=0):
    """Names of everything in a dialog, without the page's document."""
    if depth > 12 or node.get_role_name().startswith("document"):
        return
    if name := node.get_name():
        yield name
    for child in children(node):
        yield from texts(child, depth + 1)


def dialog_of(frame):
    for child in children(frame):
        if child.get_role_name() in ("dialog", "alert") and child.get_name():
            return {"title": child.get_name(), "texts": list(texts(child))}
    name = frame.get_name()
    return {"title": name, "texts": []} if name and " - Chromium" not in name else None


def shown():
    for application in children(Atspi.get_desktop(0)):
        if application.get_name() != "Chromium":
            continue
        for frame in children(application):
            if found := dialog_of(frame):
                return found
    return None


def tell():
    try:
        desktop = Atspi.get_desktop(0)
        desktop.clear_cache()
        sight = shown()
    except GLib.Error:
        sight = None  # a window went away while it was read
    try:
        print(json.dumps(sight), flush=True)
    except BrokenPipeError:
        sys.exit()
    return True


# No listeners for events: programs would send them all, and in the lab that takes the time that the page needs.
GLib.timeout_add(300, tell)
Atspi.event_main()
