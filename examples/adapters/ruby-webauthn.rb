#!/usr/bin/ruby
# Adapter of webauthn-ruby for `touchstone conform relying-party --adapter-command`. Debian: ruby-webauthn.
#
# It answers one JSON object per line on standard output for each one on standard input. An exception refuses; one of a programming
# error (a method is missing, a type is wrong) is a crash.
require "json"
begin
  require "webauthn"
rescue LoadError => e
  abort "Expected the package ruby-webauthn: #{e.message}"
end

# Before version 1.3, the package for COSE keys changes keys after it has made them, which OpenSSL 3 does not permit.
begin
  COSE::Key::EC2.from_pkey(OpenSSL::PKey::EC.generate("prime256v1")).to_pkey
rescue OpenSSL::PKey::PKeyError => e
  abort "Expected the package ruby-cose 1.3 or OpenSSL 1.1: #{e.message}"
end

# Finds all roots for every certificate.
class Roots
  def initialize(roots)
    @roots = roots.map { |root| OpenSSL::X509::Certificate.new(Base64.urlsafe_decode64(root)) }
  end

  def find(**)
    @roots
  end
end

def configure(input)
  WebAuthn.configure do |config|
    config.origin = input["origin"]
    config.rp_id = input["rpId"]
    config.encoding = :base64url
    config.algorithms = NAMES.values_at(*input.fetch("algorithms", [])).compact
    config.attestation_root_certificates_finders = [Roots.new(input.fetch("trustAnchors", []))]
    types = %w[Basic AttCA Basic_or_AttCA AnonCA]
    config.acceptable_attestation_types = input["attestation"] == "required" ? types : %w[None Self] + types
  end
end

NAMES = { -7 => "ES256", -35 => "ES384", -36 => "ES512", -37 => "PS256", -38 => "PS384", -39 => "PS512", -257 => "RS256" }.freeze

CALLS = {
  "describe" => lambda do |_|
    {
      name: "webauthn-ruby",
      version: Gem.loaded_specs["webauthn"]&.version.to_s,
      formats: %w[none packed fido-u2f tpm android-key android-safetynet apple],
      algorithms: NAMES.keys,
      checksTrust: true
    }
  end,
  "verifyRegistration" => lambda do |input|
    configure(input)
    credential = WebAuthn::Credential.from_create(input["response"])
    credential.verify(input["challenge"], user_verification: input["userVerification"] == "required")
    { accepted: true, credential: { id: credential.id, key: credential.public_key, count: credential.sign_count } }
  end,
  "verifyAuthentication" => lambda do |input|
    configure(input)
    credential = WebAuthn::Credential.from_get(input["response"])
    stored = input["credential"]
    next { accepted: false, reason: "The credential is unknown" } if credential.id != stored["id"]
    handle = input.dig("response", "response", "userHandle")
    next { accepted: false, reason: "The user handle is another one" } if handle != input["userHandle"]
    credential.verify(
      input["challenge"],
      public_key: stored["key"],
      sign_count: stored["count"],
      user_verification: input["userVerification"] == "required"
    )
    { accepted: true }
  end
}.freeze

$stdout.sync = true
$stdin.each_line do |line|
  call = JSON.parse(line)
  answer =
    begin
      { result: CALLS.fetch(call["call"]).call(call["input"]) }
    rescue NameError, TypeError, KeyError, SystemStackError => e
      { crashed: "#{e.class}: #{e.message}" }
    rescue StandardError => e
      { result: { accepted: false, reason: "#{e.class}: #{e.message}" } }
    end
  puts JSON.generate({ id: call["id"] }.merge(answer))
end
