"""What python-fido2 (0.9) thinks of disputed clauses: a second opinion about the answers of a key over UDP.

python_fido2_clauses.py PORT CLAUSE [PORT CLAUSE ...]: prints one line per clause: `accepts` or `rejects REASON`.
"""

import os
import sys

from fido2.attestation import PackedAttestation
from fido2.cose import CoseKey
from fido2.ctap import CtapError
from fido2.ctap2 import ClientPin, Ctap2

from python_fido2_udp import open_udp

RP = {"id": "example.com", "name": "Example"}
USER = {"id": b"1", "name": "alice"}
ES256 = [{"type": "public-key", "alg": -7}]
HASH = os.urandom(32)
PIN = "91827364"


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


def status_of(call):
    try:
        call()
    except CtapError as error:
        return error.code
    return None


def enter(pin, text):
    return pin.get_pin_token(text, ClientPin.PERMISSION.GET_ASSERTION, "example.com")


def make(ctap, **more):
    return ctap.make_credential(HASH, RP, USER, ES256, **more)


def assert_with(ctap, credential, **more):
    allow = [{"type": "public-key", "id": credential.auth_data.credential_data.credential_id}]
    return ctap.get_assertion("example.com", HASH, allow, **more)


def packed_statement_is_valid(ctap):
    made = make(ctap)
    PackedAttestation().verify(made.att_statement, made.auth_data, HASH)


def assertion_is_signed(ctap):
    made = make(ctap)
    assert_with(ctap, made).verify(HASH, made.auth_data.credential_data.public_key)


def counter_increases(ctap):
    made = make(ctap)
    first = assert_with(ctap, made).auth_data.counter
    expect(assert_with(ctap, made).auth_data.counter > first, "the counter does not increase")


def presence_flag_is_set(ctap):
    expect(make(ctap).auth_data.is_user_present(), "UP is clear")


def excluded_credential_is_refused(ctap):
    made = make(ctap)
    exclude = [{"type": "public-key", "id": made.auth_data.credential_data.credential_id}]
    expect(status_of(lambda: make(ctap, exclude_list=exclude)) == CtapError.ERR.CREDENTIAL_EXCLUDED, "not refused")


def unknown_credential_is_refused(ctap):
    allow = [{"type": "public-key", "id": os.urandom(64)}]
    status = status_of(lambda: ctap.get_assertion("example.com", HASH, allow))
    expect(status == CtapError.ERR.NO_CREDENTIALS, "not refused")


def wrong_pin_costs_one_retry(ctap):
    pin = ClientPin(ctap)
    pin.set_pin(PIN)
    before = pin.get_pin_retries()[0]
    expect(status_of(lambda: enter(pin, "00000000")) == CtapError.ERR.PIN_INVALID, "not refused")
    expect(pin.get_pin_retries()[0] == before - 1, "the retries do not decrease by one")


def third_wrong_pin_needs_power_cycle(ctap):
    pin = ClientPin(ctap)
    pin.set_pin(PIN)
    statuses = [status_of(lambda: enter(pin, "00000000")) for _ in range(3)]
    expect(statuses[-1] == CtapError.ERR.PIN_AUTH_BLOCKED, "no power cycle is needed")


def short_pin_is_refused(ctap):
    pin = ClientPin(ctap)
    protocol = pin.protocol
    key_agreement, secret = pin._get_shared_secret()
    encrypted = protocol.encrypt(secret, b"123".ljust(64, b"\0"))
    call = lambda: ctap.client_pin(
        protocol.VERSION,
        ClientPin.CMD.SET_PIN,
        key_agreement=key_agreement,
        new_pin_enc=encrypted,
        pin_uv_param=protocol.authenticate(secret, encrypted),
    )
    expect(status_of(call) == CtapError.ERR.PIN_POLICY_VIOLATION, "not refused")


def public_key_is_supported(ctap):
    key = make(ctap).auth_data.credential_data.public_key
    expect(CoseKey.for_alg(key[3]) is type(key), "the algorithm does not belong to the key")


def opinion(port, clause):
    device = open_udp(port)
    try:
        globals()[clause.replace("-", "_")](Ctap2(device))
        return "accepts"
    except Exception as error:  # everything that python-fido2 raises is an opinion
        return f"rejects {type(error).__name__} {error}".splitlines()[0]


for port, clause in zip(sys.argv[1::2], sys.argv[2::2]):
    print(opinion(int(port), clause), flush=True)
