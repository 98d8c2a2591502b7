import { describeBridge } from '../testing/bridge-contract.ts';

describeBridge('the shim in Chromium', { engine: 'chromium', route: 'shim' });
