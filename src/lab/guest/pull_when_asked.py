"""Lets nobody touch the emulated key behind the hooks of `touchstone emulate --http PORT`, and pulls it when it asks for a touch."""

import json
import sys
import time
import urllib.request

key = f"http://127.0.0.1:{sys.argv[1]}/keys/1"


def put(what, **body):
    request = urllib.request.Request(
        f"{key}/{what}",
        data=json.dumps(body).encode(),
        headers={"content-type": "application/json"},
        method="PUT",
    )
    urllib.request.urlopen(request).close()


def asks():
    with urllib.request.urlopen(key) as answer:
        return json.load(answer)["asks"]


put("touch", touch="never")
while not asks():
    time.sleep(0.05)
put("power", power="off")
