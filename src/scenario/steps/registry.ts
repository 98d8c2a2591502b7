/** Every keyword and its behaviour. A step is a row in `language/step-arguments/`, a file in this folder, and a line in this table. */
import { addSignInMethod, chooseMethod } from './add-method.ts';
import { issueTap, provisionUser, setPolicy } from './administration.ts';
import { chooseAccount, dismissAutofill } from './choose-account.ts';
import { connectKey } from './connect-key.ts';
import { cancelDialog, dialogAsks } from './dialog.ts';
import { letTimePass } from './let-time-pass.ts';
import { mfa } from './mfa.ts';
import { done, name, remove, rename } from './naming.ts';
import { pageStepRegistry } from './page.ts';
import { changePin, createPin, enterPin } from './pin.ts';
import { powerCycle } from './power-cycle.ts';
import { replugKey } from './replug-key.ts';
import { review } from './review.ts';
import { saveTo } from './save-to.ts';
import { openSecurityInfo, signInWithPasskey, signInWithPassword, signOut } from './signing-in.ts';
import type { StepRegistry } from './step.ts';
import { abortPage, screenshot } from './tab.ts';
import { touch } from './touch.ts';
import { unplugKey } from './unplug-key.ts';

export const stepRegistry: StepRegistry = {
  'open-security-info': openSecurityInfo,
  'sign-in': signInWithPassword,
  'sign-out': signOut,
  'sign-in-with-passkey': signInWithPasskey,
  'add-sign-in-method': addSignInMethod,
  'choose-method': chooseMethod,
  mfa,
  'issue-tap': issueTap,
  'save-to': saveTo,
  'connect-key': connectKey,
  'unplug-key': unplugKey,
  'replug-key': replugKey,
  'power-cycle': powerCycle,
  'create-pin': createPin,
  'enter-pin': enterPin,
  'change-pin': changePin,
  touch,
  review,
  'choose-account': chooseAccount,
  'dismiss-autofill': dismissAutofill,
  'dialog-asks': dialogAsks,
  'cancel-dialog': cancelDialog,
  'abort-page': abortPage,
  name,
  done,
  rename,
  delete: remove,
  ...pageStepRegistry,
  'let-time-pass': letTimePass,
  'set-policy': setPolicy,
  'provision-user': provisionUser,
  screenshot,
};
