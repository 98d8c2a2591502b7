/** The probe on a small site: what it finds, what it writes, and what it never does. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BridgedPage, openBridgedPage } from '#browser/bridged-page.ts';
import { createRecordingKeys, recordingPin } from '#cli/compose/recording-keys.ts';
import { Timeline } from '#result/timeline.ts';
import { readSite } from '../language/site-file.ts';
import { RequestLog } from '../parties/site/request-log.ts';
import { Site } from '../parties/site/site.ts';
import { type SmallSite, startSmallSite } from '../testing/small-site.ts';
import { type ProbeOptions, probeSite } from './probe.ts';
import { scenarioText } from './scenario-text.ts';
import { siteFileText } from './site-file-text.ts';
import { SiteRecorder } from './site-recorder.ts';

let bridged: BridgedPage;
let small: SmallSite;
beforeAll(async () => {
  small = await startSmallSite();
  bridged = await openBridgedPage({ preferHeadlessShell: true });
}, 60_000);
afterAll(async () => {
  await bridged?.[Symbol.asyncDispose]();
  await small?.[Symbol.asyncDispose]();
});

const adele = { name: 'adele', password: 'geheim' };

/** Probes the small site, with other pages in place of its own. */
async function probe(pages: Record<string, string> = {}, options: Partial<ProbeOptions> = {}) {
  small.replaced = pages;
  const { page } = bridged;
  const { url } = small;
  const requests = new RequestLog({ origin: url, requests: {} });
  const site = new Site({ page, url, timeline: new Timeline(), requests });
  const recorder = new SiteRecorder({ page, url, authenticators: createRecordingKeys(), pin: recordingPin });
  await bridged.webauthn.handle(recorder.handler);
  await site.open('');
  const found = await probeSite({ site, recorder, user: adele, mayDrive: () => true, ...options });
  const recording = await recorder.recording();
  const file = siteFileText({ id: 'small', recording, probe: found });
  const scenario = scenarioText({ id: 'small', site: 'small.yaml', pin: recordingPin, recording, probe: found });
  return { found, recording, file, scenario, pressed: found.steps.map(({ step }) => JSON.stringify(step)) };
}

describe('probeSite', () => {
  it('signs in, registers and names a passkey, and records with which requests', async () => {
    const { found, recording, file, scenario } = await probe();
    expect(found.stoppedBecause).toBeUndefined();
    expect(recording.ceremonies).toEqual([
      expect.objectContaining({ method: 'create', error: 'none', savedTo: 'security-key', path: '/methods' }),
    ]);
    expect(recording.requests).toEqual({
      options: { method: 'GET', path: '/passkeys/options', status: 200 },
      result: { method: 'POST', path: '/passkeys', status: 201 },
    });
    const { site, diagnostics } = readSite(file, 'small.yaml', { SITE_USER: 'adele', SITE_PASSWORD: 'geheim' });
    expect(diagnostics).toEqual([]);
    expect(Object.keys(site?.flow ?? {})).toEqual([
      'open-security-info',
      'sign-in',
      'add-sign-in-method',
      'choose-method.passkey',
      'mfa.totp',
      'name',
      'done',
    ]);
    expect(file).toContain('    - click: { role: link, name: Add sign-in method }');
    expect(file).toContain('    - fill: { label: Passkey name, value: "${name}" }');
    expect(scenario).toContain(
      '  - save-to: security-key\n  - enter-pin: "1234"\n  - touch\n  - name: Desk key\n  - done\n',
    );
  });

  it('writes the controls of inline frames with their frame', async () => {
    const frame = `<iframe title=Keys srcdoc="<button>Details of the keys</button>"></iframe>`;
    const { file } = await probe({ '/sign-in': `<h1>Account</h1>${frame}` });
    expect(file).toContain('#   { role: button, name: Details of the keys, frame: { css: \'iframe[title="Keys"]\' } }');
  });

  it('ends at the sign-in form without a user, and writes how to fill it in', async () => {
    const { found, file, recording } = await probe({}, { user: {} });
    expect(found.stoppedBecause).toBe('The page /sign-in asks for a password: set SITE_USER and SITE_PASSWORD');
    expect(recording.ceremonies).toEqual([]);
    expect(file).toContain('    - fill: { label: User name, value: "${user.name}" }');
    expect(file).toContain('  # TODO Not tried: Signs in with user name and password');
    expect(file).toContain('- click: { role: button, name: "TODO control for choose-method: passkey" }');
    expect(readSite(file, 'small.yaml', undefined).diagnostics).toEqual([]);
  });

  it.each([
    ['deletes', '<button>Delete passkey</button><button>Remove security key</button>'],
    [
      'signs in with',
      '<button>Sign in with a passkey</button><button>Use passkey</button><button>Continue with passkey</button>',
    ],
    ['disables', '<button>Disable passkeys</button>'],
    ['buys', '<button>Buy a security key</button>'],
  ])('presses nothing that %s passkeys', async (_, html) => {
    const { pressed, found } = await probe({ '/sign-in': `<h1>Account</h1>${html}` });
    expect(pressed).toEqual([]);
    expect(found.stoppedBecause).toMatch(
      /^The page \/sign-in has no control that the probe knows by its English name; without --probe/,
    );
  });

  it('presses nothing on a host that it may not drive', async () => {
    const { found } = await probe({}, { mayDrive: () => false });
    expect(found.stoppedBecause).toBe('The site leads to localhost, where the probe presses nothing');
  });

  it('ends after a bounded number of controls', async () => {
    const links = Array.from({ length: 30 }, (_, n) => `<a href="/sign-in">Add passkey ${n}</a>`).join(' ');
    const { found, pressed } = await probe({ '/sign-in': links }, { maxPresses: 3 });
    expect(pressed).toHaveLength(3);
    expect(found.stoppedBecause).toBe('The probe has pressed 3 controls and found no registration');
  });

  it('reports that the site refuses the user', async () => {
    const form =
      '<form><label>Name <input></label><label>Password <input type="password"></label><button>Log in</button></form>';
    const { found } = await probe({ '/sign-in': form });
    expect(found.stoppedBecause).toBe('The site did not accept the user: the page /sign-in asks again for a password');
  });

  it('reports with which error create() failed', async () => {
    const script = `<button onclick="navigator.credentials.create({ publicKey: { rp: { name: 'x' },
      user: { id: new Uint8Array(1), name: 'a', displayName: 'a' }, challenge: new Uint8Array(16),
      pubKeyCredParams: [{ type: 'public-key', alg: -999 }] } })">Create a passkey</button>`;
    const { found, recording } = await probe({ '/sign-in': script });
    expect(found.stoppedBecause).toBe('create() failed with NotAllowedError');
    expect(recording.ceremonies).toHaveLength(1);
  });
});
