import { describe, expect, it } from 'vitest';
import { SentCommands } from './sent-commands.ts';

const neverAborted = () => new AbortController().signal;

describe('SentCommands', () => {
  it('resolves when the command is sent, for a command and for a subcommand', async () => {
    const sent = new SentCommands();
    const waiting = [
      sent.waitFor('makeCredential', neverAborted()),
      sent.waitFor('clientPIN', neverAborted()),
      sent.waitFor('clientPIN/getPinToken', neverAborted()),
    ];
    sent.notify('authenticatorGetInfo');
    expect(sent.waiting).toBe(3);
    sent.notify('authenticatorClientPIN/getPinToken');
    expect(sent.waiting).toBe(1);
    sent.notify('authenticatorMakeCredential');
    await Promise.all(waiting);
    expect(sent.waiting).toBe(0);
  });

  it('distinguishes the subcommands', () => {
    const sent = new SentCommands();
    void sent.waitFor('clientPIN/setPIN', neverAborted());
    sent.notify('authenticatorClientPIN/getPinToken');
    expect(sent.waiting).toBe(1);
  });

  it('rejects when the signal aborts, and keeps no waiter', async () => {
    const sent = new SentCommands();
    const abort = new AbortController();
    const waiting = sent.waitFor('makeCredential', abort.signal);
    const cause = new Error('The step took too long');
    abort.abort(cause);
    await expect(waiting).rejects.toMatchObject({ message: 'The command makeCredential was not sent', cause });
    expect(sent.waiting).toBe(0);
  });

  it('rejects at once for a signal that is aborted already, and keeps no waiter', async () => {
    const sent = new SentCommands();
    const cause = new Error('The case is over');
    const waiting = sent.waitFor('makeCredential', AbortSignal.abort(cause));
    await expect(waiting).rejects.toMatchObject({ message: 'The command makeCredential was not sent', cause });
    expect(sent.waiting).toBe(0);
  });
});
