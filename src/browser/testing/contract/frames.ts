/** Contract of the bridge: frames, their origins, permissions policy and user activation. */
import { describe, expect, test } from 'vitest';
import { recordingHandler } from '../approving-handler.ts';
import type { ContractParts } from '../bridge-contract.ts';
import { addFrame, createAfterClick, createInPage, eventually, getInPage } from '../test-bridge.ts';

const allowBoth = 'publickey-credentials-create *; publickey-credentials-get *';
/** Creates a passkey without a gesture, and shows the outcome as the title of the document. */
const createAtOnce = `navigator.credentials.create({ publicKey: { rp: { name: 'RP' }, challenge: new Uint8Array(1),
  user: { id: new Uint8Array(1), name: 'ada', displayName: 'Ada' }, pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
} }).then(() => 'created', ({ name }) => name).then((outcome) => document.title = outcome);`;

const policies = [
  '',
  'camera *',
  'publickey-credentials-create',
  'publickey-credentials-get *',
  "publickey-credentials-create 'self'; publickey-credentials-get 'self'",
  "publickey-credentials-create 'src'; publickey-credentials-get 'none'",
];

export function testFrames({ bridge, hasPolicyHeader }: ContractParts) {
  /** Opens a page with a frame of another origin. */
  async function openWithFrame({ allow = '', path = '', host = 'sub.localhost' } = {}) {
    const { handler, requests } = recordingHandler();
    const { page } = await bridge().openPage(handler);
    const frame = await addFrame(page, `${bridge().originOf(host)}${path}`, allow);
    return { page, frame, requests };
  }

  describe('frames', () => {
    test('a cross-origin frame passes its origin and the top-level origin', async () => {
      const { frame, requests } = await openWithFrame({ allow: allowBoth });
      expect((await createAfterClick(frame)).credential).toBeDefined();
      expect((await getInPage(frame)).credential).toBeDefined();
      const caller = {
        origin: bridge().originOf('sub.localhost'),
        topOrigin: bridge().originOf('localhost'),
        crossOrigin: true,
      };
      expect(requests).toMatchObject([caller, caller]);
    });

    test('a same-origin frame is not cross-origin and needs no permission', async () => {
      const { frame, requests } = await openWithFrame({ host: 'localhost' });
      expect((await createInPage(frame)).credential).toBeDefined();
      expect(requests).toMatchObject([{ origin: bridge().originOf('localhost'), crossOrigin: false }]);
      expect(requests[0]?.topOrigin).toBeUndefined();
    });

    test('a frame inside a frame of another origin is cross-origin, also with the origin of the page', async () => {
      const { frame, requests } = await openWithFrame({ allow: allowBoth });
      const nested = await addFrame(frame, `${bridge().originOf('localhost')}/inner`, allowBoth);
      expect((await getInPage(nested)).credential).toBeDefined();
      const origin = bridge().originOf('localhost');
      expect(requests).toMatchObject([{ origin, crossOrigin: true }]);
    });

    test('the permissions policy decides about a cross-origin frame', async () => {
      const { handler, requests } = recordingHandler();
      const { page } = await bridge().openPage(handler);
      const allowed: Record<string, string[]> = {};
      for (const allow of policies) {
        const frame = await addFrame(page, bridge().originOf('sub.localhost'), allow);
        const outcomes = { create: await createAfterClick(frame), get: await getInPage(frame) };
        allowed[allow] = Object.entries(outcomes).map(([call, { error }]) => `${call}: ${error?.name ?? 'allowed'}`);
      }
      expect(allowed).toEqual({
        '': ['create: NotAllowedError', 'get: NotAllowedError'],
        'camera *': ['create: NotAllowedError', 'get: NotAllowedError'],
        'publickey-credentials-create': ['create: allowed', 'get: NotAllowedError'],
        'publickey-credentials-get *': ['create: NotAllowedError', 'get: allowed'],
        "publickey-credentials-create 'self'; publickey-credentials-get 'self'": [
          'create: NotAllowedError',
          'get: NotAllowedError',
        ],
        "publickey-credentials-create 'src'; publickey-credentials-get 'none'": [
          'create: allowed',
          'get: NotAllowedError',
        ],
      });
      expect(requests).toHaveLength(3);
    });

    test.runIf(hasPolicyHeader)('the header Permissions-Policy decides about a page', async () => {
      const { handler, requests } = recordingHandler();
      const { page } = await bridge().openPage(handler);
      await page.goto(`${bridge().originOf('localhost')}/?policy=publickey-credentials-get=()`);
      expect((await getInPage(page)).error?.name).toBe('NotAllowedError');
      expect((await createInPage(page)).credential).toBeDefined();
      expect(requests).toHaveLength(1);
    });

    test('a cross-origin frame creates no passkey without a gesture', async () => {
      const path = `/?script=${encodeURIComponent(createAtOnce)}`;
      const { frame, requests } = await openWithFrame({ allow: allowBoth, path });
      await eventually(() => frame.title()).toBe('NotAllowedError');
      expect(requests).toEqual([]);
    });

    test('a page and a same-origin frame create a passkey without a gesture', async () => {
      const path = `/?script=${encodeURIComponent(createAtOnce)}`;
      const { page, frame } = await openWithFrame({ host: 'localhost', path });
      await eventually(() => frame.title()).toBe('created');
      await page.goto(`${bridge().originOf('localhost')}${path}`);
      await eventually(() => page.title()).toBe('created');
    });
  });
}
