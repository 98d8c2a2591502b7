/** What a step can reach while a case runs. */
export type World = {};
