/** A client whose security dialog answers itself: it saves to the security key, types its PIN and touches it. For runs without steps for the dialog. */
import type { Question } from '../security-dialog.ts';
import type { CaseClient, ClientParts } from './case-client.ts';

/** `pin` is the PIN of the security key. */
export function answeringClient(client: CaseClient, pin: string): CaseClient {
  let parts: ClientParts | undefined;
  return {
    ...client,
    createDialogScreenshot: (_, site) => ({
      shown: (question) => {
        if (parts) answer(question, parts, pin);
      },
      informed: () => undefined,
      closed: () => undefined,
      revealChoice: () => undefined,
      screenshot: () => site.screenshot(),
    }),
    async start(started) {
      parts = started;
      return client.start(started);
    },
  };
}

function answer(question: Question, { authenticators, dialog }: ClientParts, pin: string): void {
  if (question.kind === 'choose') {
    const choice = question.detail.find(({ kind }) => kind === 'security-key') ?? question.detail[0];
    if (choice) question.answer(choice.id);
  } else if (question.kind === 'connect') question.answer('connected');
  else if (question.kind === 'pin') question.answer(pin);
  else if (question.kind === 'presence') {
    const key = authenticators.all.find(({ kind }) => kind === dialog.chosenKind) ?? authenticators.key;
    key.touch(new AbortController().signal);
  } else if (question.kind === 'review') question.answer('ok');
  else if (question.kind === 'account') {
    const [account] = question.detail;
    if (account) question.answer(account.credentialId);
  }
  // The autofill list is part of the page: the user leaves it alone.
}
