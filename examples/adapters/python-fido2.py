#!/usr/bin/python3
"""Adapter of the server of python-fido2 for `touchstone conform relying-party --adapter-command`. Debian: python3-fido2.

It answers one JSON object per line on standard output for each one on standard input. A refusal of the library is an answer; an
exception of a programming error (a member is missing, a type is wrong) is a crash.
"""
import json
import struct
import sys
from base64 import urlsafe_b64decode, urlsafe_b64encode

try:
    import fido2
    from fido2.attestation import UntrustedAttestation
    from fido2.client import ClientData
    from fido2.ctap2 import AttestationObject, AttestedCredentialData, AuthenticatorData
    from fido2.server import AttestationVerifier, Fido2Server
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding
except ImportError as error:
    sys.exit(f"Expected the package python3-fido2 0.9: {error}")

PROGRAMMING_ERRORS = (TypeError, KeyError, IndexError, AttributeError, NameError, struct.error, RecursionError)


def decode(text):
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encode(data):
    return urlsafe_b64encode(data).decode().rstrip("=")


class Roots(AttestationVerifier):
    """Finds the root that has issued the last certificate of a chain. Attestation that is optional need not lead to a root."""

    def __init__(self, roots, required):
        super().__init__()
        self._required = required
        self._roots = [x509.load_der_x509_certificate(decode(root)) for root in roots]

    def verify_attestation(self, attestation_object, client_data_hash):
        if attestation_object.fmt == "none" and not self._required:
            return
        try:
            super().verify_attestation(attestation_object, client_data_hash)
        except UntrustedAttestation:
            if self._required:
                raise

    def ca_lookup(self, attestation_result, auth_data):
        if not attestation_result.trust_path:
            return None
        last = x509.load_der_x509_certificate(attestation_result.trust_path[-1])
        issuer = next((root for root in self._roots if root.subject == last.issuer), None)
        return None if issuer is None else [issuer.public_bytes(Encoding.DER)]


def create_server(message, attestation, verifier=None):
    return Fido2Server(
        {"id": message["rpId"], "name": "Relying party"},
        attestation=attestation,
        verify_origin=lambda origin: origin == message["origin"],
        verify_attestation=verifier,
    )


def state_of(message):
    return {"challenge": message["challenge"], "user_verification": message["userVerification"]}


def verify_registration(message):
    response = message["response"]["response"]
    roots = Roots(message["trustAnchors"], message["attestation"] == "required")
    data = create_server(message, "direct", roots).register_complete(
        state_of(message),
        ClientData(decode(response["clientDataJSON"])),
        AttestationObject(decode(response["attestationObject"])),
    )
    algorithm = data.credential_data.public_key[3]
    if algorithm not in message["algorithms"]:
        raise ValueError(f"The algorithm {algorithm} was not requested.")
    return {"accepted": True, "credential": encode(bytes(data.credential_data))}


def verify_authentication(message):
    json_response = message["response"]
    response = json_response["response"]
    if response.get("userHandle") != message["userHandle"]:
        raise ValueError("The user handle is another one.")
    create_server(message, "none").authenticate_complete(
        state_of(message),
        [AttestedCredentialData(decode(message["credential"]))],
        decode(json_response["id"]),
        ClientData(decode(response["clientDataJSON"])),
        AuthenticatorData(decode(response["authenticatorData"])),
        decode(response["signature"]),
    )
    return {"accepted": True}


def describe(_):
    return {
        "name": "python-fido2",
        "version": fido2.__version__,
        "formats": ["none", "packed", "fido-u2f", "tpm", "android-safetynet", "apple"],
        "algorithms": [-7, -8, -37, -257],
        "checksTrust": True,
    }


CALLS = {"describe": describe, "verifyRegistration": verify_registration, "verifyAuthentication": verify_authentication}

for line in sys.stdin:
    call = json.loads(line)
    try:
        answer = {"result": CALLS[call["call"]](call["input"])}
    except PROGRAMMING_ERRORS as error:
        answer = {"crashed": f"{type(error).__name__}: {error}"}
    except Exception as error:
        answer = {"result": {"accepted": False, "reason": f"{type(error).__name__}: {error}"}}
    print(json.dumps({"id": call["id"], **answer}), flush=True)
