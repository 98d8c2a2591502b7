"""A host program with python-fido2 (0.9) that uses a key over UDP or PC/SC.

python_fido2_client.py udp PORT | pcsc READER [reset]: executes all operations, or only a reset, and prints one line per
operation: `NAME ok` or `NAME ERROR`.
"""

import hashlib
import os
import sys
import time

from fido2.attestation import PackedAttestation
from fido2.cose import ES256
from fido2.ctap import CtapError
from fido2.ctap1 import APDU, ApduError, Ctap1
from fido2.ctap2 import ClientPin, CredentialManagement, Ctap2, FPBioEnrollment, LargeBlobs
from fido2.hid import CtapHidDevice

from python_fido2_udp import open_udp

RP = {"id": "example.com", "name": "Example"}
HASH = bytes(32)
PIN = "56789"


def open_device(transport, address):
    if transport == "udp":
        return open_udp(address)
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


def expect_apdu_error(code, work):
    """Runs a U2F operation that must fail with this status word."""
    try:
        work()
    except ApduError as error:
        assert error.code == code, hex(error.code)
    else:
        raise AssertionError("expected status word %#x, got a response" % code)


class Host:
    def __init__(self, device):
        self.device = device
        self.ctap = Ctap2(device)
        self.ctap1 = Ctap1(device)
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

    def check_u2f_version(self):
        found = self.ctap1.get_version()
        assert found == "U2F_V2", found

    def check_u2f_unknown_instruction(self):
        expect_apdu_error(0x6D00, lambda: self.ctap1.send_apdu(ins=0x40))

    def use_u2f(self):
        application = hashlib.sha256(RP["id"].encode()).digest()
        registration = self.ctap1.register(HASH, application)
        registration.verify(application, HASH)
        self.ctap1.authenticate(HASH, application, registration.key_handle).verify(
            application, HASH, registration.public_key
        )
        expect_apdu_error(
            APDU.USE_NOT_SATISFIED,
            lambda: self.ctap1.authenticate(HASH, application, registration.key_handle, check_only=True),
        )

    def fingerprints(self):
        return FPBioEnrollment(self.ctap, self.pin.protocol, self.token(ClientPin.PERMISSION.BIO_ENROLL))

    def enroll_fingerprint(self):
        context = self.fingerprints().enroll()
        for _ in range(10):
            template = context.capture()
            if template is not None:
                return template
        raise AssertionError("the enrollment does not end")

    def check_fingerprints(self, expected):
        found = self.fingerprints().enumerate_enrollments()
        assert found == expected, found


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
    run_operation("u2f-version", host.check_u2f_version)
    run_operation("u2f-unknown-instruction", host.check_u2f_unknown_instruction)
    run_operation("u2f-register-and-authenticate", host.use_u2f)
    run_operation("no-fingerprints", lambda: host.check_fingerprints({}))
    finger = run_operation("enroll-fingerprint", host.enroll_fingerprint)
    run_operation("list-unnamed-fingerprint", lambda: host.check_fingerprints({finger: ""}))
    run_operation("name-fingerprint", lambda: host.fingerprints().set_name(finger, "thumb"))
    run_operation("list-named-fingerprint", lambda: host.check_fingerprints({finger: "thumb"}))
    run_operation("remove-fingerprint", lambda: host.fingerprints().remove_enrollment(finger))


transport, address, *mode = sys.argv[1:]
host = Host(run_operation("open", lambda: open_device(transport, address)))
if mode == ["reset"]:
    run_operation("reset", host.ctap.reset)
else:
    run_all_operations(host)
