/** The contract of the bridge, for every browser engine and route. One browser serves all its tests. */
import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import { defined } from '#base/testing/defined.ts';
import { findBrowser } from '../installed-browsers.mjs';
import { testConditionalMediation } from './contract/conditional-mediation.ts';
import { testEnds } from './contract/ends.ts';
import { testFrames } from './contract/frames.ts';
import { testOptions } from './contract/options.ts';
import { testResults } from './contract/results.ts';
import { testStaticMethods } from './contract/static-methods.ts';
import {
  type EngineDifferences,
  engineDifferences,
  type RouteDifferences,
  routeDifferences,
} from './route-differences.ts';
import { startTestBridge, type TestBridge, type TestBridgeOptions } from './test-bridge.ts';

/** What a part of the contract gets: the bridge, once the tests run, and what differs on its route. */
export interface ContractParts extends RouteDifferences, EngineDifferences {
  bridge(): TestBridge;
}

const allParts = [testResults, testOptions, testEnds, testFrames, testStaticMethods, testConditionalMediation];

/** Registers the tests of the given parts, or of all; they are skipped where the browser is not installed. */
export function describeBridge(title: string, options: TestBridgeOptions, parts = allParts): void {
  const { engine, route } = options;
  const installed = findBrowser(engine);
  describe.skipIf(!installed)(`${title} (${installed?.path ?? `no ${engine} is installed`})`, () => {
    let bridge: TestBridge | undefined;
    beforeAll(async () => {
      bridge = await startTestBridge(options);
    }, 60_000);
    afterEach(() => bridge?.reset());
    afterAll(() => bridge?.[Symbol.asyncDispose]());

    const given = { bridge: () => defined(bridge), ...routeDifferences[route], ...engineDifferences[engine] };
    for (const part of parts) part(given);
  });
}
