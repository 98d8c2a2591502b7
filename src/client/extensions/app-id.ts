/**
 * FIDO AppID and FIDO AppID Exclusion, WebAuthn L3 sections 10.1.1 and 10.1.2: credentials that were registered with the U2F
 * API belong to an AppID instead of an RP ID. `appid` signs in with them, `appidExclude` prevents a second registration.
 */
import { WebAuthnError } from '#protocol/errors.ts';
import { registrableDomain } from '../public-suffix.ts';
import type { ClientExtension } from './extension.ts';

export const appid: ClientExtension = {
  get({ appid }, { origin }) {
    if (appid === undefined) return undefined;
    const appId = resolveAppId(appid, 'appid', origin);
    return { alternativeRpId: appId, clientOutputs: ({ rpId }) => ({ appid: rpId === appId }) };
  },
};

export const appidExclude: ClientExtension = {
  create({ appidExclude }, { origin }) {
    if (appidExclude === undefined) return undefined;
    const alternativeRpId = resolveAppId(appidExclude, 'appidExclude', origin);
    return { alternativeRpId, clientOutputs: () => ({ appidExclude: true }) };
  },
};

/**
 * Steps 1 to 3: "Determining if a Caller's FacetID is Authorized for an AppID" (FIDO AppID and Facet Specification, section
 * 3.1.2), up to the comparison of hosts. Like the browsers, this client fetches no list of trusted facets and accepts hosts of
 * the same site instead, as the note in section 10.1.1 describes.
 * @throws {WebAuthnError} TypeError, or SecurityError when the origin may not use the AppID.
 */
function resolveAppId(input: unknown, name: string, origin: string): string {
  if (typeof input !== 'string')
    throw new WebAuthnError('TypeError', `Cannot use ${name}: expected a string, got ${typeof input}`);
  if (input === '' || input === origin) return origin;
  if (isOfSameSite(input, origin)) return input;
  throw new WebAuthnError(
    'SecurityError',
    `Cannot use ${name}: expected an https URL of the site of ${origin}, got ${JSON.stringify(input.slice(0, 80))}`,
  );
}

function isOfSameSite(appId: string, origin: string): boolean {
  if (!URL.canParse(appId)) return false;
  const [url, page] = [new URL(appId), new URL(origin)];
  if (url.protocol !== 'https:') return false;
  const site = registrableDomain(url.hostname);
  return url.hostname === page.hostname || (site !== undefined && site === registrableDomain(page.hostname));
}
