"""A host written with python-fido2 (0.9) that uses a key over UDP: info, PIN set, make credential, get assertion. Prints JSON."""

import json
import os
import socket
import sys

from fido2.client import Fido2Client
from fido2.ctap2 import Ctap2
from fido2.ctap2.pin import ClientPin
from fido2.hid import CtapHidDevice
from fido2.hid.base import CtapHidConnection, HidDescriptor
from fido2.server import Fido2Server


class UdpConnection(CtapHidConnection):
    def __init__(self, port):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.settimeout(10)
        self.socket.connect(("127.0.0.1", port))

    def read_packet(self):
        return self.socket.recv(64)

    def write_packet(self, data):
        self.socket.send(data)

    def close(self):
        self.socket.close()


port = int(sys.argv[1])
device = CtapHidDevice(HidDescriptor("udp", 0, 0, 64, 64), UdpConnection(port))
ping = os.urandom(7609)
report = {"ping": device.ping(ping) == ping}
ctap2 = Ctap2(device)
report["aaguid"] = ctap2.info.aaguid.hex()
ClientPin(ctap2).set_pin("1234")

client = Fido2Client(device, "https://example.com")
server = Fido2Server({"id": "example.com", "name": "Example"}, attestation="direct")
user = {"id": b"alice", "name": "alice"}
options, state = server.register_begin(user, resident_key=True, user_verification="required")
attestation = client.make_credential(options["publicKey"], pin="1234")
registered = server.register_complete(state, attestation.client_data, attestation.attestation_object)
report["fmt"] = attestation.attestation_object.fmt

options, state = server.authenticate_begin(user_verification="required")
assertion = client.get_assertion(options["publicKey"], pin="1234").get_response(0)
server.authenticate_complete(
    state,
    [registered.credential_data],
    assertion.credential_id,
    assertion.client_data,
    assertion.authenticator_data,
    assertion.signature,
)
report["verified"] = assertion.authenticator_data.is_user_verified()
print(json.dumps(report))
