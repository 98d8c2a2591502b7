"""Unplugs an emulated key when it requests a touch, through the control API of `touchstone emulate --http PORT`.

unplug_at_touch_request.py PORT
"""

import json
import sys
import time
import urllib.request

key = f"http://127.0.0.1:{sys.argv[1]}/keys/1"


def put(setting, **body):
    request = urllib.request.Request(
        f"{key}/{setting}",
        data=json.dumps(body).encode(),
        headers={"content-type": "application/json"},
        method="PUT",
    )
    urllib.request.urlopen(request).close()


def pending_request():
    with urllib.request.urlopen(key) as response:
        return json.load(response)["asks"]


put("touch", touch="never")
while not pending_request():
    time.sleep(0.05)
put("power", power="off")
