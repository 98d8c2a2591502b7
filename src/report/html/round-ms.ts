/** Rounds times for the HTML report, which shows at most two decimals. The master file contains the measured values. */
export const roundMs = (ms: number): number => Math.round(ms * 100) / 100;
