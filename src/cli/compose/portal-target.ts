/** The reference portal in this process as a target of the suite for relying parties. */
import { toBase64url } from '#base/bytes.ts';
import { AdjustableClock, systemClock } from '#base/clock.ts';
import { type Random, systemRandom } from '#base/random.ts';
import type { CeremonySettings } from '#conformance/relying-party/ceremony-settings.ts';
import { createConformanceApi } from '#conformance/relying-party/conformance-api/client.ts';
import type { Account, Outcome, RelyingPartyTarget } from '#conformance/relying-party/target.ts';
import { coseAlgorithms } from '#protocol/cose.ts';
import { verifyEncoded } from '#relying-party/metadata/encoded-metadata.ts';
import { quickScrypt } from '#relying-party/methods/secret-hash.ts';
import { createInProcessPortal, type InProcessPortal } from '#relying-party/portal/portal.ts';
import { toPolicy } from '#relying-party/portal/routes/conformance-settings.ts';
import type { Refused } from '#relying-party/refusals.ts';
import { openStore } from '#relying-party/store/libsql-store.ts';
import { emulatorTrustAnchors } from './emulator-catalogue.ts';

const rpId = 'localhost';
const origin = `http://${rpId}:8080`;

interface ClockedPortal extends InProcessPortal {
  clock: AdjustableClock;
}

/** Returns the target. It has one portal for each combination of settings, because the settings are its policy. */
export function createPortalTarget(random: Random = systemRandom): RelyingPartyTarget {
  const portals = new Map<string, Promise<ClockedPortal>>();
  let portalWithApi: Promise<ClockedPortal> | undefined;
  return {
    name: 'Touchstone portal',
    checksTrust: true,
    usesMetadata: true,
    hasPolicy: true,
    hasClock: true,
    keepsState: true,
    conformanceApi: createConformanceApi({
      url: origin,
      random,
      clock: systemClock,
      async fetch(url, init) {
        portalWithApi ??= createPortal(settingsOfApi, random);
        return (await portalWithApi).request(url, init);
      },
    }),
    async openAccount(settings) {
      const key = JSON.stringify(settings);
      const portal = portals.get(key) ?? createPortal(settings, random);
      portals.set(key, portal);
      return openAccount(await portal, random);
    },
  };
}

/** The requests of the conformance API ask for what they need. */
const settingsOfApi: CeremonySettings = {
  userVerification: 'required',
  attestation: 'optional',
  algorithms: [coseAlgorithms.ES256.alg, coseAlgorithms.EdDSA.alg, coseAlgorithms.RS256.alg],
};

const createPortal = async (
  { userVerification, metadata, ...demanded }: CeremonySettings,
  random: Random,
): Promise<ClockedPortal> => {
  const clock = new AdjustableClock();
  const portal = await createInProcessPortal({
    store: openStore(),
    clock,
    random,
    origin,
    rpId,
    passwordCost: quickScrypt,
    conformanceApi: true,
    trustAnchors: emulatorTrustAnchors(),
    metadata: metadata && (async () => verifyEncoded(metadata, clock.now())),
    policy: { userVerification, ...toPolicy(demanded) },
  });
  return { ...portal, clock };
};

async function openAccount({ directory, relyingParty, clock }: ClockedPortal, random: Random): Promise<Account> {
  const name = `user-${toBase64url(random.bytes(9))}@example.com`;
  const user = await directory.createUser({ name, displayName: name });
  const caller = await directory.openSession(user, 'totp');
  const visitor = toBase64url(random.bytes(16));
  return {
    origin,
    rpId,
    userHandle: user.id,
    letTimePass: async (ms) => clock.advance(ms),
    async beginRegistration() {
      const outcome = await relyingParty.creationOptions(caller);
      if (!outcome.accepted) throw new Error(`The portal returns no options: ${outcome.reason}`);
      return outcome.options.challenge;
    },
    register: (response) =>
      toOutcome(async () => {
        const outcome = await relyingParty.register(caller, response);
        return outcome.accepted ? relyingParty.namePasskey(caller, outcome.pending.id, 'Passkey') : outcome;
      }),
    beginAuthentication: async () => (await relyingParty.requestOptions(visitor)).challenge,
    authenticate: (response) => toOutcome(() => relyingParty.authenticate(visitor, response)),
    listCredentialIds: async () => (await relyingParty.listPasskeys(caller)).map(({ credentialId }) => credentialId),
  };
}

async function toOutcome(work: () => Promise<{ accepted: true } | Refused>): Promise<Outcome> {
  try {
    const outcome = await work();
    if (outcome.accepted) return { verdict: 'accepted' };
    const { rule, reason, detail } = outcome;
    return { verdict: 'refused', rule, detail: `${reason} ${detail}`.trim() };
  } catch (error) {
    return { verdict: 'crashed', detail: String(error) };
  }
}
