#!/usr/bin/perl
# Adapter of Authen::WebAuthn for `touchstone conform relying-party --adapter-command`. Debian: libauthen-webauthn-perl.
#
# It answers one JSON object per line on standard output for each one on standard input. An exception refuses; one that the interpreter
# throws for a programming error is a crash.
use strict;
use warnings;
BEGIN {
    eval { require Authen::WebAuthn; require JSON; 1 } or do {
        print STDERR "Expected the package libauthen-webauthn-perl: $@";
        exit 1;
    };
}

my $json = JSON->new->utf8->canonical;
$| = 1;

sub relying_party {
    my ($input) = @_;
    return Authen::WebAuthn->new( rp_id => $input->{rpId}, origin => $input->{origin} );
}

my %calls = (
    describe => sub {
        return {
            name        => 'Authen::WebAuthn',
            version     => "" . ( $Authen::WebAuthn::VERSION // '' ),
            formats     => [qw(none packed fido-u2f)],
            algorithms  => [ -7, -257 ],
            checksTrust => JSON::false(),
        };
    },
    verifyRegistration => sub {
        my ($input) = @_;
        my $response = $input->{response}{response};
        my $result = relying_party($input)->validate_registration(
            challenge_b64          => $input->{challenge},
            requested_uv           => $input->{userVerification},
            client_data_json_b64   => $response->{clientDataJSON},
            attestation_object_b64 => $response->{attestationObject},
        );
        return {
            accepted   => JSON::true(),
            credential => {
                id    => $result->{credential_id},
                key   => $result->{credential_pubkey},
                count => $result->{signature_count},
            },
        };
    },
    verifyAuthentication => sub {
        my ($input) = @_;
        my ( $credential, $answer ) = ( $input->{credential}, $input->{response} );
        my $response = $answer->{response};
        die "The credential is unknown\n" if ( $answer->{id} // '' ) ne $credential->{id};
        die "The user handle is another one\n" if ( $response->{userHandle} // '' ) ne $input->{userHandle};
        relying_party($input)->validate_assertion(
            challenge_b64          => $input->{challenge},
            credential_pubkey_b64  => $credential->{key},
            stored_sign_count      => $credential->{count},
            requested_uv           => $input->{userVerification},
            client_data_json_b64   => $response->{clientDataJSON},
            authenticator_data_b64 => $response->{authenticatorData},
            signature_b64          => $response->{signature},
            extension_results      => {},
        );
        return { accepted => JSON::true() };
    },
);

my $programming_error = qr/^(Can't |Not an? \w+ reference|Undefined subroutine|Use of uninitialized|Deep recursion)/;

while ( my $line = <STDIN> ) {
    my $call   = $json->decode($line);
    my $answer = eval { { result => $calls{ $call->{call} }->( $call->{input} ) } } // do {
        my $reason = "$@";
        $reason =~ $programming_error
          ? { crashed => $reason }
          : { result => { accepted => JSON::false(), reason => $reason } };
    };
    print $json->encode( { id => $call->{id}, %$answer } ), "\n";
}
