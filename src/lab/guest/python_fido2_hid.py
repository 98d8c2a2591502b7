"""python-fido2 (0.9) uses the key through its own hidraw backend: finds it, registers with a PIN, signs in; prints what it saw as JSON."""

import json
import sys

from fido2.client import Fido2Client
from fido2.ctap2 import Ctap2
from fido2.hid import CtapHidDevice
from fido2.server import Fido2Server

pin = sys.argv[1]
[device] = CtapHidDevice.list_devices()
info = Ctap2(device).get_info()
assert device.ping(b"touchstone") == b"touchstone"

server = Fido2Server({"id": "example.com", "name": "Example"}, attestation="direct")
client = Fido2Client(device, "https://example.com")
user = {"id": b"python", "name": "python", "displayName": "Python"}

options, state = server.register_begin(user, user_verification="required")
made = client.make_credential(options["publicKey"], pin=pin)
registered = server.register_complete(state, made.client_data, made.attestation_object)

options, state = server.authenticate_begin([registered.credential_data], user_verification="required")
got = client.get_assertion(options["publicKey"], pin=pin).get_response(0)
server.authenticate_complete(
    state, [registered.credential_data], got.credential_id, got.client_data, got.authenticator_data, got.signature
)

print(
    json.dumps(
        {
            "aaguid": info.aaguid.hex(),
            "fmt": made.attestation_object.fmt,
            "verified": got.authenticator_data.is_user_verified(),
        }
    )
)
