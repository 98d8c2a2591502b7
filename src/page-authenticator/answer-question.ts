/** Answers a question of the security dialog with the text that a test passes. */
import type { Question } from '#scenario/parties/security-dialog.ts';

/**
 * Answers `question`; `null` cancels the dialog.
 * @throws {Error} if `answer` names no choice, or if the question is answered at the key.
 */
export function answerQuestion(question: Question, answer: string | null): void {
  if (answer === null) question.cancel();
  else if (question.kind === 'choose')
    question.answer(find(question.detail, answer, ({ id, kind, label }) => [kind, label, id]).id);
  else if (question.kind === 'connect') question.answer('connected');
  else if (question.kind === 'pin') question.answer(answer);
  else if (question.kind === 'review') question.answer('ok');
  else if (question.kind === 'account') question.answer(find(question.detail, answer, userName).credentialId);
  else if (question.kind === 'autofill')
    question.answer(
      answer === 'another-device' ? answer : find(question.detail.accounts, answer, userName).credentialId,
    );
  else
    throw new Error('Cannot answer the question for a touch in the dialog: call securityKey.touch(), or answer null');
}

const userName = ({ name }: { name: string }) => [name];

/** @throws {Error} if no choice has the name `answer`. */
function find<T>(choices: readonly T[], answer: string, namesOf: (choice: T) => string[]): T {
  const found = choices.find((choice) => namesOf(choice).includes(answer));
  if (found !== undefined) return found;
  const offered = choices.map((choice) => namesOf(choice)[0]).join(', ');
  throw new Error(`Cannot choose "${answer}" in the security dialog: it offers ${offered || 'nothing'}`);
}
