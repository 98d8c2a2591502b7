"""Finds the open dialog in the tree of a browser window, as the accessibility bus publishes it. Uses only the methods of the nodes."""


def children(node):
    for index in range(node.get_child_count()):
        child = node.get_child_at_index(index)
        if child is not None:
            yield child


def descendants(node, depth=0):
    """Yields the node and everything in it, except web documents."""
    if depth > 12 or node.get_role_name().startswith("document"):
        return
    yield node
    for child in children(node):
        yield from descendants(child, depth + 1)


def names_of(nodes):
    return [name for node in nodes if (name := node.get_name()) and name != "\u200b"]


def chromium_dialogs(frame):
    """While a dialog is open, Chromium's window has the dialog's title; otherwise its name ends with the browser's name."""
    for child in children(frame):
        if child.get_role_name() in ("dialog", "alert") and child.get_name():
            yield child, child.get_name()
    name = frame.get_name()
    if name and " - Chromium" not in name:
        yield None, name


def is_firefox_dialog(node, parent_role):
    """Usually a dialog of a tab has the role dialog. If its content was published before Firefox gave it that role, it stays a panel."""
    role = node.get_role_name()
    if role == "panel" and parent_role == "internal frame":
        return any(child.get_role_name() == "push button" for child in children(node))
    return role in ("dialog", "alert")


def firefox_dialogs(node, depth=0):
    """Firefox's popups are children of the window, its tab dialogs are beside the page. Their title is their first label."""
    for child in children(node):
        if is_firefox_dialog(child, node.get_role_name()):
            labels = names_of(part for part in descendants(child) if part.get_role_name() == "label")
            if labels:
                yield child, labels[0]
        elif child.get_role_name() in ("panel", "scroll pane", "internal frame") and depth < 4:
            yield from firefox_dialogs(child, depth + 1)


def has_tool_bar(node, depth=0):
    """Returns whether a window has the tool bar with the address: the element that shows that the content of the window is on the bus."""
    if node.get_role_name() == "tool bar":
        return True
    return depth < 6 and any(
        has_tool_bar(child, depth + 1)
        for child in children(node)
        if not child.get_role_name().startswith("document")
    )


DIALOGS = {"Chromium": chromium_dialogs, "Firefox": firefox_dialogs}
