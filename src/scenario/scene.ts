/**
 * Sets the scene of one case: raises a relying party with its people, plugs the authenticators in, and puts our client
 * behind the page, with the scenario's person in front of the security dialog.
 */
import type { Page } from 'playwright';
import { type DialogProfileId, dialogProfiles } from '#browser/dialog-profiles.ts';
import type { WebAuthnHandler } from '#browser/webauthn-handler.ts';
import { create } from '#client/create.ts';
import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '#client/credential-options.ts';
import { get } from '#client/get.ts';
import { AdjustableClock, type Random } from '#protocol/seams.ts';
import { quickScrypt } from '#relying-party/methods/secret-hash.ts';
import { startPortal } from '#relying-party/portal/portal.ts';
import { openStore } from '#relying-party/store/libsql-store.ts';
import type { CaseRecorder } from './case-recorder.ts';
import { Ceremonies } from './ceremony.ts';
import { DialogPicture } from './dialog-picture.ts';
import type { ExpandedCase } from './expanded-case.ts';
import type { Authenticators, ProvideAuthenticators } from './key-under-test.ts';
import { Organisation } from './organisation.ts';
import { policyOf } from './policy-mapping.ts';
import type { ShowStep } from './run-steps.ts';
import { SecurityDialog } from './security-dialog.ts';
import { Site } from './site/site.ts';
import type { World } from './world.ts';

/** What the engine lends to a case. */
export interface Stage {
  page: Page;
  random: Random;
  provide: ProvideAuthenticators;
  /** Makes `handler` the WebAuthn client of the page's browser context. */
  handleWebAuthn(handler: WebAuthnHandler): Promise<void>;
  show: ShowStep;
  attach(name: string, contentType: string, body: Buffer): Promise<void>;
  /** What went wrong between page and client behind the page's back. */
  problems(): string[];
  /** People watch: the security dialog is drawn while it changes. */
  headed: boolean;
}

export interface Scene extends AsyncDisposable {
  world: World;
  authenticators: Authenticators;
  /** What steps left running beside the others. */
  meanwhile: Promise<void>[];
}

const defaultUsers = [{ methods: ['totp' as const] }];

/** Disposing the scene leaves the site and stops its server. */
export async function setScene(scenario: ExpandedCase, stage: Stage, recorder: CaseRecorder): Promise<Scene> {
  const { random } = stage;
  const clock = new AdjustableClock();
  const elapsedMs = () => recorder.timeline.elapsedMs();
  const authenticators = await stage.provide(scenario, { clock, random, elapsedMs });
  const store = openStore();
  const portal = await startPortal({
    store,
    policy: policyOf(scenario.relyingParty),
    clock,
    random,
    timeline: recorder.timeline,
    trustAnchors: authenticators.trustAnchors,
    passwordCost: quickScrypt,
    events: (event) => recorder.events.push(event),
  });
  const { directory, relyingParty } = portal;
  const users = scenario.relyingParty.users ?? defaultUsers;
  const organisation = await Organisation.found({ directory, relyingParty, store, clock, random }, users);
  const site = new Site(stage.page, portal.origin, recorder.timeline);
  const person = await seatPerson(scenario, stage, { authenticators, clock, recorder, site });
  const meanwhile: Promise<void>[] = [];
  return {
    authenticators,
    meanwhile,
    world: {
      clock,
      site,
      organisation,
      ...person,
      key: authenticators.key,
      authenticators: authenticators.all,
      note: (event, detail) => recorder.note('user', event, detail),
      async screenshot(name) {
        await person.picture.draw();
        await stage.attach(name, 'image/png', await site.screenshot());
      },
      meanwhile: (work) => meanwhile.push(work),
    },
    async [Symbol.asyncDispose]() {
      await site.leave();
      await portal[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
    },
  };
}

interface Surroundings {
  authenticators: Authenticators;
  clock: AdjustableClock;
  recorder: CaseRecorder;
  site: Site;
}

/** The person in front of the security dialog, and our client that asks. */
async function seatPerson(
  scenario: ExpandedCase,
  stage: Stage,
  { authenticators, clock, recorder, site }: Surroundings,
) {
  const picture = new DialogPicture({ profile: dialogProfile(scenario), site, live: stage.headed });
  const reviewed = scenario.steps.some(({ keyword }) => keyword === 'review');
  const dialog = new SecurityDialog({ reviewed, observer: picture });
  const ceremonies = new Ceremonies({
    onBegin: () => dialog.begin(),
    onEnd: ({ error, reason }) => {
      recorder.note('client', 'ceremony.ended', { error, ...(reason && { reason }) });
      dialog.end(error === 'none' ? 'it succeeded' : (reason ?? error));
    },
  });
  await stage.handleWebAuthn(
    webAuthnClient({ scenario, authenticators, ceremonies, dialog, clock, recorder, random: stage.random }),
  );
  return { dialog, picture, ceremonies };
}

interface ClientParts {
  scenario: ExpandedCase;
  authenticators: Authenticators;
  ceremonies: Ceremonies;
  dialog: SecurityDialog;
  clock: AdjustableClock;
  recorder: CaseRecorder;
  random: Random;
}

/** Our client behind the page's `navigator.credentials`. */
function webAuthnClient(parts: ClientParts): WebAuthnHandler {
  const { scenario, authenticators, ceremonies, dialog, clock, recorder, random } = parts;
  const context = {
    authenticators: authenticators.source,
    user: dialog,
    clock,
    random,
    timeline: recorder.timeline,
    policy: scenario.client,
  };
  return {
    create: ({ publicKey, ...caller }, signal) =>
      ceremonies.follow(() =>
        create(publicKey as PublicKeyCredentialCreationOptionsJSON, { ...context, ...caller, signal }),
      ),
    get: ({ publicKey, ...caller }, signal) =>
      ceremonies.follow(() =>
        get(publicKey as PublicKeyCredentialRequestOptionsJSON, { ...context, ...caller, signal }),
      ),
    isUserVerifyingPlatformAuthenticatorAvailable: async () =>
      authenticators.all.some(({ kind, connected }) => kind === 'this-device' && connected),
  };
}

/** The loader has checked the name. */
const dialogProfile = ({ browser }: ExpandedCase) => (browser.dialog ?? 'windows-11') as DialogProfileId;

/** Who took part, for grouping in reports. */
export function partiesOf(scenario: ExpandedCase, { key, all }: Authenticators): Record<string, string> {
  const platform = all.find(({ kind }) => kind === 'this-device');
  return {
    browser: scenario.browser.channel ?? 'chromium',
    key: key.facts.label,
    ...(platform && { device: platform.facts.label }),
    dialog: dialogProfiles[dialogProfile(scenario)].label,
    attestation: scenario.relyingParty.attestation ?? 'requested',
    ...scenario.coordinates,
  };
}
