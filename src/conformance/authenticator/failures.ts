/** The errors that end a check early. The runner turns each into a verdict. */

/** The authenticator violates the requirement. */
export class RequirementViolated extends Error {
  override readonly name = 'RequirementViolated';
}

/** What the case needs before its check could not be established. */
export class SetUpFailed extends Error {
  override readonly name = 'SetUpFailed';
}

/** The case detects during its run that the authenticator does not support what the requirement tests. */
export class NotApplicable extends Error {
  override readonly name = 'NotApplicable';
}

/** Runs a step that prepares the check. @throws {SetUpFailed} if the step fails. */
export async function setUp<T>(what: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (cause) {
    if (cause instanceof SetUpFailed || cause instanceof NotApplicable) throw cause;
    throw new SetUpFailed(`Cannot ${what}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
