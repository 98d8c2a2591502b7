/** A run on several devices: the same case on each of them stands in one line of the matrix. */

/** Rows and columns of that matrix, as coordinates of a case. */
export const sideBySide = ['case', 'authenticator.device'] as const;

/** What the cases of one line have in common is a coordinate, too: their id without its coordinates. */
export const comparable = (id: string, parties: Record<string, string>): Record<string, string> =>
  sideBySide[1] in parties ? { [sideBySide[0]]: id.replace(/\[.*$/s, ''), ...parties } : parties;
