/** Extension outputs in authenticator data: WebAuthn L3 sections 6.1 and 9. */
import { concat } from '#base/bytes.ts';
import { flag } from '#protocol/authenticator-data.ts';
import { type CborMap, type CborValue, encode } from '#protocol/cbor.ts';
import type { Change } from '../relying-party-case.ts';
import { bytes, structure } from './authenticator-data-edits.ts';
import { accept, either, mayAccept, type Rows, refuse } from './define.ts';

const addExtensions = (value: CborValue): Change =>
  bytes((all) => concat(all.with(32, (all[32] ?? 0) | flag.ED), encode(value)));
const addExtensionBytes = (...more: number[]): Change =>
  bytes((all) => concat(all.with(32, (all[32] ?? 0) | flag.ED), Uint8Array.from(more)));
const output = (name: string, value: CborValue): CborMap => new Map([[name, value]]);

const isCanonical = 'Authenticators use the canonical form of CTAP2, but no step asks a relying party to check it';

export const extensionRows: Rows<Change> = {
  'extensions.list': refuse(structure, 'The extensions are a list', addExtensions([])),
  'extensions.text': refuse(structure, 'The extensions are text', addExtensions('credProtect')),
  'extensions.null': refuse(structure, 'The extensions are null', addExtensions(null)),
  'extensions.cut-off': refuse(structure, 'The extensions are cut off', addExtensionBytes(0xa1, 0x61)),
  'extensions.duplicate': refuse(
    structure,
    'An extension occurs twice',
    addExtensionBytes(0xa2, 0x61, 0x61, 1, 0x61, 0x61, 1),
  ),
  'extensions.indefinite': mayAccept(
    isCanonical,
    refuse(structure, 'The extensions are a map of indefinite length', addExtensionBytes(0xbf, 0x61, 0x61, 1, 0xff)),
  ),
  'extensions.order': mayAccept(
    isCanonical,
    refuse(
      structure,
      'The extensions are not in canonical order',
      addExtensionBytes(0xa2, 0x61, 0x62, 1, 0x61, 0x61, 1),
    ),
  ),
  'extensions.trailing': refuse(structure, 'A byte follows the extensions', addExtensionBytes(0xa1, 0x61, 0x61, 1, 0)),
  'extensions.twice': refuse(structure, 'A second map follows the extensions', addExtensionBytes(0xa0, 0xa0)),
  'extensions.control-empty': either(
    'An empty map is valid CBOR, but authenticators leave the extensions out',
    'The extensions are an empty map',
    addExtensions(new Map()),
  ),
  'extensions.control-unknown': accept(
    'An unknown extension has an output',
    addExtensions(output('example.extension', true)),
  ),
  'extensions.control-unsolicited': accept(
    'credProtect has an output that was not requested',
    addExtensions(output('credProtect', 2)),
  ),
  'extensions.control-nested': accept(
    'An extension output is a nested map',
    addExtensions(output('example', output('inner', new Uint8Array(8)))),
  ),
  'extensions.control-hmac': accept('hmac-secret has an output', addExtensions(output('hmac-secret', true))),
  'extensions.control-cred-blob': accept('credBlob has an output', addExtensions(output('credBlob', true))),
  'extensions.control-min-pin': accept('minPinLength has an output', addExtensions(output('minPinLength', 4))),
};
