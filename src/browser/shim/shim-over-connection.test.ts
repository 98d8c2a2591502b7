import { describeBridge } from '../testing/bridge-contract.ts';
import { testEnds } from '../testing/contract/ends.ts';
import { testResults } from '../testing/contract/results.ts';
import { startPlaywrightServer } from '../testing/playwright-server.ts';

describeBridge(
  'the shim in a Chromium behind a Playwright server',
  { engine: 'chromium', route: 'shim', startServer: () => startPlaywrightServer('chromium') },
  [testResults, testEnds],
);
