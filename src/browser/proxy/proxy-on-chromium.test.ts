import { describeBridge } from '../testing/bridge-contract.ts';

describeBridge('the proxy in Chromium', { engine: 'chromium', route: 'proxy' });
