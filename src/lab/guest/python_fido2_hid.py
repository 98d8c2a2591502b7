"""python-fido2 (0.9) uses the key through its own hidraw backend: finds it, registers with a PIN, signs in. Prints the results as JSON."""

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
attestation = client.make_credential(options["publicKey"], pin=pin)
registered = server.register_complete(state, attestation.client_data, attestation.attestation_object)

options, state = server.authenticate_begin([registered.credential_data], user_verification="required")
assertion = client.get_assertion(options["publicKey"], pin=pin).get_response(0)
server.authenticate_complete(
    state,
    [registered.credential_data],
    assertion.credential_id,
    assertion.client_data,
    assertion.authenticator_data,
    assertion.signature,
)

print(
    json.dumps(
        {
            "aaguid": info.aaguid.hex(),
            "fmt": attestation.attestation_object.fmt,
            "verified": assertion.authenticator_data.is_user_verified(),
        }
    )
)
