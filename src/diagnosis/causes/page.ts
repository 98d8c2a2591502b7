/** Causes in the page that calls `navigator.credentials.create()`: the checks of the browser before it shows a dialog. */
import { registrableLabel } from '#client/public-suffix.ts';
import { causesOf, when } from '../cause.ts';

/** Whether a page at `address` may use `rpId` without a related origin (WebAuthn L3 section 5.1.3 step 8). */
function mayUse(address: string, rpId: string): boolean {
  const { hostname } = new URL(address);
  if (rpId === hostname) return true;
  return hostname.endsWith(`.${rpId}`) && registrableLabel(rpId) !== undefined;
}

const isSecure = (address: string) => {
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || hostname === 'localhost' || hostname.endsWith('.localhost');
};

export const pageCauses = causesOf('page', [
  {
    id: 'insecure-page',
    title: 'The page is not a secure context, so the browser does not offer WebAuthn to it.',
    advice: 'Open the page with https:// (for tests, http://localhost works too).',
    source: 'WebAuthn L3 section 5 (SecureContext)',
    predictions: [when(['page.address'], (address) => !isSecure(address))],
  },
  {
    id: 'frame-not-allowed',
    title: 'The page is in a frame of another site that does not let it create passkeys.',
    advice: 'Open the page in its own tab, or add allow="publickey-credentials-create" to the frame.',
    source: 'WebAuthn L3 section 5.10',
    predictions: [
      when(['page.frame', 'page.frame-may-create'], (frame, allowed) => frame === 'cross-origin' && !allowed),
    ],
  },
  {
    id: 'rp-id-mismatch',
    title: 'The page asks for an RP ID that does not belong to its address.',
    advice: 'Use the domain of the page, or a parent domain of it, as RP ID, or list the page as a related origin.',
    source: 'WebAuthn L3 section 5.1.3 step 8',
    predictions: [
      when(
        ['page.address', 'page.rp-id', 'page.related-origin'],
        (address, rpId, isRelated) => !isRelated && !mayUse(address, rpId),
      ),
    ],
    seen: { refusals: ['rp-id-mismatch'], errors: ['SecurityError'], isVague: true },
  },
]);
