"""A host program with python-fido2 (0.9) that uses a key over UDP or PC/SC.

python_fido2_client.py udp PORT | pcsc READER [reset]: executes all operations, or only a reset, and prints one line per
operation: `NAME ok` or `NAME ERROR`.
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


def open_device(transport, address):
    if transport == "udp":
        return CtapHidDevice(HidDescriptor("udp", 0, 0, 64, 64), UdpConnection(int(address)))
    from fido2.pcsc import CtapPcscDevice

    for _ in range(100):  # a card that was just inserted is listed after a moment
        for device in CtapPcscDevice.list_devices(address):
            return device
        time.sleep(0.1)
    raise LookupError("There is no card on reader " + address)


def run_operation(name, work):
    """Runs an operation and prints its outcome. Returns its result, or None if it failed."""
    try:
        result = work()
        print(name, "ok", flush=True)
        return result
    except Exception as error:  # any error is an outcome to report
        print(name, repr(error), flush=True)


def expect_error(code, work):
    """Runs an operation that must fail with this CTAP error."""
    try:
        work()
    except CtapError as error:
        assert error.code == code, error
    else:
        raise AssertionError("expected CTAP error %#x, got no error" % code)


class Host:
    def __init__(self, device):
        self.device = device
        self.ctap = Ctap2(device)
        self.pin = ClientPin(self.ctap)

    def token(self, permission, rp_id=None, pin=PIN):
        return self.pin.get_pin_token(pin, permission, rp_id)

    def make_credential(self, user, rk, pin=True, extensions=None):
        pin_arguments = {}
        if pin:
            token = self.token(ClientPin.PERMISSION.MAKE_CREDENTIAL, RP["id"])
            pin_arguments = {
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
            **pin_arguments,
        )
        assert made.fmt == "packed", made.fmt
        PackedAttestation().verify(made.att_statement, made.auth_data, HASH)
        assert made.auth_data.is_user_verified() == pin
        return made

    def get_assertion(self, credential, by_id=True, pin=True):
        pin_arguments = {}
        if pin:
            token = self.token(ClientPin.PERMISSION.GET_ASSERTION, RP["id"])
            pin_arguments = {
                "pin_uv_param": self.pin.protocol.authenticate(token, HASH),
                "pin_uv_protocol": self.pin.protocol.VERSION,
            }
        allowed = [{"type": "public-key", "id": credential.credential_id}] if by_id else None
        given = self.ctap.get_assertion(RP["id"], HASH, allowed, **pin_arguments)
        given.verify(HASH, credential.public_key)
        assert given.auth_data.is_user_verified() == pin

    def management(self):
        return CredentialManagement(
            self.ctap, self.pin.protocol, self.token(ClientPin.PERMISSION.CREDENTIAL_MGMT)
        )

    def check_pin_retries(self, expected):
        found, _ = self.pin.get_pin_retries()
        assert found == expected, found

    def check_credential_count(self, expected):
        found = self.management().get_metadata()
        assert found[CredentialManagement.RESULT.EXISTING_CRED_COUNT] == expected, found

    def list_credential(self):
        management = self.management()
        (rp,) = management.enumerate_rps()
        (credential,) = management.enumerate_creds(rp[CredentialManagement.RESULT.RP_ID_HASH])
        return credential[CredentialManagement.RESULT.CREDENTIAL_ID]

    def large_blobs(self):
        return LargeBlobs(self.ctap, self.pin.protocol, self.token(ClientPin.PERMISSION.LARGE_BLOB_WRITE))

    def check_blob(self, key):
        read = self.large_blobs().get_blob(key)
        assert read == b"a large blob" * 20, read


def run_all_operations(host):
    def ping():
        sent = os.urandom(7609)
        assert host.device.ping(sent) == sent

    if isinstance(host.device, CtapHidDevice):
        run_operation("ping", ping)
    run_operation("info", host.ctap.get_info)
    plain = run_operation("make-without-pin", lambda: host.make_credential("bob", rk=False, pin=False))
    run_operation("assert-without-pin", lambda: host.get_assertion(plain.auth_data.credential_data, pin=False))
    run_operation("set-pin", lambda: host.pin.set_pin("1234"))
    manage = ClientPin.PERMISSION.CREDENTIAL_MGMT
    run_operation("wrong-pin", lambda: expect_error(CtapError.ERR.PIN_INVALID, lambda: host.token(manage, pin="0000")))
    run_operation("retries", lambda: host.check_pin_retries(7))
    run_operation("change-pin", lambda: host.pin.change_pin("1234", PIN))
    verified = run_operation("make-with-pin", lambda: host.make_credential("bob", rk=False))
    run_operation("assert-with-pin", lambda: host.get_assertion(verified.auth_data.credential_data))
    kept = run_operation("make-discoverable", lambda: host.make_credential("alice", rk=True, extensions={"largeBlobKey": True}))
    credential = kept.auth_data.credential_data
    run_operation("assert-discoverable", lambda: host.get_assertion(credential, by_id=False))
    run_operation("large-blob-write", lambda: host.large_blobs().put_blob(kept.large_blob_key, b"a large blob" * 20))
    run_operation("large-blob-read", lambda: host.check_blob(kept.large_blob_key))
    run_operation("credential-metadata", lambda: host.check_credential_count(1))
    listed = run_operation("list-credentials", host.list_credential)
    run_operation("delete-credential", lambda: host.management().delete_cred(listed))
    run_operation("deleted-is-gone", lambda: host.check_credential_count(0))


transport, address, *mode = sys.argv[1:]
host = Host(run_operation("open", lambda: open_device(transport, address)))
if mode == ["reset"]:
    run_operation("reset", host.ctap.reset)
else:
    run_all_operations(host)
