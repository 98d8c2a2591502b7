"""A host written with python-fido2 (0.9) that uses a key over UDP or PC/SC.

python_fido2_client.py udp PORT | pcsc READER [reset]: does every operation it can and prints a line for each, `NAME ok` or
`NAME` and what came instead.
"""

import os
import socket
import sys
import time

from fido2.attestation import PackedAttestation
from fido2.cose import ES256
from fido2.ctap import CtapError
from fido2.ctap2 import ClientPin, CredentialManagement, Ctap2, LargeBlobs
from fido2.hid import CtapHidDevice
from fido2.hid.base import CtapHidConnection, HidDescriptor

RP = {"id": "example.com", "name": "Example"}
HASH = bytes(32)
PIN = "56789"


class UdpConnection(CtapHidConnection):
    def __init__(self, port):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.settimeout(20)
        self.socket.connect(("127.0.0.1", port))

    def read_packet(self):
        return self.socket.recv(64)

    def write_packet(self, data):
        self.socket.send(data)

    def close(self):
        self.socket.close()


def device_on(carrier, address):
    if carrier == "udp":
        return CtapHidDevice(HidDescriptor("udp", 0, 0, 64, 64), UdpConnection(int(address)))
    from fido2.pcsc import CtapPcscDevice

    for _ in range(100):  # a card that was laid down just now shows in a moment
        for device in CtapPcscDevice.list_devices(address):
            return device
        time.sleep(0.1)
    raise LookupError("no card lies on " + address)


def operation(name, work):
    """Prints what became of it; an operation that fails leaves nothing to those that build on it."""
    try:
        result = work()
        print(name, "ok", flush=True)
        return result
    except Exception as error:  # whatever it is, it is the outcome
        print(name, repr(error), flush=True)


def refused(code, work):
    try:
        work()
    except CtapError as error:
        assert error.code == code, error
    else:
        raise AssertionError("it was not refused")


class Host:
    def __init__(self, device):
        self.device = device
        self.ctap = Ctap2(device)
        self.pin = ClientPin(self.ctap)

    def token(self, permission, rp_id=None, pin=PIN):
        return self.pin.get_pin_token(pin, permission, rp_id)

    def make(self, user, rk, pin=True, extensions=None):
        proof = {}
        if pin:
            token = self.token(ClientPin.PERMISSION.MAKE_CREDENTIAL, RP["id"])
            proof = {
                "pin_uv_param": self.pin.protocol.authenticate(token, HASH),
                "pin_uv_protocol": self.pin.protocol.VERSION,
            }
        made = self.ctap.make_credential(
            HASH,
            RP,
            {"id": user.encode(), "name": user, "displayName": user},
            [{"type": "public-key", "alg": ES256.ALGORITHM}],
            options={"rk": True} if rk else None,
            extensions=extensions,
            **proof,
        )
        assert made.fmt == "packed", made.fmt
        PackedAttestation().verify(made.att_statement, made.auth_data, HASH)
        assert made.auth_data.is_user_verified() == pin
        return made

    def give(self, credential, by_id=True, pin=True):
        proof = {}
        if pin:
            token = self.token(ClientPin.PERMISSION.GET_ASSERTION, RP["id"])
            proof = {
                "pin_uv_param": self.pin.protocol.authenticate(token, HASH),
                "pin_uv_protocol": self.pin.protocol.VERSION,
            }
        allowed = [{"type": "public-key", "id": credential.credential_id}] if by_id else None
        given = self.ctap.get_assertion(RP["id"], HASH, allowed, **proof)
        given.verify(HASH, credential.public_key)
        assert given.auth_data.is_user_verified() == pin

    def management(self):
        return CredentialManagement(
            self.ctap, self.pin.protocol, self.token(ClientPin.PERMISSION.CREDENTIAL_MGMT)
        )

    def retries_are(self, expected):
        found, _ = self.pin.get_pin_retries()
        assert found == expected, found

    def count(self, expected):
        found = self.management().get_metadata()
        assert found[CredentialManagement.RESULT.EXISTING_CRED_COUNT] == expected, found

    def listed(self):
        management = self.management()
        (rp,) = management.enumerate_rps()
        (credential,) = management.enumerate_creds(rp[CredentialManagement.RESULT.RP_ID_HASH])
        return credential[CredentialManagement.RESULT.CREDENTIAL_ID]

    def large_blobs(self):
        return LargeBlobs(self.ctap, self.pin.protocol, self.token(ClientPin.PERMISSION.LARGE_BLOB_WRITE))

    def blob_comes_back(self, key):
        read = self.large_blobs().get_blob(key)
        assert read == b"a large blob" * 20, read


def everything(host):
    def ping():
        sent = os.urandom(7609)
        assert host.device.ping(sent) == sent

    if isinstance(host.device, CtapHidDevice):
        operation("ping", ping)
    operation("info", host.ctap.get_info)
    plain = operation("make-without-pin", lambda: host.make("bob", rk=False, pin=False))
    operation("assert-without-pin", lambda: host.give(plain.auth_data.credential_data, pin=False))
    operation("set-pin", lambda: host.pin.set_pin("1234"))
    manage = ClientPin.PERMISSION.CREDENTIAL_MGMT
    operation("wrong-pin", lambda: refused(CtapError.ERR.PIN_INVALID, lambda: host.token(manage, pin="0000")))
    operation("retries", lambda: host.retries_are(7))
    operation("change-pin", lambda: host.pin.change_pin("1234", PIN))
    verified = operation("make-with-pin", lambda: host.make("bob", rk=False))
    operation("assert-with-pin", lambda: host.give(verified.auth_data.credential_data))
    kept = operation("make-discoverable", lambda: host.make("alice", rk=True, extensions={"largeBlobKey": True}))
    credential = kept.auth_data.credential_data
    operation("assert-discoverable", lambda: host.give(credential, by_id=False))
    operation("large-blob-write", lambda: host.large_blobs().put_blob(kept.large_blob_key, b"a large blob" * 20))
    operation("large-blob-read", lambda: host.blob_comes_back(kept.large_blob_key))
    operation("credential-metadata", lambda: host.count(1))
    listed = operation("list-credentials", host.listed)
    operation("delete-credential", lambda: host.management().delete_cred(listed))
    operation("deleted-is-gone", lambda: host.count(0))


carrier, address, *what = sys.argv[1:]
host = Host(operation("open", lambda: device_on(carrier, address)))
if what == ["reset"]:
    operation("reset", host.ctap.reset)
else:
    everything(host)
