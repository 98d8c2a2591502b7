/** Sequences of commands belong to the channel that began them, CTAP 2.1 section 6, on every transport. */
import { describe, expect, it } from 'vitest';
import { concat, fromHex, utf8 } from '#base/bytes.ts';
import { defined } from '#base/testing/defined.ts';
import { permissions } from '#protocol/commands.ts';
import { sha256 } from '#protocol/crypto.ts';
import { openCtapHid } from '#transport/ctaphid-channel.ts';
import { type Authenticator, createAuthenticator, insertCard, plugIn, plugInHid } from '../index.ts';
import { ManagementPlatform, pin } from '../testing/management-platform.ts';

type Process = Authenticator['process'];
const { mc, cm, be, lbw } = permissions;

/** Two channels to one authenticator. A channel is opened by its first message. */
type OpenChannels = (authenticator: Authenticator) => Promise<[Process, Process]>;

const openChannels: Record<string, OpenChannels> = {
  'two channels of callers in the same process': async (authenticator) => {
    const [one, other] = [{}, {}];
    return [
      (message, options) => authenticator.process(message, { ...options, channel: one }),
      (message, options) => authenticator.process(message, { ...options, channel: other }),
    ];
  },
  'two devices in the same process': async (authenticator) => {
    const [one, other] = [plugIn(authenticator), plugIn(authenticator)];
    return [(message) => one.transact(message), (message) => other.transact(message)];
  },
  'two channels of one HID key': async (authenticator) => {
    const pipe = plugInHid(authenticator);
    const listeners: ((report: Uint8Array) => void)[] = [];
    pipe.onReport((report) => {
      for (const listener of listeners) listener(report);
    });
    const open = () => openCtapHid({ ...pipe, onReport: (listener) => void listeners.push(listener) });
    const [one, other] = [await open(), await open()];
    return [(message) => one.transact(message), (message) => other.transact(message)];
  },
  'a HID channel and a card': async (authenticator) => {
    const hid = await openCtapHid(plugInHid(authenticator));
    const card = await selectApplet(authenticator);
    return [(message) => hid.transact(message), (message) => card.send(message)];
  },
  'a card before and after the applet is selected again': async (authenticator) => {
    const card = await selectApplet(authenticator);
    const sendAfterSelection: Process = async (message) => {
      await card.select();
      return card.send(message);
    };
    return [(message) => card.send(message), sendAfterSelection];
  },
};

/** Inserts the authenticator as a card. `send` uses extended lengths and waits for gestures. */
async function selectApplet(authenticator: Authenticator) {
  const slot = insertCard(authenticator);
  const select = () => slot.transmit(fromHex('00a4040008a0000006472f000100'));
  await select();
  return {
    select,
    async send(message: Uint8Array): Promise<Uint8Array> {
      const lengths = [message.length >> 8, message.length & 0xff];
      const apdu = concat(Uint8Array.of(0x80, 0x10, 0, 0, 0, ...lengths), message, new Uint8Array(2));
      return (await slot.transmit(apdu)).slice(0, -2);
    },
  };
}

/** An authenticator with two accounts at each of two relying parties. */
async function createKeyWithAccounts(): Promise<Authenticator> {
  const authenticator = createAuthenticator({ persona: 'touchstone-complete', pin });
  const manager = new ManagementPlatform(authenticator);
  for (const rpId of ['example.com', 'other.example'])
    for (const name of ['alice', 'bob', 'carol']) {
      const proof = manager.pinUvAuth(2, await manager.token(mc, rpId));
      await manager.makeCredential({
        rp: { id: rpId },
        user: { id: utf8(name), name },
        options: { rk: true },
        ...proof,
      });
    }
  return authenticator;
}

interface SequenceOfCommands {
  permission: number;
  /** Begins the sequence with a token, and returns how a platform continues it. */
  begin(manager: ManagementPlatform, token: Uint8Array): Promise<(on: ManagementPlatform) => Promise<string>>;
  /** The status of a command that continues it on another channel. */
  foreign: string;
}

const array = (() => {
  const content = new Uint8Array(60).fill(7);
  return concat(content, sha256(content).subarray(0, 16));
})();
const statusOf = async (reply: Promise<{ status: string }>) => (await reply).status;
const rpIDHash = sha256('example.com');

const sequences: Record<string, SequenceOfCommands> = {
  getNextAssertion: {
    permission: cm, // not used
    async begin(manager) {
      expect((await manager.getAssertion()).response.numberOfCredentials).toBe(3);
      return (on) => statusOf(on.send('authenticatorGetNextAssertion'));
    },
    foreign: 'CTAP2_ERR_NOT_ALLOWED',
  },
  enumerateRPsGetNextRP: {
    permission: cm,
    async begin(manager, token) {
      expect((await manager.credMgmt('enumerateRPsBegin', token)).status).toBe('CTAP2_OK');
      return (on) => statusOf(on.credMgmt('enumerateRPsGetNextRP'));
    },
    foreign: 'CTAP2_ERR_NOT_ALLOWED',
  },
  enumerateCredentialsGetNextCredential: {
    permission: cm,
    async begin(manager, token) {
      const reply = await manager.credMgmt('enumerateCredentialsBegin', token, { rpIDHash });
      expect(reply.status).toBe('CTAP2_OK');
      return (on) => statusOf(on.credMgmt('enumerateCredentialsGetNextCredential'));
    },
    foreign: 'CTAP2_ERR_NOT_ALLOWED',
  },
  enrollCaptureNextSample: {
    permission: be,
    async begin(manager, token) {
      const templateId = defined((await manager.bio('enrollBegin', token)).response.templateId);
      return (on) => statusOf(on.bio('enrollCaptureNextSample', token, { templateId }));
    },
    foreign: 'CTAP2_ERR_NOT_ALLOWED',
  },
  // Section 6.10.2: the other channel has begun no array, so it has to begin with offset 0.
  'a fragment of a large-blob array': {
    permission: lbw,
    async begin(manager, token) {
      expect(await manager.writeBlob(array.subarray(0, 30), 0, array.length, token)).toBe('CTAP2_OK');
      return (on) => on.writeBlob(array.subarray(30), 30, undefined, token);
    },
    foreign: 'CTAP1_ERR_INVALID_SEQ',
  },
};

describe.each(Object.entries(sequences))('%s (section 6)', (_command, { begin, foreign, permission }) => {
  it.each(Object.entries(openChannels))(`with %s: answers ${foreign} on the other one`, async (_title, open) => {
    const authenticator = await createKeyWithAccounts();
    const [one, other] = await open(authenticator);
    const manager = new ManagementPlatform(authenticator, one);
    const next = await begin(manager, await manager.token(permission));
    expect(await next(new ManagementPlatform(authenticator, other))).toBe(foreign);
  });

  it('continues on its own channel although other channels send commands', async () => {
    const authenticator = await createKeyWithAccounts();
    const [one, other] = twoDevices(authenticator);
    const next = await begin(one, await one.token(permission));
    await next(other);
    await other.info();
    await other.bio('cancelCurrentEnrollment');
    expect(await next(one)).toBe('CTAP2_OK');
  });
});

describe('a list of credentials', () => {
  const deleteOldest = async (manager: ManagementPlatform, token: Uint8Array) => {
    const [oldest] = manager.authenticator.inspect().credentials;
    const credentialID = { type: 'public-key', id: defined(oldest).credentialId };
    expect((await manager.credMgmt('deleteCredential', token, { credentialID })).status).toBe('CTAP2_OK');
  };

  it.each(['enumerateRPsGetNextRP', 'enumerateCredentialsGetNextCredential'])(
    'is not continued by %s after another channel has deleted a credential with the same token',
    async (command) => {
      const [one, other] = twoDevices(await createKeyWithAccounts());
      const token = await one.token(cm);
      const next = await defined(sequences[command]).begin(one, token);
      await deleteOldest(other, token);
      expect(await next(one)).toBe('CTAP2_ERR_NOT_ALLOWED');
    },
  );

  it('is not continued by getNextAssertion after another channel has deleted a credential', async () => {
    const [one, other] = twoDevices(await createKeyWithAccounts());
    expect((await one.getAssertion()).response.numberOfCredentials).toBe(3);
    await deleteOldest(other, await other.token(cm));
    expect((await one.send('authenticatorGetNextAssertion')).status).toBe('CTAP2_ERR_NOT_ALLOWED');
  });

  it.each(['enumerateRPsGetNextRP', 'enumerateCredentialsGetNextCredential'])(
    'is not continued by %s after another channel has got a token, which ends the one that authorized it',
    async (command) => {
      const [one, other] = twoDevices(await createKeyWithAccounts());
      const next = await defined(sequences[command]).begin(one, await one.token(cm));
      await other.token(cm);
      expect(await next(one)).toBe('CTAP2_ERR_NOT_ALLOWED');
    },
  );
});

function twoDevices(authenticator: Authenticator): [ManagementPlatform, ManagementPlatform] {
  const plug = () => {
    const device = plugIn(authenticator);
    return new ManagementPlatform(authenticator, (message) => device.transact(message));
  };
  return [plug(), plug()];
}
